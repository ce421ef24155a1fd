"""An article out of its segments at once, in the transaction that takes it out of sight.

Its place stays, dead and empty, until the segment is made anew: only what it said has to go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from service.database import Connection
from service.engines.sqlite.columns.filing import IDS, RAISE, bury, dead_in, filed_part
from service.engines.sqlite.columns.lists import Lists
from service.engines.sqlite.columns.parts import Part, packed, read_part, with_own_texts
from service.engines.sqlite.columns.postings import Posting, pack, unpack
from service.engines.tokens import Tokens

IS_UNFILED = "SELECT 1 FROM unfiled WHERE article_id = :id"
SIZE = "SELECT articles FROM segments WHERE id = :segment"
CHANGE_COLUMN = "UPDATE segment_columns SET data = ? WHERE segment_id = ? AND name = ?"
TERMS = "SELECT term FROM postings WHERE segment_id = :segment"
POSTING = "SELECT articles, data FROM postings WHERE segment_id = :segment AND term = :term"
CHANGE_POSTING = """
UPDATE postings SET articles = :articles, data = :data WHERE segment_id = :segment AND term = :term
"""
FORGET_POSTING = "DELETE FROM postings WHERE segment_id = :segment AND term = :term"


def erase_article(conn: Connection, tokens: Tokens, article_id: int) -> None:
    """Take what an article says out of every segment, while the article is there still."""
    known: Sequence[str] | None = None
    if conn.execute(IS_UNFILED, {"id": article_id}).fetchone() is None:
        known = [*read_part(conn, tokens, [article_id]).postings]
    for segment, data in conn.execute(IDS).fetchall():
        ids = np.frombuffer(data, "<i8")
        dead = dead_in(conn, segment, len(ids))
        for place in np.flatnonzero(ids == article_id).tolist():
            terms = known
            if terms is None or dead[place]:  # an older text, of which nobody knows the words
                terms = [term for (term,) in conn.execute(TERMS, {"segment": segment})]
            _erase_words(conn, segment, terms, place)
            _erase_values(conn, segment, place)
    bury(conn, np.array([article_id], np.int64))
    conn.execute(RAISE)


def _erase_words(conn: Connection, segment: int, terms: Iterable[str], place: int) -> None:
    (size,) = conn.execute(SIZE, {"segment": segment}).fetchone()
    for term in terms:
        values = {"segment": segment, "term": term}
        row = conn.execute(POSTING, values).fetchone()
        posting = unpack(row["data"], row["articles"], size) if row is not None else None
        if posting is None or place not in posting.positions:
            continue
        kept = posting.positions != place
        if not kept.any():
            conn.execute(FORGET_POSTING, values)
            continue
        rest = Posting(posting.positions[kept], posting.frequencies[kept])
        values |= {"articles": len(rest.positions), "data": pack(rest, size)}
        conn.execute(CHANGE_POSTING, values)


def _erase_values(conn: Connection, segment: int, place: int) -> None:
    part = filed_part(conn, segment)
    before, after = packed(part), packed(_emptied(part, place))
    changed = [(data, segment, name) for name, data in after.items() if data != before[name]]
    conn.executemany(CHANGE_COLUMN, changed)


def _emptied(part: Part, place: int) -> Part:
    """The part with no value for one of its articles, and no text that only that one had."""
    lists: dict[str, Lists] = {}
    for name, own in part.lists.items():
        sizes = own.sizes
        sizes[place] = 0
        values = np.delete(own.values, np.s_[own.offsets[place] : own.offsets[place + 1]])
        lists[name] = Lists.of_sizes(sizes, values)
    return with_own_texts(replace(part, lists=lists))
