"""Whether it is this very machine that asks."""

from functools import lru_cache
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope


def is_loopback(scope: Scope, headers: Headers) -> bool:
    """Whether this machine asks, and no proxy on it for somebody else."""
    if any(n == "forwarded" or n.startswith("x-forwarded-") for n in headers.keys()):  # noqa: SIM118 - decoded names
        return False
    client = scope.get("client")
    return client is not None and is_own(client[0])


@lru_cache(maxsize=1_024)
def is_own(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
