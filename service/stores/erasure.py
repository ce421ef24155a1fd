"""Erasing what was killed from the bytes of the file, once no answer shows it any more.

A deleted word stays in the segments of a text index until they are merged. FTS5's own
`secure-delete` would spare that, but turns the file into one that older SQLite cannot read. So the
segments are merged, some pages at a time between which others may write. Then the file is written
anew: SQLite overwrites what is deleted (`secure_delete`, on for every writer), but not what it left
behind when it moved a row to another page before, which was so for one row of a hundred. Last, the
write-ahead log is emptied.
"""

import time
from collections.abc import Iterator, Sequence

from service.database import Connection, Database
from service.stores.kills import digest_of

TEXT_INDEXES = (
    *("articles_fts", "articles_words", "articles_pieces"),
    *("versions_fts", "versions_words", "versions_pieces"),
)
# The first call with a negative number takes up all segments, each further one goes on with them.
MERGE = "INSERT INTO {index}({index}, rank) VALUES ('merge', :pages)"
# So many pages take some hundredths of a second.
PAGES = 500
PENDING = "SELECT key FROM erasures ORDER BY key"
BEGIN = "INSERT INTO erasures (key) VALUES (:key) ON CONFLICT DO NOTHING"
DONE = "DELETE FROM erasures WHERE key = :key"
KNOWN = "SELECT 1 FROM killed_identities WHERE digest = :digest"


def begin_erasing(conn: Connection, key: str) -> None:
    """Note, in the transaction of a kill, that its traces are to be swept out."""
    conn.execute(BEGIN, {"key": key})


def pending_erasures(database: Database) -> Sequence[str]:
    """Keys of what was killed and is not yet erased from the file."""
    with database.read() as conn:
        return [row["key"] for row in conn.execute(PENDING)]


def was_killed_at(conn: Connection, origin: str) -> bool:
    """Whether an article was killed that was read there."""
    known = {"digest": digest_of("origin", origin)}
    return conn.execute(KNOWN, known).fetchone() is not None


def erase(database: Database, patience: float = 30.0) -> bool:
    """Sweep the traces of every kill until now out of the file.

    False when another program has been reading an old snapshot for `patience` seconds, so that the
    log cannot be emptied yet: what was killed stays invisible, and its erasure pending.
    """
    keys = pending_erasures(database)
    if not keys:
        return True
    for index in TEXT_INDEXES:
        for _ in _merged(database, index):
            pass
    database.rewrite()
    until = time.monotonic() + patience
    while not database.empty_log():
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)
    with database.write() as conn:
        conn.executemany(DONE, [{"key": key} for key in keys])
    return True


def _merged(database: Database, index: str) -> Iterator[int]:
    """Merge an index into one segment, a transaction a step."""
    pages = -PAGES
    while True:
        with database.write() as conn:
            before = conn.total_changes
            conn.execute(MERGE.replace("{index}", index), {"pages": pages})
            done = conn.total_changes - before
        yield done
        if done < 2:  # FTS5's own way of saying that nothing was left to merge
            return
        pages = PAGES
