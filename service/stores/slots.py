"""Article ids that grow with the publication time.

An id is a place in time, behind room for undated articles: each day since the year 1 has slots for
articles of which only the date is known, and then 20 for each of its minutes. So newest first is
`ORDER BY id DESC`, which the text index answers without sorting. Two articles never stand in the
wrong order: where a slot is taken the next free one serves, and where none is left between two
neighbours, the later ones move up (dear, since their words are indexed again; hence the room).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from service.database import Connection
from service.dates import Moment

UNDATED_ROOM = 1 << 32
# Lists in the index store differences of ids, so small steps make it small: this many leave room
# between the articles of an agency that has 10,000 of them a day.
SLOTS_A_DAY = 1 << 15
SLOTS_PER_MINUTE = 20
_SLOTS_FOR_DATES = SLOTS_A_DAY - 24 * 60 * SLOTS_PER_MINUTE
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)

# One number, or many at once.
_Numbers = TypeVar("_Numbers", int, npt.NDArray[np.int64])


def natural_slot(published: Moment) -> int:
    """The id that a date asks for."""
    since = published.instant - _YEAR_ONE
    day = slot_of_day(since.days)
    return day if published.precision == "day" else day + slot_in_day(since.seconds)


def slot_of_day(days: _Numbers) -> _Numbers:
    """The id that a date without a time asks for, so many days after the first."""
    return UNDATED_ROOM + days * SLOTS_A_DAY


def slot_in_day(seconds: _Numbers) -> _Numbers:
    """How much higher the id is that a time of that day asks for."""
    return _SLOTS_FOR_DATES + seconds * SLOTS_PER_MINUTE // 60


LAST_UNDATED = "SELECT max(id) FROM articles WHERE id < :room"
LAST_NOT_LATER = """
SELECT id FROM articles WHERE published_at <= :iso ORDER BY published_at DESC, id DESC LIMIT 1
"""
FIRST_LATER = """
SELECT id, published_at FROM articles WHERE published_at > :iso ORDER BY published_at, id LIMIT 1
"""


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


def free_slots(conn: Connection, dates: Sequence[Moment | None]) -> list[int]:
    """Ids for new articles in the order of their dates, as far as none has to move for them."""
    dated = [date for date in dates if date is not None]
    slots = _undated_slots(conn, len(dates) - len(dated))
    first = 0
    while first < len(dated):
        found = _slots_in_gap(conn, dated, first)
        if not found:
            break
        slots += found
        first += len(found)
    return slots


def _undated_slots(conn: Connection, count: int) -> list[int]:
    if not count:
        return []
    first = free_slot(conn, None)
    return list(range(first, first + count))


def _slots_in_gap(conn: Connection, dates: Sequence[Moment], first: int) -> list[int]:
    """For those from `first` on that stand between the same two neighbours as that one.

    None if there is no room for all of them.
    """
    date = {"iso": dates[first].iso}
    before = conn.execute(LAST_NOT_LATER, date).fetchone()
    after = conn.execute(FIRST_LATER, date).fetchone()
    last = before[0] if before is not None else UNDATED_ROOM - 1
    slots: list[int] = []
    for each in islice(dates, first, None):
        if after is not None and each.iso >= after["published_at"]:
            break
        slots.append(max(natural_slot(each), (slots or [last])[-1] + 1))
    end = after["id"] if after is not None else slots[-1] + 1
    for at in range(len(slots) - 1, -1, -1):
        end = slots[at] = min(slots[at], end - 1)
    return slots if slots[0] > last else []


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


MISPLACED = """
SELECT later.key, earlier.key FROM (
  SELECT id, key, published_at, lag(id) OVER (ORDER BY id) AS before FROM articles
) later JOIN articles earlier ON earlier.id = later.before
WHERE coalesce(earlier.published_at, '') > coalesce(later.published_at, '')
"""
OUTSIDE = "SELECT key FROM articles WHERE (published_at IS NULL) <> (id < :room)"
IN_ORDER = """
SELECT id, published_at, published_precision FROM articles
ORDER BY coalesce(published_at, ''), dated_in, id
"""


def misplaced(conn: Connection) -> Iterator[str]:
    """Every id that does not follow the date of its article, a sentence each."""
    for later, earlier in conn.execute(MISPLACED):
        yield f"article {later} has a later id than {earlier}, but an earlier date"
    for (key,) in conn.execute(OUTSIDE, {"room": UNDATED_ROOM}):
        yield f"article {key} has an id that does not go with its date"


def renumber(conn: Connection) -> bool:
    """Give every article the id of its date, if other programs have mixed them up."""
    if next(misplaced(conn), None) is None:
        return False
    rows = conn.execute(IN_ORDER).fetchall()
    # Two steps, the first out of everybody's way: no id may be taken twice, not even for a moment.
    aside = min(-1, *(row["id"] for row in rows)) - len(rows)
    for place, row in enumerate(rows):
        conn.execute("UPDATE articles SET id = ? WHERE id = ?", (aside + place, row["id"]))
    last = 0
    for place, row in enumerate(rows):
        date = row["published_at"]
        slot = natural_slot(Moment(date, row["published_precision"])) if date else 1
        last = max(slot, last + 1)
        conn.execute("UPDATE articles SET id = ? WHERE id = ?", (last, aside + place))
    return True
