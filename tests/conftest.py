"""Archives to test on, filled through the same functions as a newsroom's."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar, cast, get_args

import httpx
import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI
from homes import CLUSTER, IN_CLUSTER, bytes_of, files_of, home_in, settings_in
from hypothesis import settings as hypothesis_settings

from service.archive import Archive as Holding
from service.article import Article
from service.cli import main
from service.database import Connection, Database, Row
from service.engines.sqlite.engine import SqliteEngine
from service.entity import Mention
from service.extract import Tagger, load_tagger
from service.findings import Findings
from service.home import Home
from service.ingest import Ingest, Report
from service.killing import Killing
from service.near_copies import signature
from service.needs import Needs, PrivateKind, together
from service.search import Ask, Finder
from service.settings import Settings, as_environment
from service.stores.articles import put
from service.stores.embargoes import EmbargoStore
from service.stores.entities import EntityStore
from service.stores.quarantine import QuarantineStore
from service.stores.recognition import Decision, of_input
from service.web.app import create_app

_T = TypeVar("_T")
# Of what only a file has: one writer at a time, who lets others wait; other programs beside the
# service; bytes, copies and faults of its own.
of_a_file = pytest.mark.skipif(IN_CLUSTER, reason="an archive in a cluster has no such thing")
# All there is, for tests that look at everything.
EVERYTHING = Needs(kinds=frozenset({"article", "entity", "source"}))
EVERYTHING_PRIVATE = Needs(kinds=frozenset(get_args(PrivateKind)))
# Seconds: a cluster keeps what is deleted for copies that lag behind, which it asks twice a minute.
LONGEST_ERASURE = 120.0
SEEDS = Path(__file__).parent.parent / "seeds"

# The same tests in a short form at a desk and a long one in CI.
FORM = os.environ.get("CUTTINGS_TEST_FORM") or "short"
LONG = FORM != "short"
hypothesis_settings.register_profile("short", max_examples=60, deadline=None, derandomize=True)
hypothesis_settings.register_profile("long", max_examples=100, deadline=None, derandomize=True)
# What nobody has tried yet: CUTTINGS_TEST_FORM=wild, to be run by hand.
hypothesis_settings.register_profile("wild", max_examples=3_000, deadline=None)
hypothesis_settings.load_profile(FORM)


def examples(file: int, cluster: int) -> int:
    """How many examples a property is tried with: in a cluster each step takes far longer."""
    if IN_CLUSTER:
        return 4 * cluster if LONG else cluster
    return file


@dataclass(frozen=True)
class Archive:
    """One archive with short ways to fill and ask it."""

    settings: Settings
    home: Home
    database: Database
    engine: SqliteEngine
    finder: Finder
    embargoes: EmbargoStore
    quarantine: QuarantineStore

    @property
    def private(self) -> Holding:
        """What only its owner may see."""
        return self.home.private

    @property
    def killing(self) -> Killing:
        return Killing(self.database, self.engine, self.embargoes, self.quarantine)

    @property
    def environment(self) -> dict[str, str]:
        """Settings by which commands find it, and nothing else of this process."""
        return as_environment(self.settings)

    @property
    def entities(self) -> EntityStore:
        """As its home answers best."""
        return self.home.lists.entities

    def close(self) -> None:
        """What this thread has open of its files."""
        for each in (self.home.archive, self.home.private):
            if isinstance(each, Database):
                each.close()

    def add(self, article: Article, mentions: Sequence[Mention] = ()) -> Decision:
        text = "" if article.title_derived else article.title
        made = signature(text, article.body)
        found = Findings(tuple(mentions))
        return self.home.archive.change(
            of_input(article, article.content_hash(), mentions),
            lambda conn: put(conn, article, found, "test", signature=made),
        )

    def add_all(self, articles: Iterable[tuple[Article, Sequence[Mention]]]) -> None:
        """Many in one change, which takes a cluster hardly longer than one of them."""
        every = [(article, tuple(mentions)) for article, mentions in articles]

        def work(conn: Connection) -> None:
            for article, mentions in every:
                made = signature("" if article.title_derived else article.title, article.body)
                put(conn, article, Findings(mentions), "test", signature=made)

        needs = together(of_input(each, each.content_hash(), named) for each, named in every)
        self.home.archive.change(needs, work)

    def store(self, article: Article, findings: Findings) -> Decision:
        """With all that was found in it."""
        return self.home.archive.change(
            of_input(article, article.content_hash(), findings.mentions),
            lambda conn: put(conn, article, findings, "test"),
        )

    def change(self, work: Callable[[Connection], _T], needs: Needs = EVERYTHING) -> _T:
        """Does what a function does to all of it."""
        return self.home.archive.change(needs, work)

    def find(self, q: str = "", **options: Any) -> list[str]:
        """Titles of what is found, in order."""
        return [hit.title for hit in self.finder.search(Ask(q=q, **options)).hits]

    def ingest(self, *paths: str | Path, tagger: str = "off") -> Report:
        return self.job(lambda: load_tagger(tagger)).run([str(path) for path in paths])

    def job(self, tagger: Callable[[], Tagger]) -> Ingest:
        return Ingest(self.database, self.engine, self.embargoes, self.quarantine, tagger)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.database.read(EVERYTHING) as conn:
            return [tuple(row) for row in conn.execute(sql, values)]

    def private_rows(self, sql: str, *values: object) -> list[Row]:
        with self.private.read(EVERYTHING_PRIVATE) as conn:
            return conn.execute(sql, values).fetchall()

    def command(self, *words: str, tagger: str = "off", typed: str | None = None) -> Result:
        """One of `cuttings`, for this archive."""
        env = self.environment | {"CUTTINGS_TAGGER": tagger}
        return CliRunner().invoke(main, words, input=typed, env=env)

    def erase(self) -> None:
        """What was killed out of the bytes, as the server's timer does; in a cluster in a while."""
        end = time.monotonic() + LONGEST_ERASURE
        while not self.killing.sweep():
            assert IN_CLUSTER, "nobody else reads the file"
            assert time.monotonic() < end, "what was killed is still there"
            time.sleep(1)

    def remains(self, text: str, *, private: bool = True) -> list[str]:
        """Files in which a text stands, in whatever case; of the private part too, or not."""
        wanted = text.lower().encode()
        paths = files_of(self.settings, private=private)
        assert paths
        return [path.name for path in paths if wanted in bytes_of(path).lower()]

    def tamper(self, *statements: str) -> None:
        """Writes as another program would, without asking the service."""

        def tampered(conn: Connection) -> None:
            conn.execute("PRAGMA defer_foreign_keys = ON")
            for statement in statements:
                conn.execute(statement)

        self.change(tampered)


