"""Counts by field and the histogram of publication dates, as aggregations of a page's request."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from service.engines.fields import TEXT_LISTS
from service.engines.opensearch.compiling import EVERYTHING, Query, every
from service.engines.opensearch.documents import PARTED
from service.histogram import Interval
from service.histogram import bins as dated_bins
from service.names import name_key
from service.query import Search
from service.result import Bin, Facet, FacetValue, Histogram

# Of more values the commonest are counted, and the cluster says by how much it may be wrong.
_MOST_VALUES, _MOST_LOOKED_THROUGH = 1_000, 10_000

# A rare spelling of a common value may not be among those that are counted.
_SPELLED = frozenset(TEXT_LISTS) - {"mentions_date"}

# Entities' keys -> their names; those that are gone are left out.
Names = Callable[[Collection[str]], Mapping[str, str]]


class Days(NamedTuple):
    """The first and last day of what matches, counted from the year 1; None if none is known."""

    first: int | None
    last: int | None


NO_DAYS = Days(None, None)
DAYS: Mapping[str, Any] = {"first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}}


def days_of(answered: Mapping[str, Any]) -> Days:
    """What the aggregations `DAYS` answered."""
    first, last = answered["first"]["value"], answered["last"]["value"]
    return Days(int(first), int(last)) if first is not None else NO_DAYS


def aggregations(search: Search, fields: Mapping[str, Query], days: Days) -> dict[str, Any]:
    """What counts the facets that `search` asks for; `fields` are the filters on each field.

    A field's counts do not depend on its own filters.
    """
    asked: dict[str, Any] = {}
    for name in search.facets:
        others = [query for other, query in fields.items() if other != name]
        aggs = _histogram(days) if name == "published" else _values(search, name)
        asked[f"facet {name}"] = {"filter": every(others) if others else EVERYTHING, "aggs": aggs}
    return asked


def other_days(answered: Mapping[str, Any], days: Days) -> Days | None:
    """Those of a histogram, where they need other bins than the `days` that it was asked for with:
    others may write between a survey and what is counted.
    """
    if "facet published" not in answered:
        return None
    found = days_of(answered["facet published"])
    return found if _interval(found) not in (None, _interval(days)) else None


def facets_of(
    search: Search, answered: Mapping[str, Any], names: Names
) -> dict[str, Facet | Histogram]:
    """The facets in the order asked, from what the aggregations answered."""
    found = {name: answered[f"facet {name}"] for name in search.facets}
    entities = [name for name in search.facets if name not in (*TEXT_LISTS, "published")]
    shown = {key for name in entities for key in _shown(search, _buckets(found[name]))}
    known = dict(names(shown)) if shown else {}
    for name in entities:
        keys = {each["key"] for each in _buckets(found[name])}
        if len(known.keys() & keys) <= search.facet_limit and not keys <= shown:
            known |= names(keys)  # too many of them are gone
    return {name: _facet(search, name, each, known) for name, each in found.items()}


def _values(search: Search, name: str) -> dict[str, Any]:
    size = _MOST_LOOKED_THROUGH if search.contains else max(_MOST_VALUES, search.facet_limit + 1)
    counted = {"field": f"facet.{name}", "size": size, "show_term_doc_count_error": True}
    return {"values": {"terms": counted}}


def _histogram(days: Days) -> dict[str, Any]:
    asked = {"undated": {"missing": {"field": "day"}}, **DAYS}
    interval = _interval(days)
    if interval is None:
        return asked
    counted = {"field": interval, "interval": 1, "min_doc_count": 1}
    return {**asked, "bins": {"histogram": counted}}


def _interval(days: Days) -> Interval | None:
    if days.first is None or days.last is None:
        return None
    return dated_bins(_iso(days.first), _iso(days.last))[0]


def _buckets(answered: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = answered["values"]["buckets"]
    return found


def _shown(search: Search, buckets: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys of those values, the commonest first, that may be shown, and of one more."""
    if search.contains or len(buckets) <= search.facet_limit:
        return [each["key"] for each in buckets]
    fewest = buckets[search.facet_limit]["doc_count"]
    return [each["key"] for each in buckets if each["doc_count"] >= fewest]


def _facet(
    search: Search, name: str, answered: Mapping[str, Any], known: Mapping[str, str]
) -> Facet | Histogram:
    if name == "published":
        return _histogram_of(answered)
    found = answered["values"]
    values = _ordered(_named(name, found["buckets"], known))
    if search.contains:
        # Of a date the hyphens count: 01-8 is no part of 2018.
        fold = str.strip if name == "mentions_date" else name_key
        wanted = fold(search.contains)
        values = [value for value in values if wanted in fold(value.label)]
    shown = tuple(values[: search.facet_limit])
    is_exact = not found["sum_other_doc_count"] or (
        not search.contains and _are_exact(name, shown, found)
    )
    return Facet(shown, more=len(values) > search.facet_limit, exact=is_exact)


def _are_exact(name: str, shown: Sequence[FacetValue], found: Mapping[str, Any]) -> bool:
    """Whether nothing of the values that were not looked through can be missing from these."""
    if name in _SPELLED or not shown:
        return False
    missed = {
        each["key"].rpartition(PARTED)[2]: each["doc_count_error_upper_bound"]
        for each in found["buckets"]
    }
    least = shown[-1].count
    return least >= found["doc_count_error_upper_bound"] and not any(
        missed[each.value] for each in shown
    )


def _named(
    name: str, buckets: Iterable[Mapping[str, Any]], known: Mapping[str, str]
) -> list[FacetValue]:
    counts = {each["key"]: each["doc_count"] for each in buckets}
    if name not in TEXT_LISTS:
        return [FacetValue(key, known[key], n) for key, n in counts.items() if key in known]
    # What is written in several ways is one value.
    spellings: dict[str, list[str]] = defaultdict(list)
    totals: dict[str, int] = defaultdict(int)
    for parted, count in counts.items():
        key, _, written = parted.partition(PARTED)
        spellings[key].append(written)
        totals[key] += count
    return [FacetValue(min(each), min(each), totals[key]) for key, each in spellings.items()]


def _ordered(values: list[FacetValue]) -> list[FacetValue]:
    return sorted(values, key=lambda each: (-each.count, each.label, each.value))


def _histogram_of(answered: Mapping[str, Any]) -> Histogram:
    undated, days = answered["undated"]["doc_count"], days_of(answered)
    if days.first is None or days.last is None:
        return Histogram("year", (), undated)
    interval, bins = dated_bins(_iso(days.first), _iso(days.last))
    counts = {int(each["key"]): each["doc_count"] for each in answered["bins"]["buckets"]}
    values = tuple(Bin(*each, counts.get(_number(each.start, interval), 0)) for each in bins)
    return Histogram(interval, values, undated)


def _number(start: str, interval: Interval) -> int:
    day = date.fromisoformat(start)
    numbers = {"day": day.toordinal(), "month": day.year * 12 + day.month - 1, "year": day.year}
    return numbers[interval]


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
