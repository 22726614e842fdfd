"""The address of a client, also behind proxies: what the rate limit counts by."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice
from typing import Final

from aiohttp import web

_FORWARDED_FOR: Final = "X-Forwarded-For"
_NETWORK_BITS: Final = 64
"""Of an IPv6 address. A connection gets all addresses below them, and may use another one for each request."""
_MOST_HOPS: Final = 32
"""A client may send half a megabyte of them."""
_Address = IPv4Address | IPv6Address


class Proxies:
    """The proxies whose X-Forwarded-For is trusted."""

    def __init__(self, trusted: str) -> None:
        names = {name.strip() for name in trusted.split(",")} - {""}
        self._trusted = [ip_network(name) for name in names]

    def client_of(self, request: web.Request) -> str:
        """Returns the nearest address that is not a trusted proxy, or its network; what a client forged has no effect.

        Each proxy adds its own client at the end, some of them in a header line of their own. So the lines are one
        list, which is read from its end. A proxy that names nobody counts as the client.
        """
        peer = request.remote or ""
        client = _parse(peer)
        if client is None:
            return peer
        for hop in islice(_hops(request), _MOST_HOPS):
            named = _parse(hop) if self._trusts(client) else None
            if named is None:
                break
            client = named
        return _as_one_client(client)

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._trusted)


def _hops(request: web.Request) -> Iterator[str]:
    """Yields the entries of the list, the last first."""
    for line in reversed(request.headers.getall(_FORWARDED_FOR, [])):
        yield from reversed(line.rsplit(",", _MOST_HOPS))


def _parse(text: str) -> _Address | None:
    """Returns an address, also with a port as some proxies write it; an IPv4 address that is mapped to IPv6 as IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _as_one_client(address: _Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), _NETWORK_BITS), strict=False))
