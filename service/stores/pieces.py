"""The index of scripts without spaces: what of an article is in it, written beside the article.

The other text indexes are kept by triggers; SQL cannot cut a text into pieces, so this one is not.
"""

from collections.abc import Iterable, Iterator

from service.database import Connection, Row
from service.letters import as_indexed, folded, is_wide, words_of
from service.unspaced import LEFT_OUT, cut, has_unspaced

FIELDS = ("title", "standfirst", "body", "captions", "credits")
TEXTS = "SELECT id, key, title, standfirst, body, captions, credits FROM articles"
INDEXED = "SELECT title, standfirst, body, captions, credits FROM articles_pieces WHERE rowid = :id"
FORGET = "DELETE FROM articles_pieces WHERE rowid = :id"
WRITE = """
INSERT INTO articles_pieces(rowid, title, standfirst, body, captions, credits)
VALUES (:id, :title, :standfirst, :body, :captions, :credits)
"""
# Every rowid of the index that is no article's.
STRAY = "SELECT rowid FROM articles_pieces EXCEPT SELECT id FROM articles"


def file_pieces(conn: Connection, article_id: int) -> None:
    """Index the article as it is now, if it has any such text."""
    _write(conn, conn.execute(f"{TEXTS} WHERE id = :id", {"id": article_id}).fetchone())


def file_glued(conn: Connection, words: Iterable[str]) -> None:
    """Note which Latin words stand within words of the index: `bts` in `bts는`."""
    rows = [(part, word) for word in words for part in glued(word)]
    conn.executemany("INSERT OR IGNORE INTO words_folded (folded, word) VALUES (?, ?)", rows)


def glued(word: str) -> set[str]:
    """The Latin words and numbers within a word that is partly in a script without spaces.

    A word in wide letters is filed as the same in narrow ones.
    """
    if word.isascii():
        return set()
    if not has_unspaced(word):
        return {folded(word)} if is_wide(word) else set()
    parts = (part for part in cut(word).split() if not has_unspaced(part) and part != LEFT_OUT)
    return {folded(part) for part in parts}


def rebuild_pieces(conn: Connection) -> None:
    """The whole index anew from the articles."""
    conn.execute("DELETE FROM articles_pieces")
    for row in conn.execute(TEXTS):
        _write(conn, row)


def misfiled(conn: Connection) -> Iterator[str]:
    """Keys of articles that are not in the index as they are, and ids that are no article's."""
    for row in conn.execute(TEXTS):
        indexed = conn.execute(INDEXED, {"id": row["id"]}).fetchone()
        if (indexed and tuple(indexed)) != _cut(row):
            yield row["key"]
    for (stray,) in conn.execute(STRAY):
        yield str(stray)


def _write(conn: Connection, row: Row) -> None:
    conn.execute(FORGET, {"id": row["id"]})
    pieces = _cut(row)
    texts = [row[name] or "" for name in FIELDS]
    if pieces is not None or any(map(is_wide, texts)):
        file_glued(conn, {as_indexed(word) for text in texts for word in words_of(text)})
    if pieces is not None:
        conn.execute(WRITE, {"id": row["id"], **dict(zip(FIELDS, pieces, strict=True))})


def _cut(row: Row) -> tuple[str, ...] | None:
    """The pieces of each field; None if there are none at all."""
    pieces = tuple(cut(row[name] or "") for name in FIELDS)
    return pieces if any(pieces) else None
