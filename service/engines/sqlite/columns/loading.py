"""Columns out of the archive file: all segments at the start, then only what has changed.

A view is never changed, so that a search goes on with the one of its snapshot while others have
newer ones; they share the arrays, which only grow at their end.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from service.database import Connection, Row
from service.engines.fields import TEXT_LISTS
from service.engines.sqlite.columns.filing import SEGMENTS, dead_in, filed_part
from service.engines.sqlite.columns.lists import Growing, Lists
from service.engines.sqlite.columns.parts import LISTS, Ids, Part, Plain, joined, read_part
from service.engines.sqlite.columns.postings import LARGEST
from service.engines.sqlite.columns.view import Columns, Mask, Placed, Remembered, Texts
from service.engines.tokens import Tokens

STATE = "SELECT g.number, f.number FROM generation g, filing f"
CHANGED = "SELECT article_id FROM unfiled WHERE generation > :generation"
WAITING = """
SELECT article_id FROM json_each(:ids) CROSS JOIN unfiled ON article_id = value ORDER BY article_id
"""
# Arrays with more than this part of them out of order are made anew.
_MOST_OUT_OF_ORDER = 0.3
_MOST_REMEMBERED = 64
_FEW = 5_000
# Views that are kept for searches that began before the last write.
_KEPT = 4
_EVERY_CHANGE = -1

# The file, and how often it and its segments have changed.
State = tuple[object, int, int]


class ColumnsOfArchive:
    """The view of any snapshot of one archive; serves many threads."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()
        self._growing = Growing()
        self._views: list[Columns] = []

    def at(self, conn: Connection) -> Columns:
        """The columns as they are in the snapshot that `conn` reads."""
        state = (conn.file, *conn.execute(STATE).fetchone())
        for view in reversed(self._views):
            if view.state == state:
                return view
        with self._lock:
            return self._made(conn, state)

    def _made(self, conn: Connection, state: State) -> Columns:
        file, generation, filing = state
        earlier = [
            view
            for view in self._views
            if view.file == file and view.generation <= generation and view.filing <= filing
        ]
        if earlier and earlier[-1].state == state:
            return earlier[-1]  # another thread has made it meanwhile
        view = self._refreshed(conn, earlier[-1], state) if earlier else None
        if view is None:
            view = self._loaded(conn, state)
        self._views = [*self._views, view][-_KEPT:]
        return view

    def _loaded(self, conn: Connection, state: State) -> Columns:
        self._growing = Growing()
        draft = _Draft(_empty())
        draft.add_segments(conn, conn.execute(SEGMENTS).fetchall())
        draft.put_in_order()
        draft.remember(conn, self._tokens, _EVERY_CHANGE)
        return draft.view(state, self._growing)

    def _refreshed(self, conn: Connection, old: Columns, state: State) -> Columns | None:
        """None when so much has changed that it is better loaded."""
        draft = _Draft(old)
        rows = {row["id"]: row for row in conn.execute(SEGMENTS)}
        for segment, placed in old.segments.items():
            if segment not in rows:
                draft.drop(segment)
            elif rows[segment]["dead"] != placed.dead:
                draft.bury(conn, segment, rows[segment]["dead"])
        draft.add_segments(conn, [row for id_, row in rows.items() if id_ not in old.segments])
        if old.filing != state[2]:
            draft.forget_filed(conn)
        since = old.generation
        if len(old.remembered) >= _MOST_REMEMBERED:
            # Each word is asked of every one of them: one of all is better.
            draft.forget_remembered()
            since = _EVERY_CHANGE
        draft.remember(conn, self._tokens, since)
        return None if draft.is_out_of_order else draft.view(state, self._growing)


def _empty() -> Columns:
    plain = Plain.of(lambda _, kind: np.empty(0, kind))
    lists = {name: Lists(np.zeros(1, np.int64), np.empty(0, np.int32)) for name in LISTS}
    texts = {name: Texts() for name in TEXT_LISTS}
    none = np.empty(0, np.bool_)
    return Columns(None, 0, 0, 0, plain, lists, texts, none, {}, (), {})


