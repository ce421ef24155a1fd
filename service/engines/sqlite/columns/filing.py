"""Columns into the archive file: segments of articles, made by whoever writes for who searches.

A new segment holds what a batch brought. An article that has changed is dead in its old segment and
alive in a new one.
"""

import json
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from service.database import Connection, Database
from service.engines.sqlite.columns.parts import Ids, Part, packed, read_part, unpacked
from service.engines.sqlite.columns.postings import LARGEST, pack
from service.engines.tokens import Tokens

UNFILED = "SELECT article_id FROM unfiled ORDER BY article_id"
FILED = "DELETE FROM unfiled WHERE article_id IN (SELECT value FROM json_each(:ids))"
ADD_SEGMENT = "INSERT INTO segments (articles) VALUES (:articles) RETURNING id"
ADD_COLUMN = "INSERT INTO segment_columns (segment_id, name, data) VALUES (?, ?, ?)"
ADD_POSTING = "INSERT INTO postings (segment_id, term, articles, data) VALUES (?, ?, ?, ?)"
RAISE = "UPDATE filing SET number = number + 1"
IDS = "SELECT segment_id, data FROM segment_columns WHERE name = 'ids' ORDER BY segment_id"
IDS_OF = "SELECT data FROM segment_columns WHERE segment_id = :id AND name = 'ids'"
DEAD = "SELECT data FROM segment_columns WHERE segment_id = :id AND name = 'dead'"
BURY = """
INSERT INTO segment_columns (segment_id, name, data) VALUES (:id, 'dead', :data)
ON CONFLICT (segment_id, name) DO UPDATE SET data = excluded.data
"""
COUNT_DEAD = "UPDATE segments SET dead = :dead WHERE id = :id"
COLUMNS = "SELECT name, data FROM segment_columns WHERE segment_id = :id"
SEGMENTS = "SELECT id, articles, dead FROM segments ORDER BY id"
FORGET = (
    "DELETE FROM postings WHERE segment_id = :id",
    "DELETE FROM segment_columns WHERE segment_id = :id",
    "DELETE FROM segments WHERE id = :id",
)


def unfiled(conn: Connection) -> list[int]:
    """Articles that are in no segment as they are now, and such as are there no more."""
    return [id_ for (id_,) in conn.execute(UNFILED)]


def file_articles(conn: Connection, tokens: Tokens, ids: Sequence[int]) -> None:
    """Make segments of the articles as they are now, inside the caller's write transaction."""
    ordered = np.unique(np.array(ids, np.int64))
    if not len(ordered):
        return
    bury(conn, ordered)
    for start in range(0, len(ordered), LARGEST):
        add_segment(conn, read_part(conn, tokens, ordered[start : start + LARGEST].tolist()))
    conn.execute(FILED, {"ids": json.dumps(ordered.tolist())})
    conn.execute(RAISE)


def bury(conn: Connection, ids: Ids) -> None:
    """Mark the articles as dead in whichever segments they stand."""
    for segment, data in conn.execute(IDS).fetchall():
        theirs = np.frombuffer(data, "<i8")
        found = theirs[0] <= ids[-1] and theirs[-1] >= ids[0]
        hit = np.isin(theirs, ids, assume_unique=True) if found else np.zeros(0, np.bool_)
        if hit.any():
            dead = dead_in(conn, segment, len(theirs)) | hit
            values = {"id": segment, "dead": int(dead.sum()), "data": np.packbits(dead).tobytes()}
            conn.execute(BURY, values)
            conn.execute(COUNT_DEAD, values)


def dead_in(conn: Connection, segment: int, articles: int) -> npt.NDArray[np.bool_]:
    """Which articles of a segment are no more as it says, by their places in it."""
    row = conn.execute(DEAD, {"id": segment}).fetchone()
    if row is None:
        return np.zeros(articles, np.bool_)
    return np.unpackbits(np.frombuffer(row["data"], np.uint8), count=articles).astype(np.bool_)


