"""An archive that is a file and on a shelf, and what may be done to both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conftest import Archive

from service.database import Database
from service.engines.sqlite.engine import SqliteEngine
from service.entity import ENTITY_TYPES
from service.errors import CuttingsError
from service.killing import Killing
from service.stores.articles import ArticleStore, put
from service.stores.batches import Stored, store_batch
from service.stores.edits import Author, EditStore
from service.stores.kills import KillStore
from service.stores.rereading import Reread, Rereading, Standing
from service.working.copy import WorkingCopy
from service.working.documents import Document, columns
from service.working.needs import (
    Needs,
    of_edit,
    of_input,
    of_keys,
    of_mentions,
    of_notice,
    of_tombstone,
)
from service.working.owners import Kind, Name
from service.working.rows import no_ids, read
from service.working.shelf import Changes, MemoryShelf
from service.working.workbench import Workbench

ANN = Author("Ann", "as it seems")
# Of the day on which a test runs; and numbers of which only the order says something.
MOMENTS = ("ingested_at", "killed_at", "at")
ARRIVALS = ("added_in", "dated_in")


class InterruptedShelf(MemoryShelf):
    """One where something may happen just before a commit."""

    def __init__(self) -> None:
        super().__init__()
        self.before_commit: list[Callable[[], None]] = []

    def commit(self, number: int, changes: Changes) -> bool:
        if self.before_commit:
            self.before_commit.pop()()
        return super().commit(number, changes)


@dataclass(frozen=True)
class Both:
    """The same archive as a file and on a shelf."""

    file: Archive
    shelf: "InterruptedShelf"

    def do(self, task: "Task") -> None:
        """The same on either, with the same outcome."""
        assert task.on_shelf(self.shelf) == task.on_file(self.file)

    def do_before_it_ends(self, task: "Task", other: "Task") -> None:
        """On the shelf `other` is begun and ended while the task is under way."""
        between: list[Any] = []
        self.shelf.before_commit.append(lambda: between.append(other.on_shelf(self.shelf)))
        outcome = task.on_shelf(self.shelf)
        self.shelf.before_commit.clear()
        if between:
            assert between == [other.on_file(self.file)]
            assert outcome == task.on_file(self.file)
        else:  # there was nothing to be committed
            assert outcome == task.on_file(self.file)
            self.do(other)

    def compare(self) -> None:
        with self.file.database.read() as conn:
            expected = read(conn, no_ids())
        kept = {each.name: each for kind in KINDS for each in self.shelf.every(kind)}
        assert shown(kept) == shown(expected)
        assert made(WorkingCopy(kept.values())) == made(self.file.database)

    def any_entity(self, number: int) -> str:
        keys = self.file.rows("SELECT key FROM entities ORDER BY key")
        return str(keys[number % len(keys)][0]) if keys else "person-nobody"

    def any_article(self, number: int) -> str:
        keys = self.file.rows("SELECT key FROM articles ORDER BY key")
        return str(keys[number % len(keys)][0]) if keys else "nothing"


@dataclass(frozen=True)
class Task:
    """A piece of work, and what is said to be needed for it."""

    needs: Needs
    work: Callable[[Database], Any]

    def on_file(self, archive: Archive) -> Any:
        return _outcome(lambda: self.work(archive.database))

    def on_shelf(self, shelf: MemoryShelf) -> Any:
        return _outcome(lambda: Workbench(shelf).do(self.needs, self.work))


KINDS: tuple[Kind, ...] = ("archive", "article", "entity", "source", "edit")


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except CuttingsError as exc:
        return type(exc), exc.detail


def shown(documents: Mapping[Name, Document]) -> dict[Name, dict[str, Any]]:
    """What they say, without what depends on the way or the hour; arrivals by their order."""
    articles = [each for each in documents.values() if "articles" in each.rows]
    ranks = {}
    for column in ARRIVALS:
        ordered = sorted(articles, key=lambda each: each.number("articles", column))
        ranks[column] = {each.name: rank for rank, each in enumerate(ordered)}
    return {
        name: {table: _rows(each, table, ranks) for table in each.rows}
        for name, each in documents.items()
        if name[0] != "archive"
    }


def _rows(document: Document, table: str, ranks: Mapping[str, Mapping[Name, int]]) -> Any:
    rows = []
    for row in document.rows[table]:
        values = dict(zip(columns(table), row, strict=True))
        for column in values.keys() & ranks.keys():
            values[column] = ranks[column][document.name]
        rows.append({name: value for name, value in values.items() if name not in MOMENTS})
    return rows


MADE = (
    "SELECT key FROM readings ORDER BY 1",
    "SELECT band, number FROM copy_bands ORDER BY 1, 2",
    "SELECT key FROM articles ORDER BY id",
)


def made(database: Database) -> list[list[Any]]:
    """What is no document's own, and the order of all articles."""
    with database.read() as conn:
        return [[tuple(row) for row in conn.execute(sql)] for sql in MADE]


