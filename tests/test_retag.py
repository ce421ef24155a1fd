"""Reading again with another tagger: only what it has not read, and nothing else changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest
from conftest import Archive

from service.article import Article
from service.entity import EntityType, Span
from service.extract import load_tagger
from service.findings import Findings
from service.intake import BATCH
from service.retag import Retag
from service.stores.articles import put
from service.stores.edits import Author, EditStore
from service.stores.rereading import Rereading


@dataclass
class Finds:
    """A tagger that knows one name, and counts what it reads."""

    name: str
    id: str
    type: EntityType = "person"
    read: list[str] = field(default_factory=list)

    def tag(self, texts: Sequence[str], _languages: Sequence[str | None], /) -> list[list[Span]]:
        self.read += texts
        if any("unreadable" in text for text in texts):
            raise ValueError("no such text")
        return [self._spans(text) for text in texts]

    def _spans(self, text: str) -> list[Span]:
        at = text.find(self.name)
        span = Span(at, at + len(self.name), self.name, self.type, "model", 0.9)
        return [span] if at >= 0 else []


def entities(archive: Archive) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in archive.rows("SELECT key, articles FROM entities")]


def test_only_what_another_tagger_has_read_is_read_again(archive: Archive) -> None:
    archive.add(Article(key="one", body="Ann Poe met Bo Roe."))
    new = Finds("Ann Poe", "new-1")
    with archive.database.write() as conn:
        put(conn, Article(key="two", body="Bo Roe rested."), Findings(), new.id)
    report = Retag(Rereading(archive.database), lambda: new).run()
    assert (report.tagger, report.read, report.failed) == ("new-1", 1, [])
    assert new.read == ["Ann Poe met Bo Roe."]
    assert entities(archive) == [("person-annpoe", 1)]
    assert archive.rows("SELECT DISTINCT tagger FROM articles") == [("new-1",)]
    assert Retag(Rereading(archive.database), lambda: new).run().read == 0
    assert Retag(Rereading(archive.database), lambda: new).run(every=True).read == 2


def test_nothing_but_the_findings_changes(archive: Archive) -> None:
    archive.add(Article(key="one", body="Ann Poe met Bo Roe."))
    columns = "SELECT id, key, version, ingested_at, content_hash, language FROM articles"
    before = archive.rows(columns)
    Retag(Rereading(archive.database), lambda: Finds("Ann Poe", "new-1")).run()
    assert archive.rows(columns) == before


def test_editors_decisions_hold(archive: Archive) -> None:
    archive.add(Article(key="one", body="Ann Poe, once Ann Roe."))
    Retag(Rereading(archive.database), lambda: Finds("Ann Roe", "new-1")).run()
    archive.add(Article(key="two", body="Ann Poe is here."))
    Retag(Rereading(archive.database), lambda: Finds("Ann Poe", "new-2")).run()
    store = EditStore(archive.database)
    store.rename("person-annpoe", "Ann", Author("desk"))
    Retag(Rereading(archive.database), lambda: Finds("Ann Roe", "new-3")).run()
    assert entities(archive) == [("person-annroe", 1)]
    Retag(Rereading(archive.database), lambda: Finds("Ann Poe", "new-4")).run()
    assert archive.rows("SELECT key, name FROM entities") == [("person-annpoe", "Ann")]


def test_more_than_a_batch(archive: Archive) -> None:
    count = 2 * BATCH + 1
    for number in range(count):
        archive.add(Article(body=f"Ann Poe {number}"))
    steps: list[tuple[int, int | None, int]] = []
    retag = Retag(Rereading(archive.database), lambda: Finds("Ann Poe", "new-1"))
    assert retag.run(progress=lambda *step: steps.append(step)).read == count
    assert steps == [(n, count, n) for n in (BATCH, 2 * BATCH, count)]
    assert entities(archive) == [("person-annpoe", count)]


def test_what_cannot_be_read_keeps_what_it_has(archive: Archive) -> None:
    archive.add(Article(key="bad", body="unreadable Ann Poe"))
    archive.add(Article(key="good", body="Ann Poe"))
    report = Retag(Rereading(archive.database), lambda: Finds("Ann Poe", "new-1")).run()
    assert (report.read, [f.origin for f in report.failed]) == (1, ["bad"])
    tagged = dict(archive.rows("SELECT key, tagger FROM articles"))
    assert tagged == {"bad": "test", "good": "new-1"}


def test_an_article_that_changes_meanwhile_is_left_to_who_changed_it(archive: Archive) -> None:
    archive.add(Article(key="one", body="Ann Poe"))

    class Slow(Finds):
        def tag(self, texts: Sequence[str], languages: Sequence[str | None], /) -> list[list[Span]]:
            archive.add(Article(key="one", body="Another text"))
            return super().tag(texts, languages)

    report = Retag(Rereading(archive.database), lambda: Slow("Ann Poe", "new-1")).run()
    assert (report.read, report.changed_meanwhile) == (0, 1)
    assert entities(archive) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_in_several_processes(archive: Archive, processes: int) -> None:
    for number in range(BATCH + 3):
        archive.add(Article(body=f"Donald Trump went to Rome, {number}."))
    report = Retag(Rereading(archive.database), partial(load_tagger, "gazetteer"), processes).run()
    assert report.read == BATCH + 3
    assert ("place-rome", BATCH + 3) in entities(archive)
