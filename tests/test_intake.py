"""What an ingest keeps from one run to the next: versions, embargoes, kills, what it could not
read.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Archive, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.checks import check
from service.cli.quarantine import read_again
from service.dates import parse_moment
from service.extract import load_tagger
from service.gathering import Finished
from service.ingest import Report
from service.intake import Intake, Taken
from service.stores.kills import KillStore
from service.stores.quarantine import Aside
from service.stores.versions import VersionStore


def lines(path: Path, *records: dict[str, Any] | str) -> Path:
    made = (each if isinstance(each, str) else json.dumps(each) for each in records)
    path.write_text("\n".join(made), "utf-8")
    return path


def counts(report: Report) -> tuple[int, ...]:
    names = ("added", "changed", "unchanged", "duplicates", "killed")
    return tuple(getattr(report, name) for name in names)


def test_records_are_known_again_wherever_they_stand(archive: Archive, tmp_path: Path) -> None:
    dump = tmp_path / "dump.ndjson"
    records = [{"title": f"Report {n}", "body": f"The body of report {n}."} for n in range(4)]
    assert counts(archive.ingest(lines(dump, *records))) == (4, 0, 0, 0, 0)
    assert counts(archive.ingest(lines(dump, *records[::-1]))) == (0, 0, 4, 0, 0)
    edited = records[1] | {"body": "Another body, so another article."}
    assert counts(archive.ingest(lines(dump, records[0], edited))) == (1, 0, 1, 0, 0)
    assert counts(archive.ingest(lines(tmp_path / "copy.ndjson", records[0]))) == (0, 0, 0, 1, 0)


def test_an_old_dump_behind_a_new_one_changes_nothing_that_is_shown(
    archive: Archive, tmp_path: Path
) -> None:
    new = {"uri": "7", "source": "Wire", "title": "New", "body": "b", "updated_at": "2020-03-03"}
    old = new | {"title": "Old", "updated_at": "2020-03-02"}
    assert counts(archive.ingest(lines(tmp_path / "new.ndjson", new))) == (1, 0, 0, 0, 0)
    assert counts(archive.ingest(lines(tmp_path / "old.ndjson", old))) == (0, 1, 0, 0, 0)
    assert archive.find("new") == ["New"]
    assert archive.find("old") == []
    assert counts(archive.ingest(tmp_path)) == (0, 0, 2, 0, 0)


def test_a_withdrawal_kills_also_when_it_comes_first(archive: Archive, tmp_path: Path) -> None:
    item = {
        "uri": "tag:wire,2020:7",
        "type": "text",
        "versioncreated": "2020-03-02T10:00:00Z",
        "headline": "Envoy",
        "body_text": "The envoy to Rome has left his post.",
    }
    first = lines(tmp_path / "1.json", item | {"pubstatus": "canceled"})
    second = lines(tmp_path / "2.json", item | {"pubstatus": "usable"})
    assert counts(archive.ingest(first)) == (0, 0, 0, 0, 1)
    assert counts(archive.ingest(second)) == (0, 0, 0, 0, 1)
    assert archive.find("") == []
    (stone,) = KillStore(archive.database).all()
    KillStore(archive.database).revive(stone.key)
    assert counts(archive.ingest(second)) == (1, 0, 0, 0, 0)
    assert counts(archive.ingest(tmp_path)) == (0, 0, 0, 0, 2)
    assert archive.find("") == []


def test_what_could_not_be_read_leaves_the_quarantine_when_it_can(
    archive: Archive, tmp_path: Path
) -> None:
    dump = lines(tmp_path / "dump.ndjson", {"body": "one"}, '{"body": ', {"title": "no body"})
    report = archive.ingest(dump)
    assert (counts(report), report.lost) == ((1, 0, 0, 0, 0), 2)
    kept = archive.quarantine.page(10).kept
    assert {each.number for each in kept} == {2, 3}
    archive.ingest(lines(dump, {"body": "one"}, {"body": "two"}, {"title": "no body"}))
    assert [each.number for each in archive.quarantine.page(10).kept] == [3]


def test_many_records_that_fail_alike_are_one_line_of_the_report(
    archive: Archive, tmp_path: Path
) -> None:
    dump = lines(tmp_path / "dump.ndjson", {"body": "x"}, *[{}] * 300, {"body": "y"}, *[{}] * 2)
    report = archive.ingest(dump)
    assert report.lost == 302
    assert [f.origin.rpartition("#")[2] for f in report.failed] == ["2-301", "303-304"]
    assert sum(each.times for each in archive.quarantine.page(10).kept) == 302


def test_members_of_an_archive_are_known_by_their_place(archive: Archive, tmp_path: Path) -> None:
    def packed(text: str) -> Path:
        path = tmp_path / "in.zip"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("deep/story.txt", text)
            file.writestr("other.txt", "Another story altogether.")
        return path

    assert counts(archive.ingest(packed("The story as it was."))) == (2, 0, 0, 0, 0)
    assert counts(archive.ingest(packed("The story as it is now."))) == (0, 1, 1, 0, 0)
    ((origin,),) = archive.rows("SELECT origin FROM articles WHERE body LIKE '%now.'")
    assert origin == f"{(tmp_path / 'in.zip').resolve()}!deep/story.txt"


def test_standard_input_is_no_place(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (b"One story.", b"Another story."):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
        assert counts(archive.ingest("-")) == (1, 0, 0, 0, 0)
    assert len(archive.find("story")) == 2


def test_an_update_under_embargo_keeps_what_was_said(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = {"uri": "7", "body": "What was said.", "updated_at": "2020-03-02"}
    then = {"uri": "7", "body": "What will be.", "updated_at": "2020-03-04"}
    archive.ingest(lines(tmp_path / "1.ndjson", was))
    ((key,),) = archive.rows("SELECT key FROM articles")
    archive.ingest(lines(tmp_path / "2.ndjson", then | {"embargoed_until": "2999-01-01"}))
    assert archive.rows("SELECT key FROM articles") == []
    # A text between the two may not be seen either.
    archive.ingest(lines(tmp_path / "3.ndjson", was | {"body": "Mid", "updated_at": "2020-03-03"}))
    assert archive.rows("SELECT key FROM articles") == []
    for module in ("stores.embargoes", "checks.articles"):
        monkeypatch.setattr(f"service.{module}.utc_now", lambda: "2999-01-02T00:00:00Z")
    assert archive.embargoes.release_due() == 1
    texts = VersionStore(archive.database).all(key)
    assert [each.article.body for each in texts] == ["What will be.", "Mid", "What was said."]
    assert check(archive.database, archive.engine) == []


bodies = st.sampled_from(["one", "two", "three"])
records = st.builds(
    lambda uri, body, version: Article(body=body, uri=uri, version=version),
    st.sampled_from(["a", "b"]),
    bodies,
    st.integers(1, 4),
)


@settings(max_examples=25)
@given(st.lists(records, max_size=7), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_archive(
    tmp_path_factory: pytest.TempPathFactory, texts: list[Article], chance: Any
) -> None:
    """Of texts that share uri and version only one is taken, as no source sends two."""
    distinct = list({(text.uri, text.version): text for text in texts}.values())
    again = distinct + distinct[: len(distinct) // 2]
    chance.shuffle(again)
    assert said(tmp_path_factory, distinct) == said(tmp_path_factory, again)


def said(factory: pytest.TempPathFactory, texts: list[Article]) -> Any:
    archive = open_archive(factory.mktemp("order"))
    for text in texts:
        archive.add(text)
    return archive.rows("SELECT uri, body FROM articles ORDER BY uri")


def test_an_address_is_remembered_when_all_of_it_is_written(archive: Archive) -> None:
    """What waits is written last; an ingest that is cut off before that must fetch it again."""
    done: list[int] = []
    waiting = Article(body="later", uri="1", embargoed_until=parse_moment("2999-01-01"))
    fetched = Finished("https://example.org/feed", remember=lambda: done.append(1))
    arrived: list[Article | Finished] = [waiting, fetched]
    intake = Intake(
        archive.database, archive.embargoes, archive.killing, lambda: load_tagger("off")
    )
    taken = intake.take(arrived)
    assert isinstance(next(taken), Finished)
    assert done == []
    assert isinstance(next(taken), Taken)
    assert archive.embargoes.any_held()
    assert list(taken) == []
    assert done == [1]


def test_what_cannot_be_stored_is_put_aside_until_it_can(archive: Archive, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    records = [{"key": key, "uri": f"urn:{uri}", "body": key + uri} for key, uri in ("xx", "yy")]
    lines(feed, *records, {**records[0], "uri": "urn:y"})
    report = archive.ingest(feed)
    (failure,) = report.failed
    assert (report.added, failure.origin) == (2, f"{feed}#3")
    assert failure.reason.startswith("cannot be stored: its uri belongs to the article")
    (kept,) = archive.quarantine.page(10).kept
    seen = (kept.origin, kept.number, kept.reason, kept.is_whole)
    assert seen == (str(feed), 3, failure.reason, False)
    assert archive.ingest(lines(feed, *records)).failed == []
    assert archive.quarantine.total() == 0


def test_what_is_read_again_and_cannot_be_stored_stays_one_row(archive: Archive) -> None:
    archive.add(Article(body="x", key="x", uri="urn:x"))
    archive.add(Article(body="y", key="y", uri="urn:y"))
    data = json.dumps({"key": "x", "uri": "urn:y", "body": "word"}).encode()
    archive.quarantine.keep([Aside("/f/a.json", None, "is broken", None, data, len(data))], 1)
    job = archive.job(lambda: load_tagger("off"))
    read_again(archive.quarantine, archive.quarantine.page(10).kept, job.run_documents)
    (kept,) = archive.quarantine.page(10).kept
    assert kept.reason.startswith("cannot be stored: its uri belongs to the article")
    assert kept.is_whole
