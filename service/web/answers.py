"""JSON out: what the API answers, made of what the rest of the service returns."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.article import Filed
from service.dates import Moment
from service.result import Facet, Histogram, Hit, Results, Suggestion
from service.stores.entities import EntityDetail, EntityPage, EntityRow, PlacedMention
from service.web.parameters import write_cursor


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(extra="forbid")


class SnippetOut(Answer):
    """A passage; highlights are [start, end) in code points of `text`."""

    field: str
    text: str
    highlights: list[tuple[int, int]]


class HitOut(Answer):
    key: str
    title: str
    title_derived: bool
    source: str | None
    source_derived: bool
    authors: list[str]
    published_at: str | None
    url: str | None
    language: str | None
    score: float | None
    copies: int
    snippets: list[SnippetOut]


class FacetValueOut(Answer):
    value: str
    label: str
    count: int


class FacetOut(Answer):
    values: list[FacetValueOut]
    exact: bool
    more: bool


class BinOut(Answer):
    from_: str = Field(serialization_alias="from")
    to: str
    count: int


class HistogramOut(Answer):
    interval: str
    values: list[BinOut]
    undated: int
    exact: bool


class ExpandedOut(Answer):
    from_: str = Field(serialization_alias="from")
    to: list[str]
    why: str


class QueryOut(Answer):
    text: str
    understood: str
    match: str
    expanded: list[ExpandedOut]
    did_you_mean: str | None


class DiagnosticOut(Answer):
    message: str
    offset: int
    length: int


class SearchOut(Answer):
    """A page of hits with the exact total."""

    total: int
    groups: int
    took_ms: float
    query: QueryOut
    hits: list[HitOut]
    facets: dict[str, FacetOut | HistogramOut]
    next: str | None
    diagnostics: list[DiagnosticOut]


class SuggestionOut(Answer):
    """What a text may become; `key` is that of the entity, or of the headline's article."""

    text: str
    kind: Literal["word", "headline", "entity"]
    key: str | None
    count: int


class SuggestionsOut(Answer):
    suggestions: list[SuggestionOut]


class FacetsOut(Answer):
    facets: dict[str, FacetOut | HistogramOut]


class SubheadingOut(Answer):
    start: int
    end: int
    text: str


class NamedOut(Answer):
    """An entity of an article, with the number of its mentions there."""

    key: str
    name: str
    type: str
    count: int


class MentionOut(Answer):
    """A mention; `entity` is null where the article leaves open who is meant."""

    entity: str | None
    type: str
    field: str
    start: int
    end: int
    text: str


class ArticleOut(Answer):
    """An article with its entities and mentions."""

    key: str
    uri: str | None
    title: str
    title_derived: bool
    standfirst: str | None
    body: str
    subheadings: list[SubheadingOut]
    captions: list[str]
    authors: list[str]
    credits: list[str]
    dateline: str | None
    related: list[str]
    source: str | None
    source_derived: bool
    url: str | None
    origin: str | None
    language: str | None
    language_detected: bool
    topics: list[str]
    rights: str | None
    published_at: str | None
    published_precision: str | None
    updated_at: str | None
    ingested_at: str
    version: int
    status: str
    correction: str | None
    embargoed_until: str | None
    tagger: str | None
    extra: dict[str, Any]
    entities: list[NamedOut]
    mentions: list[MentionOut]


class AliasOut(Answer):
    text: str
    count: int


class EntityOut(Answer):
    """An entity over the whole archive; dates are those of the articles that name it."""

    key: str
    name: str
    type: str
    aliases: list[AliasOut]
    articles: int
    mentions: int
    first_seen: str | None
    last_seen: str | None


class EntitiesOut(Answer):
    total: int
    entities: list[EntityOut]
    next: str | None


class HealthOut(Answer):
    status: str


