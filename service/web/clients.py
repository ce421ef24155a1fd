"""Which address asks: for turns, rates and log lines alone, never for who may do what."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

# What a household or a machine is given as a whole: one may ask from every address in it.
IPV6_SHARE = 64
# A socket file has no addresses.
UNKNOWN = "unknown"


class Clients:
    """Tells clients apart; what a proxy of these networks says of others is believed."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies = tuple(ip_network(each, strict=False) for each in proxies)

    def address(self, scope: Scope, headers: Headers) -> str:
        """The nearest address that is no proxy of ours.

        Read from the right: what stands further left anybody could have written.
        """
        client = scope.get("client")
        nearest = client[0] if client else UNKNOWN
        if self._proxies and self.is_proxy(nearest):
            for told in reversed(list(_forwarded(headers))):
                if _parsed(told) is None:
                    break
                nearest = told
                if not self.is_proxy(told):
                    break
        return _plain(nearest)

    def is_proxy(self, host: str) -> bool:
        address = _parsed(host)
        return address is not None and any(
            address.version == network.version and address in network for network in self._proxies
        )


@lru_cache(maxsize=1_024)
def share_of(address: str) -> str:
    """Whose turn it is: the address, or of IPv6 the network that one client has."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, IPV6_SHARE), strict=False))
    return address


def _forwarded(headers: Headers) -> Iterator[str]:
    for line in headers.getlist("x-forwarded-for"):
        yield from (part.strip() for part in line.split(","))


@lru_cache(maxsize=1_024)
def _plain(host: str) -> str:
    parsed = _parsed(host)
    return str(parsed) if parsed is not None else UNKNOWN


@lru_cache(maxsize=1_024)
def _parsed(host: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address; IPv4 written as IPv6 is IPv4."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
