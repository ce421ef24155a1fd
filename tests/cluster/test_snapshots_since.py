"""What was taken back since a snapshot was taken does not come back with it."""

import pytest
from opensearchpy import OpenSearch

from cluster.snapshotted import add, beside, documents, made, quiet, story
from service.article import Article
from service.backup.carrying import Carried, TakenBack
from service.backup.from_snapshot import _into, restore
from service.dates import parse_moment
from service.engines.opensearch.home import ClusterHome
from service.errors import Misconfigured, NotFound
from service.findings import Findings
from service.needs import NOTHING
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.held import Held
from service.stores.keys import KeyStore
from service.stores.kills import digest_of
from service.stores.sessions import SessionStore

pytest_plugins = ["cluster.fixtures", "cluster.snapshot_fixtures"]

# As each process calls those that it begins.
RENAME = "UPDATE generation SET archive = 'another'"


def embargoed(number: int) -> Article:
    return story(number, embargoed_until=parse_moment("2099-01-01"))


def held(article: Article) -> Held:
    return Held(article, Findings(), "test")


def embargo(home: ClusterHome, number: int) -> None:
    """As an ingest does."""
    article = embargoed(number)
    taken_back = TakenBack(held=[(held(article), False)])
    assert _into(home).from_newer(taken_back).embargoes == 1


def keep_and_take_back(home: ClusterHome) -> str:
    """A snapshot, and much that is taken back after it; the key that was."""
    keys = KeyStore(home.private)
    key = keys.create("read", "the foreign desk")
    found = keys.find(key)
    assert found is not None
    token = SessionStore(home.private).begin(found)
    home.take_snapshot("one", quiet)
    assert SessionStore(home.private).find(token) is not None
    _into(home).killing.kill("a0", "as told")
    embargo(home, 1)
    keys.revoke(found.number)
    return key


def is_taken_back(home: ClusterHome, key: str) -> bool:
    embargoes = EmbargoStore(home.private, home.archive)
    tombstone, waiting = home.lists.kills.get("a0"), embargoes.find("a1")
    seen = {name for kind, name in documents(home) if kind == "article"}
    texts = [home.lists.articles.get(each) for each in ("a0", "a1")]
    if tombstone is None and waiting is None:
        assert None not in texts
        return False
    assert tombstone is not None
    assert tombstone.reason == "as told"
    assert waiting is not None
    assert texts == [None, None]
    assert "a2" in seen
    assert KeyStore(home.private).find(key) is None
    return True


def test_what_was_taken_back_since_does_not_come_again(
    settings: Settings, home: ClusterHome, opensearch: OpenSearch
) -> None:
    key = keep_and_take_back(home)
    name, full = settings.cluster.name, f"{settings.cluster.name}.one"
    done = restore(beside(settings, "own"), full, ())
    assert done.carried == Carried(1, 1, 1)
    again = ClusterHome(beside(settings, "own"))
    assert is_taken_back(again, key)
    with pytest.raises(NotFound):
        KeyStore(again.private).revoke(1)
    assert not again.private_shelf.every("session")
    assert again.engine.generation()[1] > home.engine.generation()[1]
    opensearch.indices.delete(index=f"{name}-articles-v1,{name}-head")
    done = restore(beside(settings, "newer"), full, [beside(settings, "own").cluster.name])
    assert done.carried == Carried(1, 1, 1)
    assert is_taken_back(ClusterHome(beside(settings, "newer")), key)
    done = restore(beside(settings, "lost"), full, ())
    assert "is not known" in done.lacks[0]
    assert not is_taken_back(ClusterHome(beside(settings, "lost")), key)


def test_what_was_killed_under_another_key(settings: Settings) -> None:
    """It is known by what the source calls it."""
    home = made(settings)
    add(home, story(0, uri="tag:1", source="The Paper"))
    stone = {"key": "x", "killed_at": "2026-01-01T00:00:00Z", "reason": "", "later_key": None}
    known = {"digest": digest_of("uri", "tag:1", "The Paper"), "key": "x"}
    assert _into(home).from_newer(TakenBack([stone], [known])) == Carried(1)
    assert home.lists.articles.get("a0") is None
    assert {each.key for each in home.lists.kills.all()} == {"a0", "x"}
    assert _into(home).from_newer(TakenBack([stone], [known])) == Carried()


def test_what_is_about_to_be_under_embargo_is(settings: Settings, home: ClusterHome) -> None:
    """It is held first, and taken out of sight then: a snapshot may be of the moment between."""
    EmbargoStore(home.private, home.archive).hold(held(embargoed(1)), "a1")
    assert home.lists.articles.get("a1") is not None
    home.take_snapshot("one", quiet)
    restore(beside(settings), f"{settings.cluster.name}.one", ())
    again = ClusterHome(beside(settings))
    assert again.lists.articles.get("a1") is None
    assert EmbargoStore(again.private, again.archive).find("a1") is not None


def test_not_another_archive_s(settings: Settings, home: ClusterHome) -> None:
    home.take_snapshot("one", quiet)
    other = beside(settings, "other")
    made(other).archive.change(NOTHING, lambda conn: conn.execute(RENAME) and None)
    with pytest.raises(Misconfigured, match="it is another archive"):
        restore(
            beside(settings),
            f"{settings.cluster.name}.one",
            [beside(settings, "other").cluster.name],
        )
    assert not ClusterHome(beside(settings)).is_there()
    with pytest.raises(Misconfigured, match="no such archive"):
        restore(beside(settings), f"{settings.cluster.name}.one", ["nothing-there"])
    with pytest.raises(Misconfigured, match="--newer"):
        restore(beside(settings), f"{settings.cluster.name}.one", ["*"])