# What happens ---------------------------------------------------------------------------------

Step = Callable[[Both], Task]


def store(batch: Sequence[Stored]) -> Step:
    return lambda _both: storing(batch)


def storing(batch: Sequence[Stored]) -> Task:
    needs = Needs()
    for each in batch:
        needs |= of_input(*each.hashed, each.findings.mentions)

    def work(database: Database) -> list[tuple[str, str, bool]]:
        with database.write() as conn:
            decided = store_batch(conn, batch)
        return [(each.outcome, each.key, each.current) for each in decided]

    return Task(needs, work)


def put_one(each: Stored, *, replacing: bool) -> Step:
    needs = of_input(*each.hashed, each.findings.mentions)

    def work(database: Database) -> tuple[str, str, bool]:
        read_ = (each.article, each.findings, each.tagger)
        with database.write() as conn:
            done = put(conn, *read_, signature=each.signature, replacing=replacing)
        return done.outcome, done.key, done.current

    return lambda _both: Task(needs, work)


def kill(number: int) -> Step:
    def step(both: Both) -> Task:
        key = both.any_article(number)

        def work(database: Database) -> Any:
            killed = _killing(both, database).kill(key, "a reason")
            return killed.copies, killed.origins, killed.names

        return Task(of_keys([key]), work)

    return step


def withdraw(uri: str, source: str | None) -> Step:
    def step(both: Both) -> Task:
        def work(database: Database) -> bool:
            # Several may have it: which of them is named is left open.
            return bool(_killing(both, database).withdraw(None, uri, source, ""))

        return Task(of_notice(None, uri, source), work)

    return step


def _killing(both: Both, database: Database) -> Killing:
    return Killing(database, SqliteEngine(database), both.file.embargoes, both.file.quarantine)


def take_out(number: int) -> Step:
    """As for an embargo: it may come again."""

    def step(both: Both) -> Task:
        key = both.any_article(number)

        def work(database: Database) -> None:
            with database.write() as conn:
                _killing(both, database).take_out(conn, key)

        return Task(of_keys([key]), work)

    return step


def reread(number: int, each: Stored) -> Step:
    """Another tagger finds other names."""

    def step(both: Both) -> Task:
        key = both.any_article(number)

        def work(database: Database) -> int:
            standing = [
                Standing(filed.article, key, text)
                for filed in [ArticleStore(database).get(key)]
                for text in _texts(database, key)
                if filed is not None
            ]
            found = [Reread(one, each.findings, "another") for one in standing]
            return Rereading(database).file(found)

        return Task(of_keys([key]) | of_mentions(each.findings.mentions), work)

    return step


def _texts(database: Database, key: str) -> list[str]:
    with database.read() as conn:
        rows = conn.execute("SELECT content_hash FROM articles WHERE key = ?", (key,))
        return [row["content_hash"] for row in rows]


def revive(number: int) -> Step:
    def step(both: Both) -> Task:
        found = both.file.rows("SELECT key FROM tombstones ORDER BY key")
        key = str(found[number % len(found)][0]) if found else "nothing"
        return Task(of_tombstone(key), lambda database: KillStore(database).revive(key))

    return step


def edit(verb: str, one: int, other: int) -> Step:
    def step(both: Both) -> Task:
        key, second = both.any_entity(one), both.any_entity(other)
        article = both.any_article(other)
        name = ("Rosa Parks", "UN", "Mr Kim")[other % 3]

        def work(database: Database) -> Any:
            edits = EditStore(database)
            match verb:
                case "merge":
                    done = edits.merge(key, second, ANN)
                case "split":
                    articles = [article] if other % 2 else []
                    done = edits.split(key, ["Mr Kim", "UN"][one % 2 :][:1], name, ANN, articles)
                case "rename":
                    done = edits.rename(key, name, ANN)
                case "retype":
                    done = edits.retype(key, ENTITY_TYPES[other % 3], ANN)
                case "dismiss":
                    done = edits.dismiss(key, ANN)
                case "alias":
                    done = edits.add_alias(key, name, ANN)
                case "unalias":
                    done = edits.remove_alias(key, name, ANN)
                case "distinct":
                    done = edits.keep_apart(key, second, ANN)
                case "note":
                    done = edits.annotate(key, name, ANN)
                case _:
                    done = edits.undo(1 + other, ANN)
            return replace(done, at="")

        return Task(of_edit([key, second], [article]), work)

    return step
