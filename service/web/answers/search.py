"""Hits, facets and suggestions as JSON."""

from collections.abc import Mapping, Sequence
from typing import Literal

from service.result import Facet, Histogram, Hit, Results, Suggestion
from service.web.answers.base import Answer, From, shown
from service.web.parameters import write_cursor


class SnippetOut(Answer):
    """A passage; highlights are [start, end) in code points of `text`."""

    field: str
    text: str
    highlights: list[tuple[int, int]]


class CopyOut(Answer):
    key: str
    source: str | None
    published_at: str | None


class HitOut(Answer):
    """A hit, the near copies beside it, and the past version that matched if no current text."""

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
    copied_in: list[CopyOut]
    version: int | None
    snippets: list[SnippetOut]


class ScorePartOut(Answer):
    """What one word or phrase (`words`), or two that stand side by side (`nearness`), adds."""

    text: str
    why: Literal["words", "nearness", "as written"]
    score: float
    fields: list[str]


class ExplainOut(Answer):
    """A score is the sum of its parts times `recency`."""

    parts: list[ScorePartOut]
    recency: float


class ExplainedHitOut(HitOut):
    """A hit of a search by relevance with `explain=true`."""

    explain: ExplainOut


class FacetValueOut(Answer):
    value: str
    label: str
    count: int


class FacetOut(Answer):
    values: list[FacetValueOut]
    exact: bool
    more: bool


class BinOut(Answer, From):
    to: str
    count: int


class HistogramOut(Answer):
    interval: str
    values: list[BinOut]
    undated: int
    exact: bool


class ExpandedOut(Answer, From):
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
    """A page of hits; `total` counts articles, `groups` a group of near copies once."""

    total: int
    groups: int
    took_ms: float
    query: QueryOut
    hits: list[ExplainedHitOut | HitOut]
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


def search_out(results: Results, text: str, took_ms: float) -> SearchOut:
    expanded: list[ExpandedOut] = [
        {"from": e.source, "to": list(e.to), "why": e.why} for e in results.expanded
    ]
    return SearchOut(
        total=results.total,
        groups=results.groups,
        took_ms=round(took_ms, 2),
        query=QueryOut(
            text=text,
            understood=results.understood,
            match=results.match,
            expanded=expanded,
            did_you_mean=results.did_you_mean,
        ),
        hits=[_explained(hit) if hit.explanation else _hit(hit) for hit in results.hits],
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
    bins: list[BinOut] = [{"from": b.start, "to": b.end, "count": b.count} for b in facet.values]
    return HistogramOut(
        interval=facet.interval, values=bins, undated=facet.undated, exact=facet.exact
    )


def _hit(hit: Hit) -> HitOut:
    return HitOut(
        key=hit.key,
        title=hit.title,
        title_derived=hit.title_derived,
        source=hit.source,
        source_derived=hit.source_derived,
        authors=list(hit.authors),
        published_at=shown(hit.published),
        url=hit.url,
        language=hit.language,
        score=None if hit.score is None else round(hit.score, 6),
        copies=hit.copies,
        copied_in=[
            CopyOut(key=c.key, source=c.source, published_at=shown(c.published))
            for c in hit.copied_in
        ],
        version=hit.version,
        snippets=[
            SnippetOut(field=s.field, text=s.text, highlights=list(s.highlights))
            for s in hit.snippets
        ],
    )


def _explained(hit: Hit) -> ExplainedHitOut:
    assert hit.explanation is not None  # noqa: S101 - looked at by search_out()
    parts = [
        ScorePartOut(text=p.text, why=p.why, score=round(p.score, 6), fields=list(p.fields))
        for p in hit.explanation.parts
    ]
    explain = ExplainOut(parts=parts, recency=round(hit.explanation.recency, 6))
    return ExplainedHitOut(**_hit(hit), explain=explain)
