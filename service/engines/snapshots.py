"""Snapshots of an archive that lives in a cluster, as they are told of: copies that the cluster
keeps beside itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["whole", "being taken", "not whole"]
Tell = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One of `archive`, as of the moment `taken_at` (UTC, ISO 8601).

    `generation` is the number that readers knew the archive by, `schema` its newest migration,
    `bytes` what it takes in the repository if nothing is shared with others (None: not known yet).
    """

    archive: str
    name: str
    state: State
    taken_at: str
    generation: int
    articles: int
    entities: int
    cuttings: str
    schema: str
    bytes: int | None
