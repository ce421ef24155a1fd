"""Reads entities and mentions from the archive file."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from service.archive import Archive
from service.database import Connection, Row
from service.dates import Moment, Precision
from service.entity import ENTITY_TYPES, EntityType
from service.names import fold, name_key, plain
from service.needs import of_articles, of_entities, of_names, of_whole, with_entities
from service.other_names import other_names, straightened
from service.romanisation.persons import same_but_for_middle
from service.stores.mentions import decisions
from service.stores.slots import UNDATED_ROOM
from service.stores.spellings import also_called, has_added

EntitySort = Literal["mentions", "recent"]


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
    """An entity with its spellings, and the dates of the first and last article that name it.

    `note` is what editors pinned to it.
    """

    entity: EntityRow
    aliases: tuple[Alias, ...]
    first_seen: str | None
    last_seen: str | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EntityPage:
    total: int
    entities: tuple[EntityDetail, ...]
    more: bool


ENTITY = "SELECT key, name, type, articles, mentions FROM entities WHERE key = :key"
ALIASES = """
SELECT e.key, al.text, al.mentions FROM json_each(:keys) CROSS JOIN entities e ON e.key = value
CROSS JOIN aliases al ON al.entity_id = e.id ORDER BY e.key, al.mentions DESC, al.text
"""
# Ids grow with time, so the ends of the index are the first and the last dated article.
SEEN = """
SELECT e.key, first.published_at, first.published_precision, last.published_at,
  last.published_precision
FROM json_each(:keys) CROSS JOIN entities e ON e.key = value
LEFT JOIN articles first ON first.id = (
  SELECT min(article_id) FROM article_entities WHERE entity_id = e.id AND article_id >= :dated)
LEFT JOIN articles last ON last.id = (
  SELECT max(article_id) FROM article_entities WHERE entity_id = e.id AND article_id >= :dated)
"""
IN_ARTICLE = """
SELECT e.key, e.name, e.type, e.articles, ae.mentions FROM article_entities ae
JOIN entities e ON e.id = ae.entity_id JOIN articles a ON a.id = ae.article_id
WHERE a.key = :key ORDER BY ae.mentions DESC, e.name, e.key
"""
MENTIONS = """
SELECT m.*, e.key AS entity_key, e.name AS entity_name FROM mentions m
JOIN articles a ON a.id = m.article_id LEFT JOIN entities e ON e.id = m.entity_id
WHERE a.key = :key AND NOT m.dismissed ORDER BY m.position
"""
TOTAL = "SELECT count(*) FROM entities"
TOTAL_OF_TYPE = "SELECT count(*) FROM entities WHERE type = :type"
LATEST = "(SELECT max(article_id) FROM article_entities WHERE entity_id = e.id)"
ORDERS: Mapping[EntitySort, str] = {"mentions": "e.mentions", "recent": LATEST}
# The planner would rather sort all entities than put those with equal mentions into order.
READ_BY: Mapping[EntitySort, str] = {"mentions": "INDEXED BY entities_by_mentions", "recent": ""}
LIST = """
SELECT e.key, e.name, e.type, e.articles, e.mentions FROM entities e {index}
WHERE :type IS NULL OR e.type = :type
ORDER BY {order} DESC, e.key LIMIT :limit OFFSET :offset
"""
# Whom the newest articles name: a list of all by their latest article would look at everybody.
NEWEST = """
SELECT ae.article_id, e.key, e.name, e.type, e.articles, e.mentions
FROM (
  SELECT DISTINCT article_id FROM article_entities WHERE article_id < :before
  ORDER BY article_id DESC LIMIT :read
) a CROSS JOIN article_entities ae ON ae.article_id = a.article_id
CROSS JOIN entities e ON e.id = ae.entity_id
WHERE :type IS NULL OR e.type = :type ORDER BY ae.article_id DESC, e.key
"""
# So many articles are read at first, and so many at most.
_READ, _MOST_READ = 20, 5_120
_AFTER_ALL = 1 << 62
# `:name` and `:others` are folded. An exact spelling comes before another form of the name, and
# that before what only contains it. The spellings are read through once, in their index.
NAMED = """
WITH named(id, rank) AS MATERIALIZED (
  SELECT id, max(rank) FROM (
    SELECT entity_id AS id, folded = :name AS rank FROM aliases WHERE instr(folded, :name) > 0
    UNION ALL SELECT id, 1 FROM entities WHERE folded = :name
    UNION ALL SELECT al.entity_id, 0.5 FROM aliases al JOIN entities p ON p.id = al.entity_id
      WHERE al.folded IN (SELECT value FROM json_each(:others)) AND +p.type = 'person'
  ) GROUP BY id
)
"""
NAMED_TOTAL = """
SELECT count(*) FROM named CROSS JOIN entities e ON e.id = named.id
WHERE :type IS NULL OR +e.type = :type
"""
NAMED_LIST = """
SELECT e.key, e.name, e.type, e.articles, e.mentions
FROM named CROSS JOIN entities e ON e.id = named.id
WHERE :type IS NULL OR +e.type = :type
ORDER BY named.rank DESC, {order} DESC, e.key LIMIT :limit OFFSET :offset
"""
SPELLED_SO = """
SELECT 1 FROM entities WHERE (:type IS NULL OR +type = :type) AND id IN (
  SELECT entity_id FROM aliases WHERE folded = :name
  UNION ALL SELECT id FROM entities WHERE folded = :name
)
"""
# Of one beginning and one end: what may stand between them is a middle name.
WITH_ENDS = """
SELECT DISTINCT al.text FROM aliases al JOIN entities p ON p.id = al.entity_id
WHERE al.folded >= :first AND al.folded < :after AND al.folded LIKE '%' || :last
  AND +p.type = 'person'