class _Draft:
    """A view that is being made from another one."""

    def __init__(self, old: Columns) -> None:
        self._old = old
        self._base = old.base
        self._size = old.size
        self._parts: list[Part] = []
        self._alive: list[Mask] = [old.alive.copy()]
        self._segments = dict(old.segments)
        self._remembered = [*old.remembered]

    @property
    def is_out_of_order(self) -> bool:
        most = max(_FEW, self._base * _MOST_OUT_OF_ORDER)
        return self._size - self._base > most

    def drop(self, segment: int) -> None:
        """Forget a segment that has become part of another."""
        self._alive[0][self._segments.pop(segment).positions] = False

    def bury(self, conn: Connection, segment: int, number: int) -> None:
        """Note that more of a segment is dead now."""
        placed = self._segments[segment]
        self._alive[0][placed.positions[dead_in(conn, segment, placed.size)]] = False
        self._segments[segment] = placed._replace(dead=number)

    def add_segments(self, conn: Connection, rows: Iterable[Row]) -> None:
        for row in rows:
            part = filed_part(conn, row["id"])
            self._segments[row["id"]] = Placed(row["articles"], row["dead"], self._size)
            # What was remembered of these articles is filed now.
            self._bury_ids(part.ids)
            self._append(part, ~dead_in(conn, row["id"], row["articles"]))

    def forget_filed(self, conn: Connection) -> None:
        """Bury what is remembered and waits no more: filed by now, or gone for good."""
        kept: list[Remembered] = []
        for each in self._remembered:
            run = slice(each.start, each.start + each.size)
            ids = self._old.ids[run]
            waiting = [id_ for (id_,) in conn.execute(WAITING, {"ids": str(ids.tolist())})]
            self._alive[0][run] &= np.isin(ids, waiting)
            kept += [each] if self._alive[0][run].any() else []
        self._remembered = kept

    def forget_remembered(self) -> None:
        """Bury all that is in no segment, to be read again."""
        for each in self._remembered:
            self._alive[0][each.start : each.start + each.size] = False
        self._remembered = []

    def remember(self, conn: Connection, tokens: Tokens, since: int) -> None:
        """Take what has changed and is in no segment from the tables."""
        changed = sorted(id_ for (id_,) in conn.execute(CHANGED, {"generation": since}))
        self._bury_ids(np.array(changed, np.int64))
        for part, alive in zip(self._parts, self._alive[1:], strict=True):
            alive[np.isin(part.ids, changed)] = False
        for first in range(0, len(changed), LARGEST):
            part = read_part(conn, tokens, changed[first : first + LARGEST])
            if len(part.ids):
                self._remembered.append(Remembered(self._size, len(part.ids), part.postings))
                self._append(part, np.ones(len(part.ids), np.bool_))

    def _append(self, part: Part, alive: Mask) -> None:
        self._parts.append(_numbered(part, self._old.texts))
        self._alive.append(alive)
        self._size += len(part.ids)

    def _bury_ids(self, ids: Ids) -> None:
        """Of what the old view has."""
        if self._old.size and len(ids):
            self._alive[0][self._old.positions_of(ids)] = False

    def put_in_order(self) -> None:
        """Positions by ids, of those with one id the living last; only in a new view."""
        self._base = self._size
        if not self._parts:
            return
        ids = np.concatenate([part.ids for part in self._parts])
        if (np.diff(ids) > 0).all():
            return
        alive = np.concatenate(self._alive)
        order = np.lexsort((alive, ids))
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        self._parts = [joined(self._parts).ordered(order)]
        self._alive = [self._alive[0], alive[order]]
        self._segments = {
            id_: placed._replace(scattered=places[placed.positions])
            for id_, placed in self._segments.items()
        }

    def view(self, state: State, growing: Growing) -> Columns:
        old = self._old
        plain = Plain.of(lambda name, _: self._grown_plain(growing, name))
        lists = {name: self._grown(growing, name) for name in LISTS}
        alive = np.concatenate(self._alive)
        remembered = tuple(self._remembered)
        return Columns(
            *state,
            self._base,
            plain,
            lists,
            old.texts,
            alive,
            self._segments,
            remembered,
            old.of_base,
        )

    def _grown_plain(self, growing: Growing, name: str) -> npt.NDArray[Any]:
        pieces = [getattr(part.plain, name) for part in self._parts]
        return growing.extended(name, getattr(self._old.plain, name), pieces)

    def _grown(self, growing: Growing, name: str) -> Lists:
        old = self._old.lists[name]
        new = [part.lists[name] for part in self._parts]
        values = growing.extended(name, old.values, [lists.values for lists in new])
        offsets, end = [], old.offsets[-1]
        for lists in new:
            offsets.append(lists.offsets[1:] + end)
            end += lists.offsets[-1]
        return Lists(growing.extended(f"{name} offsets", old.offsets, offsets), values)


def _numbered(part: Part, texts: Mapping[str, Texts]) -> Part:
    """The part with the archive's numbers for its texts instead of its own."""
    lists = dict(part.lists)
    for name, own in part.texts.items():
        numbers = np.array([texts[name].add(text) for text in own], np.int32)
        values = lists[name].values
        lists[name] = Lists(lists[name].offsets, numbers[values] if len(values) else values)
    return replace(part, lists=lists, texts={}, postings={})
