"""What tells who somebody is, on a card: names, newest sentences, and who is named beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.dates import Moment
from service.entity import EntityType
from service.passages import passages
from service.stores.entities import Alias, EntityDetail, EntityRow
from service.stores.sightings import Sighting
from service.web.desk import Desk
from service.web.pages.addresses import entity_page
from service.web.pages.article_lines import headline_of
from service.web.pages.entities.mentions import mention_at
from service.web.pages.pieces import Pieces, pieces_of

SPELLINGS, ARTICLES, BESIDE = 8, 3, 10
# Mentions that are looked through for so many articles: one article may have hundreds.
_LOOKED_AT = 100
# Of a whole company those that two have in common are found; of it only BESIDE are shown.
_COMPANY = 60


@dataclass(frozen=True, slots=True)
class NamedIn:
    """An article with the first sentence that names somebody."""

    key: str
    href: str
    title: str
    published: Moment | None
    source: str | None
    sentence: Pieces


@dataclass(frozen=True, slots=True)
class Companion:
    """Who is named in the same articles."""

    name: str
    type: EntityType
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    """One entity; `more_spellings` and `more_articles` are left out of what is shown."""

    entity: EntityRow
    href: str
    first_seen: str | None
    last_seen: str | None
    note: str | None
    spellings: tuple[Alias, ...]
    more_spellings: int
    articles: tuple[NamedIn, ...]
    more_articles: int
    beside: tuple[Companion, ...]


@dataclass(frozen=True, slots=True)
class TwoCards:
    """Two cards, each with those who are beside it alone, and those `beside` both.

    `together` is the number of articles that name the two.
    """

    one: Card
    other: Card
    beside: tuple[Companion, ...]
    together: int


def two_cards(desk: Desk, one: EntityDetail, other: EntityDetail) -> TwoCards:
    """What tells whether two are one."""
    ours, theirs = _company(desk, one.entity.key), _company(desk, other.entity.key)
    together = ours.pop(other.entity, 0)
    theirs.pop(one.entity, None)
    return TwoCards(
        one=_card(desk, one, [row for row in ours if row not in theirs]),
        other=_card(desk, other, [row for row in theirs if row not in ours]),
        beside=_companions([row for row in ours if row in theirs]),
        together=together,
    )


def card(desk: Desk, detail: EntityDetail) -> Card:
    """One card by itself."""
    return _card(desk, detail, [*_company(desk, detail.entity.key)])


def _card(desk: Desk, detail: EntityDetail, company: Sequence[EntityRow]) -> Card:
    entity = detail.entity
    articles = tuple(_named_in(desk, entity.key))
    return Card(
        entity=entity,
        href=entity_page(entity.key),
        first_seen=detail.first_seen,
        last_seen=detail.last_seen,
        note=detail.note,
        spellings=detail.aliases[:SPELLINGS],
        more_spellings=max(0, len(detail.aliases) - SPELLINGS),
        articles=articles,
        more_articles=entity.articles - len(articles),
        beside=_companions(company),
    )


def _company(desk: Desk, key: str) -> dict[EntityRow, int]:
    """Who is named in the same articles, and in how many of them, the most telling first."""
    page = desk.related.page(key, None, "significance", _COMPANY, 0)
    return {related.entity: related.shared for related in page.entities}


def _companions(company: Sequence[EntityRow]) -> tuple[Companion, ...]:
    rows = company[:BESIDE]
    return tuple(Companion(row.name, row.type, entity_page(row.key)) for row in rows)


def _named_in(desk: Desk, key: str) -> Iterator[NamedIn]:
    """The newest articles, each once, with a sentence that is not its headline if there is one."""
    found: dict[str, Sighting] = {}
    for sighting in desk.sightings.page(key, _LOOKED_AT).sightings:
        if sighting.article not in found or found[sighting.article].field == "title":
            found[sighting.article] = sighting
    for sighting in list(found.values())[:ARTICLES]:
        yield NamedIn(
            key=sighting.article,
            href=mention_at(sighting),
            title=headline_of(sighting.title),
            published=sighting.published,
            source=sighting.source,
            sentence=() if sighting.field == "title" else _sentence(sighting),
        )


def _sentence(sighting: Sighting) -> Pieces:
    start, end = (at - sighting.sentence_start for at in (sighting.start, sighting.end))
    snippet = passages(sighting.field, sighting.sentence, [(start, end)])[0]
    return pieces_of(snippet.text, snippet.highlights)
