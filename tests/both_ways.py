"""An archive that is a file and on a shelf, and what may be done to both."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

from conftest import Archive as File
from conftest import open_archive
from known_names import Knows

from service.archive import Archive
from service.arrivals import Notice
from service.article import Article
from service.database import Connection
from service.engines import Engine
from service.entity import ENTITY_TYPES
from service.errors import CuttingsError, PreconditionFailed
from service.formats.document import Withdrawn
from service.intake import Intake, Taken
from service.killing import Killing
from service.needs import Kind, Name, of_keys, together
from service.stores.articles import ArticleStore, put
from service.stores.batches import Stored, store_batch
from service.stores.edits import Author, EditStore
from service.stores.embargoes import EmbargoStore
from service.stores.given_aliases import GivenAlias
from service.stores.kills import KillStore
from service.stores.quarantine import QuarantineStore
from service.stores.recognition import Decision, of_input
from service.stores.rereading import Reread, Rereading, Standing
from service.working.copy import WorkingCopy
from service.working.documents import Document, columns
from service.working.rows import no_ids, read
from service.working.schemas import PRIVATE
from service.working.shared import SharedArchive
from service.working.shelf import Changes, MemoryShelf, Shelf

ANN = Author("Ann", "as it seems")
# Numbers of which only the order says something.
ARRIVALS = ("added_in", "dated_in")
LIFTED = datetime(3000, 1, 1, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("archive", "article", "entity", "source", "edit")


class InterruptedShelf(MemoryShelf):
    """One where something may happen just before a commit."""

    def __init__(self) -> None:
        super().__init__()
        self.before_commit: list[Callable[[], None]] = []

    def commit(self, number: int, changes: Changes) -> bool:
        if self.before_commit:
            self.before_commit.pop()()
        return super().commit(number, changes)


class Clock:
    """What every part of the service takes for the time: the same for both, until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2020, 1, 1, tzinfo=UTC)

    def __call__(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    @contextmanager
    def running(self) -> Iterator[None]:
        named = [module for name, module in sys.modules.items() if name.startswith("service.")]
        with ExitStack() as stack:
            for module in named:
                if hasattr(module, "utc_now"):
                    stack.enter_context(patch.object(module, "utc_now", self))
            yield


class OfShelf:
    """What an engine does in a change whose index the shelf makes of documents: nothing."""

    def index_in(self, conn: Connection, least: int = 1) -> None: ...

    def forget(self, conn: Connection, key: str) -> None: ...


@dataclass(frozen=True)
class Side:
    """One archive with its private part, and what changes them."""

    archive: Archive
    private: Archive
    engine: Engine

    @cached_property
    def embargoes(self) -> EmbargoStore:
        return EmbargoStore(self.private, self.archive)

    @property
    def killing(self) -> Killing:
        quarantine = QuarantineStore(self.private)
        return Killing(self.archive, self.engine, self.embargoes, quarantine)


def on_file(file: File) -> Side:
    return Side(file.database, file.private, file.engine)


def on_shelf(shelf: Shelf, private: Shelf) -> Side:
    held = SharedArchive(private, schema=PRIVATE)
    return Side(SharedArchive(shelf), held, cast("Engine", OfShelf()))


def unmarked(held: Mapping[Name, Document]) -> dict[Name, str]:
    """What waits, but for the random marks of those who have taken it over."""
    return {name: re.sub(r'"mark": "[^"]*"', "", repr(each.rows)) for name, each in held.items()}


@dataclass
class Both:
    """The same archive as a file and on a shelf."""

    file: File
    shelf: InterruptedShelf
    private: MemoryShelf = field(default_factory=MemoryShelf)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.sides = on_shelf(self.shelf, self.private), on_file(self.file)

    def do(self, task: "Task") -> None:
        """The same on either, with the same outcome."""
        self.clock.now += timedelta(seconds=1)
        with self.clock.running():
            shelf, file = (_outcome(task, side) for side in self.sides)
        assert shelf == file

    def do_before_it_ends(self, task: "Task", other: "Task") -> None:
        """On the shelf `other` is begun and ended while the task is under way."""
        self.clock.now += timedelta(seconds=1)
        shelf, file = self.sides
        between: list[Any] = []
        self.shelf.before_commit.append(lambda: between.append(_outcome(other, shelf)))
        with self.clock.running():
            outcome = _outcome(task, shelf)
            self.shelf.before_commit.clear()
            if between:
                assert between == [_outcome(other, file)]
            assert outcome == _outcome(task, file)
        if not between:  # there was nothing to be committed
            self.do(other)

    def compare(self) -> None:
        """What is kept, in whatever way: what all may see, and what waits."""
        with self.file.database.read() as conn:
            expected = read(conn, no_ids())
        kept = {each.name: each for kind in KINDS for each in self.shelf.every(kind)}
        assert shown(kept) == shown(expected)
        assert made(WorkingCopy(kept.values())) == made(self.file.database)
        with self.file.private.read() as conn:
            private = read(conn, no_ids(PRIVATE))
        waiting = {name: each for name, each in private.items() if name[0] == "held"}
        held = {each.name: each for each in self.private.every("held")}
        assert unmarked(held) == unmarked(waiting)

    def any_entity(self, number: int) -> str:
        keys = self.file.rows("SELECT key FROM entities ORDER BY key")
        return str(keys[number % len(keys)][0]) if keys else "person-nobody"

    def any_article(self, number: int) -> str:
        """Or one that waits."""
        keys = [key for (key,) in self.file.rows("SELECT key FROM articles ORDER BY key")]
        with self.file.private.read() as conn:
            keys += [row["key"] for row in conn.execute("SELECT key FROM embargoed ORDER BY key")]
        return str(keys[number % len(keys)]) if keys else "nothing"


Task = Callable[[Side], Any]
"""A piece of work, which says itself what it needs."""


def _outcome(task: Task, side: Side) -> Any:
    try:
        return task(side)
    except CuttingsError as exc:
        return type(exc), exc.detail


def shown(documents: Mapping[Name, Document]) -> dict[Name, dict[str, Any]]:
    """What they say, without what depends on the way; arrivals by their order."""
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
        rows.append(values)
    return rows


MADE = (
    "SELECT key FROM readings ORDER BY 1",
    "SELECT band, number FROM copy_bands ORDER BY 1, 2",
    "SELECT key FROM articles ORDER BY id",
)


def made(database: Archive) -> list[list[Any]]:
    """What is no document's own, and the order of all articles."""
    with database.read() as conn:
        return [[tuple(row) for row in conn.execute(sql)] for sql in MADE]


# What happens ---------------------------------------------------------------------------------

Step = Callable[[Both], Task]


def store(batch: Sequence[Stored]) -> Step:
    return lambda _both: storing(batch)


def storing(batch: Sequence[Stored]) -> Task:
    def work(conn: Connection) -> list[Decision]:
        return store_batch(conn, batch)

    needs = together(of_input(*each.hashed, each.findings.mentions) for each in batch)
    return lambda side: side.archive.change(needs, work)


def put_one(each: Stored, *, replacing: bool) -> Step:
    def work(conn: Connection) -> Decision:
        read_ = (each.article, each.findings, each.tagger)
        return put(conn, *read_, signature=each.signature, replacing=replacing)

    needs = of_input(*each.hashed, each.findings.mentions)
    return lambda _both: lambda side: side.archive.change(needs, work)


def take(articles: Sequence[Article | Notice], *, replacing: bool = False) -> Step:
    """By the way that everything takes: looked at, read for names, written or held back."""
    return lambda _both: taking(articles, replacing=replacing)


def taking(
    articles: Sequence[Article | Notice],
    *,
    replacing: bool = False,
    guard: Callable[[Connection, Decision], None] = lambda _conn, _decision: None,
) -> Task:
    def task(side: Side) -> list[Taken]:
        how: dict[str, Any] = {"replacing": replacing, "guard": guard}
        intake = Intake(side.archive, side.embargoes, side.killing, Knows, **how)
        return [each for each in intake.take(articles) if isinstance(each, Taken)]

    return task


def replace_if(article: Article, text: str | None) -> Step:
    """As by a request that minds others' changes: only if it says this, or (None) is not there."""

    def guard(conn: Connection, decision: Decision) -> None:
        sql = "SELECT body FROM articles WHERE key = ?"
        row = conn.execute(sql, (decision.key,)).fetchone()
        if (row["body"] if row is not None else None) != text:
            raise PreconditionFailed("it is another one now")

    return lambda _both: taking([article], replacing=True, guard=guard)


def release() -> Step:
    """All embargoes are over."""

    def step(both: Both) -> Task:
        def task(side: Side) -> int:
            was, both.clock.now = both.clock.now, LIFTED
            try:
                return side.embargoes.release_due()
            finally:
                both.clock.now = was

        return task

    return step


def notice(uri: str | None, key: str | None, source: str | None) -> Step:
    return take([Notice("list.json", Withdrawn("", key, uri, source))])


def kill(number: int) -> Step:
    def step(both: Both) -> Task:
        key = both.any_article(number)
        return lambda side: side.killing.kill(key, "a reason")

    return step


def withdraw(uri: str, source: str | None) -> Step:
    return lambda _both: lambda side: side.killing.withdraw(None, uri, source, "")


def take_out(number: int) -> Step:
    """As for an embargo: it may come again."""

    def step(both: Both) -> Task:
        key = both.any_article(number)
        return lambda side: side.archive.change(
            of_keys([key]), lambda conn: side.killing.take_out(conn, key)
        )

    return step


def reread(number: int, each: Stored) -> Step:
    """Another tagger finds other names."""

    def step(both: Both) -> Task:
        key = both.any_article(number)

        def task(side: Side) -> int:
            filed, text = ArticleStore(side.archive).get(key), _text(side, key)
            if filed is None:
                return 0
            found = Reread(Standing(filed.article, key, text), each.findings, "another")
            return Rereading(side.archive).file([found])

        return task

    return step


def _text(side: Side, key: str) -> str:
    with side.archive.read(of_keys([key])) as conn:
        row = conn.execute("SELECT content_hash FROM articles WHERE key = ?", (key,)).fetchone()
    return str(row["content_hash"]) if row is not None else ""


def revive(number: int) -> Step:
    def step(both: Both) -> Task:
        found = both.file.rows("SELECT key FROM tombstones ORDER BY key")
        key = str(found[number % len(found)][0]) if found else "nothing"
        return lambda side: KillStore(side.archive).revive(key)

    return step


def edit(verb: str, one: int, other: int) -> Step:
    def step(both: Both) -> Task:
        key, second = both.any_entity(one), both.any_entity(other)
        article = both.any_article(other)
        name = ("Rosa Parks", "UN", "Mr Kim")[other % 3]

        def task(side: Side) -> Any:
            edits = EditStore(side.archive)
            match verb:
                case "merge":
                    return edits.merge(key, second, ANN)
                case "split":
                    articles = [article] if other % 2 else []
                    return edits.split(key, ["Mr Kim", "UN"][one % 2 :][:1], name, ANN, articles)
                case "rename":
                    return edits.rename(key, name, ANN)
                case "retype":
                    return edits.retype(key, ENTITY_TYPES[other % 3], ANN)
                case "dismiss":
                    return edits.dismiss(key, ANN)
                case "alias":
                    return edits.add_alias(key, name, ANN)
                case "unalias":
                    return edits.remove_alias(key, name, ANN)
                case "distinct":
                    return edits.keep_apart(key, second, ANN)
                case "note":
                    return edits.annotate(key, name, ANN)
                case _:
                    return edits.undo(1 + other, ANN)

        return task

    return step


def add_list(rows: Sequence[GivenAlias]) -> Step:
    """A table of aliases, each whole or not."""
    return lambda _both: lambda side: EditStore(side.archive).add_aliases(rows, ANN)


def run(steps: Sequence[Step]) -> None:
    """One after the other on a new archive, compared after each."""
    with TemporaryDirectory() as folder:
        both = Both(open_archive(Path(folder)), InterruptedShelf())
        for step in steps:
            both.do(step(both))
            both.compare()
