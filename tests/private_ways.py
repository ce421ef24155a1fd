"""What stands beside an archive, in a file and on a shelf, and what may be done to both."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from both_ways import InterruptedShelf

from service.archive import Archive
from service.database import Database, migrations_folder
from service.errors import CuttingsError
from service.stores.audit import AuditStore, Begun
from service.stores.embargoes import EmbargoStore
from service.stores.fetches import FetchStore
from service.stores.ingests import IngestStore
from service.stores.keys import KeyStore
from service.stores.quarantine import QuarantineStore
from service.stores.sessions import SessionStore
from service.stores.slow_queries import SlowQueryStore
from service.working.documents import Document
from service.working.rows import no_ids, read
from service.working.schemas import PRIVATE
from service.working.shared import SharedArchive
from service.working.shelf import Shelf

# Bounds that a short history reaches.
SMALL = {
    "service.stores.quarantine.MOST_ROWS": 3,
    "service.stores.quarantine.LARGEST_KEPT": 12,
    "service.stores.quarantine.LARGEST_TOTAL": 40,
    "service.stores.quarantine._AT_ONCE": 2,
    "service.stores.slow_queries.MOST_KEPT": 3,
    "service.stores.slow_queries._AT_ONCE": 2,
    "service.stores.ingests.MOST_INGESTS": 3,
    "service.stores.audit._AT_ONCE": 2,
    "service.stores.embargoes._AT_ONCE": 2,
}
# Numbers that a file gives again when the last of them is gone.
GIVEN_AGAIN = ("aside", "slow")


class Side:
    """All stores on one private part and one archive, and what they have given so far."""

    def __init__(self, private: Archive, archive: Archive) -> None:
        self.private, self.archive = private, archive
        self.keys = KeyStore(private)
        self.sessions = SessionStore(private)
        self.audit = AuditStore(private)
        self.quarantine = QuarantineStore(private)
        self.ingests = IngestStore(private)
        self.slow = SlowQueryStore(private)
        self.fetches = FetchStore(private)
        self.embargoes = EmbargoStore(private, archive)
        self.made: list[str] = []
        self.tokens: list[str] = []
        self.begun: list[Begun] = []
        self.numbers: list[int] = []

    def aside(self, number: int) -> int:
        """One that is there, by its place among all."""
        kept = self.quarantine.page(100).kept
        return kept[number % len(kept)].id if kept else 1_000

    def of(self, things: list[Any], number: int) -> Any:
        return things[number % len(things)] if things else None


Step = Callable[[Side], Any]


@dataclass
class Clock:
    """What stores take for the time, and for chance: the same on both sides."""

    now: datetime = field(
        # Half an hour off what is so many days ago by any other clock.
        default_factory=lambda: datetime.now(UTC) - timedelta(days=40, minutes=30)
    )

    def __call__(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    @contextmanager
    def running(self, drawn_from: int) -> Iterator[None]:
        """So for everybody who asks for either."""
        drawn = count(int(self.now.timestamp()) * 1_000 + drawn_from)
        named = [m for name, m in sys.modules.items() if name.startswith("service.")]
        with ExitStack() as stack:
            for module in named:
                if hasattr(module, "utc_now"):
                    stack.enter_context(patch.object(module, "utc_now", self))
            for name, bound in SMALL.items():
                stack.enter_context(patch(name, bound))
            numbers = patch("service.stores.ingests.new_ingest", lambda: next(drawn) * 1_000_000)
            stack.enter_context(numbers)
            tokens = patch("secrets.token_urlsafe", lambda _length: f"token {next(drawn)}")
            stack.enter_context(tokens)
            yield


class BothSides:
    """The same stores on a file and on a shelf."""

    def __init__(self, folder: Path, kept: Shelf | None = None) -> None:
        archive = Database(folder / "cuttings.db")
        private = Database(folder / "private.db", migrations_folder() / "private")
        for database in (archive, private):
            database.migrate()
        self.database = private
        self.shelf, self.articles = InterruptedShelf(), InterruptedShelf()
        self.kept = kept if kept is not None else self.shelf
        self.file = Side(private, archive)
        self.shared = Side(SharedArchive(self.kept, schema=PRIVATE), SharedArchive(self.articles))
        self.clock = Clock()

    def do(self, step: Step) -> None:
        """With the same outcome on either."""
        assert self._done(step, self.shared) == self._done(step, self.file)
        self.clock.now += timedelta(hours=1)

    def do_while(self, step: Step, other: Step) -> None:
        """On the shelf another process comes in between, and is first; so it is in the file."""
        between: list[Any] = []
        elsewhere = Side(SharedArchive(self.shelf, schema=PRIVATE), self.shared.archive)
        self.shelf.before_commit.append(lambda: between.append(self._done(other, elsewhere, 500)))
        outcome = self._done(step, self.shared)
        self.shelf.before_commit.clear()
        if between:
            others = Side(self.database, self.file.archive)
            assert between == [self._done(other, others, 500)]
        assert outcome == self._done(step, self.file)
        self.clock.now += timedelta(hours=1)

    def _done(self, step: Step, side: Side, drawn_from: int = 0) -> Any:
        with self.clock.running(drawn_from):
            try:
                return step(side)
            except CuttingsError as exc:
                return type(exc), exc.detail

    def compare(self) -> None:
        """What is kept, in whatever way."""
        with self.database.read() as conn:
            expected = read(conn, no_ids(PRIVATE))
        kept = {each.name: each for kind in PRIVATE.kinds for each in self.kept.every(kind)}
        # A shelf that nothing was put on has no sums yet.
        assert shown(kept) == shown(expected) or not kept


def shown(documents: Mapping[Any, Document]) -> list[Any]:
    """Of what a file gives again, only the order counts."""
    found: list[tuple[str, str | int, Any]] = []
    for each in documents.values():
        if each.kind in GIVEN_AGAIN:
            found.append((each.kind, int(each.key), each.rows))
        elif each.kind != "number":
            found.append((each.kind, each.key, each.rows))
    found.sort(key=lambda one: (one[0], one[1]))
    return [(kind, "" if kind in GIVEN_AGAIN else key, rows) for kind, key, rows in found]
