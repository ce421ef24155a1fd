"""Entities and mentions in and out of the archive file.

Nothing here depends on the order in which articles arrive: an entity's key comes with the mention,
and its shown name is its most frequent full spelling.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.database import Connection, Database, Row
from service.entity import EntityType, Mention
from service.names import name_key, plain
from service.stores.slots import UNDATED_ROOM

ADD_ENTITY = """
INSERT INTO entities (key, name, type, folded) VALUES (:key, :name, :type, :folded)
ON CONFLICT (key) DO NOTHING
"""
ADD_ALIAS = """
INSERT INTO aliases (entity_id, text, folded)
SELECT id, :text, :folded FROM entities WHERE key = :key
ON CONFLICT DO NOTHING
"""
ADD_MENTION = """
INSERT INTO mentions (article_id, position, entity_id, type, field, start_offset, end_offset, text,
  alias, method, confidence)
VALUES (:article, :position, (SELECT id FROM entities WHERE key = :key), :type, :field, :start,
  :end, :text, :alias, :method, :confidence)
"""
# The full spelling used most (of equals the first in the alphabet) is the name that is shown.
NAME_ENTITY = """
UPDATE entities SET name = spelling FROM (
  SELECT text AS spelling FROM aliases JOIN entities e ON e.id = aliases.entity_id
  WHERE e.key = :key AND aliases.folded = e.folded
  ORDER BY aliases.mentions DESC, text LIMIT 1
) WHERE key = :key AND name <> spelling
"""
NAMED_BEFORE = """
SELECT e.key FROM article_entities ae JOIN entities e ON e.id = ae.entity_id
WHERE ae.article_id = :article
"""


def file_mentions(conn: Connection, article_id: int, mentions: Sequence[Mention]) -> None:
    """Make `mentions` those of the article, instead of any it had; counts follow by triggers."""
    before = {row["key"] for row in conn.execute(NAMED_BEFORE, {"article": article_id})}
    conn.execute("DELETE FROM mentions WHERE article_id = ?", (article_id,))
    for mention in mentions:
        _add_names(conn, mention)
    conn.executemany(
        ADD_MENTION,
        [
            {
                "article": article_id,
                "position": position,
                "key": m.entity.key if m.entity else None,
                "type": m.type,
                "field": m.field,
                "start": m.start,
                "end": m.end,
                "text": m.text,
                "alias": m.alias,
                "method": m.method,
                "confidence": m.confidence,
            }
            for position, m in enumerate(mentions)
        ],
    )
    for key in before | {m.entity.key for m in mentions if m.entity}:
        conn.execute(NAME_ENTITY, {"key": key})


def _add_names(conn: Connection, mention: Mention) -> None:
    entity = mention.entity
    if entity is None:
        return
    values = {"key": entity.key, "name": entity.name, "type": entity.type}
    conn.execute(ADD_ENTITY, values | {"folded": name_key(entity.name)})
    alias = {"key": entity.key, "text": mention.alias, "folded": name_key(mention.alias)}
    conn.execute(ADD_ALIAS, alias)


@dataclass(frozen=True, slots=True)
class EntityRow:
    """An entity with its counts over the whole archive."""

    key: str
    name: str
    type: EntityType
    articles: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Alias:
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class EntityDetail:
    """An entity with its spellings, and the dates of the first and last article that name it."""

    entity: EntityRow
    aliases: tuple[Alias, ...]
    first_seen: str | None
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class EntityPage:
    total: int
    entities: tuple[EntityDetail, ...]
    more: bool


ENTITY = "SELECT key, name, type, articles, mentions FROM entities WHERE key = :key"
ALIASES = """
SELECT al.text, al.mentions FROM aliases al JOIN entities e ON e.id = al.entity_id
WHERE e.key = :key ORDER BY al.mentions DESC, al.text
"""
# Ids grow with time, so the ends of the index are the first and the last dated article.
SEEN = """
SELECT (SELECT published_at FROM articles WHERE id = (
    SELECT min(article_id) FROM article_entities WHERE entity_id = e.id AND article_id >= :dated)),
  (SELECT published_at FROM articles WHERE id = (
    SELECT max(article_id) FROM article_entities WHERE entity_id = e.id AND article_id >= :dated))
