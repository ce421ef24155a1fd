"""Documents laid out to be read: without triggers, and more may be laid beside them later.

Ids are in the order of the articles, with room between them, and stay: who has read some goes on
with them. Making a database costs more than filling it, so that one is used again and again; what
is laid for a reader is a transaction that is rolled back. Only the editors' log stays, which every
reader needs and which may be long.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from service.database import Connection
from service.errors import Busy
from service.in_memory import memory
from service.needs import Edge
from service.stores.slots import UNDATED_ROOM
from service.working.documents import Document
from service.working.image import empty_copy
from service.working.owners import Referred
from service.working.rows import ADD_READING, layout, rows_of, slot_of
from service.working.schemas import ARCHIVE, SCHEMAS, Schema
from service.working.shelf import edge_of

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
# Ids as dates ask for them, so far apart that others find room between; and the steps in which
# articles follow that have one date, or none.
_FINER, _STEP = 1 << 24, 1 << 32
_UNDATED_STEP = 1 << 18
_LAST = 1 << 62
_MOST_IDLE = 16


class ReadingCopy:
    """A database for one reader. Articles that are referred to and not laid have negative ids."""

    def __init__(self, edits: Sequence[Document] = (), schema: Schema = ARCHIVE) -> None:
        self._base = _base_with(edits, schema)
        self.conn = self._base.conn
        self._ids: dict[Referred, dict[str, int]] = {kind: {} for kind in schema.ids}
        self._begun: set[str] = set()
        self._readings: list[tuple[int, str]] = []
        self._placed: list[tuple[Edge, int]] = []
        self.conn.execute("BEGIN")

    def lay(self, documents: Iterable[Document]) -> None:
        """Beside those that are laid; each may come only once. The editors' log is there."""
        new = [each for each in documents if each.kind != "edit"]
        self._place(new)
        rows: dict[str, list[Sequence[object]]] = defaultdict(list)
        for each in new:
            for table, given in each.rows.items():
                rows[table] += rows_of(layout(table), each.key, given, self._id)
        for table, values in rows.items():
            laid = layout(table)
            if laid.owned.begun and table not in self._begun:
                self._begun.add(table)
                self.conn.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names
            self.conn.executemany(laid.insert, values)
        if self._readings:
            self.conn.executemany(ADD_READING, self._readings)
            self._readings.clear()

    def close(self) -> None:
        """What was laid is gone; whoever still reads is stopped."""
        self.conn.rollback()
        idle = _idle[self._base.schema]
        if len(idle) < _MOST_IDLE:
            idle.append(self._base)
        else:
            self.conn.close()

    def _id(self, kind: Referred, key: str) -> int:
        ids = self._ids[kind]
        known = ids.get(key)
        if known is not None:
            return known
        new = ids[key] = -1 - len(ids) if kind == "article" else 1 + len(ids)
        if kind == "reading":
            self._readings.append((new, key))
        return new

    # Articles stand in their order ---------------------------------------------------------------

    def _place(self, new: Iterable[Document]) -> None:
        edges = {edge_of(each): each for each in new if "articles" in each.rows}
        gaps: dict[int, list[Edge]] = defaultdict(list)
        for edge in sorted(edges):
            gaps[bisect_left(self._placed, (edge, -_LAST))].append(edge)
        found = [
            (edge, id_)
            for gap, between in gaps.items()
            for edge, id_ in zip(between, self._between(gap, between, edges), strict=True)
        ]
        for edge, id_ in found:
            self._name(edge.key, id_)
        self._placed = sorted([*self._placed, *found])

    def _between(
        self, gap: int, edges: Sequence[Edge], documents: Mapping[Edge, Document]
    ) -> list[int]:
        """Ids for articles that stand there between two others: as their dates ask, or evenly."""
        dated = next((at for at, edge in enumerate(edges) if edge.published), len(edges))
        before = self._placed[gap - 1][1] if gap else 0
        after = self._placed[gap][1] if gap < len(self._placed) else _LAST
        middle = [UNDATED_ROOM // 2] * dated
        undated = _spread(before, min(after, UNDATED_ROOM), middle, _UNDATED_STEP)
        wanted = [slot_of(documents[edge]) * _FINER for edge in edges[dated:]]
        return undated + _spread(max(before, UNDATED_ROOM), after, wanted, _STEP)

    def _name(self, key: str, id_: int) -> None:
        """What referred to it before it was there does so still."""
        was = self._ids["article"].get(key)
        self._ids["article"][key] = id_
        if was is not None:
            for statement in _moves():
                self.conn.execute(statement, (id_, was))


def _spread(before: int, after: int, wanted: Sequence[int], step: int) -> list[int]:
    """Rising ids between two others: as they are wanted, or just before the other, or evenly."""
    if not wanted:
        return []
    ids: list[int] = []
    last = before
    for each in wanted:
        last = max(each, last + step)
        ids.append(last)
    if last < after:
        return ids
    count = len(wanted)
    if after - before > (count + 1) * step:
        return [after - step * at for at in range(count, 0, -1)]
    if after - before <= count:
        raise Busy("More was asked for at once than can be laid side by side: ask for less")
    return [before + (after - before) * at // (count + 1) for at in range(1, count + 1)]


@cache
def _moves() -> tuple[str, ...]:
    """What gives an article another id in all that refers to it."""
    return tuple(
        f"UPDATE {owned.table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - fixed names
        for owned in ARCHIVE.owned
        for column, kind in owned.refers.items()
        if kind == "article"
    )


# Databases -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Base:
    """An open database with nothing but an editors' log in it."""

    schema: Schema
    conn: Connection
    edits: list[Document] = field(default_factory=list)


_idle: Mapping[Schema, deque[_Base]] = {schema: deque() for schema in SCHEMAS}


def _base_with(edits: Iterable[Document], schema: Schema) -> _Base:
    edits = list(edits)
    try:
        base = _idle[schema].pop()
    except IndexError:
        base = _Base(schema, memory())
        _image(schema).backup(base.conn)
    if base.edits != edits:
        base.conn.execute("DELETE FROM edits")
        rows = [(int(each.key), *row) for each in edits for row in each.rows["edits"]]
        base.conn.executemany(layout("edits").insert, rows)
        base.conn.commit()
        base.edits = edits
    return base


@cache
def _image(schema: Schema) -> Connection:
    """Without its triggers: who reads changes nothing."""
    image = empty_copy(schema)
    for row in image.execute(TRIGGERS).fetchall():
        image.execute(f'DROP TRIGGER "{row["name"]}"')
    image.executescript(schema.opened)
    image.commit()
    return image
