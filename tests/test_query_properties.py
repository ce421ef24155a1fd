"""What holds for every query: its text form, its totals, and how its options narrow one another."""

import random
import re
from dataclasses import replace
from typing import Any

import pytest
from conftest import LONG, Archive, open_archive
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_highlights import NAMES, TYPED, article_of

from service.dates import parse_moment
from service.parser import parse_lenient, parse_strict
from service.query import And, Dated, Filter, In, Near, Node, Or, Phrase, Prefix, Without, Word
from service.result import Histogram, Results
from service.search import Ask

NEGATED = re.compile(r"(^|[\s(])-")
DATES = ["2018", "2018-11", "2018-12-16", "0001-01-01", "9999-12-31T23:59:59Z"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Generated articles in several languages, some of them dated."""
    archive = open_archive(tmp_path_factory.mktemp("library"))
    rng = random.Random(0)  # noqa: S311 - to be repeated
    for number in range(30):
        date = rng.choice([None, *DATES[2:]])
        published = parse_moment(date) if date else None
        archive.add(replace(article_of(rng, number), published=published))
    return archive


# Any text, and trees as the parser makes them: no list within a list of its kind.

characters = st.characters(exclude_categories=())
texts = st.text(characters, max_size=120)
operators = st.lists(
    st.one_of(
        st.sampled_from([*TYPED, *NAMES]),
        st.sampled_from(['"', "“", "(", ")", "-", " NOT ", " OR ", " AND ", "*", "~3", "title:"]),
        st.sampled_from(["source:", "after:2018", "before:", "language:fr", "\x00", "\n", " "]),
        st.text(max_size=3),
    ),
    max_size=14,
).map(" ".join)

Trees = st.SearchStrategy[Node]
words = st.sampled_from(TYPED) | st.text(min_size=1, max_size=5).filter(
    lambda text: parse_lenient(text).tree == Word(text)
)
runs = st.lists(words, min_size=1, max_size=3).map(" ".join)
phrases = runs.map(lambda text: parse_lenient(f'"{text}"').tree).filter(
    lambda tree: isinstance(tree, Phrase)
)
in_texts: Trees = st.one_of(
    words.map(Word),
    words.filter(str.isalnum).map(Prefix),
    phrases,
    st.builds(lambda phrase, n: Near(phrase.text, n), phrases, st.integers(0, 9_999)),
)
filters: Trees = st.one_of(
    st.builds(Filter, st.sampled_from(["source", "topic", "language"]), st.sampled_from(TYPED)),
    st.builds(Filter, st.just("person"), st.sampled_from(NAMES)),
    st.builds(Dated, st.sampled_from(["after", "before"]), st.sampled_from(DATES[:3])),
)


def _flat(kind: type[And] | type[Or], parts: list[Node]) -> tuple[Node, ...]:
    """The parts, and those of any list of the kind among them: only a typed AND stays its own."""
    return tuple(
        inner
        for part in parts
        for inner in (
            part.parts if isinstance(part, kind) and not getattr(part, "typed", False) else (part,)
        )
    )


def _wanted(node: Node) -> Node:
    """Without the NOT that would go from one part of a list to the whole of it."""
    return node.excluded if isinstance(node, Without) and node.match is None else node


def _grown_in_texts(parts: Trees) -> Trees:
    several = st.lists(parts, min_size=2, max_size=4)
    return several.map(lambda found: Or(_flat(Or, found))) | several.map(
        lambda found: And(_flat(And, [*map(_wanted, found)]))
    )


def _grown(parts: Trees) -> Trees:
    wanted = parts.map(_wanted)
    typed = st.lists(wanted, min_size=2, max_size=4).map(
        lambda found: And(_flat(And, found), typed=True)
    )
    return _grown_in_texts(parts) | typed | st.builds(Without, st.none() | wanted, wanted)


fielded = st.builds(
    In,
    st.sampled_from(["title", "body", "caption"]),
    st.recursive(in_texts, _grown_in_texts, max_leaves=4),
)
trees = st.recursive(in_texts | fielded | filters, _grown, max_leaves=10)


@given(texts | operators)
@example('source:"NOT"')
@example('place:"OR" kim')
@example('source:"-x"')
def test_any_text_is_read_and_its_reading_reads_as_itself(text: str) -> None:
    parsed = parse_lenient(text)
    for diagnostic in parsed.diagnostics:
        assert 0 <= diagnostic.offset <= diagnostic.offset + diagnostic.length <= len(text)
    if parsed.tree is not None:
        assert parse_strict(str(parsed.tree)).tree == parsed.tree
    if not parsed.diagnostics:
        assert parse_strict(text) == parsed


@given(trees)
def test_any_tree_reads_as_itself(tree: Node) -> None:
    assert parse_strict(str(tree)).tree == tree


# Over an archive.


def keys(results: Results) -> list[str]:
    return [hit.key for hit in results.hits]


def asked(library: Archive, q: str, **options: Any) -> Results:
    return library.finder.search(Ask(q=q, limit=100, **options))


queries = st.one_of(st.text(max_size=80), operators, trees.map(str))
# An example is several searches, and of a walk a dozen.
fewer = settings(max_examples=150 if LONG else 40)
fewest = settings(max_examples=60 if LONG else 15)
matches = st.sampled_from(["all", "any", "auto"])
sorts = st.sampled_from(["relevance", "newest", "oldest"])


@fewer
@given(queries, matches, sorts)
def test_what_was_understood_finds_the_same(
    library: Archive, q: str, match: Any, sort: Any
) -> None:
    found = asked(library, q, match=match, sort=sort)
    again = asked(library, found.understood, match=match, sort=sort)
    assert (again.total, keys(again)) == (found.total, keys(found))
    assert again.understood == found.understood
    assert not [d for d in again.diagnostics if d.length]
    if not [d for d in found.diagnostics if d.length]:
        strict = asked(library, q, match=match, sort=sort, strict=True)
        assert (strict.total, keys(strict)) == (found.total, keys(found))


@fewest
@given(queries, matches, sorts)
def test_totals_are_what_a_walk_finds_and_a_histogram_counts(
    library: Archive, q: str, match: Any, sort: Any
) -> None:
    ask = Ask(q=q, match=match, sort=sort, facets=("published",), limit=9)
    page = library.finder.search(ask)
    walked = keys(page)
    while page.next is not None:
        histogram = page.facets["published"]
        page = library.finder.search(replace(ask, cursor=page.next))
        walked += keys(page)
    histogram = page.facets["published"]
    assert isinstance(histogram, Histogram)
    assert page.total == len(walked) == len(set(walked))
    assert page.total == histogram.undated + sum(b.count for b in histogram.values)


wanted_words = st.lists(st.sampled_from([*TYPED, *NAMES]), min_size=1, max_size=5).map(" ".join)


@fewer
@given(wanted_words, st.booleans())
def test_every_word_finds_a_part_of_what_any_word_finds(
    library: Archive, q: str, expand: bool
) -> None:
    every, some, either = (
        set(keys(asked(library, q, match=match, expand=expand))) for match in ("all", "any", "auto")
    )
    assert every <= some
    assert either in (every, some)


@fewer
@given(trees.map(str).filter(lambda q: not NEGATED.search(q)) | wanted_words)
def test_words_as_typed_find_a_part_of_what_other_spellings_find(library: Archive, q: str) -> None:
    exact, expanded = (set(keys(asked(library, q, match="all", expand=e))) for e in (False, True))
    assert exact <= expanded
    assert asked(library, q, expand=False).expanded == ()
