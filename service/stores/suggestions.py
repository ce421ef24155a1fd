"""What the archive knows of entities that may be one: their names, and the company they keep.

Every statement is bounded: by the most mentioned entities, by the newest articles of each.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.archive import Archive
from service.database import Connection, Row
from service.edits import Decisions
from service.entity import EntityType
from service.needs import NAMED, Needs, of_entities, with_entities
from service.needs import Newest as NewestArticles
from service.stores.entities import EntityRow
from service.stores.in_bulk import article_count
from service.stores.mentions import decisions

# The company of an entity is that of its newest articles; that is as much as tells somebody.
NEWEST = 15
# Whether two are ever named together is looked for in so many articles of the rarer one.
SEARCHED = 1_000
# Of a large company the rarest tell most.
MOST_COMPANIONS = 100
MOST_RELATED, MOST_BEGINNING = 500, 5_000

MOST_MENTIONED = """
SELECT key, name, type, articles, mentions FROM entities
WHERE type = :type ORDER BY mentions DESC, key LIMIT :limit
"""
# Names with one of the keys (also given by editors), names that hold the name, and J. Smith for
# John Smith.
RELATED = """
SELECT key, name, type, articles, mentions FROM entities
WHERE key <> :key AND (folded IN (SELECT value FROM json_each(:folded))
  OR id IN (SELECT entity_id FROM aliases WHERE folded IN (SELECT value FROM json_each(:folded)))
  OR (type = :type AND length(:whole) > 2 AND (instr(folded, :whole) > 0
    OR (:last <> '' AND folded LIKE :first || '%' || :last))))
ORDER BY mentions DESC, key LIMIT :limit
"""
BEGINNING = """
SELECT key, name, type, articles, mentions FROM entities
WHERE key <> :key AND type = :type AND folded >= :first AND folded < :first || :end
ORDER BY mentions DESC, key LIMIT :limit
"""
ENTITY = "SELECT key, name, type, articles, mentions FROM entities WHERE key = :key"
SAME_NAME = """
SELECT key, name, type, articles, mentions FROM entities WHERE folded IN (
  SELECT folded FROM entities GROUP BY folded HAVING count(*) > 1
) ORDER BY mentions DESC, key LIMIT :limit
"""
COMPANY = """
SELECT other.key, other.name, other.articles, count(*) AS times FROM (
  SELECT article_id FROM article_entities
  WHERE entity_id = (SELECT id FROM entities WHERE key = :key)
  ORDER BY article_id DESC LIMIT :newest
) own CROSS JOIN article_entities theirs ON theirs.article_id = own.article_id
JOIN entities other ON other.id = theirs.entity_id
WHERE other.key <> :key AND other.articles BETWEEN 2 AND :common
GROUP BY other.id ORDER BY other.articles, other.key LIMIT :limit
"""
TOGETHER = """
SELECT EXISTS (
  SELECT 1 FROM (
    SELECT article_id FROM article_entities
    WHERE entity_id = (SELECT id FROM entities WHERE key = :rarer)
    ORDER BY article_id DESC LIMIT :searched
  ) own CROSS JOIN article_entities theirs ON theirs.article_id = own.article_id
  WHERE theirs.entity_id = (SELECT id FROM entities WHERE key = :other)
)
"""


@dataclass(frozen=True, slots=True)
class Companion:
    """Another entity in the articles of one: in how many of them, and in how many altogether."""

    key: str
    name: str
    articles: int
    times: int


class SuggestionStore:
    """Reads what suggestions of merges are made of."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def state(self) -> tuple[str, int]:
        """The archive and its generation: what was made of the same state still holds."""
        with self._archive.read() as conn:
            archive, number = conn.execute("SELECT archive, number FROM generation").fetchone()
            return archive, number

    def articles(self) -> int:
        with self._archive.read() as conn:
            return article_count(conn)

    def decisions(self) -> Decisions:
        """What editors have decided, also which are not the same."""
        with self._archive.read() as conn:
            return decisions(conn)

    def get(self, key: str) -> EntityRow | None:
        with self._archive.read(of_entities([key])) as conn:
            row = conn.execute(ENTITY, {"key": key}).fetchone()
            return _row(row) if row is not None else None

    def most_mentioned(self, type_: EntityType, limit: int) -> tuple[EntityRow, ...]:
        """So many entities of a type."""
        return self._read(MOST_MENTIONED, {"type": type_, "limit": limit})

    def same_name(self, limit: int) -> tuple[EntityRow, ...]:
        """Entities of different types that are called the same."""
        return self._read(SAME_NAME, {"limit": limit})

    def related(
        self, entity: EntityRow, folded: Iterable[str], whole: str, ends: tuple[str, str]
    ) -> tuple[EntityRow, ...]:
        """Others with one of these folded names, that hold the `whole`, or have its ends."""
        first, last = ends
        values = {"key": entity.key, "type": entity.type, "folded": json.dumps(sorted(folded))}
        values |= {"whole": whole, "first": first, "last": last}
        return self._read(RELATED, values | {"limit": MOST_RELATED})

    def beginning(self, entity: EntityRow, first: str) -> tuple[EntityRow, ...]:
        """Others of its type with this first letter, the most mentioned of them."""
        values = {"key": entity.key, "type": entity.type, "first": first, "end": "\U0010ffff"}
        return self._read(BEGINNING, values | {"limit": MOST_BEGINNING})

    def companies(self, keys: Iterable[str], common: int) -> Mapping[str, Sequence[Companion]]:
        """Who is named beside each, without those that more than `common` articles name."""
        keys = list(keys)
        newest = frozenset(NewestArticles(NEWEST, NAMED, key) for key in keys)
        needs = of_entities(keys) | with_entities(Needs(newest=newest))
        with self._archive.read(needs) as conn:
            return {key: _company(conn, key, common) for key in keys}

    def together(self, pairs: Iterable[tuple[EntityRow, EntityRow]]) -> frozenset[frozenset[str]]:
        """The pairs of keys that some article names both."""
        with self._archive.read() as conn:
            return frozenset(
                frozenset((one.key, other.key))
                for one, other in pairs
                if _are_together(conn, one, other)
            )

    def _read(self, statement: str, values: Mapping[str, object]) -> tuple[EntityRow, ...]:
        with self._archive.read() as conn:
            return tuple(_row(row) for row in conn.execute(statement, dict(values)))


def _company(conn: Connection, key: str, common: int) -> tuple[Companion, ...]:
    values = {"key": key, "newest": NEWEST, "common": common, "limit": MOST_COMPANIONS}
    rows = conn.execute(COMPANY, values)
    return tuple(Companion(*row) for row in rows)


def _are_together(conn: Connection, one: EntityRow, other: EntityRow) -> bool:
    rarer, other = sorted((one, other), key=lambda entity: (entity.articles, entity.key))
    values = {"rarer": rarer.key, "other": other.key, "searched": SEARCHED}
    return bool(conn.execute(TOGETHER, values).fetchone()[0])


def _row(row: Row) -> EntityRow:
    return EntityRow(row["key"], row["name"], row["type"], row["articles"], row["mentions"])
