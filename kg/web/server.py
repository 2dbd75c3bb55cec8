"""Where the pages of a graph are served, and for whom."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from kg.model import KgError
from kg.serving.guard import LOCAL, Rules
from kg.serving.listening import listening, run
from kg.serving.pool import AT_ONCE, SECONDS, Died, Pool
from kg.web import first_page, page_worker
from kg.web.app import application, version

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    location: str,
    host: str = "127.0.0.1",
    port: int = 8321,
    *,
    token: str = "",
    hosts: tuple[str, ...] = (),
    writable: bool = False,
    seconds: float = SECONDS,
    told: Any = print,
    look: Callable[[], None] = lambda: None,
) -> None:
    """Serve the pages of a graph until it is interrupted; `told` gets the address; `look` looks at a graph of which no
    first page is kept.

    Another `host` than this machine's own wants `hosts`, the names by which it may be asked, and a token, which is made
    where none is given. Raises KgError.
    """
    is_local = host in _LOOPBACK
    if not is_local and not hosts:
        raise KgError(
            f"--host {host}: others can reach that: name the hosts by which it may be asked, --allow-host NAME."
        )
    if not is_local and not token:
        token = secrets.token_urlsafe(24)
    if token and len(token) < 16:
        raise KgError("The token is shorter than 16 characters: take a longer one, or let one be made.")
    place = listening(host, port)
    first = {} if writable else first_page.load(location, version())
    if not first:
        look()
    pool = Pool(page_worker.begin, (location,), AT_ONCE, seconds, "kg.web.warm")
    try:
        try:
            if not first:
                pool.start()()
        except Died:
            raise KgError(f"{location}: the graph could not be opened: see `kg verify`.") from None
        rules = Rules((*LOCAL, *(name.lower() for name in hosts)) if is_local else tuple(map(str.lower, hosts)), token)
        app = application(location, pool, rules, writable=writable, routes=_routes() if writable else None, first=first)
        named = hosts[0] if hosts and not is_local else host
        address = f"http://{f'[{named}]' if named == '::1' else named}:{place.getsockname()[1]}/"
        address = f"{address}?token={token}" if token else address

        def opened() -> None:
            told(address)
            if first:
                pool.start()

        run(app, place, opened)
    finally:
        pool.close()
        place.close()


def _routes() -> Any:
    from kg.web.uploads import routes

    return routes
