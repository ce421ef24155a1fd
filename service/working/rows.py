"""Documents laid into the rows of an empty copy, and read out of a database again.

Ids are given in the order in which a file would have given them, as far as anything depends on it:
articles by date, and those of one date as they came to it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from service.database import Connection
from service.dates import Moment
from service.needs import Edge, Kind, Name
from service.stores.slots import natural_slot
from service.working.documents import Document, Row, columns
from service.working.owners import Owned, Referred
from service.working.schemas import ARCHIVE, Schema, owned_by_table
from service.working.shelf import edge_of

ADD_READING = "INSERT INTO readings (id, key) VALUES (?, ?)"
ADD_BAND = "INSERT INTO copy_bands (band, number) VALUES (?, ?)"
Every = Callable[[Kind], Iterable[Document]]
"""All documents of a kind, wherever they are."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Which id each key has in a database; a negative one has no row, being only referred to."""

    by_key: Mapping[Referred, dict[str, int]]
    schema: Schema = ARCHIVE

    def of(self, kind: Referred, key: str) -> int:
        ids = self.by_key[kind]
        return ids.setdefault(key, -1 - len(ids))

    def keys(self, conn: Connection, kind: Referred) -> dict[int, str]:
        """The key of each id as it is now, and of what is only referred to."""
        table, column = self.schema.ids[kind]
        rows = conn.execute(f"SELECT id, {column} FROM {table}")  # noqa: S608 - fixed names
        without_row = {id_: key for key, id_ in self.by_key[kind].items() if id_ < 0}
        return without_row | dict(map(tuple, rows))


def no_ids(schema: Schema = ARCHIVE) -> Ids:
    """Of a file: all that is referred to is there."""
    return Ids({kind: {} for kind in schema.ids}, schema)


# Into a database ------------------------------------------------------------------------------


def lay(conn: Connection, documents: Iterable[Document], schema: Schema = ARCHIVE) -> Ids:
    """Fill an empty copy, and open it for changes."""
    by_kind: dict[Kind, list[Document]] = defaultdict(list)
    for each in sorted(documents, key=_order):
        by_kind[each.kind].append(each)
    ids = ids_of(by_kind.__getitem__, schema)
    for kind in schema.kinds:
        insert(conn, kind, by_kind[kind], ids)
    insert_readings(conn, ids)
    conn.execute(schema.opened)
    return ids


def _order(document: Document) -> tuple[str, int, str]:
    return ("", int(document.key), "") if document.kind == "edit" else edge_of(document)


def ids_of(every: Every, schema: Schema) -> Ids:
    """Of everything that others refer to by id: articles by date, the others as they come."""
    ids = no_ids(schema)
    if not schema.ids:
        return ids
    for number, each in enumerate(every("source"), 1):
        ids.by_key["source"][each.key] = number
    for number, each in enumerate(every("entity"), 1):
        ids.by_key["entity"][each.key] = number
    dated: list[tuple[Edge, int]] = []
    readings = ids.by_key["reading"]
    for each in every("article"):
        for reading in each.texts("mentions", "reading_id"):
            readings.setdefault(reading, len(readings) + 1)
        if "articles" in each.rows:
            dated.append((edge_of(each), slot_of(each)))
    last = 0
    for edge, slot in sorted(dated):
        last = ids.by_key["article"][edge.key] = max(slot, last + 1)
    return ids


def slot_of(document: Document) -> int:
    """Where an article would stand if there were no other."""
    published = edge_of(document).published
    if not published:
        return 1
    is_day = "day" in document.texts("articles", "published_precision")
    return natural_slot(Moment(published, "day" if is_day else "second"))


