"""Articles and what hangs on each: lists, findings, versions, keys, kills."""

import datetime
import json
from collections.abc import Iterator

from service.article import Article
from service.database import Connection, Row
from service.dates import utc_now
from service.stores.article_rows import in_lines
from service.stores.documents import unpacked
from service.stores.slots import misplaced

MEND = "`cuttings reindex` puts it right"
ARRIVED_LATER = """
SELECT key FROM articles, generation
WHERE added_in > number OR added_in IS NULL OR dated_in > number OR dated_in IS NULL
"""
# 0 and 1 are all that our own code ever writes.
FLAGS = """
SELECT key FROM articles WHERE key_made NOT IN (0, 1) OR title_derived NOT IN (0, 1)
  OR source_derived NOT IN (0, 1) OR language_detected NOT IN (0, 1) OR version < 1
"""
# Others may change lists of authors and topics; what was found in a text is whole or read anew.
LISTED = ("mentions", "quotes", "mentioned_dates")
GAPS = """
SELECT a.key FROM {table} t JOIN articles a ON a.id = t.article_id
GROUP BY t.article_id HAVING min(t.position) <> 0 OR max(t.position) <> count(*) - 1
"""
JSON = "SELECT key, subheadings, extra FROM articles WHERE subheadings <> '[]' OR extra <> '{}'"
# Lists are an item a line. One statement for each, so that a text is read once.
STANDING = """
SELECT a.id, a.key, a.title, a.standfirst, a.body, a.captions, m.field, m.start_offset,
  m.end_offset, m.text
FROM {table} m JOIN articles a ON a.id = m.article_id ORDER BY m.article_id, m.position
"""
FOUND = ("mentions", "quotes", "mentioned_dates")
DATES = """
SELECT a.key, d.date, d.precision FROM mentioned_dates d JOIN articles a ON a.id = d.article_id
"""
COMPLETED = {"year": "-01-01", "month": "-01", "day": ""}
MISQUOTED = """
SELECT a.key, q.position FROM quotes q JOIN articles a ON a.id = q.article_id
LEFT JOIN mentions m ON m.article_id = q.article_id AND m.position = q.speaker
WHERE q.entity_id IS NOT m.entity_id OR q.direct NOT IN (0, 1)
  OR (q.speaker IS NOT NULL AND m.position IS NULL)
"""
MISNUMBERED = """
SELECT DISTINCT a.key FROM versions v JOIN articles a ON a.key = v.article_key
WHERE v.version >= a.version OR v.version < 1
"""
DOUBLED = """
SELECT a.key FROM versions v JOIN articles a ON a.key = v.article_key
WHERE v.content_hash = a.content_hash
"""
PAST = "SELECT * FROM versions ORDER BY id"
UNDEAD = """
SELECT a.key FROM tombstones t JOIN articles a ON a.key = t.key
"""
HAUNTED = """
SELECT key FROM tombstones WHERE datetime(killed_at) IS NULL
  OR later_key = key
"""
WAITING = "SELECT key FROM articles WHERE embargoed_until > :now"
REUSED = "SELECT f.former FROM former_keys f JOIN articles a ON a.key = f.former"
STRAY_READINGS = """
SELECT count(*) FROM readings r WHERE NOT EXISTS (SELECT 1 FROM mentions WHERE reading_id = r.id)
"""


def order(conn: Connection) -> Iterator[str]:
    """Ids follow dates, and nobody has come later than now."""
    yield from misplaced(conn)
    for (key,) in conn.execute(ARRIVED_LATER):
        yield f"article {key} has arrived later than now: walks through pages can miss it"


def values(conn: Connection) -> Iterator[str]:
    """Values that nothing else tells, as far as our own code would have written them."""
    for (key,) in conn.execute(FLAGS):
        yield f"article {key} has a flag that is neither 0 nor 1, or a version below 1"
    for table in LISTED:
        for (key,) in conn.execute(GAPS.replace("{table}", table)):
            yield f"article {key} lacks some of its {table}: `cuttings retag` reads it again"
    for key, subheadings, _extra in conn.execute(JSON):
        if not all(_is_subheading(each) for each in json.loads(subheadings)):
            yield f"article {key} has subheadings that are none"


def _is_subheading(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"start", "end", "text"}


def findings(conn: Connection) -> Iterator[str]:
    """Names, quotes and dates stand in the text where they say."""
    for table in FOUND:
        for row in conn.execute(STANDING.replace("{table}", table)):
            text = _field(row)
            if text is None or text[row["start_offset"] : row["end_offset"]] != row["text"]:
                place = f"{row['field']} {row['start_offset']}-{row['end_offset']}"
                yield f"article {row['key']}: “{row['text']}” does not stand at {place}"
    for key, date, precision in conn.execute(DATES):
        if not _is_day(date + COMPLETED.get(precision, "?")):
            yield f"article {key} mentions “{date}”, which is no {precision}"
    for key, position in conn.execute(MISQUOTED):
        yield f"quote {position} of article {key} has another speaker than its mention"
    if count := conn.execute(STRAY_READINGS).fetchone()[0]:
        yield f"{count} readings are of no mention: {MEND}"


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _field(row: Row) -> str | None:
    name, _, number = row["field"].removesuffix("]").partition("[")
    if name not in ("title", "standfirst", "body", "captions"):
        return None
    text: str | None = row[name]
    if not number or text is None:
        return text
    items = text.split("\n")
    return items[int(number)] if number.isdigit() and int(number) < len(items) else None


def versions(conn: Connection) -> Iterator[str]:
    """Earlier texts are numbered below their article's, are others, and are what they say."""
    for (key,) in conn.execute(MISNUMBERED):
        yield f"article {key} has an earlier version with a number that is not below its own"
    for (key,) in conn.execute(DOUBLED):
        yield f"article {key} has its present text among its earlier versions"
    for row in conn.execute(PAST):
        if not _says_the_same(row):
            yield f"version {row['version']} of article {row['article_key']} is not its document"


def _says_the_same(row: Row) -> bool:
    try:
        said = unpacked(row["document"])
    except (ValueError, TypeError, KeyError):
        return False
    return tuple(row[name] for name in _TEXTS) == _texts(said)


_TEXTS = ("title", "standfirst", "body", "captions", "credits", "published_at", "updated_at")


def _texts(said: Article) -> tuple[str | None, ...]:
    return (
        *(said.title, said.standfirst, said.body, in_lines(said.captions), in_lines(said.credits)),
        *(each.shown if each is not None else None for each in (said.published, said.updated)),
    )


def visibility(conn: Connection) -> Iterator[str]:
    """What is in the archive is seen: nothing that was killed, nothing whose time has not come."""
    for (key,) in conn.execute(UNDEAD):
        yield f"article {key} was killed, and is there"
    for (key,) in conn.execute(HAUNTED):
        yield f"the kill of {key} has no time, or is its own"
    for (key,) in conn.execute(WAITING, {"now": utc_now()}):
        yield f"article {key} is under embargo, and is there"
    for (former,) in conn.execute(REUSED):
        yield f"article {former} is there, and its key is said to be another's former one"
