"""A whole archive as documents, a few at a time: out of a file, and into a new one."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice

from service.database import Connection
from service.needs import Kind
from service.working.documents import Document, Row
from service.working.owners import Owned, Referred
from service.working.rows import (
    ADD_BAND,
    ADD_READING,
    Ids,
    insertion,
    laid,
    no_ids,
    references,
    selection,
    slot_of,
    sorted_rows,
)
from service.working.schemas import ARCHIVE, Schema
from service.working.shelf import edge_of

Every = Callable[[Kind], Iterable[Document]]
"""All documents of a kind, wherever they are; asked for articles it is asked twice."""

# So many are in the memory at a time, with their texts.
_AT_ONCE = 200
_SOME = (
    "AND CAST({owner} AS TEXT) IN (SELECT CAST(value AS TEXT) FROM json_each(:owners) "
    "WHERE value IS NOT NULL)"
)


# Out of a file ---------------------------------------------------------------------------------


def documents_in(conn: Connection, schema: Schema) -> Iterator[Document]:
    """Every document, one kind after the other."""
    keys = {kind: no_ids(schema).keys(conn, kind) for kind in schema.ids}
    ids = {kind: {key: id_ for id_, key in known.items()} for kind, known in keys.items()}
    for kind in schema.kinds:
        tables = [owned for owned in schema.owned if owned.kind == kind]
        owners = iter(_owners(conn, tables))
        while some := list(islice(owners, _AT_ONCE)):
            found: dict[str, dict[str, tuple[Row, ...]]] = defaultdict(dict)
            for owned in tables:
                asked = [ids[owned.by_id].get(key) for key in some] if owned.by_id else some
                for owner, rows in _rows(conn, owned, asked, keys).items():
                    found[owner][owned.table] = sorted_rows(rows)
            yield from (Document(kind, key, found[key]) for key in some)


def _owners(conn: Connection, tables: Sequence[Owned]) -> list[str]:
    """What hangs on an id hangs on something that has a key."""
    by_key = [owned for owned in tables if owned.by_id is None]
    return sorted({str(row[0]) for owned in by_key for row in conn.execute(selection(owned))})


def _rows(
    conn: Connection,
    owned: Owned,
    owners: Sequence[object],
    keys: dict[Referred, dict[int, str]],
) -> dict[str, list[Row]]:
    """Of some owners, by their keys."""
    found: dict[str, list[Row]] = defaultdict(list)
    some = _SOME.format(owner=owned.owner)
    refers = references(owned)
    for owner, *row in conn.execute(f"{selection(owned)} {some}", {"owners": json.dumps(owners)}):
        for at, kind in refers:
            row[at] = keys[kind][row[at]] if row[at] is not None else None
        found[keys[owned.by_id][owner] if owned.by_id else str(owner)].append(tuple(row))
    return found


# Into a file -----------------------------------------------------------------------------------


def fill(conn: Connection, every: Every, schema: Schema) -> None:
    """All documents into an empty database, in the transaction of who calls.

    What is made of texts alone (indexes) is left out.
    """
    ids = _ids_of(every) if schema.ids else no_ids(schema)
    if schema is ARCHIVE:
        # Triggers leave rows alone until the last of all documents is laid, which takes this back.
        conn.execute("UPDATE generation SET in_bulk = 1")
    for kind in schema.kinds:
        tables = [owned for owned in schema.owned if owned.kind == kind]
        documents = iter(_in_turn(kind, every))
        while some := list(islice(documents, _AT_ONCE)):
            for owned in tables:
                rows = [row for each in some for row in laid(owned, each, ids)]
                if rows and owned.begun:
                    conn.execute(f"DELETE FROM {owned.table}")  # noqa: S608 - fixed names
                conn.executemany(insertion(owned), rows)
            if schema is ARCHIVE:
                conn.executemany(ADD_BAND, [place for each in some for place in each.places])
    if schema is ARCHIVE:
        conn.executemany(ADD_READING, [(id_, key) for key, id_ in ids.by_key["reading"].items()])


def _in_turn(kind: Kind, every: Every) -> Iterable[Document]:
    """The editors' log takes only what follows."""
    return sorted(every(kind), key=lambda each: int(each.key)) if kind == "edit" else every(kind)


def _ids_of(every: Every) -> Ids:
    """Of everything that others refer to by id: articles by date, the others as they come."""
    ids = no_ids()
    for number, each in enumerate(every("source"), 1):
        ids.by_key["source"][each.key] = number
    for number, each in enumerate(every("entity"), 1):
        ids.by_key["entity"][each.key] = number
    dated = []
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


# Whether two are the same ----------------------------------------------------------------------


class Tally:
    """How many documents of each kind there are, and a sum of their hashes, in whatever order."""

    def __init__(self) -> None:
        self.counts: dict[Kind, int] = defaultdict(int)
        self._sums: dict[Kind, int] = defaultdict(int)

    def add(self, document: Document) -> None:
        digest = sha256(repr((document.key, sorted(document.rows.items()))).encode()).digest()
        self.counts[document.kind] += 1
        self._sums[document.kind] += int.from_bytes(digest[:16])

    def of(self, documents: Iterable[Document]) -> "Tally":
        """The same with these added."""
        for each in documents:
            self.add(each)
        return self

    def unlike(self, other: "Tally") -> list[Kind]:
        """The kinds of which the two do not have the same."""
        kinds = {*self.counts, *other.counts}
        mine, theirs = self._of_each(), other._of_each()
        return sorted(kind for kind in kinds if mine.get(kind) != theirs.get(kind))

    def _of_each(self) -> dict[Kind, tuple[int, int]]:
        return {kind: (count, self._sums[kind]) for kind, count in self.counts.items()}
