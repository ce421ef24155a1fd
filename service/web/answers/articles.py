"""An article with its names, and articles like it, as JSON."""

from typing import Any

from service.article import Filed, Subheading
from service.result import Similar, SimilarArticles
from service.stores.entities import EntityRow, PlacedMention
from service.web.answers.base import Answer, shown


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
    method: str
    confidence: float


class TextOut(Answer):
    """What an article says or said, as it is kept.

    `version` counts its texts here; `stated_version` is the source's own number of this one.
    """

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
    stated_version: int | None
    status: str
    correction: str | None
    embargoed_until: str | None
    extra: dict[str, Any]


class ArticleOut(TextOut):
    """An article with its entities and mentions."""

    tagger: str | None
    entities: list[NamedOut]
    mentions: list[MentionOut]


class SharedOut(Answer):
    key: str
    name: str
    type: str


class WhyOut(Answer):
    """What two articles share, the most telling first."""

    words: list[str]
    entities: list[SharedOut]


class SimilarOut(Answer):
    """An article like another; `score` is from 0 to 1."""

    key: str
    title: str
    title_derived: bool
    source: str | None
    source_derived: bool
    authors: list[str]
    published_at: str | None
    url: str | None
    language: str | None
    score: float
    why: WhyOut


class SimilarArticlesOut(Answer):
    total: int
    articles: list[SimilarOut]
    next: str | None


def article_out(
    filed: Filed, entities: tuple[EntityRow, ...], mentions: tuple[PlacedMention, ...]
) -> ArticleOut:
    """An article as it is kept, and the names in it."""
    return ArticleOut(
        **text_out(filed),
        tagger=filed.tagger,
        entities=[
            NamedOut(key=e.key, name=e.name, type=e.type, count=e.mentions) for e in entities
        ],
        mentions=[_mention(mention) for mention in mentions],
    )


def text_out(filed: Filed) -> TextOut:
    """One text of an article."""
    article = filed.article
    return TextOut(
        key=filed.key,
        uri=article.uri,
        title=article.title,
        title_derived=article.title_derived,
        standfirst=article.standfirst,
        body=article.body,
        subheadings=[_subheading(heading) for heading in article.subheadings],
        captions=list(article.captions),
        authors=list(article.authors),
        credits=list(article.credits),
        dateline=article.dateline,
        related=list(article.related),
        source=article.source,
        source_derived=article.source_derived,
        url=article.url,
        origin=article.origin,
        language=article.language,
        language_detected=article.language_detected,
        topics=list(article.topics),
        rights=article.rights,
        published_at=shown(article.published),
        published_precision=article.published.precision if article.published else None,
        updated_at=shown(article.updated),
        ingested_at=filed.ingested_at,
        version=filed.version,
        stated_version=article.version,
        status=article.status,
        correction=article.correction,
        embargoed_until=shown(article.embargoed_until),
        extra=dict(article.extra),
    )


def _subheading(heading: Subheading) -> SubheadingOut:
    return SubheadingOut(start=heading.start, end=heading.end, text=heading.text)


def similar_out(page: SimilarArticles, following: str | None) -> SimilarArticlesOut:
    return SimilarArticlesOut(
        total=page.total, articles=[_similar(similar) for similar in page.articles], next=following
    )


def _similar(similar: Similar) -> SimilarOut:
    hit = similar.hit
    entities = [SharedOut(key=e.key, name=e.name, type=e.type) for e in similar.entities]
    return SimilarOut(
        key=hit.key,
        title=hit.title,
        title_derived=hit.title_derived,
        source=hit.source,
        source_derived=hit.source_derived,
        authors=list(hit.authors),
        published_at=shown(hit.published),
        url=hit.url,
        language=hit.language,
        score=round(similar.likeness, 4),
        why=WhyOut(words=list(similar.words), entities=entities),
    )


def _mention(mention: PlacedMention) -> MentionOut:
    return MentionOut(
        entity=mention.entity,
        type=mention.type,
        field=mention.field,
        start=mention.start,
        end=mention.end,
        text=mention.text,
        method=mention.method,
        confidence=mention.confidence,
    )
