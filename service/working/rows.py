"""Documents laid into the rows of an empty copy, and read out of a database again.

Ids are given in the order in which a file would have given them, as far as anything depends on it:
articles by date, and those of one date as they came to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.database import Connection
from service.dates import Moment
from service.needs import Name
from service.stores.slots import natural_slot
from service.working.documents import Document, Row, Value, columns
from service.working.owners import Owned, Referred
from service.working.schemas import ARCHIVE, Schema

ADD_READING = "INSERT INTO readings (id, key) VALUES (?, ?)"
ADD_BAND = "INSERT INTO copy_bands (band, number) VALUES (?, ?)"


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


def lay(conn: Connection, documents: Iterable[Document], schema: Schema = ARCHIVE) -> Ids:
    """Fill an empty copy, and open it for changes."""
    documents = sorted(documents, key=_order)
    ids = _given_ids(documents) if schema.ids else no_ids(schema)
    for owned in schema.owned:
        rows = [row for each in documents for row in laid(owned, each, ids)]
        if rows and owned.begun:
            conn.execute(f"DELETE FROM {owned.table}")  # noqa: S608 - fixed names
        if rows:
            conn.executemany(insertion(owned), rows)
    if schema is ARCHIVE:
        conn.executemany(ADD_READING, [(id_, key) for key, id_ in ids.by_key["reading"].items()])
        conn.executemany(ADD_BAND, [place for each in documents for place in each.places])
    conn.execute(schema.opened)
    return ids


def _order(document: Document) -> tuple[str, int, str]:
    if document.kind == "edit":
        return "", int(document.key), ""
    dated_in = document.number("articles", "dated_in")
    return (_published(document) or ""), dated_in, document.key


def _published(document: Document) -> str | None:
    return next(iter(document.texts("articles", "published_at")), None)


def _given_ids(documents: Sequence[Document]) -> Ids:
    ids = no_ids()
    last = 0
    for each in documents:
        if "articles" in each.rows:
            last = ids.by_key["article"][each.key] = max(slot_of(each), last + 1)
        elif "entities" in each.rows or "sources" in each.rows:
            known = ids.by_key["entity" if each.kind == "entity" else "source"]
            known[each.key] = len(known) + 1
        readings = ids.by_key["reading"]
        for reading in each.texts("mentions", "reading_id"):
            readings.setdefault(reading, len(readings) + 1)
    return ids


def slot_of(document: Document) -> int:
    published = _published(document)
    if published is None:
        return 1
    is_day = "day" in document.texts("articles", "published_precision")
    return natural_slot(Moment(published, "day" if is_day else "second"))


def laid(owned: Owned, document: Document, ids: Ids) -> list[Row]:
    if owned.kind != document.kind or owned.table not in document.rows:
        return []
    refers = references(owned)
    owner = _owner(owned, document.key, ids)
    return [(*owner, *_with_ids(row, refers, ids)) for row in document.rows[owned.table]]


def _owner(owned: Owned, key: str, ids: Ids) -> Row:
    """What stands before the kept columns: the owner's, and the id that its row is given."""
    if owned.by_id is not None:
        return (ids.of(owned.by_id, key),)
    if owned.given_id is not None:
        return (key, ids.of(owned.given_id, key))
    return (key,)


def insertion(owned: Owned) -> str:
    first = [owned.owner, *(["id"] if owned.given_id is not None else [])]
    names = [*first, *columns(owned.table)]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join("?" * len(names))
    return f"INSERT INTO {owned.table} ({quoted}) VALUES ({values})"  # noqa: S608 - fixed names


def references(owned: Owned) -> list[tuple[int, Referred]]:
    kept = columns(owned.table)
    return [(kept.index(column), kind) for column, kind in owned.refers.items()]


def _with_ids(row: Row, refers: Sequence[tuple[int, Referred]], ids: Ids) -> Sequence[Value]:
    if not refers:
        return row
    values = list(row)
    for at, kind in refers:
        key = values[at]
        values[at] = ids.of(kind, str(key)) if key is not None else None
    return values


# Out of a database ----------------------------------------------------------------------------


def read(conn: Connection, ids: Ids) -> dict[Name, Document]:
    """Every document of a database; `ids` are those that laying gave, or `no_ids()` of a file."""
    keys = {kind: ids.keys(conn, kind) for kind in ids.schema.ids}
    found: dict[Name, dict[str, list[Row]]] = defaultdict(dict)
    for owned in ids.schema.owned:
        refers = references(owned)
        for owner, *row in conn.execute(selection(owned)):
            key = keys[owned.by_id][owner] if owned.by_id is not None else str(owner)
            for at, kind in refers:
                row[at] = keys[kind][row[at]] if row[at] is not None else None
            found[owned.kind, key].setdefault(owned.table, []).append(tuple(row))
    return {
        name: Document(*name, {table: sorted_rows(rows) for table, rows in tables.items()})
        for name, tables in found.items()
    }


def sorted_rows(rows: list[Row]) -> tuple[Row, ...]:
    """By the first column, which tells an owner's rows apart."""
    return tuple(sorted(rows, key=lambda row: row[:1])) if len(rows) > 1 else tuple(rows)


def selection(owned: Owned) -> str:
    names = ", ".join(f'"{name}"' for name in (owned.owner, *columns(owned.table)))
    table = owned.read_from or owned.table
    return f"SELECT {names} FROM {table} WHERE {owned.kept}"  # noqa: S608 - fixed names
