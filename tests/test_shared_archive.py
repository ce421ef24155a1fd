"""What a reader sees of an archive on a shelf that others change meanwhile."""

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import open_archive
from varied_archives import shared

from service.article import Article
from service.database import Database
from service.dates import parse_moment
from service.errors import CuttingsError
from service.needs import NOTHING, Name, Needs
from service.stores.articles import ArticleStore
from service.stores.slots import UNDATED_ROOM
from service.working.documents import Document
from service.working.kept import Kept
from service.working.rows import no_ids, read
from service.working.shared import SharedArchive
from service.working.shelf import Changes, MemoryShelf


class ChangingShelf(MemoryShelf):
    """One that somebody else changes whenever it has been asked for something."""

    def __init__(self, changes: Iterable[Changes]) -> None:
        super().__init__()
        self.changes = iter(changes)
        self.asked = 0

    def get(self, names: Iterable[Any]) -> list[Any]:
        found = super().get(names)
        self.asked += 1
        if (change := next(self.changes, None)) is not None:
            assert self.commit(self.number(), change)
        return found


def changing(database: Database, times: int, *, same: bool) -> ChangingShelf:
    """`same`: what changes is another article."""
    with database.read() as conn:
        documents = read(conn, no_ids())
    articles = [name for name in sorted(documents) if name[0] == "article"]
    gone = articles[-1] if same else articles[0]
    changes = [
        Changes({gone: documents[gone]}, frozenset()) if at % 2 else Changes({}, frozenset({gone}))
        for at in range(times)
    ]
    shelf = ChangingShelf(())
    assert shelf.commit(0, Changes(documents, frozenset()))
    shelf.changes = iter(changes)
    return shelf


@pytest.fixture
def three(tmp_path: Path) -> Database:
    archive = open_archive(tmp_path)
    for number in range(3):
        archive.add(Article(key=f"a{number}", body=f"Text {number}"))
    return archive.database


def test_what_others_change_while_it_is_fetched_is_fetched_again(three: Database) -> None:
    archive = SharedArchive(changing(three, 1, same=False))
    assert not ArticleStore(archive).has("a0")


def test_an_answer_goes_on_where_others_changed_something_else(three: Database) -> None:
    shelf = changing(three, 0, same=True)
    store = ArticleStore(archive := SharedArchive(shelf))
    with archive.read():
        assert store.has("a0")
        shelf.changes = iter([Changes({}, frozenset({("article", "a2")}))])
        assert store.has("a1")
        assert not store.has("a2")


def test_an_answer_that_was_overtaken_is_made_again(three: Database) -> None:
    shelf = changing(three, 0, same=False)
    store = ArticleStore(archive := SharedArchive(shelf))
    seen: list[tuple[bool, bool]] = []

    def look(_: object) -> None:
        first = store.has("a0")
        if not seen:
            assert shelf.commit(shelf.number(), Changes({}, frozenset({("article", "a0")})))
        seen.append((first, False))
        seen[-1] = first, store.has("a1")

    archive.look(NOTHING, look)
    assert seen == [(True, False), (False, True)]


def test_who_is_overtaken_all_the_time_is_told(three: Database) -> None:
    archive = SharedArchive(changing(three, 1_000, same=False))
    with pytest.raises(CuttingsError, match="all the time"):
        ArticleStore(archive).has("a0")


def test_no_reader_leaves_anything_to_the_next(three: Database) -> None:
    archive = shared(three)
    assert ArticleStore(archive).has("a0")
    for _ in range(3):
        with archive.read() as conn:
            assert conn.execute("SELECT count(*) FROM articles").fetchone()[0] == 0


@pytest.mark.parametrize("date", [None, "2018-12-16"])
@pytest.mark.parametrize("order", ["oldest first", "newest first", "at random"])
def test_articles_of_one_date_can_be_read_one_by_one(
    tmp_path: Path, date: str | None, order: str
) -> None:
    archive = open_archive(tmp_path)
    for number in range(120):
        article = Article(key=f"a{number}", body="", published=parse_moment(date) if date else None)
        archive.add(article)
    keys = [f"a{number}" for number in range(120)]
    asked = {"oldest first": keys, "newest first": keys[::-1]}.get(order, [*keys])
    if order == "at random":
        Random(1).shuffle(asked)  # noqa: S311
    shelved = shared(archive.database)
    with shelved.read() as conn:
        assert all(ArticleStore(shelved).has(key) for key in asked)
        rows = conn.execute("SELECT key, id >= ? FROM articles ORDER BY id", [UNDATED_ROOM])
        assert [tuple(row) for row in rows] == [(key, date is not None) for key in keys]


def test_what_has_not_changed_is_not_asked_for_again(three: Database) -> None:
    shelf = changing(three, 0, same=True)
    archive = SharedArchive(shelf)
    store = ArticleStore(archive)

    def bodies() -> list[str | None]:
        found = (store.get(key) for key in ("a0", "a1", "a2"))
        return [None if each is None else each.article.body for each in found]

    assert bodies() == ["Text 0", "Text 1", "Text 2"]
    asked = shelf.asked
    assert bodies() == ["Text 0", "Text 1", "Text 2"]
    assert shelf.asked == asked
    # Others change the one and the other.
    name: Name = "article", "a1"
    (gone,) = shelf.get([name])
    assert shelf.commit(shelf.number(), Changes({}, frozenset({name})))
    assert bodies() == ["Text 0", None, "Text 2"]
    assert shelf.commit(shelf.number(), Changes({name: gone}, frozenset()))
    assert bodies() == ["Text 0", "Text 1", "Text 2"]
    assert shelf.asked > asked + 2


def test_much_is_not_kept(three: Database) -> None:
    shelf = changing(three, 0, same=True)
    kept, number = Kept(), shelf.number()
    found = {each.name: each for each in shelf.every("article")}
    one = next(iter(found.values()))
    many: dict[Name, Document] = {("article", str(at)): one for at in range(50)}
    some = [Needs(names=frozenset({("article", str(at))})) for at in range(100)]
    for each in some:
        kept.keep(number, each, {}, found)
    assert kept.get(number, some[0]) is None
    assert kept.get(number, some[-1]) == found
    kept.keep(number, some[0], {}, many)
    assert kept.get(number, some[0]) is None
    # Whoever was slow brings what is older.
    kept.keep(number + 1, some[1], {}, found)
    kept.keep(number, some[2], {}, found)
    assert [kept.get(number + 1, each) for each in some[1:3]] == [found, None]
    assert kept.get(number, some[-1]) is None