"""
WITH_NAME = """
SELECT e.key FROM entities e WHERE e.type = :type AND e.id IN (
  SELECT entity_id FROM aliases WHERE folded = :name
  UNION ALL SELECT id FROM entities WHERE folded = :name
) ORDER BY e.key
"""
# In the order of the names.
WITH_NAMES = """
SELECT key, min(place) AS place FROM (
  SELECT e.key, typed.key AS place FROM json_each(:names) typed
  CROSS JOIN aliases al ON al.folded = typed.value
  CROSS JOIN entities e ON e.id = al.entity_id WHERE +e.type = :type
  UNION ALL
  SELECT e.key, typed.key FROM json_each(:names) typed
  CROSS JOIN entities e ON e.folded = typed.value WHERE +e.type = :type
) GROUP BY key ORDER BY place, key
"""
BEGINNING = """
SELECT key, name, type, articles, mentions FROM entities WHERE id IN (
  SELECT entity_id FROM aliases WHERE folded >= :start AND folded < :end
  UNION ALL
  SELECT id FROM (SELECT id, name FROM entities ORDER BY mentions DESC LIMIT :looked_at)
  WHERE ' ' || replace(name, '-', ' ') LIKE '% ' || :words || '%' ESCAPE '\\'
) AND +type IN (SELECT value FROM json_each(:types))
ORDER BY articles DESC, mentions DESC, key LIMIT :limit
"""
BEGIN_SO = """
SELECT count(*) FROM (
  SELECT 1 FROM aliases WHERE folded >= :start AND folded < :end LIMIT :most
)
"""
# What begins more names than this, as a few letters do, is looked for only among the most
# mentioned, of which any word may begin so.
MOST_BEGINNING, LOOKED_AT = 5_000, 2_000
_LAST = "\U0010ffff"
# From the others to what they name: whom all articles name has too many to walk through.
SHARED = """
SELECT a.key AS article, e.key, e.name, e.type, e.articles, e.mentions
FROM json_each(:keys) CROSS JOIN articles a ON a.key = value
CROSS JOIN article_entities theirs ON theirs.article_id = a.id
CROSS JOIN entities e ON e.id = theirs.entity_id
WHERE theirs.entity_id IN (
  SELECT entity_id FROM article_entities
  WHERE article_id = (SELECT id FROM articles WHERE key = :key))
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
    method: str
    confidence: float


