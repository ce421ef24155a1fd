"""What was killed leaves the bytes of all nodes, also while others write all the time."""

import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from threading import Event, Thread

import pytest
from homes import bytes_of
from kept_in_cluster import Kept
from opensearchpy import OpenSearch

from cluster.processes import Cluster
from service.article import Article
from service.cluster import ClusterSettings
from service.dates import parse_moment
from service.engines.opensearch.client import Client
from service.engines.opensearch.home import ClusterHome
from service.engines.opensearch.nodes import Address
from service.engines.opensearch.shelf import register as register_module
from service.engines.opensearch.shelf.layouts import Parts
from service.engines.opensearch.shelf.register import Register
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.findings import Findings
from service.killing import Killing
from service.settings import Settings
from service.stores.articles import put
from service.stores.embargoes import EmbargoStore, Held
from service.stores.quarantine import QuarantineStore
from service.stores.recognition import of_input

pytest_plugins = ["cluster.fixtures"]

# Words that nothing else has, in no other word: of what was published, of what was held back.
DOOMED, DOOMED_UNSEEN = "Gnkvhmpx", "Tvxgvpdt"
LONGEST_ERASURE = 180.0
PAUSE = 0.2
COPIES = "index.number_of_replicas"


@pytest.fixture
def settings(cluster: Cluster, opensearch: OpenSearch) -> Iterator[Settings]:
    name = f"erased-{token_hex(4)}"
    nodes = ClusterSettings(tuple(cluster.urls), name=name, shards=2)
    yield Settings(db=Path("unused.db"), engine="opensearch", cluster=nodes)
    opensearch.indices.delete(index=f"{name}-*")


@pytest.fixture
def home(settings: Settings) -> ClusterHome:
    made = ClusterHome(settings)
    made.migrate()
    return made


def store(home: ClusterHome, article: Article) -> None:
    needs = of_input(article, article.content_hash())
    home.archive.change(needs, lambda conn: put(conn, article, Findings(), "test"))


def killing_in(home: ClusterHome) -> Killing:
    embargoes = EmbargoStore(home.private, home.archive)
    return Killing(home.archive, home.engine, embargoes, QuarantineStore(home.private))


def keep_writing(home: ClusterHome, ended: Event) -> None:
    """Each takes the place of another, so that something is deleted all the time."""
    number = 0
    while not ended.wait(PAUSE):
        number += 1
        store(home, Article(key=f"a{number % 5}", title="Seen", body=f"Word{number} is here."))


def test_a_change_that_nobody_made_keeps_a_kill_waiting(
    home: ClusterHome, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its texts are there in pieces until they are forgotten."""
    store(home, Article(key="doomed", body=f"{DOOMED} was seen there."))
    killing_in(home).kill("doomed", "as told")
    register = Register(client, home.shelf.indices.head)
    with monkeypatch.context() as small:
        small.setattr(register_module, "_MOST_CHARACTERS", 10)
        register.put_in_pieces(register.read().followed_by(f"{DOOMED} again and again", 1, ()))
    assert home.engine.pending_erasures() == ["doomed"]
    assert not home.engine.erase(["doomed"])
    assert not home.engine.erase(["doomed"])
    with monkeypatch.context() as later:
        later.setattr(register_module, "_SECONDS_OF_PIECES", -10)
        home.tidy()
    erase(home, "doomed")


def test_what_is_killed_counts_as_kept_while_a_copy_is_away(
    home: ClusterHome, client: Client, opensearch: OpenSearch, settings: Settings
) -> None:
    store(home, Article(key="doomed", body=f"{DOOMED} was seen there."))
    killing_in(home).kill("doomed", "as told")
    index = home.shelf.indices.articles
    # More than there are nodes for: the last of them is as one on a node that is away.
    opensearch.indices.put_settings(index=index, body={COPIES: 5})
    every = f"{settings.cluster.name}-*"
    end = time.monotonic() + LONGEST_ERASURE
    while opensearch.indices.stats(index=every)["_all"]["total"]["docs"]["deleted"]:
        client.expunge((every,))
        assert time.monotonic() < end
        time.sleep(PAUSE)
    # All that tell something have deleted it.
    assert [home.engine.erase(["doomed"]) for _ in range(3)] == [False] * 3
    opensearch.indices.put_settings(index=index, body={COPIES: 1})
    erase(home, "doomed")


def test_what_is_killed_leaves_indices_that_are_being_made_too(
    home: ClusterHome, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(home, Article(key="doomed", body=f"{DOOMED} was seen there."))
    beside = len(remains(settings, DOOMED))
    with monkeypatch.context() as cut_off:
        cut_off.delattr(Client, "point")
        with pytest.raises(AttributeError):
            home.engine.rebuild()
    assert len(remains(settings, DOOMED)) > beside
    killing_in(home).kill("doomed", "as told")
    erase(home, "doomed")
    assert remains(settings, DOOMED) == []


def erase(home: ClusterHome, key: str) -> None:
    end = time.monotonic() + LONGEST_ERASURE
    while not home.engine.erase([key]):
        assert time.monotonic() < end
        time.sleep(PAUSE)
    assert not home.engine.pending_erasures()


def test_an_archive_that_was_half_made_is_made(settings: Settings, opensearch: OpenSearch) -> None:
    home = ClusterHome(settings)
    home.shelf.indices.create(Client(Address(settings.cluster.urls)), Parts(1))
    assert not home.is_there()
    assert home.migrate()
    assert home.is_there()
    assert not home.migrate()
    store(home, Article(key="a1", body="It is there."))
    assert home.shelf.number() == 1


def remains(settings: Settings, word: str) -> list[Path]:
    wanted = word.lower().encode()
    paths = Kept(settings.cluster).files(private=True)
    return [path for path in paths if wanted in bytes_of(path).lower()]


def test_what_is_killed_goes_while_others_write(
    home: ClusterHome, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    expunge = OpenSearchShelf.expunge
    # Where very many write, no moment is met in which nothing is deleted.
    monkeypatch.setattr(OpenSearchShelf, "expunge", lambda shelf: expunge(shelf) and False)
    store(home, Article(key="doomed", title="Doomed", body=f"{DOOMED} was seen there."))
    killing = killing_in(home)
    unseen = Article(
        key="unseen", body=f"{DOOMED_UNSEEN} is not.", embargoed_until=parse_moment("2999-01-01")
    )
    killing.embargoes.hold(Held(unseen, Findings(), "test"), "unseen")
    assert remains(settings, DOOMED)
    assert remains(settings, DOOMED_UNSEEN)
    ended = Event()
    writer = Thread(target=keep_writing, args=(home, ended))
    writer.start()
    try:
        for key in ("doomed", "unseen"):
            killing.kill(key)
        assert not killing.sweep()  # copies lag behind
        end = time.monotonic() + LONGEST_ERASURE
        while not killing.sweep():
            assert time.monotonic() < end
            time.sleep(1)
        assert remains(settings, DOOMED) == remains(settings, DOOMED_UNSEEN) == []
    finally:
        ended.set()
        writer.join()
    assert home.engine.pending_erasures() == []
