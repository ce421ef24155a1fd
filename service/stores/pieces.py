"""The index of scripts without spaces: what of a text is in it, written beside the text.

There is one for articles and one for what they used to say. The other text indexes are kept by
triggers; SQL cannot cut a text into pieces, so these are not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from service.database import Connection, Row
from service.letters import folded, is_wide
from service.unspaced import LEFT_OUT, cut, has_unspaced

FIELDS = ("title", "standfirst", "body", "captions", "credits")
INDEXED = """
SELECT title, standfirst, body, captions, credits FROM {table}_pieces WHERE rowid = :id
"""
FORGET = "DELETE FROM {table}_pieces WHERE rowid = :id"
DRAFT = f"INSERT INTO words_draft (rowid, {', '.join(FIELDS)}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - fixed names
DRAFTED = "SELECT term FROM words_of_draft"
FORGET_DRAFT = "INSERT INTO words_draft(words_draft) VALUES ('delete-all')"
WRITE = """
INSERT INTO {table}_pieces(rowid, title, standfirst, body, captions, credits)
VALUES (:id, :title, :standfirst, :body, :captions, :credits)
"""
# Every rowid of the index that is no text's.
STRAY = "SELECT rowid FROM {table}_pieces EXCEPT SELECT id FROM {table}"

Table = Literal["articles", "versions"]
# Their texts, and what each is called in a report.
TEXTS: Mapping[Table, str] = {
    "articles": """
SELECT id, key AS name, title, standfirst, body, captions, credits FROM articles
""",
    "versions": """
SELECT id, article_key || ' in version ' || version AS name,
  title, standfirst, body, captions, credits FROM versions
""",
}


def file_pieces(conn: Connection, article_id: int) -> None:
    """Index the article as it is now, if it has any such text."""
    _file(conn, "articles", article_id)


def file_version_pieces(conn: Connection, version_id: int) -> None:
    """The same for a row of `versions`."""
    _file(conn, "versions", version_id)


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


def misfiled(conn: Connection) -> Iterator[str]:
    """Keys of articles that are not in the index as they are, and ids that are no text's."""
    for table, texts in TEXTS.items():
        for row in conn.execute(texts):
            indexed = conn.execute(INDEXED.replace("{table}", table), {"id": row["id"]}).fetchone()
            if (indexed and tuple(indexed)) != _cut(row):
                yield row["name"]
        for (stray,) in conn.execute(STRAY.replace("{table}", table)):
            yield str(stray)


def _file(conn: Connection, table: Table, id_: int) -> None:
    row = conn.execute(f"{TEXTS[table]} WHERE id = :id", {"id": id_}).fetchone()
    conn.execute(FORGET.replace("{table}", table), {"id": id_})
    _write(conn, table, row)


def add_pieces(conn: Connection, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Index articles that are not yet, by the values of their columns.

    Returns whether some have words with others within, which are filed apart.
    """
    any_glued = False
    for row in rows:
        if all((row[name] or "").isascii() for name in FIELDS):
            continue
        pieces = _cut(row)
        any_glued |= _may_be_glued(row, pieces)
        _index(conn, "articles", row["id"], pieces)
    return any_glued


def add_pieces_to(conn: Connection, table: str, rows: Iterable[Row]) -> None:
    """Index texts that are not yet in the index of that table, which is being made anew."""
    for row in rows:
        if any(not (row[name] or "").isascii() for name in FIELDS):
            _index(conn, table, row["id"], _cut(row))


def _write(conn: Connection, table: Table, row: Row) -> None:
    pieces = _cut(row)
    # What people's words are completed and corrected to are those of current texts.
    if table == "articles" and _may_be_glued(row, pieces):
        file_glued(conn, _indexed_words(conn, [row[name] or "" for name in FIELDS]))
    _index(conn, table, row["id"], pieces)


def _may_be_glued(row: Row | Mapping[str, Any], pieces: Sequence[str] | None) -> bool:
    return pieces is not None or any(is_wide(row[name] or "") for name in FIELDS)


def _index(conn: Connection, table: str, id_: int, pieces: Sequence[str] | None) -> None:
    if pieces is not None:
        values = {"id": id_, **dict(zip(FIELDS, pieces, strict=True))}
        conn.execute(WRITE.replace("{table}", table), values)


def _indexed_words(conn: Connection, texts: Sequence[str]) -> list[str]:
    """The words of an article exactly as the index tells them apart."""
    conn.execute(DRAFT, (1, *texts))
    words = [term for (term,) in conn.execute(DRAFTED)]
    conn.execute(FORGET_DRAFT)
    return words


def _cut(row: Row | Mapping[str, Any]) -> tuple[str, ...] | None:
    """The pieces of each field; None if there are none at all."""
    pieces = tuple(cut(row[name] or "") for name in FIELDS)
    return pieces if any(pieces) else None
