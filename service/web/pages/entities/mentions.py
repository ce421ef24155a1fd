"""Every mention in its sentence, by article, and what somebody said: as a page shows them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, starmap

from service.stores.quotes import PlacedQuote
from service.stores.sightings import Sighting
from service.web.pages.addresses import article_page
from service.web.pages.article_lines import headline_of
from service.web.pages.moments import day
from service.web.pages.pieces import Linked, cut

_PLACES = {"title": "Headline", "standfirst": "Standfirst", "captions": "Caption", "body": ""}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its mentions linked to their places; `place` is empty in the body."""

    place: str
    pieces: tuple[Linked, ...]


@dataclass(frozen=True, slots=True)
class NamingArticle:
    """An article and its sentences; `published` is in words, empty where it is not known."""

    href: str
    title: str
    title_derived: bool
    source: str | None
    published: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Quotation:
    """What somebody said; in quotation marks if it is `direct`."""

    text: str
    direct: bool
    verb: str
    href: str
    title: str
    source: str | None
    published: str


def mention_at(sighting: Sighting) -> str:
    """Where a mention stands: the page of an article counts them from one."""
    return f"{article_page(sighting.article)}#m{sighting.number + 1}"


def quote_at(quote: PlacedQuote) -> str:
    """Where a quote stands."""
    return f"{article_page(quote.article)}#q{quote.number + 1}"


def naming_articles(sightings: Iterable[Sighting]) -> tuple[NamingArticle, ...]:
    """The articles of a page of mentions, each once, with their sentences in reading order."""
    return tuple(
        _article([*each]) for _, each in groupby(sightings, key=lambda sighting: sighting.article)
    )


def _article(sightings: Sequence[Sighting]) -> NamingArticle:
    first = sightings[0]
    return NamingArticle(
        href=article_page(first.article),
        title=headline_of(first.title),
        title_derived=first.title_derived,
        source=first.source,
        published=day(first.published),
        sentences=tuple(_sentences(sightings)),
    )


def _sentences(sightings: Iterable[Sighting]) -> Iterator[Sentence]:
    """A sentence that names it twice is one."""
    together = groupby(sightings, key=lambda s: (s.field, s.sentence_start, s.sentence))
    for (field, _, _), each in together:
        name = field.partition("[")[0]
        yield Sentence(_PLACES.get(name, name.capitalize()), tuple(_pieces([*each])))


def _pieces(sightings: Sequence[Sighting]) -> Iterator[Linked]:
    sentence, offset = sightings[0].sentence, sightings[0].sentence_start
    marks = ((s.start - offset, s.end - offset, mention_at(s)) for s in sightings)
    return starmap(Linked, cut(sentence, marks, rest=""))


def quotations(quotes: Iterable[PlacedQuote]) -> tuple[Quotation, ...]:
    """Quotes, each with where it stands."""
    return tuple(
        Quotation(
            text=quote.text,
            direct=quote.direct,
            verb=quote.verb or "",
            href=quote_at(quote),
            title=headline_of(quote.title),
            source=quote.source,
            published=day(quote.published),
        )
        for quote in quotes
    )
