"""Embargoes among other texts of the same article: what may be seen, when, and what is kept."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Archive
from sound import faults

from service.article import Article
from service.checks import articles
from service.ingest import Report
from service.stores import embargoes
from service.stores.kills import KillStore
from service.stores.recognition import Decision
from service.stores.versions import VersionStore

FUTURE = "2999-01-01"
ITEM = {"uri": "u:1", "source": "S", "title": "T"}


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, records)), "utf-8")
    return path


def text(body: str, **fields: Any) -> dict[str, Any]:
    return {**ITEM, "body": body, **fields}


def counts(report: Report) -> tuple[int, ...]:
    names = ("added", "changed", "unchanged", "duplicates", "killed")
    return tuple(getattr(report, name) for name in names)


def added(archive: Archive, record: dict[str, Any]) -> Decision:
    return archive.add(Article(**record))


def said(archive: Archive) -> list[str]:
    """The texts of the only article, the current one first; none while it cannot be seen."""
    rows = archive.rows("SELECT key FROM articles")
    if not rows:
        return []
    return [each.article.body for each in VersionStore(archive.database).all(rows[0][0])]


def pass_time(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (embargoes, articles):
        monkeypatch.setattr(module, "utc_now", lambda: "2999-01-02T00:00:00Z")
    archive.embargoes.release_due()
    assert faults(archive) == []


def test_the_old_text_read_again_stays_with_the_one_that_waits(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = lines(tmp_path / "a.ndjson", text("A")), tmp_path / "b.ndjson"
    archive.ingest(old)
    archive.ingest(lines(new, text("B", embargoed_until=FUTURE)))
    for _ in range(2):
        assert counts(archive.ingest(old)) == (0, 0, 1, 0, 0)
        assert said(archive) == []
        assert counts(archive.ingest(tmp_path)) == (0, 0, 2, 0, 0)
    pass_time(archive, monkeypatch)
    assert said(archive) == ["B", "A"]


def test_an_older_text_waits_alone_and_takes_nothing_with_it(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    four = [text("one", version=1), text("four", version=4)]
    held = text("three", version=3, embargoed_until=FUTURE)
    assert counts(archive.ingest(lines(tmp_path / "a.ndjson", *four, held))) == (1, 2, 0, 0, 0)
    assert said(archive) == ["four", "one"]
    archive.ingest(lines(tmp_path / "b.ndjson", text("two", version=2)))
    assert said(archive) == ["four", "two", "one"]
    pass_time(archive, monkeypatch)
    assert said(archive) == ["four", "three", "two", "one"]


def test_what_is_withdrawn_in_the_same_ingest_does_not_wait(
    archive: Archive, tmp_path: Path
) -> None:
    item = {"uri": "u:1", "type": "text", "headline": "H", "body_text": "A secret text."}
    waiting = item | {"embargoed": f"{FUTURE}T00:00:00Z", "versioncreated": "2020-01-01T00:00:00Z"}
    canceled = item | {"pubstatus": "canceled", "versioncreated": "2020-01-02T00:00:00Z"}
    report = archive.ingest(lines(tmp_path / "a.ndjson", waiting, canceled))
    assert counts(report) == (0, 0, 0, 0, 2)
    assert not archive.embargoes.any_held()


def test_what_waited_is_known_again_after_a_kill_by_all_that_it_was(
    archive: Archive, tmp_path: Path
) -> None:
    story = tmp_path / "story.txt"
    story.write_text("The first text, which anybody could read.", "utf-8")
    archive.ingest(story)
    ((key,),) = archive.rows("SELECT key FROM articles")
    story.write_text(f"---\nembargoed_until: {FUTURE}\n---\nThe second text.", "utf-8")
    archive.ingest(story)
    archive.killing.kill(key)
    archive.erase()
    (tmp_path / "copy.txt").write_text("The first text, which anybody could read.", "utf-8")
    assert counts(archive.ingest(tmp_path / "copy.txt")) == (0, 0, 0, 0, 1)
    assert counts(archive.ingest(story)) == (0, 0, 0, 0, 1)


def test_a_killed_text_does_not_come_back_by_its_path(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "q.json"
    path.write_text(json.dumps({"uri": "u:1", "body": "The first text of it."}), "utf-8")
    archive.ingest(path)
    path.write_text(json.dumps({"body": "The second text of it."}), "utf-8")
    assert counts(archive.ingest(path)) == (0, 1, 0, 0, 0)
    ((key,),) = archive.rows("SELECT key FROM articles")
    archive.killing.kill(key)
    assert counts(archive.ingest(path)) == (0, 0, 0, 0, 1)
    path.write_text(json.dumps({"uri": "u:1", "body": "The first text of it."}), "utf-8")
    assert counts(archive.ingest(path)) == (0, 0, 0, 0, 1)


def test_the_key_that_was_told_is_the_key_at_its_time(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tmp_path / "story.txt"
    story.write_text(f"---\nembargoed_until: {FUTURE}\n---\nA text that waits.", "utf-8")
    archive.ingest(story)
    ((told,),) = archive.private_rows("SELECT public_key FROM embargoed")
    pass_time(archive, monkeypatch)
    assert archive.rows("SELECT key FROM articles") == [(told,)]


def test_a_withdrawal_without_a_source_takes_all_that_have_the_uri(archive: Archive) -> None:
    for source in ("One", "Two"):
        added(archive, {"uri": "u:1", "source": source, "body": f"The text of {source}."})
    archive.killing.withdraw(None, "u:1", None, "withdrawn")
    assert said(archive) == []
    assert added(archive, {"uri": "u:1", "source": "Three", "body": "x"}).outcome == "killed"


def test_a_record_that_is_killed_takes_no_other_of_its_file(
    archive: Archive, tmp_path: Path
) -> None:
    dump = tmp_path / "dump.ndjson"
    first, third = {"key": "k1", "body": "one"}, {"key": "k3", "body": "three"}
    dump.write_text(f'{json.dumps(first)}\n{{"body": \n{json.dumps(third)}\n', "utf-8")
    archive.ingest(dump)
    assert archive.quarantine.total() == 1
    archive.killing.kill("k1")
    assert archive.quarantine.total() == 1
    assert archive.rows("SELECT key FROM articles") == [("k3",)]


def test_a_broken_record_of_a_killed_article_leaves_the_quarantine(
    archive: Archive, tmp_path: Path
) -> None:
    good = {"uri": "https://wire.example/7", "body": "What must not be said."}
    broken = good | {"published_at": "some day"}
    archive.ingest(lines(tmp_path / "dump.ndjson", good, broken))
    assert archive.quarantine.total() == 1
    ((key,),) = archive.rows("SELECT key FROM articles")
    archive.killing.kill(key)
    assert archive.quarantine.total() == 0


def test_former_keys_die_and_rise_with_their_article(archive: Archive) -> None:
    former = added(archive, {"uri": "u:1", "body": "A text."}).key
    added(archive, {"uri": "u:1", "key": "stated", "body": "A text."})
    archive.killing.withdraw(former, None, None, "withdrawn")
    stones = KillStore(archive.database)
    assert stones.get("stated") is not None
    assert stones.get(former) is not None
    stones.revive(former)
    assert stones.all() == ()
    assert added(archive, {"uri": "u:1", "key": "stated", "body": "A text."}).outcome == "added"