def open_archive(folder: Path, **options: Any) -> Archive:
    settings = settings_in(folder, options)
    home = home_in(settings)
    finder = Finder(home.engine, home.lists.entities)
    # In a cluster they are of its kinds, which do the same but for what is done with files.
    database, engine = cast("Database", home.archive), cast("SqliteEngine", home.engine)
    embargoes = EmbargoStore(home.private, home.archive)
    quarantine = QuarantineStore(home.private)
    return Archive(settings, home, database, engine, finder, embargoes, quarantine)


def archive_of(folder: Path, *articles: Article) -> Archive:
    """An archive with these, put in one after the other."""
    archive = open_archive(folder)
    for article in articles:
        archive.add(article)
    return archive


@contextmanager
def folder_of_archives() -> Iterator[Path]:
    """A folder for the archives of one example, which are gone afterwards."""
    with TemporaryDirectory() as folder:
        try:
            yield Path(folder)
        finally:
            CLUSTER.forget(Path(folder))


@pytest.fixture(autouse=IN_CLUSTER)
def forgotten(tmp_path: Path) -> Iterator[None]:
    """What a test has made in a cluster."""
    yield
    CLUSTER.forget(tmp_path)


def pytest_sessionfinish() -> None:
    CLUSTER.stop()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty archive."""
    return open_archive(tmp_path)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The two seeds, read by the real model: to ask, not to change."""
    archive = open_archive(tmp_path_factory.mktemp("seeded"))
    report = archive.ingest(SEEDS, tagger="auto")
    assert (report.added, report.failed) == (2, [])
    return archive


class Client:
    """Asks an app as a program on this machine would, one request at a time."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        self._app = app
        self._address = address

    def __call__(self, method: str, url: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request(method, url, **options))

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self("POST", url, **options)

    async def _request(self, method: str, url: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(
            self._app, raise_app_exceptions=False, client=(self._address, 50_000)
        )
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, url, **options)


@pytest.fixture(scope="session")
def api(seeded: Archive) -> Client:
    """The API over the two seeds."""
    return Client(create_app(seeded.settings))
