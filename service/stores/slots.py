"""Article ids that grow with the publication time.

An id is a place in time: minutes since the year 1, 64 slots each, behind room for undated articles.
So newest first is `ORDER BY id DESC`, which the text index answers without sorting. Two articles
never stand in the wrong order: where a slot is taken the next free one serves, and where none is
left between two neighbours, the later ones move up.
"""

from datetime import UTC, datetime

from service.database import Connection
from service.dates import Moment

UNDATED_ROOM = 1 << 32
SLOTS_PER_MINUTE = 64
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)


def natural_slot(published: Moment) -> int:
    """The id that a date asks for."""
    seconds = int((published.instant - _YEAR_ONE).total_seconds())
    return UNDATED_ROOM + seconds * SLOTS_PER_MINUTE // 60


LAST_UNDATED = "SELECT max(id) FROM articles WHERE id < :room"
LAST_NOT_LATER = """
SELECT id FROM articles WHERE published_at <= :iso ORDER BY published_at DESC, id DESC LIMIT 1
"""
FIRST_LATER = "SELECT id FROM articles WHERE published_at > :iso ORDER BY published_at, id LIMIT 1"


def free_slot(conn: Connection, published: Moment | None) -> int:
    """An id for an article of that date, free and in order; may move later neighbours up."""
    if published is None:
        return (conn.execute(LAST_UNDATED, {"room": UNDATED_ROOM}).fetchone()[0] or 0) + 1
    date = {"iso": published.iso}
    before = conn.execute(LAST_NOT_LATER, date).fetchone()
    after = conn.execute(FIRST_LATER, date).fetchone()
    slot = natural_slot(published)
    if before is not None:
        slot = max(slot, before[0] + 1)
    if after is None or slot < after[0]:
        return slot
    if before is None or before[0] + 1 < after[0]:
        return int(after[0]) - 1
    _move_up(conn, after[0])
    return int(after[0])


END_OF_RUN = """
WITH RECURSIVE run(id) AS (
  SELECT :first
  UNION ALL
  SELECT run.id + 1 FROM run WHERE EXISTS (SELECT 1 FROM articles WHERE id = run.id + 1)
)
SELECT max(id) FROM run
"""


def _move_up(conn: Connection, first: int) -> None:
    """Shift the unbroken run of ids from `first` on by one; triggers carry what hangs on it."""
    last = conn.execute(END_OF_RUN, {"first": first}).fetchone()[0]
    for article_id in range(last, first - 1, -1):
        conn.execute("UPDATE articles SET id = id + 1 WHERE id = ?", (article_id,))