def insert(conn: Connection, kind: Kind, documents: Sequence[Document], ids: Ids) -> None:
    """The rows of some documents of a kind, in the place of those that were there from the
    beginning.
    """
    for owned in ids.schema.owned:
        if owned.kind != kind:
            continue
        laid = layout(owned.table)
        given = ((each.key, each.rows.get(owned.table, ())) for each in documents)
        rows = [row for key, own in given for row in rows_of(laid, key, own, ids.of)]
        if rows and owned.begun:
            conn.execute(f"DELETE FROM {owned.table}")  # noqa: S608 - fixed names
        if rows:
            conn.executemany(laid.insert, rows)
    if kind == "article":
        conn.executemany(ADD_BAND, [place for each in documents for place in each.places])


def insert_readings(conn: Connection, ids: Ids) -> None:
    """What mentions have been given ids for."""
    if readings := ids.by_key.get("reading"):
        conn.executemany(ADD_READING, [(id_, key) for key, id_ in readings.items()])


class Layout(NamedTuple):
    """How rows of a table are laid: those columns are references, told by their places."""

    owned: Owned
    insert: str
    refers: tuple[tuple[int, Referred], ...]


@cache
def layout(table: str) -> Layout:
    owned, kept = owned_by_table()[table], columns(table)
    first = [owned.owner, *(["id"] if owned.given_id is not None else [])]
    names = [*first, *kept]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join("?" * len(names))
    return Layout(
        owned,
        f"INSERT INTO {table} ({quoted}) VALUES ({values})",  # noqa: S608 - fixed names
        tuple((kept.index(column), kind) for column, kind in owned.refers.items()),
    )


def rows_of(
    laid: Layout, key: str, given: Sequence[Row], id_of: Callable[[Referred, str], int]
) -> Iterator[Row]:
    """The rows of one owner as they are inserted."""
    if not given:
        return
    owner = _owner(laid.owned, key, id_of)
    for row in given:
        if not laid.refers:
            yield (*owner, *row)
            continue
        values = list(row)
        for at, kind in laid.refers:
            if values[at] is not None:
                values[at] = id_of(kind, str(values[at]))
        yield (*owner, *values)


def _owner(owned: Owned, key: str, id_of: Callable[[Referred, str], int]) -> Row:
    """What stands before the kept columns: the owner's, and the id that its row is given."""
    if owned.by_id is not None:
        return (id_of(owned.by_id, key),)
    if owned.given_id is not None:
        return (key, id_of(owned.given_id, key))
    return (key,)


# Out of a database ----------------------------------------------------------------------------


def read(conn: Connection, ids: Ids) -> dict[Name, Document]:
    """Every document of a database; `ids` are those that laying gave, or `no_ids()` of a file."""
    keys = {kind: ids.keys(conn, kind) for kind in ids.schema.ids}
    found: dict[Name, dict[str, tuple[Row, ...]]] = defaultdict(dict)
    for owned in ids.schema.owned:
        for key, rows in keyed(conn.execute(selection(owned)), owned, keys).items():
            found[owned.kind, key][owned.table] = rows
    return {name: Document(*name, tables) for name, tables in found.items()}


def keyed(
    selected: Iterable[Sequence[Any]], owned: Owned, keys: Mapping[Referred, Mapping[int, str]]
) -> dict[str, tuple[Row, ...]]:
    """Selected rows of a table by their owners, what they refer to called by its key."""
    found: dict[str, list[Row]] = defaultdict(list)
    refers = layout(owned.table).refers
    for owner, *row in selected:
        for at, kind in refers:
            row[at] = keys[kind][row[at]] if row[at] is not None else None
        found[keys[owned.by_id][owner] if owned.by_id is not None else str(owner)].append(
            tuple(row)
        )
    return {key: _sorted(rows) for key, rows in found.items()}


def _sorted(rows: list[Row]) -> tuple[Row, ...]:
    """By the first column, which tells an owner's rows apart."""
    return tuple(sorted(rows, key=lambda row: row[:1])) if len(rows) > 1 else tuple(rows)


def selection(owned: Owned) -> str:
    names = ", ".join(f'"{name}"' for name in (owned.owner, *columns(owned.table)))
    table = owned.read_from or owned.table
    return f"SELECT {names} FROM {table} WHERE {owned.kept}"  # noqa: S608 - fixed names
