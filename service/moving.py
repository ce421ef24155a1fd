"""A whole archive from its file into a cluster, or back: every document, its private part included.

Nobody may write to it meanwhile: what was written after its document was read is told as a
difference in the end, when all is read again and compared. The new home has to be empty. A file is
made beside its place and put there when it is whole; in a cluster nobody sees what is not.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from service.database import Database, archive_database, private_database
from service.engines import load_engine
from service.errors import Busy, Conflict
from service.needs import Kind
from service.reindexing import reindex
from service.settings import Settings
from service.swapping import Move, making, put_in_place
from service.working.carrying import Tally, documents_in, fill
from service.working.documents import Document
from service.working.schemas import ARCHIVE, PRIVATE, Schema
from service.working.shelf import Changes, Shelf

# So many documents are committed at once.
_TOGETHER = 200
_TRIES = 3
_POURED: frozenset[Kind] = frozenset({"article", "entity"})
# What every archive has from its beginning.
_BEGUN: frozenset[Kind] = frozenset({"archive", "sums", "number", "line"})
Counts = dict[Kind, int]
"""How many documents of each kind were carried and found again, equal."""
Tell = Callable[[str, int], None]
"""Told what is carried and how much of it was."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where an archive is kept that is no file: its public part and its private one."""

    archive: Shelf
    private: Shelf


def to_shelves(file: Settings, shelves: Shelves, tell: Tell) -> Counts:
    """Conflict when something is there already, or when the two differ in the end."""
    counts: Counts = {}
    parts = _parts(archive_database(file), private_database(file), shelves)
    for _, shelf, schema in parts:
        _refuse_filled(shelf, schema)
    for database, shelf, schema in parts:
        with database.unhurried().read() as conn:
            said = Tally()
            _fill(shelf, _counted(documents_in(conn, schema), said, tell))
        counts |= _verified(said, _all_on(shelf, schema))
    return counts


def to_file(file: Settings, shelves: Shelves, tell: Tell) -> Counts:
    """The same the other way; the text indexes are made of the texts at the end."""
    place, private = file.db.resolve(), file.private_db.resolve()
    for path in (place, private):
        if path.exists():
            raise Conflict(f"There is a file at {path} already: name another one")
    place.parent.mkdir(parents=True, exist_ok=True)
    with making(place) as folder:
        counts = _made(replace(file, db=folder / place.name), shelves, tell)
        put_in_place(folder, [Move(private.name, private.name), Move(place.name, place.name)])
    return counts


def _made(file: Settings, shelves: Shelves, tell: Tell) -> Counts:
    counts: Counts = {}
    archive, private = archive_database(file), private_database(file)
    archive.migrate()
    for database, shelf, schema in _parts(archive, private, shelves):
        said = Tally()
        with database.write() as conn:
            conn.execute("PRAGMA defer_foreign_keys = ON")
            fill(conn, shelf.walk, schema)
        tell("documents", len(counts))
        said.of(_all_on(shelf, schema))
        with database.unhurried().read() as conn:
            counts |= _verified(said, _counted(documents_in(conn, schema), Tally(), tell))
    reindex(archive, load_engine("sqlite", archive), lambda done, _all: tell("the index", done))
    for database in (archive, private):
        database.empty_log()
        database.close()
    return counts


def _parts(
    archive: Database, private: Database, shelves: Shelves
) -> list[tuple[Database, Shelf, Schema]]:
    """The private one first: what is under embargo must be known before the rest."""
    return [(private, shelves.private, PRIVATE), (archive, shelves.archive, ARCHIVE)]


def _all_on(shelf: Shelf, schema: Schema) -> Iterator[Document]:
    shelf.number()  # so that all that was committed is found
    return (each for kind in schema.kinds for each in shelf.walk(kind))


def _refuse_filled(shelf: Shelf, schema: Schema) -> None:
    found = next((each for each in _all_on(shelf, schema) if each.kind not in _BEGUN), None)
    if found is not None:
        raise Conflict("There is an archive in the cluster already: name another one")


def _counted(documents: Iterable[Document], said: Tally, tell: Tell) -> Iterator[Document]:
    for number, each in enumerate(documents, 1):
        said.add(each)
        tell("documents", number)
        yield each


def _fill(shelf: Shelf, documents: Iterator[Document]) -> None:
    """Nobody uses it yet: what there is much of goes there at once, all else after it in changes,
    so that whoever has looked before sees that there was one.
    """
    kept: list[Document] = []

    def poured() -> Iterator[Document]:
        for each in documents:
            if each.kind in _POURED:
                yield each
            else:
                kept.append(each)

    shelf.pour(poured())
    rest = iter(kept)
    while some := list(islice(rest, _TOGETHER)):
        _commit(shelf, some)


def _commit(shelf: Shelf, documents: list[Document]) -> None:
    changes = Changes({each.name: each for each in documents}, frozenset())
    for _ in range(_TRIES):
        if shelf.commit(shelf.number(), changes):
            return
    raise Busy("Somebody else writes to the cluster: nobody may while an archive is moved")


def _verified(said: Tally, there: Iterable[Document]) -> Counts:
    found = Tally().of(there)
    if unlike := said.unlike(found):
        raise Conflict(
            f"What arrived differs in {', '.join(unlike)}: was something written meanwhile?"
        )
    return dict(found.counts)
