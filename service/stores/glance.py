"""An archive at a glance: how much it holds, what came last, and how its index is.

Nothing here reads texts or walks through all articles: what is counted by field comes from the
engine's columns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.archive import Archive
from service.entity import ENTITY_TYPES, EntityType

COUNTS = """
SELECT (SELECT count(*) FROM versions) AS versions, (SELECT count(*) FROM quotes) AS quotes
"""
ENTITIES = "SELECT type, count(*) AS entities FROM entities GROUP BY type"
# Arrivals are numbered in their order, by the generation that brought them.
NEWEST = """
SELECT ingested_at AS at, CAST(strftime('%s', ingested_at) AS INTEGER) AS seconds, origin
FROM articles INDEXED BY articles_by_arrival ORDER BY added_in DESC LIMIT :most
"""
INDEX = """
SELECT (SELECT count(*) FROM unfiled) AS unfiled,
  (SELECT count(*) FROM erasures) AS erasures, sqlite_version() AS sqlite
"""
# So many of the newest articles are looked at.
_LOOKED_AT = 300
# Articles that come within so much of each other came together.
_PAUSE = 600  # seconds


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is beside the articles; `entities` are by type."""

    versions: int
    quotes: int
    entities: Mapping[EntityType, int]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Articles that came together, `origins` the inputs that they were read from.

    `last` is when the last of them came: UTC, ISO 8601. `more` when others, not looked at, may
    belong to it.
    """

    last: str
    articles: int
    origins: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Health:
    """What can be told of an archive without reading it.

    `unfiled` articles are found, but read from the tables for each search; `erasures` are kills of
    which there may still be remains; `size` is in bytes, with SQLite's log. `sqlite` is the version
    that reads the file, empty in a cluster.
    """

    unfiled: int
    erasures: int
    sqlite: str
    size: int
    pending: tuple[str, ...]


class GlanceStore:
    """Reads what an archive holds, in a few numbers; `pending` names what its file lacks."""

    def __init__(self, archive: Archive, pending: Callable[[], Sequence[str]] = tuple) -> None:
        self._archive = archive
        self._pending = pending

    def totals(self) -> Totals:
        with self._archive.read() as conn:
            counts = conn.execute(COUNTS).fetchone()
            entities = {row["type"]: row["entities"] for row in conn.execute(ENTITIES)}
        by_type = {name: entities.get(name, 0) for name in ENTITY_TYPES}
        return Totals(counts["versions"], counts["quotes"], by_type)

    def arrivals(self, limit: int) -> tuple[Arrival, ...]:
        """What came last, the latest first."""
        found = self._newest(_LOOKED_AT)
        # Another program may have written what is no time.
        rows = [row for row in found if row["seconds"] is not None]
        together = list(_together(sorted(rows, key=lambda row: -int(row["seconds"]))))
        is_cut = len(found) == _LOOKED_AT
        ends = [is_cut and number == len(together) for number in range(1, len(together) + 1)]
        return tuple(map(_arrival, together[:limit], ends))

    def health(self) -> Health:
        pending = tuple(self._pending())
        with self._archive.read() as conn:
            row = conn.execute(INDEX).fetchone()
        files = (path for path in self._archive.files() if path.exists())
        size = sum(path.stat().st_size for path in files if not path.name.endswith("-shm"))
        return Health(**dict(row), size=size, pending=pending)

    def _newest(self, most: int) -> list[Mapping[str, Any]]:
        """So many articles, the last to come first: `at`, `seconds` since 1970, and `origin`."""
        with self._archive.read() as conn:
            return [dict(row) for row in conn.execute(NEWEST, {"most": most})]


def _together(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """In parts, wherever nothing came for a while."""
    part: list[Mapping[str, Any]] = []
    for row in rows:
        if part and part[-1]["seconds"] - row["seconds"] > _PAUSE:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _arrival(rows: Sequence[Mapping[str, Any]], more: bool) -> Arrival:
    origins = dict.fromkeys(row["origin"].partition("#")[0] for row in rows if row["origin"])
    return Arrival(
        last=rows[0]["at"],
        articles=len(rows),
        origins=tuple(sorted(origins)),
        more=more,
    )