FROM entities e WHERE e.key = :key
"""
IN_ARTICLE = """
SELECT e.key, e.name, e.type, e.articles, ae.mentions FROM article_entities ae
JOIN entities e ON e.id = ae.entity_id JOIN articles a ON a.id = ae.article_id
WHERE a.key = :key ORDER BY ae.mentions DESC, e.name
"""
MENTIONS = """
SELECT m.*, e.key AS entity_key, e.name AS entity_name FROM mentions m
JOIN articles a ON a.id = m.article_id LEFT JOIN entities e ON e.id = m.entity_id
WHERE a.key = :key ORDER BY m.position
"""
# `:name` is folded; an exact spelling comes before one that only contains it.
LIST = """
SELECT e.key, e.name, e.type, e.articles, e.mentions,
  EXISTS (SELECT 1 FROM aliases WHERE entity_id = e.id AND folded = :name) AS exact,
  (SELECT max(article_id) FROM article_entities WHERE entity_id = e.id) AS latest
FROM entities e
WHERE (:type IS NULL OR e.type = :type)
  AND (:name = '' OR EXISTS (
    SELECT 1 FROM aliases WHERE entity_id = e.id AND instr(folded, :name) > 0))
ORDER BY exact DESC, CASE :sort WHEN 'recent' THEN latest ELSE e.mentions END DESC, e.key
LIMIT :limit OFFSET :offset
"""
LIST_TOTAL = """
SELECT count(*) FROM entities e
WHERE (:type IS NULL OR e.type = :type)
  AND (:name = '' OR EXISTS (
    SELECT 1 FROM aliases WHERE entity_id = e.id AND instr(folded, :name) > 0))
"""
WITH_NAME = """
SELECT e.key FROM entities e WHERE e.type = :type AND e.id IN (
  SELECT entity_id FROM aliases WHERE folded = :name
  UNION ALL SELECT id FROM entities WHERE folded = :name
) ORDER BY e.key
"""

BEGINNING = """
SELECT key, name, type, articles, mentions FROM entities WHERE id IN (
  SELECT entity_id FROM aliases WHERE folded >= :start AND folded < :end
  UNION ALL
  SELECT id FROM (SELECT id, name FROM entities ORDER BY mentions DESC LIMIT :looked_at)
  WHERE ' ' || replace(name, '-', ' ') LIKE '% ' || :words || '%' ESCAPE '\\'
) ORDER BY articles DESC, mentions DESC, key LIMIT :limit
"""
# A few letters begin so many names that only those of the most mentioned are looked through; they
# are also the ones of which any word may begin so.
_FEW_LETTERS, _LOOKED_AT = 2, 2_000
SHARED = """
SELECT a.key AS article, e.key, e.name, e.type, e.articles, e.mentions
FROM articles own JOIN article_entities mine ON mine.article_id = own.id
JOIN article_entities theirs ON theirs.entity_id = mine.entity_id
JOIN articles a ON a.id = theirs.article_id JOIN entities e ON e.id = mine.entity_id
WHERE own.key = :key AND a.key IN (SELECT value FROM json_each(:keys))
ORDER BY e.articles, e.key
"""


@dataclass(frozen=True, slots=True)
class PlacedMention:
    """A mention as it is kept: `entity` is a key, or None where the article leaves it open."""

    entity: str | None
    type: EntityType
    field: str
    start: int
    end: int
    text: str


class EntityStore:
    """Reads entities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> EntityDetail | None:
        with self._database.read() as conn:
            row = conn.execute(ENTITY, {"key": key}).fetchone()
            return _detail(conn, row) if row is not None else None

    def has(self, key: str) -> bool:
        with self._database.read() as conn:
            return conn.execute(ENTITY, {"key": key}).fetchone() is not None

    def keys_of(self, type_: EntityType, name: str) -> tuple[str, ...]:
        """Keys of the entities that `name` may stand for: a key itself, or any spelling."""
        with self._database.read() as conn:
            row = conn.execute(ENTITY, {"key": name}).fetchone()
            if row is not None and row["type"] == type_:
                return (name,)
            found = conn.execute(WITH_NAME, {"type": type_, "name": name_key(name)})
            return tuple(row["key"] for row in found)

    def page(
        self, *, name: str, type_: EntityType | None, sort: str, limit: int, offset: int
    ) -> EntityPage:
        """Entities whose spellings contain `name`, most mentioned or most recently named first."""
        values = {"name": name_key(name), "type": type_, "sort": sort}
        if name.strip() and not values["name"]:
            return EntityPage(0, (), False)
        with self._database.read() as conn:
            total = conn.execute(LIST_TOTAL, values).fetchone()[0]
            rows = conn.execute(LIST, values | {"limit": limit, "offset": offset}).fetchall()
            entities = tuple(_detail(conn, row) for row in rows)
            return EntityPage(total, entities, offset + len(rows) < total)

    def beginning(self, typed: str, limit: int) -> tuple[EntityRow, ...]:
        """Entities with a spelling that begins so; of the most mentioned any word may."""
        start = name_key(typed)
        if not start:
            return ()
        words = " ".join(plain(typed).replace("-", " ").split())
        values = {
            "start": start if len(start) > _FEW_LETTERS else "\U0010ffff",
            "end": start + "\U0010ffff",
            "words": re.sub(r"([%_\\])", r"\\\1", words),
            "looked_at": _LOOKED_AT,
            "limit": limit,
        }
        with self._database.read() as conn:
            return tuple(_row(row) for row in conn.execute(BEGINNING, values))

    def shared(self, key: str, others: Sequence[str]) -> Mapping[str, tuple[EntityRow, ...]]:
        """Which entities of an article each of the others names as well, the rarest first."""
        found: dict[str, tuple[EntityRow, ...]] = {}
        with self._database.read() as conn:
            for row in conn.execute(SHARED, {"key": key, "keys": json.dumps(others)}):
                found[row["article"]] = (*found.get(row["article"], ()), _row(row))
        return found

    def in_article(self, key: str) -> tuple[EntityRow, ...]:
        """Entities of an article; `mentions` counts those in this article."""
        with self._database.read() as conn:
            return tuple(_row(row) for row in conn.execute(IN_ARTICLE, {"key": key}))

    def mentions_in(self, key: str) -> tuple[PlacedMention, ...]:
        """Every mention of an article, in reading order."""
        with self._database.read() as conn:
            return tuple(_placed(row) for row in conn.execute(MENTIONS, {"key": key}))


