"""Archives to test on: real SQLite files, filled through the same functions as a newsroom's."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from secrets import token_hex
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import settings as hypothesis_settings

from service.article import Article
from service.database import Database, archive_database, private_database
from service.engines.sqlite.engine import SqliteEngine
from service.entity import Mention
from service.extract import Tagger, load_tagger
from service.findings import Findings
from service.ingest import Ingest, Report
from service.killing import Killing
from service.near_copies import signature
from service.search import Ask, Finder
from service.settings import Settings
from service.stores.articles import put
from service.stores.embargoes import EmbargoStore
from service.stores.entities import EntityStore
from service.stores.quarantine import QuarantineStore
from service.stores.recognition import Decision
from service.web.app import create_app

SEEDS = Path(__file__).parent.parent / "seeds"

# The same tests in a short form at a desk and a long one in CI.
FORM = os.environ.get("CUTTINGS_TEST_FORM") or "short"
LONG = FORM != "short"
hypothesis_settings.register_profile("short", max_examples=60, deadline=None, derandomize=True)
hypothesis_settings.register_profile("long", max_examples=250, deadline=None, derandomize=True)
# What nobody has tried yet: CUTTINGS_TEST_FORM=wild, to be run by hand.
hypothesis_settings.register_profile("wild", max_examples=3_000, deadline=None)
hypothesis_settings.load_profile(FORM)


@dataclass(frozen=True)
class Archive:
    """One archive with short ways to fill and ask it."""

    settings: Settings
    database: Database
    engine: SqliteEngine
    finder: Finder
    embargoes: EmbargoStore
    quarantine: QuarantineStore

    @property
    def killing(self) -> Killing:
        return Killing(self.database, self.engine, self.embargoes, self.quarantine)

    def add(self, article: Article, mentions: Sequence[Mention] = ()) -> Decision:
        text = "" if article.title_derived else article.title
        made = signature(text, article.body)
        with self.database.write() as conn:
            return put(conn, article, Findings(tuple(mentions)), "test", signature=made)

    def find(self, q: str = "", **options: Any) -> list[str]:
        """Titles of what is found, in order."""
        return [hit.title for hit in self.finder.search(Ask(q=q, **options)).hits]

    def ingest(self, *paths: str | Path, tagger: str = "off") -> Report:
        return self.job(lambda: load_tagger(tagger)).run([str(path) for path in paths])

    def job(self, tagger: Callable[[], Tagger]) -> Ingest:
        return Ingest(self.database, self.engine, self.embargoes, self.quarantine, tagger)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.database.read() as conn:
            return [tuple(row) for row in conn.execute(sql, values)]

    def tamper(self, *statements: str) -> None:
        """Writes as another program would, without asking the service."""
        with self.database.write() as conn:
            conn.execute("PRAGMA defer_foreign_keys = ON")
            for statement in statements:
                conn.execute(statement)


def open_archive(folder: Path, **options: Any) -> Archive:
    settings = Settings(db=folder / "cuttings.db", **options)
    if not settings.db.exists() and not settings.private_db.exists():
        _copy_empty(settings)
    database = archive_database(settings)
    database.migrate()
    engine = SqliteEngine(database)
    finder = Finder(engine, EntityStore(database))
    private = private_database(settings)
    embargoes, quarantine = EmbargoStore(private, database), QuarantineStore(private)
    return Archive(settings, database, engine, finder, embargoes, quarantine)


def _copy_empty(settings: Settings) -> None:
    """Making the schema takes longer than most tests, so that it is made once."""
    empty = Settings(db=Path(_empty().name) / "cuttings.db")
    settings.db.parent.mkdir(parents=True, exist_ok=True)
    copyfile(empty.db, settings.db)
    copyfile(empty.private_db, settings.private_db)
    with archive_database(settings).write() as conn:
        conn.execute("UPDATE generation SET archive = ?", (token_hex(16),))


@cache
def _empty() -> "TemporaryDirectory[str]":
    folder = TemporaryDirectory(prefix="empty-archive-")
    settings = Settings(db=Path(folder.name) / "cuttings.db")
    for database in (archive_database(settings), private_database(settings)):
        database.migrate()
        database.empty_log()
        database.close()
    return folder


def archive_of(folder: Path, *articles: Article) -> Archive:
    """An archive with these, put in one after the other."""
    archive = open_archive(folder)
    for article in articles:
        archive.add(article)
    return archive


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
