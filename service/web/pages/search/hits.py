"""Hits as a page shows them: what matched marked, who and what they name, where the links lead."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from service.entity import ENTITY_TYPES
from service.result import Copy, Hit, Snippet
from service.stores.mentioned import Mentioned
from service.web.pages.addresses import Address, article_page, entity_page, version_page
from service.web.pages.article_lines import date_of, headline_of, isolated, source_of
from service.web.pages.moments import day
from service.web.pages.pieces import Pieces, pieces_of
from service.web.pages.search.asked import Asked

CHIPS, PAPERS = 4, 3
_CALLED = {"standfirst": "Standfirst", "captions": "Caption", "credits": "Credit"}
_BEFORE, _AFTER = ("… ", False), (" …", False)
_ENDS = frozenset(".!?…”\"'’)]。！？")


class Passage(NamedTuple):
    """A passage, and the field that it stands in; the body goes without saying."""

    field: str
    pieces: Pieces


class Chip(NamedTuple):
    """A name that an article names often: its kind, and the page about it."""

    kind: str
    name: str
    href: str


class Paper(NamedTuple):
    """A near copy: in which paper and when, and where it is read."""

    name: str
    href: str


class ShownHit(NamedTuple):
    """A hit with its links; `version` leads to the past text that matched, if no current one."""

    href: str
    headline: Pieces
    origin: str
    passages: tuple[Passage, ...]
    chips: tuple[Chip, ...]
    copies: int
    papers: tuple[Paper, ...]
    version: str
    compare: str
    cite: str


def shown_hits(
    hits: Sequence[Hit], asked: Asked, mentioned: Mapping[str, Sequence[Mentioned]]
) -> tuple[ShownHit, ...]:
    """The hits of a page, in their order."""
    # All of it: an article marks what was looked for, and leads back to this very search.
    query = str(asked.state.at(""))
    waiting = (("a", asked.compare),) if asked.compare else ()
    beside = Address("/compare", waiting).leading("b" if waiting else "a")
    return tuple(_shown(hit, query, beside(hit.key), mentioned.get(hit.key, ())) for hit in hits)


def _shown(hit: Hit, query: str, compare: str, mentioned: Sequence[Mentioned]) -> ShownHit:
    at = article_page(hit.key)
    headline, snippets = _headline(hit)
    return ShownHit(
        href=f"{at}{query}",
        headline=headline,
        origin=_origin(hit),
        passages=tuple(_passages(snippets)),
        chips=_chips(mentioned),
        copies=hit.copies,
        papers=tuple(_paper(copy, query) for copy in hit.copied_in[:PAPERS]),
        version=f"{version_page(hit.key, hit.version)}{query}" if hit.version is not None else "",
        compare=compare,
        cite=f"{at}{query}#cite",
    )


def _origin(hit: Hit) -> str:
    """Where it comes from and when, and what of that is not stated."""
    said = (
        "no headline; first line" if hit.title_derived else "",
        isolated(source_of(hit.source, is_derived=hit.source_derived)),
        date_of(hit.published),
        ", ".join(map(isolated, hit.authors)),
    )
    return " · ".join(filter(None, said))


def _headline(hit: Hit) -> tuple[Pieces, list[Snippet]]:
    """The headline with its marks, and the passages that say anything else."""
    marks: list[tuple[int, int]] = []
    others: list[Snippet] = []
    rest: list[Snippet] = []
    for snippet in hit.snippets:
        if snippet.field == "title" and (at := hit.title.find(snippet.text)) >= 0:
            marks += [(start + at, end + at) for start, end in snippet.highlights]
        elif hit.title_derived and (said := _said_by(hit.title, snippet.text)):
            marks = marks or [mark for mark in snippet.highlights if mark[1] <= said]
            rest += _rest(snippet, said)
        else:
            others.append(snippet)
    # What only goes on after the first line is shown if nothing else is, or if it matched.
    return pieces_of(headline_of(hit.title), marks), [
        *(each for each in rest if each.highlights or not others),
        *others,
    ]


def _said_by(title: str, text: str) -> int:
    """How much of a passage the first line above it says already."""
    line = title.removesuffix("…").rstrip()
    return len(line) if line and text.startswith(line) else 0


def _rest(snippet: Snippet, start: int) -> list[Snippet]:
    text = snippet.text[start:]
    if not text.strip(" .…"):
        return []
    marks = [(s - start, e - start) for s, e in snippet.highlights if s >= start]
    return [Snippet(snippet.field, text.lstrip(), _moved(marks, len(text) - len(text.lstrip())))]


def _moved(marks: Collection[tuple[int, int]], by: int) -> tuple[tuple[int, int], ...]:
    return tuple((start - by, end - by) for start, end in marks)


def _passages(snippets: Sequence[Snippet]) -> Iterator[Passage]:
    """Each with an ellipsis where the text goes on, one between two of a field."""
    shown = [snippet for snippet in snippets if snippet.text]
    for snippet, following in zip_longest(shown, shown[1:]):
        pieces = pieces_of(snippet.text, snippet.highlights)
        if _begins_within(snippet):
            pieces = (_BEFORE, *pieces)
        goes_on = following and following.field == snippet.field and _begins_within(following)
        if snippet.text[-1] not in _ENDS and not goes_on:
            pieces = (*pieces, _AFTER)
        yield Passage(_CALLED.get(snippet.field.partition("[")[0], ""), pieces)


def _begins_within(snippet: Snippet) -> bool:
    """Whether a passage begins within a sentence."""
    first = snippet.text[0]
    return first.isalnum() and not first.isupper()


def _chips(mentioned: Sequence[Mentioned]) -> tuple[Chip, ...]:
    """People first, then organisations, then places."""
    return tuple(
        Chip(kind, name, entity_page(key))
        for wanted in ENTITY_TYPES
        for key, name, kind in mentioned
        if kind == wanted
    )


def _paper(copy: Copy, query: str) -> Paper:
    said = (isolated(source_of(copy.source)), day(copy.published))
    name = ", ".join(filter(None, said))
    return Paper(name, f"{article_page(copy.key)}{query}")