def filed_part(conn: Connection, segment: int) -> Part:
    """The columns of a segment, without postings."""
    return unpacked(dict(conn.execute(COLUMNS, {"id": segment}).fetchall()))


def add_segment(conn: Connection, part: Part) -> None:
    size = len(part.ids)
    if not size:
        return
    (segment,) = conn.execute(ADD_SEGMENT, {"articles": size}).fetchone()
    conn.executemany(ADD_COLUMN, [(segment, *column) for column in packed(part).items()])
    rows = (
        (segment, term, len(posting.positions), pack(posting, size))
        for term, posting in sorted(part.postings.items())
    )
    conn.executemany(ADD_POSTING, rows)


def forget(conn: Connection, segments: Sequence[int]) -> None:
    """Drop segments; whoever does so must file what was alive in them."""
    for statement in FORGET:
        conn.executemany(statement, [{"id": segment} for segment in segments])


FOLLOWING = "SELECT id FROM articles WHERE id > :after ORDER BY id LIMIT :most"
FINISHED = "SELECT id FROM segments WHERE dead >= articles"
LEAVE_UNFILED = """
INSERT OR IGNORE INTO unfiled SELECT id, (SELECT number FROM generation) FROM articles
WHERE id NOT IN (SELECT value FROM json_each(:ids))
"""
# Other writers wait meanwhile: some tenths of a second.
REFILED_AT_ONCE = 1_024
_FIRST_ID = -(1 << 63)


def refile_segments(
    database: Database, tokens: Tokens, tell: Callable[[int], None] = lambda _: None
) -> None:
    """All articles filed anew, some at a time; `tell` is told how many more are."""
    with database.write() as conn:
        _drop_unreadable(conn)
    after = _FIRST_ID
    while True:
        with database.write() as conn:
            most = {"after": after, "most": REFILED_AT_ONCE}
            ids = [id_ for (id_,) in conn.execute(FOLLOWING, most)]
            file_articles(conn, tokens, ids)
        tell(len(ids))
        if len(ids) < REFILED_AT_ONCE:
            break  # what has come since waits to be filed, as ever
        after = ids[-1]
    with database.write() as conn:
        _bury_strays(conn)
    with database.read() as conn:
        finished = [id_ for (id_,) in conn.execute(FINISHED)]
    for segment in finished:
        with database.write() as conn:
            forget(conn, [segment])
            conn.execute(RAISE)


def _drop_unreadable(conn: Connection) -> None:
    """Segments of which nobody can tell what is in them; their articles wait to be filed."""
    readable: list[Ids] = []
    for row in conn.execute(SEGMENTS).fetchall():
        ids = _ids_of(conn, row["id"], row["articles"])
        if ids is None:
            forget(conn, [row["id"]])
            conn.execute(RAISE)
        else:
            readable.append(ids)
    filed = np.concatenate(readable) if readable else np.zeros(0, np.int64)
    conn.execute(LEAVE_UNFILED, {"ids": json.dumps(filed.tolist())})


def _ids_of(conn: Connection, segment: int, articles: int) -> Ids | None:
    try:
        ids = np.frombuffer(conn.execute(IDS_OF, {"id": segment}).fetchone()["data"], "<i8")
        dead_in(conn, segment, articles)
    except (TypeError, ValueError):
        return None
    rising = len(ids) == articles > 0 and bool((np.diff(ids) > 0).all())
    return ids if rising else None


def _bury_strays(conn: Connection) -> None:
    """What is filed as alive, and no article's."""
    there = np.array([id_ for (id_,) in conn.execute("SELECT id FROM articles")], np.int64)
    for segment, data in conn.execute(IDS).fetchall():
        ids = np.frombuffer(data, "<i8")
        strays = ids[~np.isin(ids, there) & ~dead_in(conn, segment, len(ids))]
        if len(strays):
            bury(conn, strays)
            conn.execute(RAISE)
