"""People, organisations and places: each held against the mentions and the editors' log."""

import json
from collections.abc import Iterator

from service.database import Connection
from service.edits import Decisions
from service.names import name_key
from service.stores.mentions import (
    LOG,
    alias_row,
    article_keys,
    edit_of,
    placed_so,
    well_known_names,
)

MEND = "`cuttings reindex` puts it right"
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
PLACED = """
SELECT r.key AS reading, m.alias, e.key AS entity, m.edit_id, m.dismissed, m.type,
  CASE WHEN r.key IN (SELECT value FROM json_each(:by_article)) THEN m.article_id END AS article_id,
  count(*) AS mentions
FROM mentions m JOIN readings r ON r.id = m.reading_id
LEFT JOIN entities e ON e.id = m.entity_id GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
LOGGED = "SELECT min(id) = 1 AND max(id) = count(*) FROM edits HAVING count(*)"
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
GROUP BY e.id HAVING e.mentions <> counted OR counted = 0
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


def log_of(conn: Connection) -> Decisions:
    """Read anew: what is remembered of a log that was tampered with would hide it."""
    return Decisions([edit_of(row) for row in conn.execute(LOG)])


def log(conn: Connection) -> Iterator[str]:
    """The editors' log is whole, as far as its numbers tell, and can be replayed."""
    for (is_whole,) in conn.execute(LOGGED):
        if not is_whole:
            yield "the editors' log has gaps: some of what editors said is lost"
    log_of(conn)


def spellings(conn: Connection) -> Iterator[str]:
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
    log = log_of(conn)
    keys = [row["key"] for row in conn.execute("SELECT key FROM entities")]
    given = {(key, text) for key in keys for text in log.aliases(key)}
    for key, text in sorted(added - given):
        yield f"no editor gave {key} the spelling “{text}”"
    for key, text in sorted(given - added):
        yield f"{key} lacks the spelling “{text}” that an editor gave"


def names(conn: Connection) -> Iterator[str]:
    """Each entity is called as editors, articles or everybody call it, in this order."""
    log = log_of(conn)
    known = well_known_names()
    for key, name, whole, text in conn.execute(NAMED):
        called = (log.name(key), whole, known.get(key), log.name_before(key), text)
        right = next((each for each in called if each is not None), name)
        if name != right:
            yield f"{key} is called “{name}”, not “{right}”: {MEND}"


def placed(conn: Connection) -> Iterator[str]:
    """Each mention stands for whom its reading and the editors' log say."""
    log = log_of(conn)
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


def counts(conn: Connection) -> Iterator[str]:
    for what, sql in COUNTS.items():
        for name, stored, counted in conn.execute(sql):
            yield f"the count of {what} is off: {name} says {stored}, there are {counted}"
    for what, sql in STRAYS.items():
        if count := conn.execute(sql).fetchone()[0]:
            yield f"{count} mentions lack their {what}"
