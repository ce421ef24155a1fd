"""Taking out of the editors' log what is known only from an article that is killed.

The log is only ever added to; this is the one exception, which its triggers allow while an erasure
is pending: an edit keeps its number, its time and its editor, and says nothing more.

Whether anybody else is read or spelled so is asked of the whole archive. Where only a part of it is
there too many edits may be blanked, never too few; of each that is, all who are read so are looked
at then, and the work is done again (`working.consequences`).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.article import Article
from service.database import Connection
from service.edits import Edit, reading_of
from service.entity import Mention
from service.names import name_key
from service.stores.mentions import LOG, decisions, edit_of, redress, replace_mentions

# An entity that no article can name.
ERASED = "person-erased"
READ = """
SELECT DISTINCT r.key AS reading, e.key AS entity, m.alias FROM mentions m
JOIN readings r ON r.id = m.reading_id LEFT JOIN entities e ON e.id = m.entity_id
WHERE m.article_id = (SELECT id FROM articles WHERE key = :key)
"""
IS_READ = "SELECT 1 FROM readings WHERE key = :key"
IS_THERE = "SELECT 1 FROM entities WHERE key = :key"
IS_SPELLED = "SELECT 1 FROM aliases WHERE folded = :folded AND mentions > 0"
BLANK = """
UPDATE edits SET action = CASE action WHEN 'undo' THEN 'undo' ELSE 'note' END, entity = :erased,
  "into" = NULL, name = NULL, text = CASE action WHEN 'undo' THEN NULL ELSE '' END, aliases = '[]',
  articles = '[]', reason = ''
WHERE id = :id
"""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the texts of an article name: keys that were read in them, keys of the entities that
    these were, spellings folded, and all that the texts say, folded.
    """

    read: frozenset[str]
    entities: frozenset[str]
    spellings: frozenset[str]
    said: str


def named_in(conn: Connection, key: str, texts: Iterable[Article]) -> Named:
    """Whom the article with this key names, and has named in other texts."""
    rows = conn.execute(READ, {"key": key}).fetchall()
    return Named(
        read=frozenset(row["reading"] for row in rows),
        entities=frozenset(row["entity"] for row in rows if row["entity"] is not None),
        spellings=frozenset(name_key(row["alias"]) for row in rows),
        said=_said(texts),
    )


def named_by(mentions: Sequence[Mention], texts: Iterable[Article]) -> Named:
    """Whom an article names that is in no archive."""
    read = frozenset(map(reading_of, mentions))
    spellings = frozenset(name_key(mention.alias) for mention in mentions)
    return Named(read, frozenset(), spellings, _said(texts))


def _said(texts: Iterable[Article]) -> str:
    return "\n".join(name_key(said) for text in texts for _, said in text.passages())


def redact(conn: Connection, named: Named, articles: Collection[str]) -> int:
    """Blank every edit about what only the `articles` named, which are gone; how many."""
    log = [edit_of(row) for row in conn.execute(LOG)]
    keys = {key for edit in log for key in (edit.entity, edit.into) if key is not None}
    gone = {key for key in keys if _is_gone(conn, key, named)}
    spellings = {s for s in named.spellings if not _exists(conn, IS_SPELLED, folded=s)}
    blanked = set(_about(log, gone, spellings, articles))
    blanked |= {edit.id for edit in log if edit.undoes in blanked}
    if not blanked:
        return 0
    before = decisions(conn)
    edits = [edit for edit in log if edit.id in blanked]
    readings = {reading for edit in edits for reading in before.origins(edit)}
    conn.executemany(BLANK, [{"id": edit.id, "erased": ERASED} for edit in edits])
    now = decisions(conn)
    concerned = replace_mentions(conn, readings, now)
    concerned |= {key for edit in edits for key in (edit.entity, edit.into) if key is not None}
    redress(conn, [key for key in concerned if _exists(conn, IS_THERE, key=key)], now)
    return len(blanked)


def _is_gone(conn: Connection, key: str, named: Named) -> bool:
    """Whether only the killed article named it: no other text is read so, nobody else is it.

    One whose mentions come from others, whom editors merged into it, is gone all the same if the
    name was that article's. Names of earlier texts are not kept: these are looked through.
    """
    if _exists(conn, IS_READ, key=key):
        return False
    if key in named.read:
        return True
    there = _exists(conn, IS_THERE, key=key)
    return not there and (key in named.entities or key.partition("-")[2] in named.said)


def _exists(conn: Connection, sql: str, **values: str) -> bool:
    return conn.execute(sql, values).fetchone() is not None


def _about(
    log: Iterable[Edit],
    keys: Collection[str],
    spellings: Collection[str],
    articles: Collection[str],
) -> Iterator[int]:
    for edit in log:
        texts = edit.aliases
        if edit.action in ("alias", "unalias") and edit.text is not None:
            texts = (edit.text,)
        if edit.action == "rename" and edit.name is not None:
            texts = (edit.name,)
        only_there = bool(edit.articles) and all(key in articles for key in edit.articles)
        spelled_so = bool(texts) and all(name_key(text) in spellings for text in texts)
        if edit.entity in keys or edit.into in keys or only_there or spelled_so:
            yield edit.id
