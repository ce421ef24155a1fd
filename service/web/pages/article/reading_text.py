"""The texts of an article as they are read: paragraphs, and in them what is named, said and found.

Every page of the same text has the same ids: `p7` a paragraph, `m12` a mention, `q1` a quote, `d1`
a date, `match-1` what was searched for.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from service.article import Article
from service.findings import MentionedDate
from service.result import Places
from service.stores.entities import PlacedMention
from service.stores.quotes import PlacedQuote
from service.web.pages.addresses import entity_page
from service.web.pages.article.marking import Layer, Link, Mark, Token, apart, cut, with_links
from service.web.pages.article.paragraphs import Block, blocks

# More are no help to anybody, and each costs a link.
MOST_MATCHES = 1_000
_BLOCKS = frozenset(("p", "h2", "li"))
_AUTO = ("dir", "auto")
_ByField = Mapping[str, Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class Noted:
    """What was read out of a text, each in reading order."""

    mentions: Sequence[PlacedMention] = ()
    quotes: Sequence[PlacedQuote] = ()
    dates: Sequence[MentionedDate] = ()


@dataclass(frozen=True, slots=True)
class ReadingText:
    """All fields of an article as tokens to print, and where in them something stands.

    `matches` counts those that are marked; there may be `more_matches`.
    """

    title: tuple[Token, ...]
    standfirst: tuple[Token, ...]
    body: tuple[Token, ...]
    captions: tuple[tuple[Token, ...], ...]
    credits: tuple[tuple[Token, ...], ...]
    matches: int
    more_matches: bool
    where: "Where"


@dataclass(frozen=True, slots=True)
class Where:
    """The fields in the order of the page, and the paragraphs of the body."""

    starts: Mapping[str, int]
    length: int
    paragraphs: tuple[int, ...]
    ids: frozenset[str]

    def share(self, field: str, at: int) -> float:
        """How far down the text that is, from 0 to 1."""
        return min((self.starts.get(field, 0) + at) / max(self.length, 1), 1.0)

    def place(self, field: str, at: int) -> str:
        """The same in words."""
        if field == "body":
            return f"paragraph {self._paragraph(at)}"
        name, _, number = field.partition("[")
        shown = {"title": "headline", "captions": "caption", "credits": "credit"}.get(name, name)
        return f"{shown} {int(number.rstrip(']')) + 1}" if number else shown

    def anchor(self, id_: str, field: str, at: int) -> str:
        """What leads to a mark; to its paragraph where it is within another one and not marked."""
        if id_ in self.ids:
            return f"#{id_}"
        return f"#p{self._paragraph(at)}" if field == "body" else "#main"

    def _paragraph(self, at: int) -> int:
        return max(bisect_right(self.paragraphs, at), 1)


def reading_text(article: Article, noted: Noted, matches: Places, pinned: str) -> ReadingText:
    """`pinned` is where this very version is read: the links to paragraphs lead there."""
    texts = texts_of(article)
    found = {name: matches[name] for name in texts if name in matches}
    if article.title_derived:
        found.pop("title", None)  # the body says it again
    number = sum(map(len, found.values()))
    body = blocks(article.body, article.subheadings)
    layers = {
        name: [apart(layer.get(name, ()), len(text)) for layer in _inline(noted, found, number)]
        for name, text in texts.items()
    }
    layers["body"].insert(0, [*_block_marks(body, pinned)])
    tokens = {
        name: tuple(with_links(cut(text, layers[name]), _BLOCKS)) for name, text in texts.items()
    }
    return ReadingText(
        title=tokens["title"],
        standfirst=tokens["standfirst"],
        body=tokens["body"],
        captions=tuple(tokens[name] for name in texts if name.startswith("captions[")),
        credits=tuple(tokens[name] for name in texts if name.startswith("credits[")),
        matches=min(number, MOST_MATCHES),
        more_matches=number > MOST_MATCHES,
        where=_where(article, texts, body, layers),
    )


def texts_of(article: Article) -> dict[str, str]:
    """Every field that is read, in the order of the page."""
    lists = {"captions": article.captions, "credits": article.credits}
    return {
        "title": article.title,
        "standfirst": article.standfirst or "",
        "body": article.body,
        **{f"{name}[{n}]": item for name, items in lists.items() for n, item in enumerate(items)},
    }


def _where(
    article: Article,
    texts: Mapping[str, str],
    body: Sequence[Block],
    layers: Mapping[str, Sequence[Layer]],
) -> Where:
    starts: dict[str, int] = {}
    length = 0
    for name, text in texts.items():
        starts[name] = length
        length += 0 if name == "title" and article.title_derived else len(text)
    ids = (mark.id for each in layers.values() for layer in each for mark in layer)
    return Where(starts, length, tuple(block.start for block in body), frozenset(ids))


def _block_marks(body: Iterable[Block], pinned: str) -> Iterator[Mark]:
    for number, block in enumerate(body, 1):
        at, id_ = (block.start, block.end), f"p{number}"
        if block.kind == "heading":
            yield Mark(*at, "h2", id_, (_AUTO,))
            continue
        kept = () if block.kind == "prose" else (("class", block.kind),)
        link = Link(f"{pinned}#{id_}", f"Link to paragraph {number} of this version", "pilcrow")
        yield Mark(*at, "p", id_, (*kept, _AUTO), link)


def _inline(noted: Noted, found: Places, number: int) -> tuple[_ByField, ...]:
    """The layers within a block, the outermost first."""
    return (
        _by_field(
            (said.field, Mark(said.start, said.end, "span", f"q{n}", (("class", "said"),)))
            for n, said in enumerate(noted.quotes, 1)
        ),
        _by_field(
            (date.field, Mark(date.start, date.end, "time", f"d{n}", (("datetime", date.date),)))
            for n, date in enumerate(noted.dates, 1)
        ),
        _by_field((each.field, _mention(each, n)) for n, each in enumerate(noted.mentions, 1)),
        _by_field(_matches(found, min(number, MOST_MATCHES))),
    )


def _by_field(marks: Iterable[tuple[str, Mark]]) -> _ByField:
    found: dict[str, list[Mark]] = {}
    for name, mark in marks:
        found.setdefault(name, []).append(mark)
    return found


def _mention(mention: PlacedMention, number: int) -> Mark:
    at, id_ = (mention.start, mention.end), f"m{number}"
    if mention.entity is None:
        return Mark(*at, "span", id_, (("class", f"mention {mention.type} open"),))
    href = entity_page(mention.entity)
    return Mark(*at, "a", id_, (("class", f"mention {mention.type}"), ("href", href)))


def _matches(found: Places, number: int) -> Iterator[tuple[str, Mark]]:
    """Each leads to the next, and the last one to the first."""
    every = ((name, place) for name, places in found.items() for place in places)
    for n, (name, (start, end)) in enumerate(islice(every, number), 1):
        following = n % number + 1
        label = f"Match {n} of {number}: on to match {following}"
        link = Link(f"#match-{following}", label, "next") if number > 1 else None
        yield name, Mark(start, end, "mark", f"match-{n}", (), link)
