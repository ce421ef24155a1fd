"""What must not be seen yet lies in the private file, and comes over by itself at its time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Archive, Client

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.stores import embargoes
from service.web.app import create_app

STORY = "The unspeakable merger was agreed on Thursday."


def story(folder: Path, until: datetime, text: str = STORY) -> Path:
    path = folder / "story.txt"
    path.write_text(f"---\nembargoed_until: {until:%Y-%m-%dT%H:%M:%SZ}\n---\n{text}\n", "utf-8")
    return path


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A time to come; `pass_time` below lets it come."""
    return datetime.now(UTC) + timedelta(hours=1)


def pass_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    monkeypatch.setattr(embargoes, "_now", lambda: now)


def test_nobody_sees_it_before_its_time(archive: Archive, tmp_path: Path, later: datetime) -> None:
    report = archive.ingest(story(tmp_path, later))
    assert (report.added, report.failed) == (1, [])
    api = Client(create_app(archive.settings))
    assert api.get("/v1/search", params={"q": "unspeakable"}).json()["total"] == 0
    for path in tmp_path.glob("cuttings.db*"):
        assert b"unspeakable" not in path.read_bytes()
    assert archive.ingest(story(tmp_path, later)).unchanged == 1
    assert archive.embargoes.release_due() == 0


def test_at_its_time_it_is_there_without_anyone_doing_anything(
    archive: Archive, tmp_path: Path, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = story(tmp_path, later, "Donald Trump agreed to the unspeakable merger.")
    archive.ingest(path, tagger="gazetteer")
    api = Client(create_app(archive.settings))
    before = api.get("/v1/search").headers["etag"]
    pass_time(monkeypatch)
    (hit,) = api.get("/v1/search", headers={"If-None-Match": before}).json()["hits"]
    article = api.get(f"/v1/articles/{hit['key']}").json()
    assert article["body"].startswith("Donald Trump")
    assert article["embargoed_until"] == f"{later:%Y-%m-%dT%H:%M:%SZ}"
    assert article["tagger"].startswith("gazetteer")
    assert archive.ingest(path).unchanged == 1
    assert archive.embargoes.release_due() == 0


def test_a_release_that_was_cut_off_is_finished_not_doubled(
    archive: Archive, tmp_path: Path, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.ingest(story(tmp_path, later))
    pass_time(monkeypatch)
    monkeypatch.setattr(archive.embargoes.__class__, "_drop", lambda _self, _key: None)
    assert archive.embargoes.release_due() == 1
    monkeypatch.undo()
    pass_time(monkeypatch)
    assert archive.embargoes.release_due() == 1
    assert archive.rows("SELECT count(*), max(version) FROM articles") == [(1, 1)]


def test_an_embargo_that_is_lifted_early(archive: Archive, tmp_path: Path, later: datetime) -> None:
    archive.ingest(story(tmp_path, later))
    (tmp_path / "story.txt").write_text(STORY, "utf-8")
    archive.ingest(tmp_path / "story.txt")
    assert archive.rows("SELECT count(*) FROM articles") == [(1,)]
    assert archive.embargoes.standing(_at(tmp_path)).outcome == "added"


def test_an_embargo_of_the_past_is_none(archive: Archive, tmp_path: Path) -> None:
    archive.ingest(story(tmp_path, datetime(2018, 12, 16, tzinfo=UTC)))
    assert archive.find("unspeakable") == [STORY]


def test_everything_survives_the_wait(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = EntityName("person-kimjongun", "Kim Jong Un", "person")
    mention = Mention("body", 0, 3, "Kim", "Mr Kim", "person", entity, "model", 0.5)
    article = Article(
        body="Kim",
        key="k",
        authors=("Jane",),
        published=parse_moment("2018-12-16T10:30Z"),
        embargoed_until=parse_moment("9998-01-01"),
        extra={"nested": {"list": [1, None]}},
    )
    archive.embargoes.hold(article, [mention], "test")
    monkeypatch.setattr(embargoes, "_now", lambda: "9999")
    archive.embargoes.release_due()
    sql = "SELECT authors, published_at, published_precision FROM articles_in_full"
    assert archive.rows(sql) == [("Jane", "2018-12-16T10:30:00Z", "minute")]
    assert archive.rows("SELECT extra FROM articles") == [('{"nested": {"list": [1, null]}}',)]
    assert archive.rows("SELECT spelling FROM spellings") == [("Mr Kim",)]


def _at(folder: Path) -> Article:
    return Article(body="x", origin=str((folder / "story.txt").resolve()))
