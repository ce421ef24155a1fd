"""Every spelling of every entity, a batch at a time, so that any number fits in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from service.archive import Archive
from service.database import Connection
from service.edits import in_force, type_of
from service.needs import of_entities
from service.stores.mentions import LOG, decisions, edit_of

BATCH = 2_000
ROWS = """
SELECT e.key, e.name, e.type, al.text AS alias, al.mentions, al.added
FROM entities e CROSS JOIN aliases al ON al.entity_id = e.id
WHERE e.key >= :key AND (e.key > :key OR al.text > :alias)
ORDER BY e.key, al.text LIMIT :limit
"""
STANDING = "SELECT 1 FROM entities WHERE key = :key"


@dataclass(frozen=True, slots=True)
class AliasRow:
    """A spelling of an entity; `added` is 1 for an editor's."""

    key: str
    name: str
    type: str
    alias: str
    mentions: int
    added: int


class AliasStore:
    """Reads spellings."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def every(self) -> Iterator[AliasRow]:
        """By key and spelling, also those of entities that no article names yet."""
        with self._archive.read() as conn:
            names = _named(conn)
            with self._archive.read(of_entities(names)):
                awaited = sorted(_awaited(conn, names), key=attrgetter("key", "alias"))
        return merge(self._filed(), awaited, key=attrgetter("key", "alias"))

    def _filed(self) -> Iterator[AliasRow]:
        """A snapshot a batch: who reads on slowly keeps no transaction open."""
        last = {"key": "", "alias": ""}
        while True:
            with self._archive.read() as conn:
                rows = conn.execute(ROWS, last | {"limit": BATCH}).fetchall()
            yield from (AliasRow(*row) for row in rows)
            if len(rows) < BATCH:
                return
            last = {"key": rows[-1]["key"], "alias": rows[-1]["alias"]}


def _named(conn: Connection) -> dict[str, str]:
    """The keys of entities that editors have given spellings, with their names."""
    log = decisions(conn)
    names: dict[str, str] = {}
    for edit in in_force([edit_of(row) for row in conn.execute(LOG)]):
        names_other = edit.action in ("merge", "split", "retype")
        key = (edit.into if names_other else edit.entity) or ""
        names[key] = edit.name or names.get(key, "")
    return {key: name for key, name in names.items() if log.aliases(key)}


def _awaited(conn: Connection, names: Mapping[str, str]) -> Iterator[AliasRow]:
    """What editors have said of entities that are not there."""
    log = decisions(conn)
    for key, name in names.items():
        if conn.execute(STANDING, {"key": key}).fetchone() is None:
            for alias in log.aliases(key):
                yield AliasRow(key, name, type_of(key), alias, 0, 1)
