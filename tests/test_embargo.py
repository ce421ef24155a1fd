"""What must not be seen yet lies in the private file, and comes over by itself at its time."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Archive, Client, of_a_file

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, Mention, Span
from service.findings import Findings
from service.stores import embargoes
from service.stores.embargoes import Held
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
    monkeypatch.setattr(embargoes, "utc_now", lambda: now)


def test_nobody_sees_it_before_its_time(archive: Archive, tmp_path: Path, later: datetime) -> None:
    report = archive.ingest(story(tmp_path, later))
    assert (report.added, report.failed) == (1, [])
    api = Client(create_app(archive.settings))
    assert api.get("/v1/search", params={"q": "unspeakable"}).json()["total"] == 0
    assert archive.remains("unspeakable")
    assert archive.remains("unspeakable", private=False) == []
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
    monkeypatch.setattr(archive.embargoes.__class__, "_let_go", lambda *_: None)
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


def test_a_published_story_under_a_new_embargo_is_withdrawn(
    archive: Archive, tmp_path: Path, later: datetime
) -> None:
    (tmp_path / "story.txt").write_text(STORY, "utf-8")
    archive.ingest(tmp_path / "story.txt")
    assert archive.find("unspeakable") == [STORY]
    report = archive.ingest(story(tmp_path, later))
    assert (report.failed, report.waiting) == ([], 1)
    assert archive.find("unspeakable") == []


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
        language="en",
        language_detected=True,
        published=parse_moment("2018-12-16T10:30Z"),
        embargoed_until=parse_moment("9998-01-01"),
        extra={"nested": {"list": [1, None]}},
    )
    archive.embargoes.hold(Held(article, Findings((mention,)), "test"), "held")
    monkeypatch.setattr(embargoes, "utc_now", lambda: "9999")
    archive.embargoes.release_due()
    sql = "SELECT authors, published_at, published_precision FROM articles_in_full"
    assert archive.rows(sql) == [("Jane", "2018-12-16T10:30:00Z", "minute")]
    assert archive.rows("SELECT extra FROM articles") == [('{"nested": {"list": [1, null]}}',)]
    assert archive.rows("SELECT language, language_detected FROM articles") == [("en", 1)]
    assert archive.rows("SELECT spelling FROM spellings") == [("Mr Kim",)]


def _at(folder: Path) -> Article:
    return Article(body="x", origin=str((folder / "story.txt").resolve()))


def held_forever(archive: Archive, body: str, **fields: Any) -> Article:
    article = Article(body=body, embargoed_until=parse_moment("9998-01-01"), **fields)
    archive.embargoes.hold(Held(article, Findings(), "test"), "held")
    return article


def test_one_that_cannot_be_released_keeps_nobody_back(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(Article(body="published", key="B", uri="u1"))
    held_forever(archive, "in its way", key="A", uri="u1")
    held_forever(archive, "innocent", key="C")
    monkeypatch.setattr(embargoes, "utc_now", lambda: "9999")
    api = Client(create_app(archive.settings))
    assert api.get("/v1/search").json()["total"] == 2
    assert api.get("/v1/articles/B").status_code == 200
    assert archive.embargoes.standing(Article(body="x", key="A")).outcome == "changed"


@of_a_file  # in a cluster nobody waits for a writer
def test_a_reader_does_not_wait_for_a_writer(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(Article(body="published", key="B"))
    held_forever(archive, "due")
    monkeypatch.setattr(embargoes, "utc_now", lambda: "9999")
    api = Client(create_app(archive.settings))
    with archive.database.write() as conn:
        conn.execute("DELETE FROM articles WHERE key = 'none'")
        assert api.get("/v1/search").json()["total"] == 1
    assert api.get("/v1/search").json()["total"] == 2


def test_a_newer_text_held_meanwhile_is_not_dropped(archive: Archive) -> None:
    held_forever(archive, "old", key="K")
    (old,) = archive.private_rows("SELECT * FROM embargoed")
    newer = held_forever(archive, "new", key="K")
    archive.embargoes._let_go(old)
    assert archive.embargoes.standing(newer).outcome == "unchanged"


def test_a_published_version_lets_the_held_one_go(archive: Archive, tmp_path: Path) -> None:
    """Known by its uri, though it came by another path."""
    held_forever(archive, "held", uri="u9", source="Post", origin="one.txt")
    (tmp_path / "two.txt").write_text("Published.", "utf-8")
    (tmp_path / "two.json").write_text('{"uri": "u9", "source": "Post"}', "utf-8")
    archive.ingest(tmp_path / "two.txt")
    assert archive.private_rows("SELECT * FROM embargoed") == []


def test_what_could_not_be_stored_lets_nothing_go(archive: Archive, tmp_path: Path) -> None:
    path = story(tmp_path, datetime(2990, 1, 1, tzinfo=UTC))
    archive.ingest(path)
    path.write_text("impossible", "utf-8")
    report = archive.job(BrokenTagger).run([str(path)])
    assert report.failed[0].reason == "cannot be tagged: out of words"
    assert len(archive.private_rows("SELECT * FROM embargoed")) == 1


class BrokenTagger:
    """Reads nothing."""

    id = "broken"

    def tag(self, texts: Sequence[str], _languages: Sequence[str | None], /) -> list[list[Span]]:
        raise RuntimeError("out of words" if texts else "")


def _sidecar(folder: Path, **fields: object) -> None:
    (folder / "latest.json").write_text(json.dumps(fields), "utf-8")


def test_a_path_used_again_leaves_the_held_article_alone(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "latest.txt"
    path.write_text("Alpha text", "utf-8")
    _sidecar(tmp_path, key="A", embargoed_until="2990-01-01")
    archive.ingest(path)
    path.write_text("Beta text", "utf-8")
    _sidecar(tmp_path, key="B", embargoed_until="2990-01-01")
    assert archive.ingest(path).added == 1
    path.write_text("Gamma text", "utf-8")
    _sidecar(tmp_path, key="C")
    archive.ingest(path)
    held = {row["key"]: row["document"] for row in archive.private_rows("SELECT * FROM embargoed")}
    assert set(held) == {"A", "B"}
    assert "Alpha text" in held["A"]
    assert archive.rows("SELECT key FROM articles") == [("C",)]


def test_of_two_texts_of_one_article_the_embargoed_one_stays(
    archive: Archive, tmp_path: Path
) -> None:
    for name, fields in (("v1", {}), ("v2", {"embargoed_until": "2990-01-01"})):
        (tmp_path / f"{name}.txt").write_text(f"The {name} of it.", "utf-8")
        (tmp_path / f"{name}.json").write_text(json.dumps({"key": "A"} | fields), "utf-8")
    for _ in range(2):
        archive.ingest(tmp_path)
        assert archive.rows("SELECT count(*) FROM articles") == [(0,)]
        assert len(archive.private_rows("SELECT * FROM embargoed")) == 1


def test_an_input_in_conflict_is_not_held(archive: Archive, tmp_path: Path) -> None:
    archive.add(Article(body="x", key="Y", uri="u"))
    (tmp_path / "latest.txt").write_text("In conflict.", "utf-8")
    _sidecar(tmp_path, key="X", uri="u", embargoed_until="2990-01-01")
    report = archive.ingest(tmp_path / "latest.txt")
    assert (report.added, report.waiting, len(report.failed)) == (0, 0, 1)
    assert "belongs to the article Y" in report.failed[0].reason
    assert archive.private_rows("SELECT * FROM embargoed") == []


def test_an_embargoed_correction_comes_back_under_its_old_key(
    archive: Archive, tmp_path: Path, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "story.txt").write_text("As it was.", "utf-8")
    archive.ingest(tmp_path / "story.txt")
    ((key,),) = archive.rows("SELECT key FROM articles")
    archive.ingest(story(tmp_path, later, "As it is now."))
    assert archive.rows("SELECT key FROM articles") == []
    pass_time(monkeypatch)
    assert archive.embargoes.release_due() == 1
    assert archive.rows("SELECT key, body FROM articles") == [(key, "As it is now.")]


def test_lifting_an_embargo_early_keeps_the_key(
    archive: Archive, tmp_path: Path, later: datetime
) -> None:
    path = tmp_path / "story.txt"
    path.write_text("As it was.", "utf-8")
    archive.ingest(path)
    before = archive.rows("SELECT key FROM articles")
    archive.ingest(story(tmp_path, later, "As it is now."))
    path.write_text("As it is after all.", "utf-8")
    archive.ingest(path)
    assert archive.rows("SELECT key FROM articles") == before


def test_a_held_article_that_states_its_key_later_is_still_one(
    archive: Archive, tmp_path: Path
) -> None:
    path = tmp_path / "latest.txt"
    path.write_text("First text", "utf-8")
    _sidecar(tmp_path, embargoed_until="2990-01-01")
    archive.ingest(path)
    for text in ("Second text", "Third text"):
        path.write_text(text, "utf-8")
        _sidecar(tmp_path, embargoed_until="2990-01-01", key="k1")
        archive.ingest(path)
        (row,) = archive.private_rows("SELECT * FROM embargoed")
        assert (row["key"], text in row["document"]) == ("k1", True)
    path.write_text("Newest text", "utf-8")
    _sidecar(tmp_path, key="k1")
    archive.ingest(path)
    assert archive.private_rows("SELECT * FROM embargoed") == []


def test_a_text_that_was_superseded_before_a_crash_is_not_released(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_forever(archive, "old text", key="K")
    archive.add(Article(body="new text", key="K"))  # and killed before the old one was let go
    monkeypatch.setattr(embargoes, "utc_now", lambda: "9999")
    archive.embargoes.release_due()
    assert archive.rows("SELECT body, version FROM articles") == [("new text", 1)]
    assert archive.private_rows("SELECT * FROM embargoed") == []


def test_what_an_ingest_has_let_go_meanwhile_is_not_released(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_forever(archive, "old", key="K")
    (row,) = archive.private_rows("SELECT * FROM embargoed")
    archive.embargoes.forget(Article(body="new", key="K"))
    assert archive.embargoes._released(row, 1.0) is False
    assert archive.rows("SELECT count(*) FROM articles") == [(0,)]


def test_a_path_whose_old_text_another_path_still_holds_may_wait(
    archive: Archive, tmp_path: Path, later: datetime
) -> None:
    """Then it is a new article, of which nothing has been seen."""
    path = story(tmp_path, later, "first")
    for copy in (path, tmp_path / "copy.txt"):
        copy.write_text("first", "utf-8")
    assert archive.ingest(tmp_path).duplicates == 1
    report = archive.ingest(story(tmp_path, later))
    assert (report.added, report.waiting, report.failed) == (1, 1, [])
    assert archive.rows("SELECT body FROM articles") == [("first",)]
