"""Whatever changes an archive does the same to a file and to documents that many share."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from both_ways import (
    ARRIVALS,
    Both,
    InterruptedShelf,
    Step,
    Task,
    add_list,
    edit,
    kill,
    notice,
    on_file,
    on_shelf,
    release,
    replace_if,
    reread,
    revive,
    run,
    shown,
    take,
    taking,
    withdraw,
)
from conftest import LONG, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st
from test_bulk import LONG_TEXT, stored

from service.article import Article
from service.database import Row
from service.dates import parse_moment
from service.needs import Kind, Name, of_keys
from service.stores.embargoes import EmbargoStore
from service.stores.given_aliases import GivenAlias
from service.stores.versions import texts_of
from service.working.rows import no_ids, read
from service.working.shelf import MemoryShelf

LATER = parse_moment("2999-01-01")
numbers = st.integers(0, 7)
untils = st.sampled_from([None, None, LATER])
sources = st.sampled_from([None, "AFP", "Reuters"])


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Some of them under embargo."""
    return replace(draw(stored()).article, embargoed_until=draw(untils))


# Known by nothing but their path and their text.
files = st.builds(
    lambda body, path, until: Article(body=body, origin=path, embargoed_until=until),
    st.sampled_from(["Kim Jong Un said", "UN said", "Jo said"]),
    st.sampled_from(["a.txt", "b.txt", "c.txt", "d.txt"]),
    untils,
)
rows = st.builds(
    GivenAlias,
    alias=st.sampled_from(["Kim", "UN", "Rosa Parks", "the Kim", "Jo", "?"]),
    key=st.sampled_from(["", "", "person-kimjongun", "organization-un", "person-nobody"]),
    name=st.sampled_from(["Kim Jong Un", "UN", "Rosa Parks", "Kim", "?"]),
    type=st.sampled_from(["person", "organization", "place", "none"]),
    added=st.sampled_from([None, True, False]),
)
verbs = st.sampled_from(
    "merge split rename retype dismiss alias unalias distinct note undo undo".split()
)
takes = st.lists(articles(), min_size=1, max_size=6).map(take)
of_files = st.lists(files, min_size=1, max_size=6).map(take)
puts = st.builds(lambda each: take([each], replacing=True), articles())
conditional = st.builds(replace_if, articles(), st.sampled_from([None, "no", "Jo. no"]))
edits = st.builds(edit, verbs, numbers, numbers)
lists = st.lists(rows, min_size=1, max_size=4).map(add_list)
notices = st.builds(
    notice,
    numbers.map(lambda n: f"urn:{n}"),
    st.sampled_from([None, "k0", "k1"]),
    sources,
)
kills = st.one_of(
    st.builds(kill, numbers),
    st.builds(withdraw, numbers.map(lambda n: f"urn:{n}"), sources),
    notices,
    st.builds(revive, numbers),
)
rereads = st.builds(reread, numbers, stored())
releases = st.builds(release)


@settings(max_examples=40 if LONG else 12)
@given(takes, st.lists(takes | puts | conditional | releases | kills, min_size=1, max_size=6))
def test_what_comes_and_waits_and_goes(first: Step, steps: list[Step]) -> None:
    run([first, *steps])


@settings(max_examples=40 if LONG else 12)
@given(st.lists(of_files | of_files | releases | kills, min_size=2, max_size=8))
def test_files_that_are_moved_and_written_anew(steps: list[Step]) -> None:
    run(steps)


@settings(max_examples=40 if LONG else 12)
@given(takes, st.lists(edits | edits | lists | takes | rereads | kills, min_size=1, max_size=8))
def test_what_editors_say_of_it(first: Step, steps: list[Step]) -> None:
    run([first, *steps])


# What waits is left out: whoever comes in between sees that something is held back before it is
# done, and may wait behind it.
plain = st.lists(stored().map(lambda each: each.article), min_size=1, max_size=4).map(take)
anything = plain | edits | lists | kills | rereads | conditional


@settings(max_examples=40 if LONG else 12)
@given(plain, st.lists(st.tuples(anything, anything), min_size=1, max_size=4))
def test_who_is_overtaken_does_it_again(first: Step, pairs: list[tuple[Step, Step]]) -> None:
    with TemporaryDirectory() as folder:
        both = Both(open_archive(Path(folder)), InterruptedShelf())
        both.do(first(both))
        for one, other in pairs:
            both.do_before_it_ends(one(both), other(both))
            both.compare()


def a_text(version: int, *, waits: bool = False) -> Article:
    body = f"Kim Jong Un said {version}"
    until = LATER if waits else None
    return Article(body=body, key="a", version=version, embargoed_until=until)


EMBARGO = take([a_text(3, waits=True)])
BETWEEN = take([a_text(2)])


def KILL(_both: Both) -> Task:  # noqa: N802 - a step as the others
    return lambda side: side.killing.kill("a")