class EntityStore:
    """Reads entities."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def get(self, key: str) -> EntityDetail | None:
        with self._archive.read(of_whole([key])) as conn:
            row = conn.execute(ENTITY, {"key": key}).fetchone()
            return _details(conn, [row])[0] if row is not None else None

    def has(self, key: str) -> bool:
        with self._archive.read(of_entities([key])) as conn:
            return conn.execute(ENTITY, {"key": key}).fetchone() is not None

    def has_added(self) -> bool:
        """Whether editors have given anybody another name."""
        with self._archive.read() as conn:
            return has_added(conn)

    def also_called(self, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """What else editors say that those are called who have one of these names."""
        with self._archive.read(of_names(map(name_key, names))) as conn:
            return also_called(conn, names)

    def keys_of(self, type_: EntityType, name: str) -> tuple[str, ...]:
        """Keys of the entities that `name` may stand for: a key itself, or any spelling."""
        with self._archive.read(of_entities([name]) | of_names([name_key(name)])) as conn:
            row = _entity(conn, name)
            if row is not None and row["type"] == type_:
                return (row["key"],)
            found = conn.execute(WITH_NAME, {"type": type_, "name": name_key(name)})
            return tuple(row["key"] for row in found)

    def keys_spelled(self, type_: EntityType, name: str) -> tuple[str, ...]:
        """Entities under another spelling, form or order of a person's name."""
        if type_ != "person":
            return ()
        with self._archive.read() as conn:
            others = map(name_key, _other_names(conn, name))
            values = {"type": type_, "names": json.dumps([*dict.fromkeys(others)])}
            return tuple(row["key"] for row in conn.execute(WITH_NAMES, values))

    def page(
        self, *, name: str, type_: EntityType | None, sort: EntitySort, limit: int, offset: int
    ) -> EntityPage:
        """Entities with a spelling like `name`, most mentioned or most recently named first.

        Where nobody is called exactly so, persons under other forms of the name are meant as well.
        """
        folded = name_key(name)
        if name.strip() and not folded:
            return EntityPage(0, (), False)
        values = {"name": folded, "type": type_, "limit": limit, "offset": offset}
        with self._archive.read() as conn:
            if folded:
                values["others"] = _others(conn, name, values)
            counted = NAMED + NAMED_TOTAL if folded else TOTAL_OF_TYPE if type_ else TOTAL
            total = conn.execute(counted, values).fetchone()[0]
            rows = None if folded or sort != "recent" else _recent(conn, values)
            if rows is None:
                listed = (NAMED + NAMED_LIST if folded else LIST).replace("{order}", ORDERS[sort])
                rows = conn.execute(listed.replace("{index}", READ_BY[sort]), values).fetchall()
            return EntityPage(total, _details(conn, rows), offset + len(rows) < total)

    def beginning(
        self, typed: str, limit: int, types: Sequence[EntityType] = ENTITY_TYPES
    ) -> tuple[EntityRow, ...]:
        """Those with a spelling that begins so; of the most mentioned any word may."""
        start = name_key(typed)
        if not start:
            return ()
        words = " ".join(plain(typed).replace("-", " ").split())
        values: dict[str, Any] = {
            "start": start,
            "end": start + _LAST,
            "most": MOST_BEGINNING,
            "words": re.sub(r"([%_\\])", r"\\\1", words),
            "looked_at": LOOKED_AT,
            "types": json.dumps(types),
            "limit": limit,
        }
        with self._archive.read() as conn:
            if conn.execute(BEGIN_SO, values).fetchone()[0] == MOST_BEGINNING:
                values["start"] = _LAST
            return tuple(_row(row) for row in conn.execute(BEGINNING, values))

    def shared(self, key: str, others: Sequence[str]) -> Mapping[str, tuple[EntityRow, ...]]:
        """Which entities of an article each of the others names as well, the rarest first."""
        found: dict[str, tuple[EntityRow, ...]] = {}
        needs = of_articles(others) | with_entities(of_articles([key]))
        with self._archive.read(needs) as conn:
            for row in conn.execute(SHARED, {"key": key, "keys": json.dumps(others)}):
                found[row["article"]] = (*found.get(row["article"], ()), _row(row))
        return found

    def in_article(self, key: str) -> tuple[EntityRow, ...]:
        """Entities of an article; `mentions` counts those in this article."""
        with self._archive.read(with_entities(of_articles([key]))) as conn:
            return tuple(_row(row) for row in conn.execute(IN_ARTICLE, {"key": key}))

    def mentions_in(self, key: str) -> tuple[PlacedMention, ...]:
        """Every mention of an article, in reading order."""
        with self._archive.read(with_entities(of_articles([key]))) as conn:
            return tuple(_placed(row) for row in conn.execute(MENTIONS, {"key": key}))


