"""A request -> a search with its names resolved -> results."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from zoneinfo import ZoneInfo

from service.article import Article
from service.correction import corrected_tree, has_or
from service.dates import DateRange, parse_zone, range_of
from service.engines import Searcher
from service.entity import ENTITY_TYPES
from service.errors import InvalidRequest, Problem
from service.letters import words_of
from service.limits import AS_DELIVERED, Limits
from service.parser import Parsed, parse_lenient, parse_strict
from service.query import (
    Cursor,
    Diagnostic,
    Filter,
    MatchMode,
    Node,
    Or,
    Search,
    Sort,
    Versions,
    mapped,
)
from service.result import Expansion, Facet, Histogram, Places, Results
from service.rewriting import (
    Lifted,
    called,
    dated,
    expanded_by,
    expansions,
    has_unranked,
    loosened,
    spelled,
)
from service.stages import Stage, note_query
from service.stores.entities import EntityStore

_MATCHES: tuple[MatchMode, ...] = ("all", "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A search as it is asked for: names instead of keys, dates as text, an opaque cursor read."""

    q: str = ""
    match: MatchMode = "auto"
    strict: bool = False
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: str | None = None
    end: str | None = None
    tz: str = "UTC"
    sort: Sort | None = None
    facets: tuple[str, ...] = ()
    facet_limit: int = 10
    contains: str = ""
    limit: int = 20
    cursor: Cursor | None = None
    expand: bool = True
    explain: bool = False
    exact: bool = False
    collapse: bool = False
    versions: Versions = "current"


