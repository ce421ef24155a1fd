"""Several processes that read: the same archive, in the same order, whatever becomes of them."""

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from conftest import Archive, open_archive
from odd_taggers import Broken, Killed, misconfigured, never_starts

from service.article import Article
from service.errors import Misconfigured
from service.extract import Tagger, load_tagger
from service.extract.pool import Extraction, processes_for
from service.ingest import Report

GAZETTEER = partial(load_tagger, "gazetteer")


def ingest(archive: Archive, tagger: Callable[[], Tagger], inbox: Path, processes: int) -> Report:
    return replace(archive.job(tagger), processes=processes).run([str(inbox)])


def write(inbox: Path, count: int, **odd: str) -> None:
    inbox.mkdir(exist_ok=True)
    places = ("Rome", "Peru", "the UN", "North Korea")
    for number in range(count):
        word = odd.get(f"_{number}", "ordinary")
        text = f"An {word} story, number {number}, of Kim Jong Un in {places[number % 4]}."
        (inbox / f"{number:03}.txt").write_text(text, "utf-8")


def contents(archive: Archive) -> list[list[tuple[object, ...]]]:
    articles = "SELECT id, key, version, title, body, language, origin, tagger FROM articles"
    mentions = "SELECT * FROM mentions ORDER BY 1, 2, 3, 4"
    return [archive.rows(sql) for sql in (articles, mentions, "SELECT * FROM origins")]


def test_two_processes_make_the_same_archive_as_one(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    write(inbox, 150)
    (inbox / "010.txt").write_bytes(b"")
    texts = {"020": "first", "100": "second", "140": "first"}
    for name, text in texts.items():
        (inbox / f"{name}.txt").write_text(
            f"---\nkey: one\n---\nThe {text} text, in Rome.", "utf-8"
        )
    (inbox / "120.txt").write_bytes((inbox / "005.txt").read_bytes())
    (inbox / "130.txt").write_text("---\nembargo: 2999-01-01\n---\nA secret of Peru.", "utf-8")
    found = []
    for processes in (1, 2):
        (tmp_path / f"{processes}").mkdir()
        archive = open_archive(tmp_path / f"{processes}")
        report = ingest(archive, GAZETTEER, inbox, processes)
        (inbox / "007.txt").write_text("A story that has changed, in Chile.", "utf-8")
        again = ingest(archive, GAZETTEER, inbox, processes)
        write(inbox, 8)
        found.append((report, again, contents(archive)))
    assert found[0] == found[1]
    assert (found[0][0].added, found[0][0].changed, found[0][0].duplicates) == (146, 1, 1)


def test_a_story_that_breaks_the_tagger_stops_no_other(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "inbox", 70, _40="impossible")
    report = ingest(archive, Broken, tmp_path / "inbox", 2)
    assert (report.added, [Path(f.origin).name for f in report.failed]) == (69, ["040.txt"])
    assert report.failed[0].reason == "cannot be tagged: out of words"


def test_a_process_that_is_killed_loses_nothing(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "inbox", 100, _40="deadly")
    report = ingest(archive, partial(Killed, tmp_path / "memory"), tmp_path / "inbox", 2)
    assert (report.added, report.failed) == (100, [])
    assert (tmp_path / "memory").exists()


def test_a_story_that_kills_is_named(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "inbox", 40, _3="deadly", _35="deadly")
    report = ingest(archive, Killed, tmp_path / "inbox", 2)
    assert report.added == 38
    assert [Path(f.origin).name for f in report.failed] == ["003.txt", "035.txt"]
    assert "the process that read it ended" in report.failed[0].reason


def test_where_no_process_can_start_one_does_it_all(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "inbox", 70)
    report = ingest(archive, never_starts, tmp_path / "inbox", 2)
    assert (report.added, report.failed) == (70, [])


def test_what_is_wrong_with_the_tagger_is_said(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "inbox", 3)
    with pytest.raises(Misconfigured, match="not installed"):
        ingest(archive, misconfigured, tmp_path / "inbox", 2)
    assert multiprocessing.active_children() == []


def test_no_process_is_started_when_nothing_is_new(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "inbox", 40)
    ingest(archive, GAZETTEER, tmp_path / "inbox", 1)
    report = ingest(archive, misconfigured, tmp_path / "inbox", 2)
    assert report.unchanged == 40


def test_batches_are_taken_ahead_but_not_all_of_them() -> None:
    taken: list[int] = []

    def batches() -> Iterator[list[Article]]:
        for number in range(50):
            taken.append(number)
            yield [Article(body=f"Number {number} is in Rome.")] if number % 5 else []

    with Extraction(GAZETTEER, processes=2) as extraction:
        read = extraction.extract(batches())
        first = [next(read) for _ in range(5)]
        assert 5 <= len(taken) <= 12
        found = [*first, *read]
    bodies = [[reading.article.body for reading in batch] for batch in found]
    assert bodies == [[f"Number {n} is in Rome."] if n % 5 else [] for n in range(50)]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("inputs", "wanted", "most"), [(0, None, 1), (199, None, 1), (10**6, None, 4), (1, 3, 3)]
)
def test_how_many_processes_pay_off(inputs: int, wanted: int | None, most: int) -> None:
    assert 1 <= processes_for(inputs, wanted) <= most
    assert wanted in (None, processes_for(inputs, wanted))