def _entity(conn: Connection, key: str) -> Row | None:
    """The entity with this key, or the one that it was merged into."""
    row: Row | None = conn.execute(ENTITY, {"key": key}).fetchone()
    if row is None and (survivor := decisions(conn).survivor(key)) not in (None, key):
        row = conn.execute(ENTITY, {"key": survivor}).fetchone()
    return row


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
        row["method"],
        row["confidence"],
    )


def _others(conn: Connection, name: str, values: Mapping[str, Any]) -> str:
    """Other folded names to look for, none where somebody is called exactly so."""
    exact = conn.execute(SPELLED_SO, values).fetchone() is not None
    return json.dumps([] if exact else list(map(name_key, _other_names(conn, name))))


def _other_names(conn: Connection, name: str) -> tuple[str, ...]:
    """Other names of a person, those with a middle name that only the archive knows among them."""
    straight = straightened(name)
    words = fold(straight).split()
    if len(words) < 2:
        return other_names(name)
    values = {"first": words[0], "after": words[0] + _LAST, "last": words[-1]}
    longer = (row["text"] for row in conn.execute(WITH_ENDS, values))
    return (*other_names(name), *(text for text in longer if same_but_for_middle(straight, text)))


def _recent(conn: Connection, values: Mapping[str, Any]) -> list[Row] | None:
    """A page of those named last; None if it lies so deep that a list of all is no slower."""
    found: dict[str, Row] = {}
    end = values["offset"] + values["limit"]
    before, read = _AFTER_ALL, _READ
    while len(found) < end:
        if read > _MOST_READ:
            return None
        rows = conn.execute(NEWEST, {**values, "before": before, "read": read}).fetchall()
        for row in rows:
            found.setdefault(row["key"], row)
        before, read = (rows[-1]["article_id"], 2 * read) if rows else (before, _MOST_READ + 1)
    return list(found.values())[values["offset"] : end]


def _details(conn: Connection, rows: Sequence[Row]) -> tuple[EntityDetail, ...]:
    keys = {"keys": json.dumps([row["key"] for row in rows])}
    aliases: dict[str, list[Alias]] = {row["key"]: [] for row in rows}
    for key, text, mentions in conn.execute(ALIASES, keys):
        aliases[key].append(Alias(text, mentions))
    seen = {key: dates for key, *dates in conn.execute(SEEN, keys | {"dated": UNDATED_ROOM})}
    note = decisions(conn).note
    return tuple(
        EntityDetail(
            _row(row),
            tuple(aliases[row["key"]]),
            _seen(*seen[row["key"]][:2]),
            _seen(*seen[row["key"]][2:]),
            note(row["key"]) or None,
        )
        for row in rows
    )


def _seen(iso: str | None, precision: Precision) -> str | None:
    return Moment(iso, precision).shown if iso is not None else None
