"""A whole archive as documents, a few at a time: out of a file, and into a new one."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice

from service.database import Connection
from service.needs import Kind
from service.working.documents import Document, Row
from service.working.owners import Owned
from service.working.rows import (
    Every,
    ids_of,
    insert,
    insert_readings,
    keyed,
    no_ids,
    selection,
)
from service.working.schemas import ARCHIVE, Schema

# So many are in the memory at a time, with their texts.
_AT_ONCE = 200
_SOME = (
    "AND CAST({owner} AS TEXT) IN (SELECT CAST(value AS TEXT) FROM json_each(:owners) "
    "WHERE value IS NOT NULL)"
)


def documents_in(conn: Connection, schema: Schema) -> Iterator[Document]:
    """Every document of a file, one kind after the other."""
    keys = {kind: no_ids(schema).keys(conn, kind) for kind in schema.ids}
    ids = {kind: {key: id_ for id_, key in known.items()} for kind, known in keys.items()}
    for kind in schema.kinds:
        tables = [owned for owned in schema.owned if owned.kind == kind]
        owners = iter(_owners(conn, tables))
        while some := list(islice(owners, _AT_ONCE)):
            found: dict[str, dict[str, tuple[Row, ...]]] = defaultdict(dict)
            for owned in tables:
                asked = [ids[owned.by_id].get(key) for key in some] if owned.by_id else some
                statement = f"{selection(owned)} {_SOME.format(owner=owned.owner)}"
                rows = conn.execute(statement, {"owners": json.dumps(asked)})
                for key, own in keyed(rows, owned, keys).items():
                    found[key][owned.table] = own
            yield from (Document(kind, key, found[key]) for key in some)


def _owners(conn: Connection, tables: Sequence[Owned]) -> list[str]:
    """What hangs on an id hangs on something that has a key."""
    by_key = [owned for owned in tables if owned.by_id is None]
    return sorted({str(row[0]) for owned in by_key for row in conn.execute(selection(owned))})


def fill(conn: Connection, every: Every, schema: Schema) -> None:
    """All documents into a new file, in the transaction of who calls; articles are asked for twice.

    What is made of texts alone (indexes) is left out.
    """
    ids = ids_of(every, schema)
    if schema is ARCHIVE:
        # Triggers leave rows alone until the last of all documents is laid, which takes this back.
        conn.execute("UPDATE generation SET in_bulk = 1")
    for kind in schema.kinds:
        documents = iter(_in_turn(kind, every))
        while some := list(islice(documents, _AT_ONCE)):
            insert(conn, kind, some, ids)
    insert_readings(conn, ids)


def _in_turn(kind: Kind, every: Every) -> Iterable[Document]:
    """The editors' log takes only what follows."""
    return sorted(every(kind), key=lambda each: int(each.key)) if kind == "edit" else every(kind)


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
