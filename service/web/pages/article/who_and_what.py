"""Beside a text: whom and what it names, what is said in it and which dates it mentions.

Each with the way to every place where it stands.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from service.entity import EntityType
from service.findings import MentionedDate
from service.stores.entities import EntityRow, PlacedMention
from service.stores.quotes import PlacedQuote
from service.web.pages.addresses import entity_page
from service.web.pages.article.reading_text import Noted, Where
from service.web.pages.article_lines import shortened
from service.web.pages.kinds import HEADINGS

# Shown of each group at once; the others unfold.
SHOWN = 8
# The most places of one entity that are listed, and the most entities.
MOST_JUMPS, MOST_LISTED = 60, 300
# The strip of a text's length: `TICK` wide are the marks on it.
STRIP, TICK = 240, 2
EXCERPT = 110
_PARAGRAPH = "paragraph "


@dataclass(frozen=True, slots=True)
class Jump:
    """A way to a place in the text."""

    href: str
    label: str

    @property
    def is_paragraph(self) -> bool:
        return self.label.startswith(_PARAGRAPH)

    @property
    def short(self) -> str:
        """The same beside others: of a paragraph the number."""
        return self.label.removeprefix(_PARAGRAPH)


@dataclass(frozen=True, slots=True)
class Named:
    """Who or what is named, how often, and where; `ticks` are the places along the text."""

    name: str
    href: str
    type: EntityType
    count: int
    jumps: tuple[Jump, ...]
    ticks: tuple[int, ...]

    @property
    def path(self) -> str:
        """The marks along the text as an SVG path."""
        return "".join(f"M{tick + TICK / 2:g} 0v8" for tick in self.ticks)

    @property
    def more(self) -> int:
        """How many places are not listed."""
        return self.count - len(self.jumps)


@dataclass(frozen=True, slots=True)
class Group:
    """Of one type the most named, and the others; `left_out` are not even listed."""

    title: str
    first: tuple[Named, ...]
    rest: tuple[Named, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says; `href` is the speaker's page, empty where that is nobody known."""

    speaker: str
    href: str
    text: str
    is_direct: bool
    jump: Jump


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that the text mentions, and where."""

    date: str
    jumps: tuple[Jump, ...]


@dataclass(frozen=True, slots=True)
class WhoAndWhat:
    """All that stands in the margin of a text."""

    groups: tuple[Group, ...]
    left_open: tuple[Named, ...]
    said: tuple[Said, ...]
    dates: tuple[Dated, ...]


_Placed = Sequence[tuple[str, PlacedMention]]


def who_and_what(entities: Sequence[EntityRow], noted: Noted, where: Where) -> WhoAndWhat:
    """The margin of a text."""
    placed = [(f"m{n}", mention) for n, mention in enumerate(noted.mentions, 1)]
    return WhoAndWhat(
        groups=tuple(_groups(entities, placed, where)),
        left_open=tuple(_left_open(placed, where)),
        said=tuple(_said(said, f"q{n}", where) for n, said in enumerate(noted.quotes, 1)),
        dates=tuple(_dates(noted.dates, where)),
    )


def _groups(entities: Sequence[EntityRow], placed: _Placed, where: Where) -> Iterator[Group]:
    by_key: dict[str | None, list[tuple[str, PlacedMention]]] = {}
    for id_, mention in placed:
        by_key.setdefault(mention.entity, []).append((id_, mention))
    for kind, title in HEADINGS.items():
        named = [
            _named(entity.name, entity_page(entity.key), kind, by_key.get(entity.key, ()), where)
            for entity in entities
            if entity.type == kind
        ]
        if named:
            first, rest = tuple(named[:SHOWN]), tuple(named[SHOWN:MOST_LISTED])
            yield Group(title, first, rest, len(named) - len(first) - len(rest))


def _left_open(placed: _Placed, where: Where) -> Iterator[Named]:
    """Names of which the article does not say whom it means, by what is written."""
    by_name: dict[tuple[EntityType, str], list[tuple[str, PlacedMention]]] = {}
    for id_, mention in placed:
        if mention.entity is None:
            by_name.setdefault((mention.type, mention.text), []).append((id_, mention))
    for (kind, text), mentions in islice(by_name.items(), MOST_LISTED):
        yield _named(text, "", kind, mentions, where)


def _named(name: str, href: str, kind: EntityType, placed: _Placed, where: Where) -> Named:
    ticks = {round(where.share(m.field, m.start) * (STRIP - TICK)) for _, m in placed}
    jumps = tuple(
        Jump(f"#{id_}", where.place(m.field, m.start))
        for id_, m in placed[:MOST_JUMPS]
        if id_ in where.ids
    )
    return Named(name, href, kind, len(placed), jumps, tuple(sorted(ticks)))


def _said(said: PlacedQuote, id_: str, where: Where) -> Said:
    return Said(
        speaker=said.name or said.speaker_name or "",
        href=entity_page(said.speaker) if said.speaker is not None else "",
        text=excerpt(said.text),
        is_direct=said.direct,
        jump=Jump(where.anchor(id_, said.field, said.start), where.place(said.field, said.start)),
    )


def excerpt(text: str, length: int = EXCERPT) -> str:
    """The beginning of a text on one line, cut between words."""
    line = " ".join(text[: 4 * length].split())
    if len(line) <= length and len(text) <= 4 * length:
        return line
    return shortened(line, length)


def _dates(dates: Iterable[MentionedDate], where: Where) -> Iterator[Dated]:
    """In the order of time, each once."""
    by_date: dict[str, list[Jump]] = {}
    for n, date in enumerate(dates, 1):
        if f"d{n}" in where.ids:
            jump = Jump(f"#d{n}", where.place(date.field, date.start))
            by_date.setdefault(date.date, []).append(jump)
    for when, jumps in sorted(by_date.items())[:MOST_LISTED]:
        yield Dated(when, tuple(jumps[:MOST_JUMPS]))
