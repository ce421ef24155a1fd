"""A whole archive carried into a cluster and back, and the indices kept in order there."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path
from secrets import token_hex

import pytest
from click.testing import CliRunner, Result
from conftest import LONG, SEEDS, Archive, open_archive
from opensearchpy import OpenSearch
from varied_archives import an_archive

from cluster.processes import Cluster
from cluster.snapshotted import KilledError, mortal, seen
from service.article import Article
from service.checks import Fault, inspect
from service.cli import main
from service.cluster import ClusterSettings
from service.database import Database, archive_database, private_database
from service.engines import load_engine
from service.engines.opensearch import home as home_module
from service.engines.opensearch import making
from service.engines.opensearch.home import ClusterHome
from service.engines.opensearch.shelf import renewing
from service.errors import Conflict
from service.moving import Shelves, to_file, to_shelves
from service.settings import Settings, as_environment
from service.stores.keys import KeyStore
from service.working.carrying import Tally, documents_in
from service.working.schemas import ARCHIVE, PRIVATE, Schema

pytest_plugins = ["cluster.fixtures"]

# A word that nothing else has, in no other word.
DOOMED = "Gnkvhmpx"

LONGEST_ERASURE = 120.0
# A move is killed at each of so many requests.
STEP = 1 if LONG else 12


@pytest.fixture
def settings(cluster: Cluster, opensearch: OpenSearch, tmp_path: Path) -> Iterator[Settings]:
    """Of an archive in the cluster that is not there yet, and gone afterwards."""
    name = f"moved-{token_hex(4)}"
    nodes = ClusterSettings(tuple(cluster.urls), name=name, shards=2)
    yield Settings(db=tmp_path / "moved.db", engine="opensearch", cluster=nodes)
    opensearch.indices.delete(index=f"{name}-*")


def shelves(home: ClusterHome) -> Shelves:
    return Shelves(home.shelf, home.private_shelf)


def made(settings: Settings) -> ClusterHome:
    home = ClusterHome(settings)
    home.migrate()
    return home


def quiet(_what: str, _done: int) -> None:
    pass


def tally(database: Database, schema: Schema) -> Tally:
    with database.read() as conn:
        return Tally().of(each for each in documents_in(conn, schema) if each.kind != "archive")


def faults(database: Database, private: Database) -> list[Fault]:
    """Of what is in them, and not of how they lie on the disk."""
    found = inspect(database, load_engine("sqlite", database), private, lambda *_: None)
    return sorted((fault for fault in found if fault.check != "private-mode"), key=repr)


def test_there_and_back_it_is_the_same(settings: Settings, tmp_path: Path) -> None:
    an_archive(tmp_path / "first", 7)
    archive = open_archive(tmp_path / "first")
    archive.ingest(SEEDS, tagger="gazetteer")
    key = KeyStore(archive.private).create("read", "the foreign desk")
    home = made(settings)
    there = to_shelves(archive.settings, shelves(home), quiet)
    assert there["article"] > 2
    assert not home.engine.faults()
    assert KeyStore(home.private).find(key) is not None
    back = replace(settings, db=tmp_path / "back" / "cuttings.db", engine="sqlite")
    assert to_file(back, shelves(home), quiet) == there
    database, private = archive_database(back), private_database(back)
    assert faults(database, private) == faults(archive.database, private_database(archive.settings))
    assert not tally(database, ARCHIVE).unlike(tally(archive.database, ARCHIVE))
    first = private_database(archive.settings)
    assert not tally(private, PRIVATE).unlike(tally(first, PRIVATE))


def test_nothing_is_moved_over_something(settings: Settings, tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "first")
    archive.add(Article(title="The first", body="One."))
    home = made(settings)
    to_shelves(archive.settings, shelves(home), quiet)
    with pytest.raises(Conflict, match="in the cluster already"):
        to_shelves(archive.settings, shelves(home), quiet)
    with pytest.raises(Conflict, match="There is a file"):
        to_file(archive.settings, shelves(home), quiet)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was killed is not waited for."""
    monkeypatch.setattr(making, "_SECONDS_BETWEEN_BEATS", 0.2)
    monkeypatch.setattr(making, "_SECONDS_WATCHED", 1.0)


