"""Calls of addresses that a service names: to hosts of the public network only, at the address that was checked.

A name is looked up once: a second look-up may give another address (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult
from urllib.request import getproxies, proxy_bypass

import httpx

from kg.http import Refused, trusted

_MOST_ADDRESSES = 4  # of a host, called one after the other
_UNICAST = ipaddress.ip_network("2000::/3")  # outside of it are those that hold an IPv4 address: mapped, NAT64 ...
_TUNNELS = ipaddress.ip_network("2002::/16")  # 6to4, which also hold one


class PublicTransport(httpx.HTTPTransport):
    """Calls `exempt` as usual, other hosts in the public network only; a proxy looks names up by itself."""

    def __init__(self, exempt: str, proxy: str | None) -> None:
        # A kept connection would be used for other names at its address, which its certificate does not cover.
        super().__init__(verify=trusted(), proxy=proxy, limits=httpx.Limits(max_keepalive_connections=0))
        self._exempt, self._is_proxied = exempt, proxy is not None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises Refused for a host that is not public."""
        if request.url.netloc.decode() == self._exempt:
            return super().handle_request(request)
        name = request.url.raw_host.decode("ascii")
        found = _addresses(name)
        public = [address for address in found if is_public(address)]
        if found and (not public or (self._is_proxied and public != found)):
            raise Refused(f"{name}: is no host of the public network, so it is not called.")
        if self._is_proxied:
            return super().handle_request(request)
        return self._first(request, name, public[:_MOST_ADDRESSES])

    def _first(self, request: httpx.Request, name: str, addresses: list[str]) -> httpx.Response:
        """What the first address sends that can be reached; TLS and the header Host keep the name."""
        named = request.url
        request.extensions = request.extensions | {"sni_hostname": name}
        for address in addresses:
            request.url = named.copy_with(host=address)
            try:
                return super().handle_request(request)
            except httpx.ConnectError:
                if address == addresses[-1]:
                    raise
            finally:
                request.url = named
        raise httpx.ConnectError("its name is not known")


def proxy_of(url: SplitResult) -> str | None:
    """The proxy that the environment names for a URL."""
    proxies = {} if proxy_bypass(url.hostname or "") else getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _addresses(host: str) -> list[str]:
    """The addresses of a host, the preferred ones first; none where it is not known. ValueError for what is no name."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return []
    return list(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found))


def is_public(address: str) -> bool:
    """Whether an address leads to one host of the public network, and not by way of another address in it.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("64:ff9b::7f00:1"), is_public("224.0.0.1")
    (True, False, False, False)
    """
    one = ipaddress.ip_address(address)
    is_unicast = not one.is_multicast if one.version == 4 else one in _UNICAST and one not in _TUNNELS
    return one.is_global and is_unicast
