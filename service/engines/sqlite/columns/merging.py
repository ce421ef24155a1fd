"""Several segments as one, so that a word is asked of few, and without what is dead in them.

Made from the segments themselves, in a snapshot: writers wait only while the new one is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import numpy.typing as npt

from service.database import Connection, Database, Row
from service.engines.fields import TEXT_LISTS
from service.engines.sqlite.columns.filing import (
    RAISE,
    SEGMENTS,
    add_segment,
    dead_in,
    filed_part,
    forget,
    unfiled,
)
from service.engines.sqlite.columns.lists import Lists
from service.engines.sqlite.columns.parts import Ids, Part, joined, with_own_texts
from service.engines.sqlite.columns.postings import LARGEST, Posting, by_term, keys_of

SOME = """
SELECT id, articles, dead FROM segments WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id
"""
POSTINGS = "SELECT term, articles, data FROM postings WHERE segment_id = :id ORDER BY term"
# So many segments of one size are made into one, which is of the next size.
_FANOUT = 8
_SMALLEST = 64
_MOST_DEAD = 0.5


@dataclass(frozen=True, slots=True)
class Merged:
    """One segment that stands for some, as these were."""

    rows: Sequence[tuple[int, int, int]]
    part: Part


def merge_segments(database: Database, most_dead: float = _MOST_DEAD) -> bool | None:
    """Make one of several segments, if there are too many of a size; None when there was nothing.

    One of which more than the part `most_dead` is dead is made anew. False when somebody has
    changed them meanwhile: then it may be tried again.
    """
    with database.read() as conn:
        rows = conn.execute(SEGMENTS).fetchall()
        chosen = next(_mergeable(rows, most_dead), None)
        made = merged(conn, chosen) if chosen else None
    if made is None:
        return None
    with database.write() as conn:
        return put_in_place(conn, made)


def put_in_place(conn: Connection, made: Merged) -> bool:
    """Inside the caller's write transaction; False if somebody has changed them meanwhile."""
    ids = [id_ for id_, _, _ in made.rows]
    if [tuple(row) for row in conn.execute(SOME, {"ids": str(ids)})] != [*made.rows]:
        return False
    waiting = np.array(unfiled(conn), np.int64)
    if np.isin(made.part.ids, waiting).any():
        return False
    forget(conn, ids)
    add_segment(conn, made.part)
    conn.execute(RAISE)
    return True


def _mergeable(rows: Sequence[Row], most_dead: float) -> Iterator[list[int]]:
    alive = {row["id"]: row["articles"] - row["dead"] for row in rows}
    for row in rows:
        if row["dead"] > row["articles"] * most_dead:
            yield [row["id"]]
    by_size = sorted(alive, key=lambda id_: alive[id_])
    for _, group in groupby(by_size, lambda id_: _size(alive[id_])):
        every = [*group]
        some: list[int] = []
        for id_ in every:
            if sum(alive[each] for each in some) + alive[id_] <= LARGEST:
                some.append(id_)
        if len(every) >= _FANOUT and len(some) > 1:
            yield some


def _size(articles: int) -> int:
    size = 0
    while articles > _SMALLEST:
        articles //= _FANOUT
        size += 1
    return size


def merged(conn: Connection, ids: Sequence[int]) -> Merged:
    """What is alive in some segments and waits for no other filing."""
    rows = [tuple(row) for row in conn.execute(SOME, {"ids": str([*ids])})]
    parts = [filed_part(conn, id_) for id_, _, _ in rows]
    waiting = np.array(unfiled(conn), np.int64)
    alive = [
        ~dead_in(conn, id_, articles) & ~np.isin(part.ids, waiting)
        for (id_, articles, _), part in zip(rows, parts, strict=True)
    ]
    whole = joined(_with_one_numbering(parts))
    kept = np.flatnonzero(np.concatenate(alive))
    order = kept[np.argsort(whole.ids[kept])]
    places = np.full(len(whole.ids), -1, np.int64)
    places[order] = np.arange(len(order))
    postings = _postings(conn, rows, places)
    return Merged(rows, replace(with_own_texts(whole.ordered(order)), postings=postings))


def _with_one_numbering(parts: Sequence[Part]) -> list[Part]:
    numbers: dict[str, dict[str, int]] = {name: {} for name in TEXT_LISTS}
    renumbered = []
    for part in parts:
        lists = dict(part.lists)
        for name in TEXT_LISTS:
            own = numbers[name]
            table = np.array([own.setdefault(t, len(own)) for t in part.texts[name]], np.int32)
            if len(table):
                lists[name] = Lists(lists[name].offsets, table[lists[name].values])
        renumbered.append(replace(part, lists=lists))
    texts = {name: [*own] for name, own in numbers.items()}
    return [replace(part, texts=texts) for part in renumbered]


def _postings(
    conn: Connection, rows: Sequence[tuple[int, ...]], places: Ids
) -> Mapping[str, Posting]:
    """All postings at their new places."""
    terms: dict[str, int] = {}
    packed: list[npt.NDArray[np.int64]] = []
    start = 0
    for id_, articles, _ in rows:
        own = places[start : start + articles]
        packed.append(keys_of(conn.execute(POSTINGS, {"id": id_}), terms, own, articles))
        start += articles
    every = np.concatenate(packed)
    every.sort()
    return by_term(every, [*terms])
