"""Erasing what was killed from the bytes of the file, once no answer shows it any more.

A deleted word stays in the segments of a text index until they are merged. FTS5's own
`secure-delete` would spare that, but turns the file into one that older SQLite cannot read. So the
segments are merged, some pages at a time between which others may write. Then the file is written
anew: SQLite overwrites what is deleted (`secure_delete`, on for every writer), but not what it left
behind when it moved a row to another page before, which was so for one row of a hundred. Last, the
write-ahead log is emptied.
"""

import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence

from service.database import Connection, Database
from service.needs import KILLED, Needs
from service.stores.kills import digest_of
from service.stores.text_indexes import TEXT_INDEXES, merge_segments
from service.stores.text_rebuild import clear_rebuild

PENDING = "SELECT key FROM erasures ORDER BY key"
BEGIN = """
INSERT INTO erasures (key, names) VALUES (:key, :names)
ON CONFLICT (key) DO UPDATE SET names = :names WHERE :names <> '[]'
"""
NAMES = """
SELECT key, names FROM erasures
WHERE names <> '[]' AND key IN (SELECT value FROM json_each(:keys))
"""
FORGET_NAMES = "UPDATE erasures SET names = '[]' WHERE key = :key AND names = :names"
DONE = "DELETE FROM erasures WHERE key = :key"
KNOWN = "SELECT 1 FROM killed_identities WHERE digest = :digest"


def begin_erasing(conn: Connection, key: str, names: Iterable[str] = ()) -> None:
    """Note, in the transaction of a kill, that its traces are to be swept out, and by which names
    it may still be told of elsewhere.
    """
    conn.execute(BEGIN, {"key": key, "names": json.dumps([*names])})


def names_of(conn: Connection, keys: Collection[str]) -> dict[str, list[str]]:
    """Of these kills, those whose names are not forgotten yet."""
    rows = conn.execute(NAMES, {"keys": json.dumps([*keys])})
    return {row["key"]: json.loads(row["names"]) for row in rows}


def forget_names(conn: Connection, names: Mapping[str, Sequence[str]]) -> None:
    """Nothing is called so any more; of one that was killed again meanwhile they stay."""
    rows = [{"key": key, "names": json.dumps([*each])} for key, each in names.items()]
    conn.executemany(FORGET_NAMES, rows)


def pending_erasures(database: Database) -> Sequence[str]:
    """Keys of what was killed and is not yet erased from the file."""
    with database.read() as conn:
        return [row["key"] for row in conn.execute(PENDING)]


def was_killed_at(conn: Connection, origin: str) -> bool:
    """Whether an article was killed that was read there."""
    known = {"digest": digest_of("origin", origin)}
    return conn.execute(KNOWN, known).fetchone() is not None


def of_origins(origins: Iterable[str]) -> Needs:
    """To ask that of all of these."""
    return Needs(fields=frozenset((KILLED, digest_of("origin", origin)) for origin in origins))


def erase(database: Database, keys: Sequence[str], patience: float = 30.0) -> bool:
    """Sweep the traces of these kills out of the file; of others only what goes along.

    False when another program has been reading an old snapshot for `patience` seconds, so that the
    log cannot be emptied yet: what was killed stays invisible, and its erasure pending.
    """
    clear_rebuild(database)
    for index in TEXT_INDEXES:
        merge_segments(database, index)
    database.rewrite()
    if not empties_log(database, patience):
        return False
    with database.write() as conn:
        conn.executemany(DONE, [{"key": key} for key in keys])
    return True


def empties_log(database: Database, patience: float) -> bool:
    """Whether what is in the log goes into the file within so many seconds.

    Asked before anything is written anew as well: a program that copies the log for good
    (Litestream) never lets it be emptied, and all that work would be done in vain again and again.
    """
    until = time.monotonic() + patience
    while not database.empty_log():
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)
    return True
