"""What was read out of many new articles, into the archive file at once: mentions and their counts,
quotes, dates.

The same rows as service/stores/mentions.py and its triggers write for one article: names are looked
up and counted once for a batch, however often its articles have them.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from service.database import Connection, Row
from service.edits import Decisions, Place, reading_of, type_of
from service.entity import Mention
from service.findings import Findings
from service.names import name_key
from service.stores.findings import add_speech_and_dates
from service.stores.mentions import (
    ADD_ENTITY,
    ADD_READING,
    alias_row,
    article_keys,
    decisions,
    dress,
    new_entity,
)

READINGS = "SELECT key, id FROM readings WHERE key IN (SELECT value FROM json_each(:keys))"
ENTITIES = "SELECT key, id, name FROM entities WHERE key IN (SELECT value FROM json_each(:keys))"
# One statement that adds a thousand rows takes a third of the time of a thousand that add one each,
# where a table has triggers: SQLite makes each of these ready to be taken back alone.
STAGE = "CREATE TEMP TABLE IF NOT EXISTS staged AS SELECT * FROM mentions LIMIT 0"
STAGE_MENTION = "INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
UNSTAGE = "DELETE FROM staged"
ADD_STAGED = (
    "INSERT INTO mentions SELECT * FROM staged",
    """
INSERT INTO article_entities (article_id, entity_id, mentions)
SELECT article_id, entity_id, count(*) FROM staged WHERE entity_id IS NOT NULL
GROUP BY article_id, entity_id
""",
    """
UPDATE entities SET articles = articles + more.by, mentions = mentions + more.times
FROM (
  SELECT entity_id, count(DISTINCT article_id) AS by, count(*) AS times FROM staged
  WHERE entity_id IS NOT NULL GROUP BY entity_id
) more WHERE id = more.entity_id
""",
)
ALIASES = """
SELECT entity_id, text, whole FROM aliases
WHERE entity_id IN (SELECT value FROM json_each(:entities))
"""
COUNT_ALIAS = """
UPDATE aliases SET mentions = mentions + :count WHERE entity_id = :entity AND text = :text
"""
ADD_ALIAS = """
INSERT INTO aliases (entity_id, text, folded, whole, mentions)
VALUES (:entity, :text, :folded, :whole, :count)
"""
_MentionRow = tuple[int | str | float | None, ...]
# Articles by their ids, with what was read out of each.
_Read = Sequence[tuple[int, Findings]]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mention, at a position in an article, and where it belongs."""

    article: int
    position: int
    mention: Mention
    reading: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Entities:
    """Those of a batch that are in the archive now: their rows, and what they are called."""

    ids: Mapping[str, int]
    names: Mapping[str, str]


def add_findings(conn: Connection, read: _Read) -> None:
    """What was read out of articles that have nothing yet, by rising ids."""
    log = decisions(conn)
    placed = list(_placed(conn, read, log))
    entities = _entities(conn, {each.place.key for each in placed if each.place.key is not None})
    readings = _readings(conn, {each.reading for each in placed})
    _add_mentions(conn, [_mention_row(each, readings, entities) for each in placed])
    dress(conn, _add_spellings(conn, placed, entities), log)
    add_speech_and_dates(conn, read)


def _placed(conn: Connection, read: _Read, log: Decisions) -> Iterator[_Placed]:
    """By the editors' log, which is asked once for all mentions that are alike to it."""
    known: dict[tuple[str, str], Place] = {}
    for article, findings in read:
        for position, mention in enumerate(findings.mentions):
            reading = reading_of(mention)
            place = known.get((reading, mention.alias))
            if place is None:
                limited = reading in log.by_article
                keys = article_keys(conn, article) if limited else ()
                place = log.place(reading, name_key(mention.alias), keys)
                if not limited:
                    known[reading, mention.alias] = place
            yield _Placed(article, position, mention, reading, place)


def _readings(conn: Connection, keys: AbstractSet[str]) -> Mapping[str, int]:
    return {row["key"]: row["id"] for row in _rows(conn, READINGS, keys, ADD_READING, _reading)}


def _entities(conn: Connection, keys: AbstractSet[str]) -> _Entities:
    rows = _rows(conn, ENTITIES, keys, ADD_ENTITY, new_entity)
    return _Entities(
        {row["key"]: row["id"] for row in rows}, {row["key"]: row["name"] for row in rows}
    )


def _reading(key: str) -> dict[str, str]:
    return {"key": key}


def _rows(
    conn: Connection,
    find: str,
    keys: AbstractSet[str],
    add: str,
    new: Callable[[str], dict[str, str]],
) -> list[Row]:
    """The rows of these keys; those that are missing are added."""
    found = conn.execute(find, {"keys": json.dumps(sorted(keys))}).fetchall()
    missing = sorted(keys - {row["key"] for row in found})
    if missing:
        conn.executemany(add, [new(key) for key in missing])
        found += conn.execute(find, {"keys": json.dumps(missing)}).fetchall()
    return found


def _mention_row(each: _Placed, readings: Mapping[str, int], entities: _Entities) -> _MentionRow:
    """In the order of the columns of the table."""
    mention, place = each.mention, each.place
    return (
        each.article,
        each.position,
        readings[each.reading],
        entities.ids[place.key] if place.key is not None else None,
        place.edit,
        place.dismissed,
        type_of(place.key or each.reading),
        mention.field,
        mention.start,
        mention.end,
        mention.text,
        mention.alias,
        mention.method,
        mention.confidence,
    )


def _add_mentions(conn: Connection, rows: Sequence[_MentionRow]) -> None:
    """Each, and what is counted of them: how often an article names an entity, and how many do."""
    if not rows:
        return
    conn.execute(STAGE)
    conn.executemany(STAGE_MENTION, rows)
    for statement in (*ADD_STAGED, UNSTAGE):
        conn.execute(statement)


def _add_spellings(
    conn: Connection, placed: Sequence[_Placed], entities: _Entities
) -> AbstractSet[str]:
    """How often each is used; returns the entities that may be called otherwise now.

    Who is called by its most frequent full spelling stays so when just that one is more frequent.
    """
    used = Counter((k, each.mention.alias) for each in placed if (k := each.place.key) is not None)
    listed = {"entities": json.dumps(sorted(entities.ids.values()))}
    known = {(row["entity_id"], row["text"]): row["whole"] for row in conn.execute(ALIASES, listed)}
    counted, added, outdated = [], [], set()
    for (key, text), count in used.items():
        id_ = entities.ids[key]
        values = {"entity": id_, "text": text, "count": count}
        if (id_, text) in known:
            whole = known[id_, text]
            counted.append(values)
        else:
            row = alias_row(key, text)
            whole = row["whole"]
            added.append(row | values)
        if whole is None or whole != entities.names[key]:
            outdated.add(key)
    conn.executemany(COUNT_ALIAS, counted)
    conn.executemany(ADD_ALIAS, added)
    return outdated