@pytest.mark.usefixtures("impatient")
def test_nobody_sees_an_archive_of_which_a_part_was_moved(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(tmp_path / "first")
    for number in range(5):
        archive.add(Article(key=f"a{number}", body=f"Word{number} here."))
    file = replace(archive.settings, cluster=settings.cluster)
    at, was_moved = 1, False
    while not was_moved:
        dying, client = mortal(settings, at)
        with monkeypatch.context() as one, suppress(KilledError):
            one.setattr(home_module, "Client", lambda _, client=client: client)
            with dying.begun() as begun:
                to_shelves(archive.settings, shelves(begun), quiet)
        was_moved = seen(settings)
        at += STEP
    assert at > 2 * STEP
    assert ClusterHome(settings).shelf.count("article") == 5
    # The next one goes on where one was cut off.
    then = replace(file, cluster=replace(file.cluster, name=f"{settings.cluster.name}-then"))
    dying, client = mortal(replace(settings, cluster=then.cluster), 30)
    with monkeypatch.context() as one, suppress(KilledError):
        one.setattr(home_module, "Client", lambda _: client)
        with dying.begun() as begun:
            to_shelves(archive.settings, shelves(begun), quiet)
    assert client.left <= 0
    there = replace(then, engine="opensearch")
    assert "being restored or moved here" in run("search", "word1", settings=there).output
    assert run("move", "--to", "opensearch", settings=then).exit_code == 0
    assert run("search", "word1", settings=there).output.startswith("1 article")


def run(*words: str, settings: Settings) -> Result:
    return CliRunner().invoke(main, words, env=as_environment(settings))


def test_the_command_says_what_it_has_done(settings: Settings, tmp_path: Path) -> None:
    file = replace(settings, engine="sqlite")
    assert run("ingest", str(SEEDS), settings=file).exit_code == 0
    done = run("move", "--to", "opensearch", settings=file)
    assert done.exit_code == 0, done.output
    assert "2 articles and all that belongs to them" in done.output
    assert "move opensearch  [done]" in run("audit", settings=file).output
    assert "2 articles" in run("search", "korea", settings=settings).output
    back = replace(file, db=tmp_path / "back.db")
    done = run("move", "--to", "sqlite", settings=back)
    assert done.exit_code == 0, done.output
    assert run("check", settings=back).output == "sound\n"
    assert "move sqlite  [done]" in run("audit", settings=settings).output


@pytest.fixture
def in_cluster(settings: Settings, tmp_path: Path) -> tuple[Archive, ClusterHome]:
    """An archive's file, and the same in a cluster."""
    archive = open_archive(tmp_path / "first")
    for number in range(30):
        archive.add(Article(key=f"a{number}", title=f"Story {number}", body=f"Word{number} here."))
    archive.add(Article(key="doomed", title="Doomed", body=f"{DOOMED} was seen there."))
    home = made(settings)
    to_shelves(archive.settings, shelves(home), quiet)
    return archive, home


def test_what_is_not_indexed_as_it_is_is_found_and_made_anew(
    in_cluster: tuple[Archive, ClusterHome],
    settings: Settings,
    opensearch: OpenSearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, home = in_cluster
    index = home.shelf.indices.articles
    opensearch.update(
        index=index, id="a7", body={"doc": {"published": "1999-01-01"}}, params={"refresh": "true"}
    )
    assert home.engine.faults() == ["article a7 is not indexed as it is"]
    refused = run("check", settings=settings)
    assert refused.exit_code == 1
    assert "article a7 is not indexed as it is" in refused.output
    assert run("reindex", settings=settings).output.endswith("reindexed\n")
    assert not home.engine.faults()
    assert run("check", settings=settings).output == "sound\n"
    versions = home.shelf.indices.of_any_version
    monkeypatch.setattr(renewing, "_SECONDS_KEPT", 0)
    assert len(opensearch.indices.get_alias(index=versions)) == 6
    home.tidy()
    assert len(opensearch.indices.get_alias(index=versions)) == 3
    assert run("check", settings=settings).output == "sound\n"


def files_with(word: str, opensearch: OpenSearch, settings: Settings) -> Iterator[Path]:
    """Of all nodes, in whatever case it is written."""
    kept = opensearch.indices.get_settings(index=f"{settings.cluster.name}-*")
    ids = [each["settings"]["index"]["uuid"] for each in kept.values()]
    nodes = opensearch.nodes.info(metric="settings")["nodes"].values()
    folders = [Path(folder) for node in nodes for folder in node["settings"]["path"]["data"]]
    for folder, index in product(folders, ids):
        for file in folder.glob(f"**/{index}/**/*"):
            if file.is_file() and word.lower().encode() in file.read_bytes().lower():
                yield file


def test_what_was_killed_leaves_no_bytes(
    in_cluster: tuple[Archive, ClusterHome], settings: Settings, opensearch: OpenSearch
) -> None:
    _, home = in_cluster
    assert run("kill", "doomed", "--reason", "as told", settings=settings).exit_code == 0
    assert [*files_with(DOOMED, opensearch, settings)]
    end = time.monotonic() + LONGEST_ERASURE
    while home.engine.pending_erasures():
        assert time.monotonic() < end
        home.engine.erase(home.engine.pending_erasures())
        time.sleep(1)
    deleted = opensearch.indices.stats(index=home.shelf.indices.articles, metric="docs")
    assert deleted["_all"]["total"]["docs"]["deleted"] == 0
    assert not [*files_with(DOOMED, opensearch, settings)]
    assert home.lists.kills.get("doomed") is not None
    assert run("search", DOOMED, settings=settings).output.startswith("0 articles")
