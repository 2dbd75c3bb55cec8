"""An HTTP client that respects the rules of a service: one call at a time, minimum intervals, retries, size limits.

Rules: https://info.arxiv.org/help/api/tou.html (one connection, three seconds between calls), RFC 9110 on Retry-After.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from kg.files import cache_folder, write_faults
from kg.http import BUSY, Again, Deadline, Refused, TooLong, Waiting, phrase, retry_after, trusted, until_answered
from kg.model import KgError
from kg.version import VERSION

if TYPE_CHECKING:
    import httpx

INTERVAL = 3.0  # seconds between a response and the next call
TIMEOUT = 60.0  # seconds without data
WHOLE = 600.0  # seconds for a complete response
TRIES = 6  # attempts per call; with INTERVAL they take three minutes
MOST_BYTES = 64 << 20  # bytes per response; arXiv's largest have 3 MB
MOST_WAIT = 600.0  # seconds; a service that asks for a longer wait ends the call
_REDIRECTS = 5
_NO_TARGET = "Invalid URL in location header"  # how httpx tells a redirect to what is no URL
_LOOKED_AT = (200, 400, 401, 403, 404, 422)  # statuses whose response may say what is wrong
_STRICT_HOSTS = ("arxiv.org",)  # INTERVAL is the minimum for these hosts, whatever the settings

Answer = TypeVar("Answer")
Look = Callable[[Path, int], Answer]  # parses a response from the file that holds it and the HTTP status


class Client:
    """Client for one service URL, used in `with`, so that no other process of this user calls the host meanwhile."""

    def __init__(
        self,
        url: str,
        *,
        interval: float = INTERVAL,
        timeout: float = TIMEOUT,
        whole: float = WHOLE,
        tries: int = TRIES,
        most_bytes: int = MOST_BYTES,
        most_seconds: float = math.inf,
        waiting: Waiting | None = None,
        trusted_host: str | None = None,
    ) -> None:
        """`interval`: seconds between calls and the unit of back-off; the other arguments limit a response.

        `most_seconds` limit all attempts of a call. With a `trusted_host`, other hosts are called in the public network
        only: a service named the URL. Raises Refused for an invalid service URL.
        """
        self.url = service_url(url)
        self.host = url_parts(self.url).netloc
        strict = any(_within(url_parts(self.url).hostname or "", host) for host in _STRICT_HOSTS)
        self.interval = max(interval, INTERVAL) if strict else interval
        self.timeout, self.whole, self.tries, self.most_bytes = timeout, whole, tries, most_bytes
        self.most_seconds = most_seconds
        self.waiting, self._trusted = waiting, trusted_host
        self._answered = False  # whether the host has ever responded
        self._turn: Turn | None = None
        self._http: httpx.Client | None = None
        self._deadline = Deadline()

    def __enter__(self) -> Self:
        import httpx

        transport = None
        if self._trusted is not None:
            from kg.fetch.public_hosts import PublicTransport, proxy_of

            transport = PublicTransport(self._trusted, proxy_of(url_parts(self.url)))
        self._turn = Turn(self.host)
        headers = {"User-Agent": f"kg/{VERSION}", "Accept": "*/*", "Accept-Encoding": "identity"}
        self._http = httpx.Client(
            timeout=self.timeout, headers=headers, follow_redirects=False, verify=trusted(), transport=transport
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            self._http.close()
        if self._turn is not None:
            self._turn.close()

    def get(
        self, parameters: Mapping[str, str], place: Path, look: Look[Answer], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Write a response to a file and return what `look` makes of it; repeat the call when `look` raises Again.

        `headers` go with the call beside the usual ones.

        Raises KgError when the service cannot be reached, fails in all attempts, or asks for too long a wait.
        """
        try:
            return until_answered(
                lambda: self._once(parameters, place, look, headers),
                tries=self.tries,
                pause=2 * self.interval,
                least=self.interval,
                most=MOST_WAIT,
                end=time.monotonic() + self.most_seconds,
                waiting=self.waiting,
            )
        except Again as reason:
            raise KgError(
                f"{self.host}: {reason}, {self.tries} times in a row: repeat the same call later to continue from here."
            ) from None
        except TooLong as reason:
            asks = f" and asks for no calls for {reason.wait / 60:,.0f} minutes" if reason.wait > MOST_WAIT else ""
            raise KgError(f"{self.host}: {reason}{asks}: repeat the same call then to continue from here.") from None

    def _once(
        self, parameters: Mapping[str, str], place: Path, look: Look[Answer], headers: Mapping[str, str] | None
    ) -> Answer:
        import httpx

        if self._turn is None or self._http is None:
            raise RuntimeError("a Client calls within `with` only")
        with self._told():
            url = httpx.URL(self.url, params=dict(parameters))
        for _ in range(_REDIRECTS):
            self._turn.wait(self.interval)
            try:
                with (
                    self._told(),
                    self._deadline.after(self.whole),
                    self._http.stream(
                        "GET", url, headers=headers, extensions=dict(self._deadline.extensions)
                    ) as response,
                ):
                    self._answered = True
                    target = response.headers.get("Location", "") if response.is_redirect else ""
                    if not target:
                        self._write(response, place)
            finally:
                self._turn.done()
            if not target:
                return self._looked(response, place, look)
            with self._told():
                url = httpx.URL(self._redirected(str(url), target))
        raise Refused(f"{self.host}: redirects without end: check the URL {self.url}.")

    def _looked(self, response: httpx.Response, place: Path, look: Look[Answer]) -> Answer:
        status = response.status_code
        said = f"answers {status} {phrase(status)}".rstrip()
        if status in BUSY:
            raise Again(said, retry_after(response.headers.get("Retry-After", "")))
        if status not in _LOOKED_AT or not place.stat().st_size:
            if status == 200:
                raise Again("answers nothing")
            raise Refused(f"{self.host}: {said}: check the URL {self.url} and the query.")
        return look(place, status)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Translate connection errors: Again, or KgError if the host has never been reached."""
        import httpx

        try:
            yield
        except (httpx.ConnectError, httpx.ProxyError) as error:
            if not self._answered:
                raise KgError(
                    f"{self.host}: cannot be reached ({_reason(error)}): check the network and the URL."
                ) from None
            raise Again(f"cannot be reached ({_reason(error)})") from None
        except httpx.TimeoutException:
            raise Again(f"sends nothing for {self.timeout:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:  # also labels that are no IDNA
            raise Refused(f"{self.url[:200]}: is not a valid URL ({_reason(error)}): check it.") from None
        except httpx.RemoteProtocolError as error:
            if _NO_TARGET not in str(error):
                raise Again(self._broken(error)) from None
            raise Refused(
                f"{self.host}: redirects to what is no URL, which is not followed: check the URL {self.url}."
            ) from None
        except httpx.HTTPError as error:
            raise Again(self._broken(error)) from None

    def _broken(self, error: Exception) -> str:
        """Why a response is not whole."""
        if self._deadline.has_passed:
            return self._late()
        return f"breaks off its response ({_reason(error)})"

    def _late(self) -> str:
        return f"takes longer than {self.whole:g} s for a response"

    def _write(self, response: httpx.Response, place: Path) -> None:
        size = 0
        if "," in response.headers.get("Content-Encoding", ""):  # each could unpack to a thousand times its size
            raise Refused(
                f"{self.host}: packs its response more than once, which is not read: check the URL {self.url}."
            )
        with write_faults(place), place.open("wb") as file:
            for piece in response.iter_bytes():
                size += len(piece)
                if size > self.most_bytes:
                    raise Refused(
                        f"{self.host}: a response is larger than {self.most_bytes / (1 << 20):,.0f} MB and was not "
                        f"kept: check the URL {self.url}."
                    )
                file.write(piece)
        if self._deadline.has_passed:  # a body of no given length ends where its connection does
            raise Again(self._late())

    def _redirected(self, url: str, target: str) -> str:
        """The target of a redirect; only http or https, never from https to http, and never to a foreign host."""
        try:
            joined = urljoin(url, target)
        except ValueError:  # "http://["
            joined = ""
        old, new = url_parts(url), url_parts(joined)
        was, host = old.hostname or "", new.hostname or ""
        sound = new.scheme == "https" or (new.scheme == "http" and old.scheme == "http")
        near = (_within(was, host) or _within(host, was)) and new.port in (None, old.port)
        if not sound or not near or new.username is not None:
            raise Refused(
                f"{self.host}: redirects to {target[:200]!r}, which is not followed: give another URL, if you trust it."
            )
        return new.geturl()


class Turn:
    """A lock that allows one call at a time to a host, across all processes of a user.

    The lock is a file whose modification time is that of the last call. Where no such file can be created or locked,
    the interval is only kept within this process.
    """

    def __init__(self, host: str) -> None:
        self._last = float("-inf")  # monotonic clock
        self._file = None
        folder = cache_folder() / "fetch"
        place = folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', host)[:200]}.lock"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            before = time.time() - place.stat().st_mtime if place.exists() else float("inf")
            self._file = place.open("ab")
            self._last = time.monotonic() - max(0.0, before)  # the clock may have been set back
        if self._file is not None and not _locked(self._file.fileno()):
            self._file.close()
            raise KgError(f"{host}: another `kg fetch` is calling it: wait until that is done.")

    def wait(self, interval: float) -> None:
        """Wait until the interval since the last call has passed."""
        time.sleep(max(0.0, self._last + interval - time.monotonic()))

    def done(self) -> None:
        """Record the end of a call."""
        self._last = time.monotonic()
        if self._file is not None:
            with suppress(OSError):
                os.utime(self._file.fileno())

    def close(self) -> None:
        """Release the lock."""
        if self._file is not None:
            self._file.close()


def _locked(handle: int) -> bool:
    """Try to lock a file; True on systems and disks without such locks."""
    with suppress(ImportError, OSError):
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def service_url(url: str) -> str:
    """Normalize the URL of a service (https by default); Refused for a URL with a password, a query or without a host.

    >>> service_url("export.arxiv.org/api/query"), service_url("http://127.0.0.1:8000/oai")
    ('https://export.arxiv.org/api/query', 'http://127.0.0.1:8000/oai')
    """
    whole = url.strip() if "://" in url else f"https://{url.strip()}"
    parts = url_parts(whole)
    sound = parts.scheme in ("http", "https") and parts.hostname and whole.isprintable() and " " not in whole
    if not sound or "@" in parts.netloc or "?" in whole or "#" in whole:
        raise Refused(f"{url[:200]!r}: is not a service URL: write https://HOST/PATH, without password or query.")
    return whole


def url_parts(url: str) -> SplitResult:
    """The parts of a URL; empty parts for an invalid one."""
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else urlsplit("")
    except ValueError:
        return urlsplit("")


def _within(host: str, other: str) -> bool:
    """Whether `host` equals `other` or is a subdomain of it."""
    return bool(other) and (host == other or host.endswith(f".{other}"))


def _reason(error: Exception) -> str:
    """The library's error message without the system's error number."""
    return re.sub(r"^\[Errno -?\d+\] ", "", " ".join(str(error).split()))[:200] or type(error).__name__