def _row(row: Row) -> EntityRow:
    return EntityRow(row["key"], row["name"], row["type"], row["articles"], row["mentions"])


def _placed(row: Row) -> PlacedMention:
    return PlacedMention(
        row["entity_key"],
        row["type"],
        row["field"],
        row["start_offset"],
        row["end_offset"],
        row["text"],
    )


def _detail(conn: Connection, row: Row) -> EntityDetail:
    key = {"key": row["key"]}
    aliases = tuple(Alias(*alias) for alias in conn.execute(ALIASES, key))
    first, last = conn.execute(SEEN, key | {"dated": UNDATED_ROOM}).fetchone()
    return EntityDetail(_row(row), aliases, first, last)


SPELLED = "UPDATE aliases SET folded = :folded WHERE entity_id = :id AND text = :text"
RECOUNT = """
DELETE FROM article_entities;
INSERT INTO article_entities
SELECT article_id, entity_id, count(*) FROM mentions WHERE entity_id IS NOT NULL
GROUP BY article_id, entity_id;
UPDATE entities SET
  articles = (SELECT count(*) FROM article_entities WHERE entity_id = entities.id),
  mentions = (SELECT count(*) FROM mentions WHERE entity_id = entities.id);
UPDATE aliases SET mentions =
  (SELECT count(*) FROM mentions WHERE entity_id = aliases.entity_id AND alias = aliases.text);
DELETE FROM aliases WHERE mentions = 0;
DELETE FROM entities WHERE mentions = 0;
UPDATE sources SET articles = (SELECT count(*) FROM articles WHERE source_id = sources.id);
UPDATE generation SET number = number + 1
"""


def recount(conn: Connection) -> None:
    """Every stored count, and every folded spelling, anew from what it is made of."""
    for id_, text in conn.execute("SELECT entity_id, text FROM aliases").fetchall():
        conn.execute(SPELLED, {"id": id_, "text": text, "folded": name_key(text)})
    for statement in RECOUNT.split(";"):
        conn.execute(statement)
