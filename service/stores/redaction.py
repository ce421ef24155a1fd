"""Taking out of the editors' log what is known only from an article that is killed.

The log is only ever added to; this is the one exception, which its triggers allow while an erasure
is pending: an edit keeps its number, its time and its editor, and says nothing more.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from service.database import Connection
from service.edits import Edit
from service.names import name_key
from service.stores.mentions import LOG, decisions, edit_of, redress

# An entity that no article can name.
ERASED = "person-erased"
NAMED = """
SELECT DISTINCT r.key AS reading, e.key AS entity, m.alias FROM mentions m
JOIN readings r ON r.id = m.reading_id LEFT JOIN entities e ON e.id = m.entity_id
WHERE m.article_id = (SELECT id FROM articles WHERE key = :key)
"""
IS_KNOWN = """
SELECT 1 FROM entities WHERE key = :key UNION ALL SELECT 1 FROM readings WHERE key = :key
"""
IS_SPELLED = "SELECT 1 FROM aliases WHERE folded = :folded AND mentions > 0"
BLANK = """
UPDATE edits SET action = CASE action WHEN 'undo' THEN 'undo' ELSE 'note' END, entity = :erased,
  "into" = NULL, name = NULL, text = CASE action WHEN 'undo' THEN NULL ELSE '' END, aliases = '[]',
  articles = '[]', reason = ''
WHERE id = :id
"""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom an article names: entities and readings by key, and spellings folded."""

    keys: frozenset[str]
    spellings: frozenset[str]


def named_in(conn: Connection, key: str) -> Named:
    """Whom the article with this key names."""
    rows = conn.execute(NAMED, {"key": key}).fetchall()
    keys = {name for row in rows for name in (row["reading"], row["entity"]) if name is not None}
    return Named(frozenset(keys), frozenset(name_key(row["alias"]) for row in rows))


def redact(conn: Connection, named: Named, articles: Collection[str]) -> int:
    """Blank every edit about what only the `articles` named, which are gone; how many."""
    keys = {k for k in named.keys if not conn.execute(IS_KNOWN, {"key": k}).fetchone()}
    spellings = {
        s for s in named.spellings if not conn.execute(IS_SPELLED, {"folded": s}).fetchone()
    }
    log = [edit_of(row) for row in conn.execute(LOG)]
    before = decisions(conn)
    blanked = set(_about(log, keys, spellings, articles))
    blanked |= {edit.id for edit in log if edit.undoes in blanked}
    if not blanked:
        return 0
    values = [{"id": id_, "erased": ERASED} for id_ in sorted(blanked)]
    conn.executemany(BLANK, values)
    touched = {key for e in log if e.id in blanked for key in (e.entity, e.into) if key}
    survivors = {s for key in touched if (s := before.survivor(key)) is not None}
    there = [k for k in touched | survivors if conn.execute(IS_KNOWN, {"key": k}).fetchone()]
    redress(conn, there, decisions(conn))
    return len(blanked)


def _about(
    log: Iterable[Edit],
    keys: Collection[str],
    spellings: Collection[str],
    articles: Collection[str],
) -> Iterator[int]:
    for edit in log:
        texts = (*edit.aliases, *(t for t in (edit.text,) if t and edit.action != "note"))
        only_there = bool(edit.articles) and all(key in articles for key in edit.articles)
        spelled_so = bool(texts) and all(name_key(text) in spellings for text in texts)
        if edit.entity in keys or edit.into in keys or only_there or spelled_so:
            yield edit.id
