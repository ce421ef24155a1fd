"""Every consistency check there is: each names its trouble, and what mends it."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing

from service.database import Connection, Database, memory_schema
from service.engines import Engine
from service.errors import CuttingsError
from service.names import name_key
from service.stores.copies import faults as copy_faults
from service.stores.mentions import (
    alias_row,
    article_keys,
    decisions,
    placed_so,
    well_known_names,
)
from service.stores.slots import misplaced

SCHEMA = """
SELECT type, name, sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_sqlite%' ESCAPE '\\'
"""
SPELLED = """
SELECT e.key, al.text, al.folded, al.whole, al.added, al.mentions
FROM aliases al JOIN entities e ON e.id = al.entity_id
"""
NAMED = """
SELECT e.key, e.name,
  (SELECT whole FROM aliases WHERE entity_id = e.id AND whole IS NOT NULL AND mentions > 0
   GROUP BY whole ORDER BY sum(mentions) DESC, whole LIMIT 1) AS whole,
  (SELECT text FROM aliases WHERE entity_id = e.id AND mentions > 0
   ORDER BY mentions DESC, text LIMIT 1) AS text
FROM entities e
"""
NEWER_THAN_NOW = """
SELECT key FROM articles WHERE added_in > (SELECT number FROM generation) OR added_in IS NULL
"""
# Lists are an item a line.
MENTION_TEXTS = """
SELECT a.key, a.title, a.standfirst, a.body, a.captions, m.field, m.start_offset, m.end_offset,
  m.text
FROM mentions m JOIN articles a ON a.id = m.article_id ORDER BY m.article_id, m.position
"""
PLACED = """
SELECT r.key AS reading, m.alias, e.key AS entity, m.edit_id, m.dismissed, m.type,
  CASE WHEN r.key IN (SELECT value FROM json_each(:by_article)) THEN m.article_id END AS article_id,
  count(*) AS mentions
FROM mentions m JOIN readings r ON r.id = m.reading_id
LEFT JOIN entities e ON e.id = m.entity_id GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
MISQUOTED = """
SELECT a.key, q.position FROM quotes q JOIN articles a ON a.id = q.article_id
LEFT JOIN mentions m ON m.article_id = q.article_id AND m.position = q.speaker
WHERE q.entity_id IS NOT m.entity_id
"""
MISNUMBERED = """
SELECT DISTINCT a.key FROM versions v JOIN articles a ON a.key = v.article_key
WHERE v.version >= a.version OR v.version < 1
"""
DOUBLED = """
SELECT a.key FROM versions v JOIN articles a ON a.key = v.article_key
WHERE v.content_hash = a.content_hash
"""
UNDEAD = "SELECT a.key FROM tombstones t JOIN articles a ON a.key = t.key"
# Each: what is counted, and a SELECT of what is wrong as (name, stored, counted).
COUNTS = {
    "articles of an entity": """
SELECT e.key, e.articles, count(ae.article_id) AS counted
FROM entities e LEFT JOIN article_entities ae ON ae.entity_id = e.id
GROUP BY e.id HAVING e.articles <> counted
""",
    "mentions of an entity": """
SELECT e.key, e.mentions, count(m.article_id) AS counted
FROM entities e LEFT JOIN mentions m ON m.entity_id = e.id
GROUP BY e.id HAVING e.mentions <> counted
""",
    "mentions of a spelling": """
SELECT e.key || ' as ' || al.text, al.mentions,
  (SELECT count(*) FROM mentions m
   WHERE m.entity_id = al.entity_id AND m.alias = al.text) AS counted
FROM aliases al JOIN entities e ON e.id = al.entity_id WHERE al.mentions <> counted
""",
    "mentions of an entity in an article": """
SELECT a.key || ' of ' || e.key, ae.mentions,
  (SELECT count(*) FROM mentions m
   WHERE m.article_id = ae.article_id AND m.entity_id = ae.entity_id) AS counted
FROM article_entities ae JOIN articles a ON a.id = ae.article_id
JOIN entities e ON e.id = ae.entity_id WHERE ae.mentions <> counted
""",
    "articles of a source": """
SELECT s.name, s.articles, count(a.id) AS counted
FROM sources s LEFT JOIN articles a ON a.source_id = s.id
GROUP BY s.id HAVING s.articles <> counted
""",
}
# What hangs on an article or entity that is not there; readers join, so they would never notice.
STRAYS = {
    "names": """
SELECT count(*) FROM mentions m WHERE m.entity_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM article_entities ae
  WHERE ae.article_id = m.article_id AND ae.entity_id = m.entity_id)
""",
    "spellings": """
SELECT count(*) FROM mentions m WHERE m.entity_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM aliases al WHERE al.entity_id = m.entity_id AND al.text = m.alias)
""",
}


def check(archive: Database, engine: Engine) -> list[str]:
    """Everything that is wrong with the archive, a sentence each; empty when it is sound."""
    # A connection of its own: FTS5 remembers an index that another one has made anew. And without
    # a time limit: a check of a large archive takes its time.
    with closing(Database(archive.path, query_seconds=0)) as fresh:
        if unreadable := _looked(fresh, _file):
            return unreadable
        looks = (
            *(_schema, _references, misplaced, _mentions, _placed, _quotes, _counts),
            *(_spellings, _names, _arrivals, _versions, _kills, copy_faults),
        )
        faults = [fault for look in looks for fault in _looked(fresh, look)]
    return faults + engine.faults()


