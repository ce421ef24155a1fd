"""Files -> archive: everything is loaded or named, nothing twice, nothing lost."""

import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import SEEDS, Archive

from service.checks import check
from service.entity import Span
from service.extract import load_tagger
from service.formats.document import LARGEST


def counts(report: object) -> tuple[int, ...]:
    names = ("added", "changed", "unchanged", "duplicates")
    return tuple(getattr(report, name) for name in names)


def reasons(archive: Archive, *paths: str | Path) -> dict[str, str]:
    return {Path(f.origin).name: f.reason for f in archive.ingest(*paths).failed}


def test_again_changes_nothing(archive: Archive) -> None:
    assert counts(archive.ingest(SEEDS)) == (2, 0, 0, 0)
    before = archive.rows("SELECT * FROM articles"), archive.engine.generation()
    assert counts(archive.ingest(SEEDS)) == (0, 0, 2, 0)
    assert counts(archive.ingest(*sorted(SEEDS.iterdir()))) == (0, 0, 2, 0)
    assert (archive.rows("SELECT * FROM articles"), archive.engine.generation()) == before


def test_a_copy_edited_in_place(archive: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(SEEDS, copy)
    assert counts(archive.ingest(copy)) == (2, 0, 0, 0)
    edited = sorted(copy.iterdir())[0]
    edited.write_bytes(edited.read_bytes().replace(b"midnight flit", b"midnight walk"))
    assert counts(archive.ingest(copy)) == (0, 1, 1, 0)
    assert counts(archive.ingest(copy)) == (0, 0, 2, 0)
    assert archive.find("flit") == []
    assert len(archive.find('"midnight walk"')) == 1
    assert archive.rows("SELECT count(*) FROM articles") == [(2,)]


def test_two_folders_with_files_of_one_name(archive: Archive, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "story.txt").write_text(f"A story of {folder} alone.\n", "utf-8")
    for expected in ((2, 0, 0, 0), (0, 0, 2, 0)):
        assert counts(archive.ingest(tmp_path / "a", tmp_path / "b")) == expected
    (tmp_path / "a" / "story.txt").write_text("A story of a, changed.\n", "utf-8")
    assert counts(archive.ingest(tmp_path / "b", tmp_path / "a")) == (0, 1, 1, 0)
    assert archive.rows("SELECT count(*) FROM articles") == [(2,)]


def test_another_path_with_the_same_text_is_a_duplicate(archive: Archive, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text("The very same story.", "utf-8")
    assert counts(archive.ingest(tmp_path)) == (1, 0, 0, 1)
    assert counts(archive.ingest(tmp_path)) == (0, 0, 2, 0)


def test_what_cannot_be_read_is_named_and_the_rest_is_loaded(
    archive: Archive, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "deep" / "deeper").mkdir(parents=True)
    (inbox / "hollow").mkdir()
    (inbox / "deep" / "deeper" / "good.TXT").write_text("A good story.", "utf-8")
    (inbox / "empty.txt").write_bytes(b"")
    (inbox / "blank.txt").write_text(" \n\t\n", "utf-8")
    (inbox / "latin.txt").write_bytes("caf\u00e9 society".encode("latin-1"))
    (inbox / "wide.txt").write_bytes("A story".encode("utf-16"))
    (inbox / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9)
    (inbox / "report.pdf").write_bytes(b"%PDF-1.7")
    (inbox / "noending").write_text("A story", "utf-8")
    (inbox / ".hidden.txt").write_text("A hidden story", "utf-8")
    (inbox / ".git").mkdir()
    (inbox / ".git" / "config.txt").write_text("no story", "utf-8")
    (inbox / "alone.json").write_text("{}", "utf-8")
    (inbox / "dangling.txt").symlink_to(inbox / "nowhere.txt")
    (inbox / "loop").symlink_to(inbox)
    os.mkfifo(inbox / "pipe.txt")
    report = archive.ingest(inbox, tmp_path / "hollow", inbox / "missing.txt", inbox / "hollow")
    # One with a good name, one in another encoding, and one text under two names.
    assert counts(report) == (3, 0, 0, 1)
    named = {Path(f.origin).name: f.reason for f in report.failed}
    assert set(named) == {
        *("empty.txt", "blank.txt", "picture.txt", "report.pdf", "alone.json", "dangling.txt"),
        *("pipe.txt", "hollow", "missing.txt"),
    }
    assert named["empty.txt"] == "is empty"
    assert "binary" in named["picture.txt"]
    assert named["report.pdf"] == "is of no known kind (“.pdf”)"
    assert named["pipe.txt"] == "is no regular file"
    assert named["hollow"] == "holds no articles"
    assert named["missing.txt"] == "does not exist"


def test_a_folder_that_may_not_be_read(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "locked" / "story.txt").write_text("A story", "utf-8")
    os.chmod(tmp_path / "locked" / "story.txt", 0)  # noqa: PTH101 - the mode is the point
    report = archive.ingest(tmp_path / "locked")
    # root may read everything; anyone else is told.
    if os.geteuid() == 0:
        assert report.failed == []
    else:
        assert "Permission denied" in report.failed[0].reason


def test_a_file_beyond_all_measure(archive: Archive, tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert reasons(archive, tmp_path) == {"huge.txt": "is larger than 64 MB"}


def test_a_sidecar_supplies_and_overrides(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text("Headline here\n\nThe body of the story.", "utf-8")
    (tmp_path / "story.json").write_text(
        '{"source": "The Post", "published_at": "2018-12-16", "key": "p1", "desk": 7}', "utf-8"
    )
    assert counts(archive.ingest(tmp_path)) == (1, 0, 0, 0)
    sql = "SELECT key, source, published_at, origin FROM articles_in_full"
    assert archive.rows(sql) == [
        ("p1", "The Post", "2018-12-16", str((tmp_path / "story.txt").resolve()))
    ]
    assert archive.rows("SELECT extra FROM articles") == [('{"desk": 7}',)]
    (tmp_path / "story.json").write_text('{"source": "The Post"', "utf-8")
    assert "not valid JSON" in reasons(archive, tmp_path)["story.txt"]


def test_a_file_name_that_is_no_text(archive: Archive, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("A story with an odd name.", "utf-8")
    assert counts(archive.ingest(tmp_path)) == (1, 0, 0, 0)
    assert archive.rows("SELECT origin FROM articles")[0][0].endswith("caf\\xe9.txt")


class BrokenTagger:
    """Cannot read one kind of story."""

    id = "broken"

    def tag(self, texts: Sequence[str], _languages: Sequence[str | None], /) -> list[list[Span]]:
        if any("impossible" in text for text in texts):
            raise RuntimeError("out of words")
        return [[] for _ in texts]


def test_one_story_that_breaks_the_tagger_stops_no_other(archive: Archive, tmp_path: Path) -> None:
    for number in range(5):
        word = "impossible" if number == 3 else "possible"
        (tmp_path / f"{number}.txt").write_text(f"An {word} story, number {number}.", "utf-8")
    report = archive.job(BrokenTagger).run([str(tmp_path)])
    assert counts(report) == (4, 0, 0, 0)
    assert [Path(f.origin).name for f in report.failed] == ["3.txt"]
    assert report.failed[0].reason == "cannot be tagged: out of words"


def test_one_story_that_contradicts_the_archive_stops_no_other(
    archive: Archive, tmp_path: Path
) -> None:
    stated = {"a": '{"key": "A", "uri": "u"}', "b": '{"key": "B", "uri": "u"}', "c": '{"key": "C"}'}
    for name, sidecar in stated.items():
        (tmp_path / f"{name}.txt").write_text(f"The story of {name}.", "utf-8")
        (tmp_path / f"{name}.json").write_text(sidecar, "utf-8")
    for expected in ((2, 0, 0, 0), (0, 0, 2, 0)):
        report = archive.ingest(tmp_path)
        assert counts(report) == expected
        assert [Path(f.origin).name for f in report.failed] == ["b.txt"]
        assert "its uri belongs to the article A" in report.failed[0].reason


def test_the_tagger_is_not_even_loaded_when_nothing_is_new(archive: Archive) -> None:
    archive.ingest(SEEDS)

    def fail() -> BrokenTagger:
        raise AssertionError("nothing is new")

    assert counts(archive.job(fail).run([str(SEEDS)])) == (0, 0, 2, 0)


@pytest.mark.parametrize("tagger", ["gazetteer", "off"])
def test_everything_else_works_without_a_model(archive: Archive, tagger: str) -> None:
    assert counts(archive.ingest(SEEDS, tagger=tagger)) == (2, 0, 0, 0)
    assert len(archive.find("jo song-gil")) == 2
    assert archive.rows("SELECT DISTINCT tagger FROM articles") == [(load_tagger(tagger).id,)]
    names = {name for (name,) in archive.rows("SELECT name FROM places")}
    assert ("North Korea" in names) is (tagger == "gazetteer")
    assert check(archive.database, archive.engine) == []


GERMAN = "Die Regierung hat am Montag beschlossen, die Steuern nicht zu erhöhen, sagte Frank Ruh."
ENGLISH = "The government decided on Monday not to raise any taxes, the minister Frank Ruh said."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN, ("de", 1)),
        (ENGLISH, ("en", 1)),
        (f"---\nlanguage: en-GB\n---\n{ENGLISH}", ("en-GB", 0)),
        (f"---\nlanguage: fr\n---\n{GERMAN}", ("fr", 0)),
        ("Bridge closes.", (None, 0)),
    ],
)
def test_a_language_that_is_not_stated_is_detected(
    archive: Archive, tmp_path: Path, text: str, language: tuple[str | None, int]
) -> None:
    (tmp_path / "story.txt").write_text(text, "utf-8")
    assert counts(archive.ingest(tmp_path)) == (1, 0, 0, 0)
    assert archive.rows("SELECT language, language_detected FROM articles") == [language]


def test_a_better_detection_makes_no_article_a_changed_one(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "story.txt").write_text(ENGLISH, "utf-8")
    archive.ingest(tmp_path)
    monkeypatch.setattr("service.extract.detect", lambda _: "sco")
    assert counts(archive.ingest(tmp_path)) == (0, 0, 1, 0)
    (tmp_path / "story.txt").write_text(f"---\nlanguage: en\n---\n{ENGLISH}", "utf-8")
    assert counts(archive.ingest(tmp_path)) == (0, 1, 0, 0)
    assert archive.rows("SELECT language, language_detected FROM articles") == [("en", 0)]


def test_two_ingests_at_once(archive: Archive, tmp_path: Path) -> None:
    for number in range(80):
        (tmp_path / f"{number}.txt").write_text(f"Story number {number} of many.", "utf-8")
    reports: list[tuple[int, ...]] = []
    threads = [
        threading.Thread(target=lambda: reports.append(counts(archive.ingest(tmp_path))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert archive.rows("SELECT count(*) FROM articles") == [(80,)]
    assert sum(report[0] for report in reports) == 80
    assert sum(sum(report) for report in reports) == 240
    assert check(archive.database, archive.engine) == []


def test_every_file_is_accounted_for(archive: Archive) -> None:
    seen: list[tuple[int, int | None, int]] = []
    report = archive.job(lambda: load_tagger("off")).run(
        [str(SEEDS)], lambda *told: seen.append(told)
    )
    size = sum(path.stat().st_size for path in SEEDS.iterdir())
    assert seen[-1] == (size, size, 2)
    assert report.as_json() == {
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "duplicates": 0,
        "killed": 0,
        "failed": [],
    }
