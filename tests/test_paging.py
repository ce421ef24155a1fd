"""A walk through pages while others write: what is there to the end appears exactly once."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from conftest import FORM, LONG, Archive, examples, open_archive
from test_versions_search import file_version, group

from service.article import Article
from service.database import Connection
from service.dates import Moment, parse_moment
from service.findings import Findings
from service.query import Sort
from service.result import Results
from service.search import Ask
from service.stores.articles import put

DATES = [
    *(None, None, "2018-12-16", "2018-12-17", "2018-12-16T12:00:00Z", "2018-12-16T12:00:01Z"),
    *("2018-12-16T11:59:59Z", "2018-12-16T23:59:59Z", "2018-12-16T00:00:00Z", "2018-12-15"),
    *("0001-01-01", "9999-12-31", "2019-02-01T00:30:00+09:00", "1987-06-05"),
]
BODIES = [
    "strike",
    "strikes at the port",
    "striking",
    "a port strike 대교",
    "port",
    "대교 폐쇄",
    "기차 대교",
]
LANGUAGES = [None, "en", "en", "fr", "ko"]
# What is asked: one index, several, filters, scripts without spaces, everything.
ASKS = [
    Ask(q="strike", match="all"),
    Ask(q="strike port", match="any"),
    Ask(q="strike port"),
    Ask(q='"strike"', match="all"),
    Ask(q='strike OR "port" OR 대교', match="all"),
    Ask(q="strike -port", match="all"),
    Ask(q="-port"),
    Ask(q="대교"),
    Ask(q="strike", match="all", filters={"source": ("Post",)}),
    Ask(q="strike OR source:Post"),
    Ask(),
    Ask(excluded={"source": ("Post",)}),
    Ask(q="strike", match="all", start="2018-12-16", end="2018-12-17"),
    Ask(q="strike", match="all", versions="all"),
    Ask(q="striking OR 대교", match="all", versions="all", collapse=True),
    Ask(collapse=True),
]
SEEDS = range(examples(12 if LONG else 2, 1))
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")
ARTICLES, MOST_A_PAGE = 30, 5


def moment(rng: random.Random) -> Moment | None:
    date = rng.choice(DATES)
    return parse_moment(date) if date else None


def article(rng: random.Random, key: str) -> Article:
    return Article(
        key=key,
        body=f"{rng.choice(BODIES)} {rng.choice(BODIES)}",
        source=rng.choice(["Post", "Times"]),
        language=rng.choice(LANGUAGES),
        published=moment(rng),
    )


@dataclass
class Desk:
    """An archive that changes, and what is known of each of its articles."""

    archive: Archive
    rng: random.Random
    articles: dict[str, Article] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    copied: set[str] = field(default_factory=set)
    later: int = 0

    def insert(self) -> None:
        self.later += 1
        self._put(article(self.rng, f"later{self.later}"))

    def edit(self) -> None:
        """Other words, another date, another source: any of it may end or begin a match."""
        key = self._some()
        self.touched.add(key)
        self._put(article(self.rng, key))

    def delete(self) -> None:
        key = self._some()
        self.touched.add(key)
        del self.articles[key]
        self.archive.tamper(f"DELETE FROM articles WHERE key = '{key}'")

    def anything(self) -> None:
        self.rng.choice([self.insert, self.edit, self.delete])()

    def _some(self) -> str:
        return self.rng.choice(sorted(self.articles))

    def _put(self, new: Article) -> None:
        assert new.key is not None
        self.articles[new.key] = new
        self.archive.add(new)


def desk_of(folder: Path, seed: int) -> Desk:
    rng = random.Random(None if FORM == "wild" else seed)  # noqa: S311 - to be repeated
    desk = Desk(open_archive(folder), rng)
    made = [article(rng, f"k{number}") for number in range(ARTICLES)]
    desk.articles.update((str(new.key), new) for new in made)
    before = {key: rng.choice(BODIES) for key in rng.sample(sorted(desk.articles), ARTICLES // 3)}

    def fill(conn: Connection) -> None:
        for new in made:
            put(conn, new, Findings(), "test")
        for key, body in before.items():
            file_version(conn, key, 0, body)

    desk.archive.change(fill)
    copied = rng.sample(sorted(desk.articles), 6)
    group(desk.archive, *copied[:2])
    group(desk.archive, *copied[2:])
    desk.copied.update(copied)
    return desk


@dataclass
class Walk:
    """The pages of one search so far, and what it found before the first write."""

    ask: Ask
    there: list[str]
    pages: list[Results] = field(default_factory=list)

    @property
    def seen(self) -> list[str]:
        return [hit.key for page in self.pages for hit in page.hits]

    @property
    def sizes(self) -> set[int]:
        """The number of hits that each page tells of."""
        return {page.groups if self.ask.collapse else page.total for page in self.pages}


def walks(desk: Desk, sorts: Sequence[Sort], write: Callable[[], None]) -> list[Walk]:
    """Every search at once, page after page, with some writes between any two."""
    find = desk.archive.finder.search
    asks = [replace(ask, sort=sort) for ask in ASKS for sort in sorts]
    started = [Walk(ask, [hit.key for hit in find(replace(ask, limit=100)).hits]) for ask in asks]
    going = started
    while going:
        for walk in going:
            cursor = walk.pages[-1].next if walk.pages else None
            limit = desk.rng.randint(1, MOST_A_PAGE)
            walk.pages.append(find(replace(walk.ask, limit=limit, cursor=cursor)))
            assert len(walk.pages) <= 10 * ARTICLES, walk.ask
        for _ in range(desk.rng.randint(1, 3)):
            write()
        going = [walk for walk in going if walk.pages[-1].next is not None]
    return started


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_through_what_stands_still(tmp_path: Path, seed: int) -> None:
    for walk in walks(desk_of(tmp_path, seed), SORTS, lambda: None):
        assert walk.seen == walk.there, walk.ask
        assert len(walk.seen) == len(set(walk.seen)), walk.ask
        assert walk.sizes == {len(walk.there)}, walk.ask


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_by_date_among_insertions(tmp_path: Path, seed: int) -> None:
    desk = desk_of(tmp_path, seed)
    for walk in walks(desk, ["newest", "oldest"], desk.insert):
        assert walk.seen == walk.there, walk.ask
        assert walk.sizes == {len(walk.there)}, walk.ask
        assert not any(page.diagnostics for page in walk.pages), walk.ask


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_by_date_among_all_writes(tmp_path: Path, seed: int) -> None:
    """What is edited on the way may be seen in its old place, its new one, both or none.

    When collapsed, another of its near copies may be shown since.
    """
    desk = desk_of(tmp_path, seed)
    for walk in walks(desk, ["newest", "oldest"], desk.anything):
        moved = desk.touched | (desk.copied if walk.ask.collapse else set())
        quiet = [[k for k in keys if k not in moved] for keys in (walk.seen, walk.there)]
        assert quiet[0] == quiet[1], walk.ask
        assert not [key for key in walk.seen if key.startswith("later")], walk.ask


@pytest.mark.parametrize("seed", sorted({*SEEDS, 1}))
def test_a_walk_by_relevance_says_when_the_archive_changed(tmp_path: Path, seed: int) -> None:
    desk = desk_of(tmp_path, seed)
    for walk in walks(desk, ["relevance"], desk.anything):
        # Where there is nothing to rank by, the order is that of dates, which holds.
        is_ranked = any(hit.score is not None for page in walk.pages for hit in page.hits)
        for page in walk.pages[1:]:
            said = any("has changed" in d.message for d in page.diagnostics)
            assert said == is_ranked, walk.ask
        assert not [key for key in walk.seen if key.startswith("later")], walk.ask


@pytest.mark.parametrize("write", ["edit", "delete"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_walk_by_relevance_says_so_though_nothing_was_added(
    archive: Archive, sort: Sort, write: str
) -> None:
    archive.add_all((Article(key=key, body=f"strike {key}"), ()) for key in "abcd")
    find, asked = archive.finder.search, Ask(q="strike", sort=sort, limit=1)
    first = find(asked)
    second = find(replace(asked, cursor=first.next))
    assert not second.diagnostics
    if write == "edit":
        archive.add(Article(key=second.hits[0].key, body="port"))
    else:
        archive.tamper(f"DELETE FROM articles WHERE key = '{second.hits[0].key}'")
    third = find(replace(asked, cursor=second.next))
    said = [each.message for each in third.diagnostics if "has changed" in each.message]
    assert len(said) == (sort == "relevance")


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_a_walk_goes_on_where_an_article_was_that_had_come_there_by_a_correction(
    archive: Archive, sort: Sort
) -> None:
    """It was the last of its day, though not the last that was added."""
    day = parse_moment("2018-12-16")
    archive.add(Article(key="x", body="x", published=parse_moment("2018-12-01")))
    for key in "abc":
        archive.add(Article(key=key, body=key, published=day))
    archive.add(Article(key="x", body="x", published=day))
    archive.add(Article(key="later", body="later", published=parse_moment("2019-01-01")))
    find = archive.finder.search
    there = [hit.key for hit in find(Ask(sort=sort)).hits]
    page = find(Ask(sort=sort, limit=there.index("x") + 1))
    archive.tamper("DELETE FROM articles WHERE key = 'x'")
    rest = find(Ask(sort=sort, cursor=page.next))
    assert [hit.key for found in (page, rest) for hit in found.hits] == there
