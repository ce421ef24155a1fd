"""Mentions into the archive file, each placed as its reading and the editors' log have it.

Nothing here depends on the order in which articles arrive: an entity's key comes with the mention,
and its shown name is the editors', else its most frequent full spelling.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from service.database import Connection, Row
from service.edits import Decisions, Edit, Place, reading_of, type_of
from service.entity import Mention, entity_key
from service.extract.gazetteer import well_known
from service.names import name_key
from service.titles import without_courtesy

ADD_READING = "INSERT INTO readings (key) VALUES (:key) ON CONFLICT DO NOTHING"
ADD_ENTITY = """
INSERT INTO entities (key, name, type, folded) VALUES (:key, '', :type, :folded)
ON CONFLICT (key) DO NOTHING
"""
ADD_ALIAS = """
INSERT INTO aliases (entity_id, text, folded, whole)
SELECT id, :text, :folded, :whole FROM entities WHERE key = :key
ON CONFLICT DO NOTHING
"""
ADD_MENTION = """
INSERT INTO mentions (article_id, position, reading_id, entity_id, edit_id, dismissed, type, field,
  start_offset, end_offset, text, alias, method, confidence)
VALUES (:article, :position, (SELECT id FROM readings WHERE key = :reading),
  (SELECT id FROM entities WHERE key = :entity), :edit, :dismissed, :type, :field, :start, :end,
  :text, :alias, :method, :confidence)
"""
NAMED_BEFORE = """
SELECT e.key FROM article_entities ae JOIN entities e ON e.id = ae.entity_id
WHERE ae.article_id = :article
"""
# Edits that are about some articles know them by the keys of that time.
ARTICLE_KEYS = """
SELECT key FROM articles WHERE id = :article
UNION ALL SELECT former FROM former_keys WHERE key = (SELECT key FROM articles WHERE id = :article)
"""


def file_mentions(conn: Connection, article_id: int, mentions: Sequence[Mention]) -> None:
    """Make `mentions` those of the article, instead of any it had; counts follow by triggers."""
    article = {"article": article_id}
    before = {row["key"] for row in conn.execute(NAMED_BEFORE, article)}
    conn.execute("DELETE FROM mentions WHERE article_id = :article", article)
    log = decisions(conn)
    keys = article_keys(conn, article_id)
    rows = [_row(m, log, keys) | article | {"position": at} for at, m in enumerate(mentions)]
    conn.executemany(ADD_READING, [{"key": row["reading"]} for row in rows])
    _add_names(conn, {(row["entity"], row["alias"]) for row in rows if row["entity"]})
    conn.executemany(ADD_MENTION, rows)
    after = {row["entity"] for row in rows if row["entity"]}
    dress(conn, before | after, log)


def article_keys(conn: Connection, article_id: int) -> frozenset[str]:
    """The key of an article, and those that it had."""
    return frozenset(row[0] for row in conn.execute(ARTICLE_KEYS, {"article": article_id}))


def _row(mention: Mention, log: Decisions, articles: Collection[str]) -> dict[str, Any]:
    reading = reading_of(mention)
    place = log.place(reading, name_key(mention.alias), articles)
    return {
        "reading": reading,
        **_columns(place, reading),
        "field": mention.field,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "alias": mention.alias,
        "method": mention.method,
        "confidence": mention.confidence,
    }


def _columns(place: Place, reading: str) -> dict[str, Any]:
    return {
        "entity": place.key,
        "type": type_of(place.key or reading),
        "dismissed": place.dismissed,
        "edit": place.edit,
    }


def _add_names(conn: Connection, named: Iterable[tuple[str, str]]) -> None:
    """Entities and their spellings, where they are new."""
    names = sorted(named)
    keys = dict.fromkeys(key for key, _ in names)
    conn.executemany(ADD_ENTITY, [new_entity(key) for key in keys])
    conn.executemany(ADD_ALIAS, [alias_row(key, text) for key, text in names])


def new_entity(key: str) -> dict[str, str]:
    """Its row, but for what it is called."""
    return {"key": key, "type": type_of(key), "folded": key.partition("-")[2]}


def alias_row(key: str, text: str) -> dict[str, str | None]:
    whole = without_courtesy(text)
    named_so = entity_key(type_of(key), whole) == key
    return {
        "key": key,
        "text": text,
        "folded": name_key(text),
        "whole": whole if named_so else None,
    }


# The editors' log ------------------------------------------------------------------------------

LAST_EDIT = """
SELECT g.archive, e.*,
  (SELECT group_concat(id) FROM edits WHERE entity = 'person-erased') AS erased
FROM generation g LEFT JOIN edits e ON e.id = (SELECT max(id) FROM edits)
"""
LOG = "SELECT * FROM edits ORDER BY id"
# The log only grows, but for edits that are blanked: so its last edit and which these are say
# whether what was made of it still holds. All of the last edit: where work is done again, the edit
# of this number and second may be another one.
_made: dict[tuple[Any, ...], Decisions] = {}


def decisions(conn: Connection) -> Decisions:
    """What the editors' log of this archive decides now."""
    last = tuple(conn.execute(LAST_EDIT).fetchone())
    known = _made.get(last)
    if known is None:
        known = Decisions([edit_of(row) for row in conn.execute(LOG)])
        _made.clear()
        _made[last] = known
    return known


