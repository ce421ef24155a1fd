"""Where a document may be fetched from: what is an address, and what lies in a private network."""

import ipaddress
import socket
from collections.abc import Callable

import httpx

from service.errors import Unreadable

# A part of the IPv6 space that stands for that of IPv4.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolver = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def address(url: str) -> httpx.URL:
    """The address in a text; Unreadable for what is none of the web."""
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as fault:
        raise Unreadable("is no web address") from fault
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Unreadable("is no web address: only http and https are fetched")
    return parsed


def public(url: httpx.URL) -> str:
    """An address as it may be kept: without a password, and the place in a page."""
    return str(url.copy_with(username=None, password=None, fragment=None))


def is_private(host: str, resolve: Resolver) -> bool:
    """Whether a host lies in a private network; one without an address does not."""
    return not all(map(_is_global, _places(host, 0, resolve)))


def public_place(url: httpx.URL, resolve: Resolver) -> str:
    """A host's address; Unreadable unless all that it has lie in the public internet."""
    places = _places(url.host, url.port or (443 if url.scheme == "https" else 80), resolve)
    if not places:
        raise Unreadable("has no such host")
    if not all(map(_is_global, places)):
        raise Unreadable("lies in a private network, where no page of a feed may lead")
    return places[0]


def _places(host: str, port: int, resolve: Resolver) -> list[str]:
    try:
        return resolve(host, port)
    except (OSError, UnicodeError):
        return []


def _is_global(place: str) -> bool:
    """Whether an address is one of the public internet, whatever it is wrapped in."""
    address = ipaddress.ip_address(place.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner and not inner.is_global:
            return False
        if address.ipv4_mapped:
            return True
    return address.is_global and not address.is_multicast