def search_out(results: Results, text: str, took_ms: float) -> SearchOut:
    """Results as JSON; every hit is a group of its own while copies are not collapsed."""
    expanded = [ExpandedOut(from_=e.source, to=list(e.to), why=e.why) for e in results.expanded]
    return SearchOut(
        total=results.total,
        groups=results.total,
        took_ms=round(took_ms, 2),
        query=QueryOut(
            text=text,
            understood=results.understood,
            match=results.match,
            expanded=expanded,
            did_you_mean=results.did_you_mean,
        ),
        hits=[_hit(hit) for hit in results.hits],
        facets=facets_out(results.facets),
        next=write_cursor(results.next) if results.next else None,
        diagnostics=[
            DiagnosticOut(message=d.message, offset=d.offset, length=d.length)
            for d in results.diagnostics
        ],
    )


def suggestions_out(found: Sequence[Suggestion]) -> SuggestionsOut:
    suggestions = [SuggestionOut(text=s.text, kind=s.kind, key=s.key, count=s.count) for s in found]
    return SuggestionsOut(suggestions=suggestions)


def facets_out(facets: Mapping[str, Facet | Histogram]) -> dict[str, FacetOut | HistogramOut]:
    return {name: facet_out(facet) for name, facet in facets.items()}


def facet_out(facet: Facet | Histogram) -> FacetOut | HistogramOut:
    if isinstance(facet, Facet):
        values = [FacetValueOut(value=v.value, label=v.label, count=v.count) for v in facet.values]
        return FacetOut(values=values, exact=facet.exact, more=facet.more)
    bins = [BinOut(from_=b.start, to=b.end, count=b.count) for b in facet.values]
    return HistogramOut(
        interval=facet.interval, values=bins, undated=facet.undated, exact=facet.exact
    )


def article_out(
    filed: Filed, entities: tuple[EntityRow, ...], mentions: tuple[PlacedMention, ...]
) -> ArticleOut:
    """An article as it is kept, and the names in it."""
    article = filed.article
    same = {name: getattr(article, name) for name in _UNCHANGED}
    headings = [SubheadingOut(start=h.start, end=h.end, text=h.text) for h in article.subheadings]
    return ArticleOut(
        **same,
        key=filed.key,
        subheadings=headings,
        language_detected=article.language_detected,
        published_at=_shown(article.published),
        published_precision=article.published.precision if article.published else None,
        updated_at=_shown(article.updated),
        embargoed_until=_shown(article.embargoed_until),
        ingested_at=filed.ingested_at,
        version=filed.version,
        tagger=filed.tagger,
        extra=dict(article.extra),
        entities=[
            NamedOut(key=e.key, name=e.name, type=e.type, count=e.mentions) for e in entities
        ],
        mentions=[_mention(mention) for mention in mentions],
    )


# Fields that travel as they are kept.
_UNCHANGED = (
    *("uri", "title", "title_derived", "standfirst", "body", "captions", "authors", "credits"),
    *("dateline", "related", "source", "source_derived", "url", "origin", "language", "topics"),
    *("rights", "status", "correction"),
)


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
    )


def entities_out(page: EntityPage, following: str | None) -> EntitiesOut:
    return EntitiesOut(
        total=page.total, entities=[entity_out(e) for e in page.entities], next=following
    )


def _hit(hit: Hit) -> HitOut:
    return HitOut(
        key=hit.key,
        title=hit.title,
        title_derived=hit.title_derived,
        source=hit.source,
        source_derived=hit.source_derived,
        authors=list(hit.authors),
        published_at=_shown(hit.published),
        url=hit.url,
        language=hit.language,
        score=None if hit.score is None else round(hit.score, 6),
        copies=hit.copies,
        snippets=[
            SnippetOut(field=s.field, text=s.text, highlights=list(s.highlights))
            for s in hit.snippets
        ],
    )


def _mention(mention: PlacedMention) -> MentionOut:
    return MentionOut(
        entity=mention.entity,
        type=mention.type,
        field=mention.field,
        start=mention.start,
        end=mention.end,
        text=mention.text,
    )


def _shown(moment: Moment | None) -> str | None:
    return moment.shown if moment is not None else None