def _looked(archive: Database, look: Callable[[Connection], Iterator[str]]) -> list[str]:
    """One check; a file too broken to be asked is a fault, not a crash."""
    try:
        with archive.read() as conn:
            return list(look(conn))
    except CuttingsError as exc:
        return [exc.detail]


def _file(conn: Connection) -> Iterator[str]:
    for (message,) in conn.execute("PRAGMA integrity_check"):
        if message != "ok":
            yield f"the file is damaged: {message}"


def _schema(conn: Connection) -> Iterator[str]:
    """Tables, indexes, triggers and views, each as the migrations make it."""
    wanted = {tuple(row[:2]): row[2] for row in memory_schema().execute(SCHEMA)}
    present = {tuple(row[:2]): row[2] for row in conn.execute(SCHEMA)}
    for kind, name in sorted(wanted.keys() - present.keys()):
        yield f"the {kind} {name} is missing: the file was changed by another program"
    for kind, name in sorted(wanted.keys() & present.keys()):
        if wanted[kind, name] != present[kind, name]:
            yield f"the {kind} {name} is not as the migrations make it"


def _references(conn: Connection) -> Iterator[str]:
    for table, _, parent, _ in conn.execute("PRAGMA foreign_key_check"):
        yield f"a row of {table} names a row of {parent} that is not there"


def _spellings(conn: Connection) -> Iterator[str]:
    """Each spelling is filed as its text says, and an article or an editor gave it."""
    added: set[tuple[str, str]] = set()
    for row in conn.execute(SPELLED):
        key, text = row["key"], row["text"]
        right = alias_row(key, text)
        for filed in ("folded", "whole"):
            if row[filed] != right[filed]:
                stands = f"{row[filed]}, not {right[filed]}"
                yield f"the spelling “{text}” of {key} is filed under {stands}"
        if row["added"]:
            added.add((key, text))
        elif not row["mentions"]:
            yield f"the spelling “{text}” of {key} is nobody's"
    yield from _added(conn, added)


def _added(conn: Connection, added: set[tuple[str, str]]) -> Iterator[str]:
    log = decisions(conn)
    keys = [row["key"] for row in conn.execute("SELECT key FROM entities")]
    given = {(key, text) for key in keys for text in log.aliases(key)}
    for key, text in sorted(added - given):
        yield f"no editor gave {key} the spelling “{text}”"
    for key, text in sorted(given - added):
        yield f"{key} lacks the spelling “{text}” that an editor gave"


def _names(conn: Connection) -> Iterator[str]:
    """Each entity is called as editors, articles or everybody call it, in this order."""
    log = decisions(conn)
    known = well_known_names()
    for key, name, whole, text in conn.execute(NAMED):
        names = (log.name(key), whole, known.get(key), log.name_before(key), text)
        right = next((each for each in names if each is not None), name)
        if name != right:
            yield f"{key} is called “{name}”, not “{right}”: `cuttings reindex` puts it right"


def _arrivals(conn: Connection) -> Iterator[str]:
    if conn.execute("SELECT count(*) FROM generation").fetchone()[0] != 1:
        yield "the generation is missing: answers can be stale"
    for (key,) in conn.execute(NEWER_THAN_NOW):
        yield f"article {key} has arrived later than now: walks through pages can miss it"


def _mentions(conn: Connection) -> Iterator[str]:
    for row in conn.execute(MENTION_TEXTS):
        name, _, number = row["field"].removesuffix("]").partition("[")
        text = row[name] if name in ("title", "standfirst", "body", "captions") else None
        if number and text is not None:
            items = text.split("\n")
            text = items[int(number)] if number.isdigit() and int(number) < len(items) else None
        if text is None or text[row["start_offset"] : row["end_offset"]] != row["text"]:
            place = f"{row['field']} {row['start_offset']}-{row['end_offset']}"
            yield f"article {row['key']}: “{row['text']}” does not stand at {place}"


def _placed(conn: Connection) -> Iterator[str]:
    """Each mention stands for whom its reading and the editors' log say."""
    log = decisions(conn)
    for row in conn.execute(PLACED, {"by_article": json.dumps(sorted(log.by_article))}):
        article = row["article_id"]
        keys = article_keys(conn, article) if article is not None else ()
        place = log.place(row["reading"], name_key(row["alias"]), keys)
        if not placed_so(row, place, row["reading"]):
            yield (
                f"{row['mentions']} mentions of “{row['alias']}” stand for"
                f" {row['entity'] or 'nobody'} ({row['type']}), not for"
                f" {place.key or 'nobody'}: `cuttings reindex` puts them right"
            )


def _quotes(conn: Connection) -> Iterator[str]:
    for key, position in conn.execute(MISQUOTED):
        yield f"quote {position} of article {key} has another speaker than its mention"


def _versions(conn: Connection) -> Iterator[str]:
    for (key,) in conn.execute(MISNUMBERED):
        yield f"article {key} has an earlier version with a number that is not below its own"
    for (key,) in conn.execute(DOUBLED):
        yield f"article {key} has its present text among its earlier versions"


def _kills(conn: Connection) -> Iterator[str]:
    for (key,) in conn.execute(UNDEAD):
        yield f"article {key} was killed, and is there"


def _counts(conn: Connection) -> Iterator[str]:
    for what, sql in COUNTS.items():
        for name, stored, counted in conn.execute(sql):
            yield f"the count of {what} is off: {name} says {stored}, there are {counted}"
    for what, sql in STRAYS.items():
        if count := conn.execute(sql).fetchone()[0]:
            yield f"{count} mentions lack their {what}"
