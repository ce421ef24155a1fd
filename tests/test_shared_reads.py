"""What stores read is the same in a file and off a shelf, of which only what is needed is fetched.

Every public method of every store that reads the archive has its case here, or a reason why not: a
new one without either fails.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from contextlib import ExitStack
from random import Random
from typing import Any

import pytest
from conftest import LONG
from store_calls import CASES, Known, known_in
from varied_archives import an_archive, shared

from service import stores
from service.archive import Archive
from service.database import Database
from service.needs import Needs, of_entities
from service.stores.articles import ArticleStore
from service.stores.copies import CopyStore
from service.stores.edits import EditStore
from service.stores.entities import EntityStore
from service.stores.mentioned import most_mentioned, names_of, of_most_mentioned
from service.stores.quotes import QuoteStore
from service.working.shared import SharedArchive

ALL = Needs(kinds=frozenset({"article", "entity", "source"}))
# Store or method -> why it has no case.
ELSEWHERE: Mapping[str, str] = {
    "GlanceStore.health": "tells of a file",
    "MeasureStore": "numbers of both files, for metrics",
    "EditStore": "its reads are in the histories of test_working_copies.py",
    "KillStore": "the same",
    "KeyStore": "of the private file",
    "SessionStore": "the same",
    "AuditStore": "the same",
    "EmbargoStore": "the same",
    "FetchStore": "the same",
    "IngestStore": "the same",
    "QuarantineStore": "the same",
    "SlowQueryStore": "the same",
}


def every_store() -> dict[str, type]:
    found = {}
    for module in pkgutil.iter_modules(stores.__path__):
        loaded = importlib.import_module(f"service.stores.{module.name}")
        for name, cls in inspect.getmembers(loaded, inspect.isclass):
            if name.endswith("Store") and cls.__module__ == loaded.__name__:
                found[name] = cls
    return found


STORES = every_store()


def test_every_method_of_every_store_has_a_case() -> None:
    methods = {
        f"{name}.{method}"
        for name, cls in STORES.items()
        for method, _ in inspect.getmembers(cls, inspect.isfunction)
        if not method.startswith("_") and name not in ELSEWHERE
    }
    assert {*CASES, *(each for each in ELSEWHERE if "." in each)} == methods
    assert {each.partition(".")[0] for each in ELSEWHERE} <= STORES.keys()


def store_of(name: str, archive: Archive) -> Any:
    if name == "QuoteStore":
        return QuoteStore(archive, EntityStore(archive), EditStore(archive))
    return STORES[name](archive)


SEEDS = range(4 if LONG else 2)


@pytest.fixture(scope="module", params=SEEDS)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Database, SharedArchive, Known]:
    database = an_archive(tmp_path_factory.mktemp("file"), request.param)
    return database, shared(database), known_in(database)


@pytest.mark.parametrize("name", CASES)
def test_a_file_and_a_shelf_answer_the_same(
    both: tuple[Database, SharedArchive, Known], name: str
) -> None:
    database, archive, known = both
    store = name.partition(".")[0]
    case = CASES[name]
    calls = [*((call, False) for call in case.few(known)), *((c, True) for c in case.whole(known))]
    assert calls
    answers = []
    for call, is_whole in calls:
        with ExitStack() as stack:
            if is_whole:
                stack.enter_context(archive.read(ALL))
            given = call(store_of(store, archive))
        answers.append(call(store_of(store, database)))
        assert given == answers[-1]
    assert any(answers)


@pytest.mark.parametrize("most", [1, 2, 30])
def test_who_is_shown_beside_hits(both: tuple[Database, SharedArchive, Known], most: int) -> None:
    database, archive, known = both
    with database.read() as conn:
        expected = most_mentioned(conn, known.articles, most)
        names = names_of(conn, known.entities)
    with archive.read(of_most_mentioned(known.articles, most)) as conn:
        assert most_mentioned(conn, known.articles, most) == expected != {}
    with archive.read(of_entities(known.entities)) as conn:
        assert names_of(conn, known.entities) == names


def test_reads_within_a_read_go_on_in_the_same_copy(
    both: tuple[Database, SharedArchive, Known],
) -> None:
    """In whatever order articles are asked for, they come to stand in the order of the file."""
    database, archive, known = both
    keys = [key for key in known.articles if ArticleStore(database).has(key)]
    expected = [ArticleStore(database).get(key) for key in keys]
    Random(1).shuffle(keys)  # noqa: S311
    with archive.read() as conn:
        found = {key: ArticleStore(archive).get(key) for key in keys}
        order = [row["key"] for row in conn.execute("SELECT key FROM articles ORDER BY id")]
        copies = [CopyStore(archive).of(key) for key in order]
    assert [found[key] for key in order] == expected
    assert copies == [CopyStore(database).of(key) for key in order]
