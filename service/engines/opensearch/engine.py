"""Searches a cluster: a page is one request, and one before it where its order has to be known.

Only what may be seen is in the index that is searched.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple

from service.article import Article
from service.engines.highlights import COLUMNS, places
from service.engines.leaves import wanted_leaves
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import (
    EVERYTHING,
    Query,
    every,
    published_in,
    query_of,
    with_values,
)
from service.engines.opensearch.explaining import explanations
from service.engines.opensearch.facets import Days, Names, aggregations, facets_of, other_days
from service.engines.opensearch.hits import LEAST, LIFTED, hits_of, reading_of
from service.engines.opensearch.near_copies import (
    GROUPED,
    GROUPS,
    Document,
    Groups,
    firsts,
    groups_of,
    hidden,
    near_copies,
)
from service.engines.opensearch.paging import beginning, cursor_after, sorted_by
from service.engines.opensearch.past_texts import asks_for_past, current_or_past
from service.engines.opensearch.scoring import Known, counted_for, score_of
from service.engines.opensearch.surveying import NOT_SURVEYED, Survey, counts_of, survey
from service.engines.opensearch.vocabulary import OpenSearchVocabulary
from service.engines.telling import MOVED_ON, told_of_past
from service.engines.weighing import ENOUGH
from service.query import Diagnostic, Node, Search, Versions
from service.result import Explanation, Facet, Histogram, Hit, Places, Results
from service.stages import Stage
from service.stores.article_rows import in_lines

Match = Literal["all", "any"]

_SHOWN = ("article", "group")


class _Read(NamedTuple):
    """How a search is read, and what is known for that."""

    match: Match
    tree: Node | None
    days: Days
    known: Known
    by_score: bool


class OpenSearchEngine(ABC):
    """Finds articles in one index; `names` tells what entities are called."""

    def __init__(self, client: Client, index: str, names: Names) -> None:
        self._client = client
        self._index = index
        self._names = names

    @property
    def vocabulary(self) -> OpenSearchVocabulary:
        return OpenSearchVocabulary(self._client, self._index)

    @abstractmethod
    def generation(self) -> tuple[str, int]:
        """As `Engine` has it."""

    def search(self, search: Search) -> Results:
        fields, rest = _filters(search)
        with Stage("match"):
            _, generation = self.generation()
            read = self._read(search, [*fields.values(), *rest])
        with Stage("rank"):
            body = self._page(search, read, fields, rest, generation)
            answer = self._answer(search, fields, body, read.days)
            found = answer["hits"]["hits"]
            made = answer["aggregations"]
            # Of what came since some may be found.
            mark = max(generation, int(made["mark"]["value"] or 0))
            if search.collapse:
                rest.append(_known_by(mark))
                within = every([_found(search, read.tree), *fields.values(), *rest])
                page, groups = self._collapsed(search, body, found, within)
            else:
                page, groups = found, groups_of(self._client, self._index, found)
        shown = page[: search.limit]
        total = answer["hits"]["total"]["value"]
        with Stage("hits"):
            hits = self._hits(search, read, shown, groups)
        with Stage("facets"):
            facets = facets_of(search, made, self._names)
        return Results(
            total=total,
            groups=total - hidden(made["copies"]),
            hits=hits,
            facets=facets,
            match=read.match,
            next=cursor_after(search, page, read.match, mark),
            diagnostics=(
                *_moved_on(search, read, generation),
                *told_of_past(hits, by_score=read.by_score),
            ),
        )

    def facets(self, search: Search) -> Mapping[str, Facet | Histogram]:
        fields, rest = _filters(search)
        with Stage("match"):
            read = self._read(search, [*fields.values(), *rest])
        body = {
            "size": 0,
            "query": every([_found(search, read.tree), *rest, *_unasked(search, fields)]),
        }
        with Stage("facets"):
            made = self._answer(search, fields, body, read.days).get("aggregations", {})
            return facets_of(search, made, self._names)

    def places(self, search: Search, article: Article, *, is_past: bool = False) -> Places:  # noqa: ARG002 - a text is read in the same way whenever it was said
        fields, rest = _filters(search)
        read = self._read(search, [*fields.values(), *rest])
        texts = [getattr(article, column) or "" for column in COLUMNS]
        lines = [each if isinstance(each, str) else in_lines(each) for each in texts]
        return places(article, reading_of(lines, read.tree))

    def occurring(self, nodes: Collection[Node], versions: Versions = "current") -> frozenset[Node]:
        asked = query_of if versions == "current" else current_or_past
        counts = counts_of(self._client, self._index, {node: asked(node) for node in nodes})
        return frozenset(node for node, count in counts.items() if count)

    def _read(self, search: Search, filters: Sequence[Query]) -> _Read:
        asked = search.cursor.match if search.cursor else search.match
        readings = _readings(search, asked)
        ranked = bool(wanted_leaves(readings[0][1])) and search.sort == "relevance"
        surveyed = NOT_SURVEYED
        if ranked or len(readings) > 1 or "published" in search.facets:
            counted = counted_for(search) if ranked else ()
            found = [_found(search, tree) for _, tree in readings]
            surveyed = survey(self._client, self._index, found, filters, counted)
        return _chosen(readings, surveyed, by_score=ranked)

    def _answer(
        self, search: Search, fields: Mapping[str, Query], body: Mapping[str, Any], days: Days
    ) -> Mapping[str, Any]:
        """With its facets. Asked again where other bins are needed than for the surveyed days."""
        while True:
            facets = aggregations(search, _asked(search, fields), days)
            asked = {**body, "aggs": {**body.get("aggs", {}), **facets}}
            answer = self._client.search(self._index, asked)
            found = other_days(answer.get("aggregations", {}), days)
            if found is None:
                return answer
            days = found

    def _collapsed(
        self, search: Search, body: dict[str, Any], found: Sequence[Document], within: Query
    ) -> tuple[list[Document], Groups]:
        """A page of the first ones of their groups, and one more if there is a next page."""
        page: list[Document] = []
        groups: dict[str, Mapping[str, Any]] = {}
        # Where the last page ended is not there any more: what it and those before had is skipped.
        is_lost = search.cursor is not None and "search_after" not in body
        skipped = search.cursor.offset if search.cursor is not None and is_lost else 0
        shown = firsts(self._client, self._index, body, found, within)
        for each, known in islice(shown, skipped, skipped + search.limit + 1):
            page.append(each)
            groups |= known
        return page, groups

    def _hits(
        self, search: Search, read: _Read, page: Sequence[Document], groups: Groups
    ) -> tuple[Hit, ...]:
        copies = {each["_id"]: near_copies(each, groups) for each in page}
        explained: Mapping[str, Explanation] = {}
        if search.explain and read.by_score:
            explained = explanations(self._client, self._index, search, read.tree, read.known, page)
        return hits_of(
            page,
            read.tree,
            copies,
            explained,
            by_score=read.by_score,
            any_word=_is_loosened(search, read),
            with_snippets=search.snippets,
        )

    def _page(
        self,
        search: Search,
        read: _Read,
        fields: Mapping[str, Query],
        rest: Sequence[Query],
        generation: int,
    ) -> dict[str, Any]:
        asked = _asked(search, fields)
        found = _found(search, read.tree, is_shown=True)
        query = {"filter": [found, *rest, *_unasked(search, fields)]}
        if read.by_score:
            query |= {"should": _scored(search, read)}
        own = every([*asked.values(), GROUPED])
        body = {
            # Of a group all but one are left out.
            "size": (2 if search.collapse else 1) * search.limit + 1,
            "track_total_hits": True,
            "_source": [*_SHOWN],
            "query": {"bool": query},
            **({"post_filter": every([*asked.values()])} if asked else {}),
            "sort": sorted_by(search, by_score=read.by_score),
            "aggs": {
                "mark": {"max": {"field": "added_in"}},
                "copies": {"filter": own, "aggs": GROUPS},
            },
        }
        return body | beginning(
            self._client, self._index, search, body, generation, by_score=read.by_score
        )


def _filters(search: Search) -> tuple[dict[str, Query], list[Query]]:
    """Those on each facet field, and all others."""
    fields: dict[str, Query] = {}
    for name, values in search.filters.items():
        fields[name] = with_values(name, values)
    for name, values in search.excluded.items():
        if values:
            kept = [fields[name]] if name in fields else []
            fields[name] = {"bool": {"filter": kept, "must_not": [with_values(name, values)]}}
    rest: list[Query] = []
    if search.published is not None:
        rest.append(published_in(search.published))
    if search.cursor is not None:
        rest.append(_known_by(search.cursor.mark))
    return fields, rest


def _known_by(mark: int) -> Query:
    """Articles that were there when a walk began."""
    return {"range": {"added_in": {"lte": mark}}}


def _found(search: Search, tree: Node | None, *, is_shown: bool = False) -> Query:
    """What a tree finds, by current texts or also by past ones."""
    if tree is not None and asks_for_past(search, tree):
        return current_or_past(tree, is_shown=is_shown)
    return query_of(tree)


def _asked(search: Search, fields: Mapping[str, Query]) -> dict[str, Query]:
    """Filters on fields that are counted as well: these wait until all is counted."""
    return {name: query for name, query in fields.items() if name in search.facets}


def _unasked(search: Search, fields: Mapping[str, Query]) -> list[Query]:
    return [query for name, query in fields.items() if name not in search.facets]


def _readings(search: Search, asked: str) -> list[tuple[Match, Node | None]]:
    if search.any_tree is None or asked == "all":
        return [("any" if asked == "any" else "all", search.tree)]
    if asked == "any":
        return [("any", search.any_tree)]
    return [("all", search.tree), ("any", search.any_tree)]


def _chosen(
    readings: Sequence[tuple[Match, Node | None]], surveyed: Survey, *, by_score: bool
) -> _Read:
    number = 0
    if len(readings) > 1:
        every_word, any_word = surveyed.totals
        number = int(every_word < ENOUGH and every_word < any_word)
    match, tree = readings[number]
    days = surveyed.days[number] if surveyed.days else Days(None, None)
    return _Read(match, tree, days, surveyed.known, by_score)


def _is_loosened(search: Search, read: _Read) -> bool:
    """Whether any of the words is enough, so that articles with all of them come first."""
    return read.match == "any" and search.any_tree is not None


def _scored(search: Search, read: _Read) -> list[Query]:
    score = score_of(search, read.tree, read.known)
    if asks_for_past(search, read.tree):
        # What only a past text says has no rank.
        score = {"bool": {"filter": [query_of(read.tree)], "must": [score]}}
    if not _is_loosened(search, read):
        return [score]
    least = {"constant_score": {"filter": EVERYTHING, "boost": LEAST}}
    first = {"filter": query_of(search.tree), "weight": LIFTED}
    lifted = {"query": {"bool": {"should": [score, least]}}, "functions": [first]}
    return [{"function_score": lifted}]


def _moved_on(search: Search, read: _Read, generation: int) -> tuple[Diagnostic, ...]:
    if search.cursor is None or not read.by_score or generation == search.cursor.mark:
        return ()
    return (MOVED_ON,)