def edit_of(row: Row) -> Edit:
    """An edit from its row."""
    values: dict[str, Any] = {name: row[name] for name in Edit.__slots__}
    lists = {name: tuple(json.loads(row[name])) for name in ("aliases", "articles")}
    return Edit(**(values | lists))


# Names as they are shown -----------------------------------------------------------------------

# The full spelling used most (of equals the first in the alphabet), where editors gave no name.
DRESS = """
UPDATE entities SET name = coalesce(:name,
  (SELECT whole FROM aliases WHERE entity_id = entities.id AND whole IS NOT NULL AND mentions > 0
   GROUP BY whole ORDER BY sum(mentions) DESC, whole LIMIT 1),
  :well_known, :before,
  (SELECT text FROM aliases WHERE entity_id = entities.id AND mentions > 0
   ORDER BY mentions DESC, text LIMIT 1), name)
WHERE key = :key
"""
DROP_ADDED = """
UPDATE aliases SET added = 0
WHERE added AND entity_id = (SELECT id FROM entities WHERE key = :key)
"""
DROP_UNUSED = """
DELETE FROM aliases WHERE mentions = 0 AND NOT added
AND entity_id = (SELECT id FROM entities WHERE key = :key)
"""
MARK_ADDED = """
UPDATE aliases SET added = 1
WHERE text = :text AND entity_id = (SELECT id FROM entities WHERE key = :key)
"""


def dress(conn: Connection, keys: Iterable[str], log: Decisions) -> None:
    """Give entities the names and spellings that readings and editors give them."""
    for key in sorted(keys):
        if added := log.aliases(key):
            _add_names(conn, [(key, text) for text in added if _exists(conn, key)])
            conn.executemany(MARK_ADDED, [{"key": key, "text": text} for text in added])
        names = {"name": log.name(key), "before": log.name_before(key)}
        conn.execute(DRESS, names | {"key": key, "well_known": well_known_names().get(key)})


@cache
def well_known_names() -> Mapping[str, str]:
    """Entity key -> what everybody calls it, for archives that have only `US`."""
    return {entity_key(kind, name) or "": name for name, kind in well_known().names()}


def redress(conn: Connection, keys: Iterable[str], log: Decisions) -> None:
    """The same after an edit, which may have taken spellings away."""
    keys = sorted(keys)
    conn.executemany(DROP_ADDED, [{"key": key} for key in keys])
    dress(conn, keys, log)
    conn.executemany(DROP_UNUSED, [{"key": key} for key in keys])


def _exists(conn: Connection, key: str) -> bool:
    found = conn.execute("SELECT 1 FROM entities WHERE key = ?", (key,)).fetchone()
    return found is not None


# What an edit moves ----------------------------------------------------------------------------

WITH_READING = """
SELECT m.reading_id, m.alias, e.key AS entity, m.edit_id, m.dismissed, m.type,
  CASE WHEN :by_article THEN m.article_id END AS article_id
FROM readings r JOIN mentions m ON m.reading_id = r.id
LEFT JOIN entities e ON e.id = m.entity_id
WHERE r.key = :reading GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
MOVE = """
UPDATE mentions SET entity_id = (SELECT id FROM entities WHERE key = :entity), type = :type,
  dismissed = :dismissed, edit_id = :edit
"""
MOVE_ALL = f"{MOVE} WHERE reading_id = :reading_id AND alias = :alias"
# Found by the article: a reading may have thousands of mentions.
MOVE_IN_ARTICLE = f"""
{MOVE} WHERE article_id = :article_id AND +reading_id = :reading_id AND +alias = :alias
"""


def replace_mentions(conn: Connection, readings: Iterable[str], log: Decisions) -> set[str]:
    """Put every mention with these readings where it belongs now; the entities this concerns."""
    concerned: set[str] = set()
    for reading in sorted(readings):
        values = {"reading": reading, "by_article": reading in log.by_article}
        for row in conn.execute(WITH_READING, values).fetchall():
            article = row["article_id"]
            keys = article_keys(conn, article) if article is not None else ()
            place = log.place(reading, name_key(row["alias"]), keys)
            concerned |= {key for key in (row["entity"], place.key) if key is not None}
            if placed_so(row, place, reading):
                continue
            if place.key is not None:
                _add_names(conn, [(place.key, row["alias"])])
            moved = {name: row[name] for name in ("reading_id", "alias", "article_id")}
            sql = MOVE_ALL if article is None else MOVE_IN_ARTICLE
            conn.execute(sql, moved | _columns(place, reading))
    return concerned


def placed_so(row: Row, place: Place, reading: str) -> bool:
    """Whether mentions (entity, edit_id, dismissed, type) stand at that place."""
    stands = Place(row["entity"], bool(row["dismissed"]), row["edit_id"])
    return stands == place and row["type"] == type_of(place.key or reading)
