"""Where a cluster's nodes are, who asks them, and how much one address holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from opensearchpy import OpenSearch

from service.engines.opensearch.credentials import authorization, readable

# A node that was killed may be back soon; the client's own 60 s double each time.
_SECONDS_PUT_ASIDE = 2.0
# So many threads ask one node at once without opening connections anew.
_CONNECTIONS = 40
# A node takes an address of 4,096 bytes (`http.max_initial_line_length`), with what else is asked.
_LONGEST_NAMES = 3_000


@dataclass(frozen=True, slots=True)
class Address:
    """Where the cluster is and who asks it; without a user and a key nobody in particular does."""

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    certificates: str | None = None
    seconds: float = 30.0


def nodes_at(address: Address, retries: int) -> OpenSearch:
    """Asked one after the other, so many more of them where one cannot be reached."""
    return OpenSearch(
        list(address.urls),
        headers=authorization(address.user, address.password, address.api_key),
        ca_certs=readable(address.certificates),
        timeout=address.seconds,
        max_retries=retries,
        retry_on_timeout=False,  # whoever waits has waited long enough
        retry_on_status=(429, 502, 503),
        dead_timeout=_SECONDS_PUT_ASIDE,
        timeout_cutoff=0,
        pool_maxsize=_CONNECTIONS,
    )


def in_addresses(names: Iterable[str]) -> Iterator[str]:
    """All of them, so many together as one address takes, with commas between them."""
    some: list[str] = []
    for name in names:
        if some and len(",".join((*some, name))) > _LONGEST_NAMES:
            yield ",".join(some)
            some = []
        some.append(name)
    if some:
        yield ",".join(some)
