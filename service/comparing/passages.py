"""An article as passages, a sentence each, with all that each of them names."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import Literal

from service.article import Article
from service.comparing.figures import figures
from service.comparing.times import beginning, partial_times
from service.deadline import raise_if_late
from service.entity import EntityType
from service.findings import MentionedDate
from service.letters import words_of
from service.names import fold
from service.sentences import sentences
from service.stores.entities import EntityRow, PlacedMention
from service.stores.quotes import PlacedQuote

FactKind = EntityType | Literal["time", "figure", "quote"]

MOST_PASSAGES = 300
"""So many of an article are held against the other's: a long report has a hundred sentences."""
# What is longer has lost its marks: a table, a list.
_LONGEST = 800
# A row of figures has more.
_MOST_FACTS = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a passage names, at `start` to `end` of its field.

    `value` is an entity's key, a time as in `times`, a number, or quoted words, folded; `of` are
    the roots of what a number counts.
    """

    kind: FactKind
    value: str
    start: int
    end: int
    text: str
    of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence (or headline, caption) at `start` to `end` of a field, the `number`th in order."""

    number: int
    field: str
    start: int
    end: int
    text: str
    paragraph: int
    is_heading: bool = False
    facts: tuple[Fact, ...] = ()

    @property
    def is_head(self) -> bool:
        """Stands above the text."""
        return self.field in ("title", "standfirst")


@dataclass(frozen=True, slots=True)
class Told:
    """An article and all that was read out of it."""

    article: Article
    entities: tuple[EntityRow, ...] = ()
    mentions: tuple[PlacedMention, ...] = ()
    dates: tuple[MentionedDate, ...] = ()
    quotes: tuple[PlacedQuote, ...] = ()


def passages_of(told: Told) -> tuple[tuple[Passage, ...], bool]:
    """The first passages in reading order, and whether there are more."""
    found = list(islice(_cut(told.article), MOST_PASSAGES + 1))
    shown = found[:MOST_PASSAGES]
    read = _by_field(told)
    filled = (replace(each, facts=tuple(_facts(each, read[each.field]))) for each in shown)
    return tuple(filled), len(found) > len(shown)


def _cut(article: Article) -> Iterator[Passage]:
    numbers = count()
    headings = {heading.start for heading in article.subheadings}
    for field, text in article.passages():
        # A blank line parts paragraphs, and where a text has none each line does.
        paragraph, last, most = 0, 0, int("\n\n" in text)
        for start, end in sentences(text):
            paragraph += text.count("\n", last, start) > most
            last = end
            is_heading = field == "body" and start in headings
            for first, after in _pieces(text, start, end):
                said = text[first:after]
                if words_of(said):
                    yield Passage(next(numbers), field, first, after, said, paragraph, is_heading)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence; one that is too long in parts that end with a word."""
    while end - start > _LONGEST:
        space = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        after = space if space > 0 else start + _LONGEST
        yield start, after
        start = after + (space > 0)
    if start < end:
        yield start, end


def _by_field(told: Told) -> Mapping[str, list[Fact]]:
    """What was read out of each field, by its place there."""
    read: defaultdict[str, list[Fact]] = defaultdict(list)
    for m in told.mentions:
        if m.entity is not None:
            read[m.field].append(Fact(m.type, m.entity, m.start, m.end, m.text))
    for d in told.dates:
        read[d.field].append(Fact("time", d.date, d.start, d.end, d.text))
    for q in told.quotes:
        if q.direct:
            read[q.field].append(Fact("quote", fold(q.text), q.start, q.end, q.text))
    for facts in read.values():
        facts.sort(key=lambda fact: (fact.start, fact.end))
    return read


def _facts(passage: Passage, read: Sequence[Fact]) -> list[Fact]:
    """In reading order; only what is quoted may hold others of them."""
    raise_if_late()
    first = bisect_left(read, passage.start, key=lambda fact: fact.start)
    last = bisect_left(read, passage.end, key=lambda fact: fact.start)
    within = [fact for fact in read[first:last] if fact.end <= passage.end]
    known = [fact for fact in within if fact.kind != "quote"]
    kept = [_with_lead(passage, fact) for fact in _apart((*known, *_found_in(passage)))]
    quotes = [fact for fact in within if fact.kind == "quote"]
    return sorted((*kept, *quotes), key=lambda fact: (fact.start, -fact.end))[:_MOST_FACTS]


def _found_in(passage: Passage) -> Iterator[Fact]:
    at, text = passage.start, passage.text
    for start, end, value in partial_times(text):
        yield Fact("time", value, at + start, at + end, text[start:end])
    for start, end, value, of in figures(text):
        yield Fact("figure", value, at + start, at + end, text[start:end], of)


def _apart(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Without those that lie over one that comes before them here."""
    taken: set[int] = set()
    for fact in facts:
        places = range(fact.start, fact.end)
        if taken.isdisjoint(places):
            taken.update(places)
            yield fact


def _with_lead(passage: Passage, fact: Fact) -> Fact:
    if fact.kind != "time":
        return fact
    start = passage.start + beginning(passage.text, fact.start - passage.start)
    text = passage.text[start - passage.start : fact.end - passage.start]
    return replace(fact, start=start, text=text)
