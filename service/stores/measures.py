"""The archive and its private file in numbers, for the metrics: cheap however much there is.

Counts that triggers keep, and small tables; no walk through articles.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields

from service.archive import Archive
from service.database import Row
from service.needs import Needs

# Of articles with a source the sources know the number.
ARCHIVE = """
SELECT (SELECT number FROM generation) AS generation,
  (SELECT ifnull(sum(articles), 0) FROM sources)
    + (SELECT count(*) FROM articles WHERE source_id IS NULL) AS articles,
  (SELECT count(*) FROM unfiled) AS unfiled, (SELECT count(*) FROM segments) AS segments,
  (SELECT count(*) FROM erasures) AS erasures, (SELECT count(*) FROM tombstones) AS killed,
  (SELECT max(id) FROM edits) AS edits, sqlite_version() AS sqlite,
  (SELECT name FROM _sqlite_migrations ORDER BY name DESC LIMIT 1) AS schema,
  (SELECT page_size FROM pragma_page_size) AS page_size,
  (SELECT freelist_count FROM pragma_freelist_count) AS free_pages
"""
# But for what waits, which a home that is no file counts itself.
_TOLD = Needs(kinds=frozenset({"ingest"}))
UNFILED = "SELECT count(*) FROM (SELECT 1 FROM unfiled LIMIT :most)"
PRIVATE = """
SELECT (SELECT inputs FROM quarantine_size) AS quarantined,
  (SELECT bytes FROM quarantine_size) AS quarantined_bytes,
  (SELECT count(*) FROM embargoed) AS embargoed,
  (SELECT count(*) FROM ingests WHERE ended_at IS NULL
   AND strftime('%s', seen_at) > strftime('%s', 'now') - 60) AS ingesting
"""
LAST_INGEST = """
SELECT CAST(strftime('%s', ended_at) AS INTEGER) AS at, added, changed, unchanged, duplicates,
  killed, failed
FROM ingests WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1
"""
# Of all that is remembered, which goes only when there are very many: a counter that starts anew.
OUTCOMES = """
SELECT ifnull(sum(added), 0) AS added, ifnull(sum(changed), 0) AS changed,
  ifnull(sum(unchanged), 0) AS unchanged, ifnull(sum(duplicates), 0) AS duplicates,
  ifnull(sum(killed), 0) AS killed, ifnull(sum(failed), 0) AS failed
FROM ingests
"""


@dataclass(frozen=True, slots=True)
class ArchiveMeasures:
    """`bytes` of the file, of its log, and of pages in it that are free."""

    generation: int
    articles: int
    unfiled: int
    segments: int
    erasures: int
    killed: int
    edits: int
    sqlite: str
    schema: str
    bytes: int
    log_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class PrivateMeasures:
    """`ingesting` are ingests at work; outcomes by name, of the last that ended and of all."""

    quarantined: int
    quarantined_bytes: int
    embargoed: int
    ingesting: int
    last_ingest_at: int | None
    last_ingest: Mapping[str, int]
    ingested: Mapping[str, int]


class MeasureStore:
    """Reads the archive and its private part."""

    def __init__(self, archive: Archive, private: Archive) -> None:
        self._archive = archive
        self._private = private

    def archive(self) -> ArchiveMeasures:
        with self._archive.read() as conn:
            row = dict(conn.execute(ARCHIVE).fetchone())
        page_size, free = row.pop("page_size"), row.pop("free_pages")
        row["edits"] = row["edits"] or 0
        return ArchiveMeasures(
            **row,
            bytes=_size(self._archive, ""),
            log_bytes=_size(self._archive, "-wal"),
            free_bytes=page_size * free,
        )

    def unfiled(self, most: int) -> int:
        """How many articles the index lacks; no more than `most` are counted."""
        with self._archive.read() as conn:
            count: int = conn.execute(UNFILED, {"most": most}).fetchone()[0]
            return count

    def private(self) -> PrivateMeasures:
        with self._private.read(_TOLD) as conn:
            row = conn.execute(PRIVATE).fetchone()
            last = conn.execute(LAST_INGEST).fetchone()
            ingested = _outcomes(conn.execute(OUTCOMES).fetchone())
        return PrivateMeasures(
            **dict(row),
            last_ingest_at=last["at"] if last else None,
            last_ingest=_outcomes(last) if last else {},
            ingested=ingested,
        )


OUTCOME_NAMES = ("added", "changed", "unchanged", "duplicates", "killed", "failed")
ARCHIVE_NUMBERS = tuple(each.name for each in fields(ArchiveMeasures) if each.type is int)


def _outcomes(row: Row) -> Mapping[str, int]:
    return {name: row[name] for name in OUTCOME_NAMES}


def _size(archive: Archive, end: str) -> int:
    """Of the file that is called as its log is, with this `end` instead."""
    for path in archive.files():
        if path.name.endswith("-wal"):
            with suppress(FileNotFoundError):
                return path.with_name(path.name.removesuffix("-wal") + end).stat().st_size
    return 0