@pytest.mark.parametrize("first", [[], [take([a_text(1)])]])
@pytest.mark.parametrize(
    ("task", "other"),
    [
        (EMBARGO, BETWEEN),
        (BETWEEN, EMBARGO),
        (EMBARGO, EMBARGO),
        (EMBARGO, KILL),
    ],
    ids=["held", "written", "both held", "killed meanwhile"],
)
def test_what_is_under_embargo_is_seen_by_nobody_and_lost_to_nobody(
    tmp_path: Path, first: list[Step], task: Step, other: Step
) -> None:
    """Whoever comes first, and wherever the other one was then."""
    both = Both(open_archive(tmp_path), InterruptedShelf())
    for step in first:
        both.do(step(both))
    side, others = both.sides[0], on_shelf(both.shelf, both.private)
    jobs = task(both), other(both)
    with both.clock.running():
        both.shelf.before_commit.append(lambda: jobs[1](others))
        jobs[0](side)
        assert not both.shelf.before_commit
    assert texts_in(both) == []
    with both.clock.running():
        release()(both)(side)
    came = {1} if first else set()
    came |= {2} if BETWEEN in (task, other) else set()
    assert texts_in(both) == ([] if other is KILL else [*sorted(came), 3])
    assert both.private.every("held") == []


def texts_in(both: Both) -> list[int]:
    """All that can be read of the article, the oldest first."""
    found = [each for each in both.shelf.every("article") if "articles" in each.rows]
    past = [number for each in found for number in each.values("versions", "version")]
    now = [number for each in found for number in each.values("articles", "version")]
    return [*sorted(map(int, map(str, past))), *map(int, map(str, now))]


def test_what_comes_while_its_embargo_ends_is_not_lost(tmp_path: Path) -> None:
    both = Both(open_archive(tmp_path), InterruptedShelf())
    side, others = both.sides[0], on_shelf(both.shelf, both.private)
    with both.clock.running():
        EMBARGO(both)(side)
        both.shelf.before_commit.append(lambda: BETWEEN(both)(others))
        release()(both)(side)
        assert not both.shelf.before_commit
        release()(both)(side)
    assert texts_in(both) == [2, 3]
    assert both.private.every("held") == []


@pytest.mark.parametrize("shared", [False, True], ids=["file", "shelf"])
def test_what_is_held_back_after_a_newer_text_came_is_not_forgotten_with_the_older(
    tmp_path: Path, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote the text that may be seen lets go of what waited then, and of nothing else."""
    both = Both(open_archive(tmp_path), InterruptedShelf())
    side = both.sides[0] if shared else both.sides[1]
    EMBARGO(both)(side)
    let_go = EmbargoStore._let_go
    asked: list[str] = []

    def late(self: EmbargoStore, row: Row) -> None:
        monkeypatch.undo()
        asked.append(row["key"])
        take([a_text(7, waits=True)])(both)(side)
        let_go(self, row)

    monkeypatch.setattr(EmbargoStore, "_let_go", late)
    take([a_text(5)])(both)(side)
    assert asked == ["a"]
    with both.clock.running():
        release()(both)(side)
    with side.archive.read(of_keys(["a"])) as conn:
        assert [text.article.version for text in texts_of(conn, "a")] == [5, 7]


def an_article(number: int) -> Article:
    body = ("Kim Jong Un said", "UN said", LONG_TEXT, "the United Nations, Kim said")[number % 4]
    return Article(
        body=f"{body} {number // 4}",
        key=f"a{number}",
        uri=f"urn:{number}",
        source=("AFP", "Reuters", None)[number % 3],
        published=parse_moment(f"2018-12-{1 + number % 28:02}T10:{number // 28:02}Z"),
    )


def test_two_ingests_at_once_leave_what_one_leaves(tmp_path: Path) -> None:
    """The same articles, some of them in both, and the same entities, sources and copies."""
    every = [an_article(number) for number in range(64)]
    shelf, private = MemoryShelf(), MemoryShelf()
    faults: list[BaseException] = []

    def ingest(articles: Sequence[Article]) -> None:
        try:
            side = on_shelf(shelf, private)
            for at in range(0, len(articles), 4):
                taking(articles[at : at + 4])(side)
        except BaseException as exc:
            faults.append(exc)
            raise

    both = Both(open_archive(tmp_path), InterruptedShelf())
    parts = every[:44], every[:20:-1]
    with both.clock.running():
        threads = [threading.Thread(target=ingest, args=(part,)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taking(every)(on_file(both.file))
    assert not faults
    with both.file.database.read() as conn:
        expected = read(conn, no_ids())
    kinds: tuple[Kind, ...] = ("article", "entity", "source")
    kept = {each.name: each for kind in kinds for each in shelf.every(kind)}
    assert without_arrivals(shown(kept)) == without_arrivals(shown(expected))


def without_arrivals(documents: dict[Name, dict[str, Any]]) -> dict[Name, dict[str, Any]]:
    return {
        name: {
            table: [{c: v for c, v in row.items() if c not in ARRIVALS} for row in found]
            for table, found in tables.items()
        }
        for name, tables in documents.items()
    }