class Finder:
    """Answers what is asked, over any engine.

    `half_life` is the age in days at which a score counts half; 0 for no such rule.
    """

    def __init__(
        self,
        engine: Searcher,
        entities: EntityStore,
        half_life: float = 0.0,
        limits: Limits = AS_DELIVERED,
    ) -> None:
        self._engine = engine
        self._entities = entities
        self._half_life = half_life
        self._limits = limits

    def search(self, ask: Ask) -> Results:
        """InvalidQuery in strict mode for a mistake; InvalidRequest for a bad date or cursor."""
        note_query(ask)
        parsed, search, expanded = self._prepare(ask)
        if ask.cursor is not None and ask.cursor.digest != search.digest:
            problem = Problem("cursor", "belongs to another search")
            raise InvalidRequest("The cursor belongs to another search", problems=(problem,))
        results = self._engine.search(search)
        note_query(ask, results.total)
        return replace(
            results,
            understood=str(parsed.tree) if parsed.tree is not None else "",
            expanded=expanded,
            did_you_mean=self._meant(ask, parsed.tree, search, results, expanded),
            diagnostics=(*parsed.diagnostics, *_unranked(search), *results.diagnostics),
        )

    def _meant(
        self,
        ask: Ask,
        tree: Node | None,
        search: Search,
        results: Results,
        expanded: tuple[Expansion, ...],
    ) -> str | None:
        """The query with the archive's words for unknown ones, if that finds more articles."""
        if tree is None or ask.cursor is not None:
            return None
        if results.total and results.match == "all" and not has_or(tree):
            return None  # what is found has every word
        known = {word for e in expanded for word in words_of(e.source)}
        meant = corrected_tree(tree, self._engine.vocabulary, known)
        if meant is None or len(str(meant)) > self._limits.longest_query:
            return None
        _, other, _ = self._prepare(replace(ask, q=str(meant), strict=False))
        matches = _MATCHES if ask.match == "auto" else (ask.match,)
        own = {results.match: results.total}
        finds_more = (
            self._total(other, match) > (own[match] if match in own else self._total(search, match))
            for match in matches
        )
        return str(meant) if any(finds_more) else None

    def _total(self, search: Search, match: MatchMode) -> int:
        # By date, so that nothing is ranked for it.
        unranked = replace(search, match=match, sort="newest", limit=1)
        bare = replace(unranked, facets=(), snippets=False, explain=False)
        return self._engine.search(bare).total

    def total(self, ask: Ask) -> int:
        """How many articles a search finds, at the cost of that alone."""
        _, search, _ = self._prepare(ask)
        return self._total(search, ask.match)

    def facets(self, ask: Ask) -> Mapping[str, Facet | Histogram]:
        """The facets of a search, without its hits."""
        note_query(ask)
        _, search, _ = self._prepare(ask)
        return self._engine.facets(search)

    def places(self, ask: Ask, article: Article, *, is_past: bool = False) -> Places:
        """Where what was asked for stands in a text of an article, read as the search reads it."""
        _, search, _ = self._prepare(ask)
        return self._engine.places(search, article, is_past=is_past)

    def _prepare(self, ask: Ask) -> tuple[Parsed, Search, tuple[Expansion, ...]]:
        with Stage("parse"):
            return self._parsed(ask)

    def _parsed(self, ask: Ask) -> tuple[Parsed, Search, tuple[Expansion, ...]]:
        _refuse_beyond(self._limits, ask)
        parsed = (parse_strict if ask.strict else parse_lenient)(ask.q, self._limits)
        zone = parse_zone(ask.tz)
        lifted = Lifted(dict(ask.filters), dict(ask.excluded), _asked_range(ask, zone))
        tree = lifted.lift(dated(parsed.tree, zone)) if parsed.tree is not None else None
        expanded = self._expanded(tree, ask.versions) if ask.expand else ()
        parsed, expanded = _within(self._limits, parsed, expanded)
        sort = ask.sort or ("relevance" if tree is not None else "newest")
        wide = expanded_by(tree, expanded)
        keys = cache(self._values)  # a name may stand in both trees, and often
        search = Search(
            tree=_resolved(wide, keys),
            any_tree=_resolved(loosened(wide) if wide is not None else None, keys),
            match=ask.match,
            filters=self._keys(lifted.filters),
            excluded=self._keys(lifted.excluded),
            published=lifted.published,
            sort=sort,
            facets=ask.facets,
            facet_limit=ask.facet_limit,
            contains=ask.contains,
            limit=ask.limit,
            cursor=ask.cursor,
            half_life=self._half_life,
            explain=ask.explain,
            exact=ask.exact,
            collapse=ask.collapse,
            versions=ask.versions,
            digest=_digest(ask, sort),
        )
        return parsed, search, expanded

    def _expanded(self, tree: Node | None, versions: Versions) -> tuple[Expansion, ...]:
        named = called(tree, self._entities.also_called) if self._entities.has_added() else ()
        return self._found_in_archive((*expansions(tree), *named), versions)

    def _found_in_archive(
        self, found: tuple[Expansion, ...], versions: Versions
    ) -> tuple[Expansion, ...]:
        """Only spellings that some article has: the others would be noise in the answer."""
        if not found:
            return ()
        occurring = self._engine.occurring({spelled(to) for e in found for to in e.to}, versions)
        kept = (replace(e, to=tuple(to for to in e.to if spelled(to) in occurring)) for e in found)
        return tuple(e for e in kept if e.to)

    def _keys(self, filters: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {
            name: tuple(key for value in values for key in self._values(name, value))
            for name, values in filters.items()
            if values
        }

    def _values(self, field_: str, value: str) -> tuple[str, ...]:
        for type_ in ENTITY_TYPES:
            if type_ == field_:
                found = self._entities.keys_of(type_, value)
                return found or self._entities.keys_spelled(type_, value)
        return (value,)


def _refuse_beyond(limits: Limits, ask: Ask) -> None:
    """InvalidRequest for a query, or for filters, of more than a setting allows."""
    problems = []
    if len(ask.q) > limits.longest_query:
        most = f"{limits.longest_query:,} characters (CUTTINGS_LONGEST_QUERY)"
        problems.append(Problem("q", f"has {len(ask.q):,}, a query may have {most}: shorten it"))
    given = (*ask.filters.items(), *((f"not.{name}", v) for name, v in ask.excluded.items()))
    for name, values in given:
        if len(values) > limits.most_filters:
            most = f"{limits.most_filters} values (CUTTINGS_MOST_FILTERS)"
            problems.append(Problem(name, f"has {len(values)}, a filter may have {most}"))
    if problems:
        raise InvalidRequest("More is asked for than may be", problems=tuple(problems))


def _within(
    limits: Limits, parsed: Parsed, expanded: tuple[Expansion, ...]
) -> tuple[Parsed, tuple[Expansion, ...]]:
    """Only so many other spellings; a diagnostic tells where there are more."""
    room = limits.most_spellings
    kept: list[Expansion] = []
    for each in expanded:
        if to := each.to[:room]:
            kept.append(replace(each, to=to))
        room -= len(to)
    if sum(len(each.to) for each in expanded) <= limits.most_spellings:
        return parsed, expanded
    told = f"more than {limits.most_spellings:,} other spellings: the rest was left out"
    diagnostics = (*parsed.diagnostics, Diagnostic(told, 0, 0))
    return replace(parsed, diagnostics=diagnostics), tuple(kept)


def _unranked(search: Search) -> tuple[Diagnostic, ...]:
    """An OR of words and filters has no common measure: what a filter alone finds comes last."""
    if search.sort != "relevance" or search.tree is None or not has_unranked(search.tree):
        return ()
    message = "what only a filter beside OR finds has no rank: it comes last"
    return (Diagnostic(message, 0, 0),)


def _resolved(node: Node | None, keys_of: Callable[[str, str], tuple[str, ...]]) -> Node | None:
    """The tree with entities' keys instead of their names."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Filter):
            return None
        keys = keys_of(part.field, part.value) or ("",)
        filters = tuple(Filter(part.field, key) for key in keys)
        return filters[0] if len(filters) == 1 else Or(filters)

    return mapped(node, change) if node is not None else None


def _asked_range(ask: Ask, zone: ZoneInfo) -> DateRange | None:
    if ask.start is None and ask.end is None:
        return None
    problems = []
    for name, text in (("from", ask.start), ("to", ask.end)):
        try:
            range_of(text, None, zone)
        except ValueError as exc:
            problems.append(Problem(name, str(exc)))
    if problems:
        raise InvalidRequest("A date cannot be read", problems=tuple(problems))
    return range_of(ask.start, ask.end, zone)


def _digest(ask: Ask, sort: Sort) -> str:
    """What a cursor must agree with: everything asked that decides which hits come in which order.

    As it was asked: what names stand for may change while somebody turns the pages.
    """
    decisive = (
        *(ask.q, ask.match, ask.expand, ask.start, ask.end, ask.tz, sort),
        *(ask.collapse, ask.versions),
        sorted(ask.filters.items()),
        sorted(ask.excluded.items()),
    )
    return hashlib.sha256(repr(decisive).encode("utf-8", "surrogatepass")).hexdigest()[:16]
