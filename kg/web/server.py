"""Where the pages of a graph are served, and for whom."""

from __future__ import annotations

import secrets
from typing import Any

from kg.model import KgError
from kg.serving.guard import LOCAL, Rules
from kg.serving.listening import listening, run
from kg.serving.pool import AT_ONCE, SECONDS, Died, Pool
from kg.web import page_worker
from kg.web.app import application
from kg.web.uploads import routes

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
) -> None:
    """Serve the pages of a graph until it is interrupted; `told` gets the address.

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
    pool = Pool(page_worker.begin, (location,), AT_ONCE, seconds, "kg.web.warm")
    try:
        try:
            pool.start()()
        except Died:
            raise KgError(f"{location}: the graph could not be opened: see `kg verify`.") from None
        rules = Rules((*LOCAL, *(name.lower() for name in hosts)) if is_local else tuple(map(str.lower, hosts)), token)
        app = application(location, pool, rules, writable=writable, routes=routes if writable else None)
        named = hosts[0] if hosts and not is_local else host
        address = f"http://{f'[{named}]' if named == '::1' else named}:{place.getsockname()[1]}/"
        address = f"{address}?token={token}" if token else address
        run(app, place, lambda: told(address))
    finally:
        pool.close()
        place.close()
