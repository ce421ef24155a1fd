"""People, organisations and places as JSON."""

from service.histogram import Interval
from service.stores.coverage import Coverage
from service.stores.entities import EntityDetail, EntityPage
from service.stores.related import Related, RelatedPage
from service.stores.sightings import Sighting, SightingPage
from service.web.answers.base import Answer, From, shown


class AliasOut(Answer):
    text: str
    count: int


class EntityOut(Answer):
    """An entity over the whole archive; dates are those of the articles that name it.

    `note` is what editors pinned to it. An alias that they added may have the count 0.
    """

    key: str
    name: str
    type: str
    aliases: list[AliasOut]
    articles: int
    mentions: int
    first_seen: str | None
    last_seen: str | None
    note: str | None


class EntitiesOut(Answer):
    total: int
    entities: list[EntityOut]
    next: str | None


class CountOut(Answer):
    articles: int
    mentions: int


class PeriodOut(Answer, From):
    """What was published from one day to another, both inclusive."""

    to: str
    articles: int
    mentions: int


class OverTimeOut(Answer):
    """By publication date in UTC, in bins as those of the facet `published`."""

    interval: Interval
    values: list[PeriodOut]
    undated: CountOut


class SourceOut(Answer):
    """A source, and how many of its articles name the entity."""

    value: str
    count: int


class SourcesOut(Answer):
    """At most 20, the most first; `more` when there are others."""

    values: list[SourceOut]
    more: bool


class EntityInFullOut(EntityOut):
    """An entity with when and where it is named."""

    over_time: OverTimeOut
    sources: SourcesOut


class SharedArticleOut(Answer):
    key: str
    title: str
    title_derived: bool
    source: str | None
    published_at: str | None


class RelatedOut(Answer):
    """An entity named in `articles` articles with the one asked about, `of` its own in all.

    `shared` are the newest three of them.
    """

    key: str
    name: str
    type: str
    articles: int
    of: int
    significance: float
    shared: list[SharedArticleOut]


class RelatedEntitiesOut(Answer):
    total: int
    entities: list[RelatedOut]
    next: str | None


class SightingOut(Answer):
    """A mention with its sentence; all three offsets are into the field."""

    article: str
    title: str
    title_derived: bool
    source: str | None
    published_at: str | None
    field: str
    start: int
    end: int
    text: str
    sentence: str
    sentence_start: int
    method: str
    confidence: float


class SightingsOut(Answer):
    total: int
    mentions: list[SightingOut]
    next: str | None


def entity_out(detail: EntityDetail) -> EntityOut:
    entity = detail.entity
    return EntityOut(
        key=entity.key,
        name=entity.name,
        type=entity.type,
        aliases=[AliasOut(text=a.text, count=a.count) for a in detail.aliases],
        articles=entity.articles,
        mentions=entity.mentions,
        first_seen=detail.first_seen,
        last_seen=detail.last_seen,
        note=detail.note,
    )


def entities_out(page: EntityPage, following: str | None) -> EntitiesOut:
    return EntitiesOut(
        total=page.total, entities=[entity_out(e) for e in page.entities], next=following
    )


def entity_in_full_out(detail: EntityDetail, coverage: Coverage) -> EntityInFullOut:
    undated = coverage.undated
    over_time = OverTimeOut(
        interval=coverage.interval,
        values=[
            {
                "from": p.days.start,
                "to": p.days.end,
                "articles": p.count.articles,
                "mentions": p.count.mentions,
            }
            for p in coverage.periods
        ],
        undated=CountOut(articles=undated.articles, mentions=undated.mentions),
    )
    values = [SourceOut(value=source.name, count=source.articles) for source in coverage.sources]
    return EntityInFullOut(
        **entity_out(detail),
        over_time=over_time,
        sources=SourcesOut(values=values, more=coverage.more),
    )


def related_out(page: RelatedPage, following: str | None) -> RelatedEntitiesOut:
    return RelatedEntitiesOut(
        total=page.total, entities=[_related(each) for each in page.entities], next=following
    )


def _related(related: Related) -> RelatedOut:
    entity = related.entity
    shared = [
        SharedArticleOut(
            key=article.key,
            title=article.title,
            title_derived=article.title_derived,
            source=article.source,
            published_at=shown(article.published),
        )
        for article in related.articles
    ]
    return RelatedOut(
        key=entity.key,
        name=entity.name,
        type=entity.type,
        articles=related.shared,
        of=entity.articles,
        significance=round(related.significance, 2) + 0.0,  # and not -0.0
        shared=shared,
    )


def sightings_out(page: SightingPage, following: str | None) -> SightingsOut:
    return SightingsOut(
        total=page.total, mentions=[_sighting(each) for each in page.sightings], next=following
    )


def _sighting(sighting: Sighting) -> SightingOut:
    return SightingOut(
        article=sighting.article,
        title=sighting.title,
        title_derived=sighting.title_derived,
        source=sighting.source,
        published_at=shown(sighting.published),
        field=sighting.field,
        start=sighting.start,
        end=sighting.end,
        text=sighting.text,
        sentence=sighting.sentence,
        sentence_start=sighting.sentence_start,
        method=sighting.method,
        confidence=sighting.confidence,
    )
