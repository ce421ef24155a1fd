"""Tree -> query of the cluster that finds what FTS5 finds by the same tree; nothing is scored here.

User text only ever stands in values, as terms that are cut already, so no text can be a mistake.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from service.dates import DateRange
from service.engines.fields import day_of, instant_of
from service.engines.leaves import pushed_down
from service.engines.opensearch.documents import compared
from service.engines.opensearch.mapping import RANKED
from service.engines.opensearch.runs import Run, Sought, sought
from service.query import And, Dated, Filter, In, Node, Or, Without

Query = dict[str, Any]

EVERYTHING: Query = {"match_all": {}}
NOTHING: Query = {"match_none": {}}
# Words of one beginning that are looked for behind others, as in `Song-gi*`; alone there is no end.
_MOST_BEGINNINGS = 10_000
# And such as count for a score: each is a clause of its own.
_MOST_COUNTED = 50


def query_of(node: Node | None) -> Query:
    """Which articles a tree matches; None is all of them."""
    match node:
        case None:
            return EVERYTHING
        case And(parts):
            return every([query_of(part) for part in dict.fromkeys(parts)])
        case Or(parts):
            return either([query_of(part) for part in dict.fromkeys(parts)])
        case Without(kept, excluded):
            left = [query_of(kept)] if kept is not None else []
            return {"bool": {"filter": left, "must_not": [query_of(excluded)]}}
        case Filter(name, value):
            return with_values(name, (value,))
        case Dated(range=dates):
            return published_in(dates)
        case In(name, part) if isinstance(part, And | Or | Without | Filter | Dated):
            return query_of(pushed_down(name, part))
        case _:
            found = sought(node)
            return texts_with(found) if found is not None else NOTHING


def every(queries: Sequence[Query]) -> Query:
    """What all of the queries find."""
    return queries[0] if len(queries) == 1 else {"bool": {"filter": [*queries]}}


def either(queries: Sequence[Query]) -> Query:
    """What any of the queries finds: terms of one field by one list of them, which is a single
    clause however long it is.
    """
    listed: dict[str, list[str]] = defaultdict(list)
    others: list[Query] = []
    for query in _sides(queries):
        match query:
            case {"term": asked}:
                ((field, said),) = asked.items()
                listed[field].append(said["value"])
            case {"terms": asked}:
                ((field, terms),) = asked.items()
                listed[field] += terms
            case _:
                others.append(query)
    lists = [{"terms": {field: [*dict.fromkeys(terms)]}} for field, terms in listed.items()]
    sides = [*lists, *others]
    return sides[0] if len(sides) == 1 else {"bool": {"should": sides}}


def _sides(queries: Iterable[Query]) -> Iterator[Query]:
    """The queries, with those apart that are themselves nothing but several of which any holds."""
    for query in queries:
        match query:
            case {"bool": {"should": sides, **rest}} if not rest:
                yield from _sides(sides)
            case _:
                yield query


def texts_with(found: Sought) -> Query:
    """What a leaf finds."""
    if found.terms:
        return _with_terms(found.terms)
    fields = [f"{found.index}.{column}" for column in found.columns]
    queries = [
        _in_field(field, runs, found.distance) for runs in found.readings for field in fields
    ]
    inside = [texts_with(found.inside)] if found.inside is not None and found.inside.runs else []
    return either([*queries, *inside])


def _with_terms(terms: Iterable[str]) -> Query:
    return {"terms": {RANKED: [*dict.fromkeys(terms)]}}


def _in_field(field: str, runs: tuple[Run, ...], distance: int | None) -> Query:
    if len(runs) == 1:
        return run_in(field, runs[0])
    return near_in(field, runs, distance or 0)


def run_in(field: str, run: Run) -> Query:
    """One run in one field."""
    if run.is_beginning and len(run.terms) == 1:
        return {"prefix": {field: {"value": run.terms[0]}}}
    return counted_in(field, run, 1.0, _MOST_BEGINNINGS)


def counted_in(field: str, run: Run, boost: float, most: int = _MOST_COUNTED) -> Query:
    """The same as a query whose score tells how often the run is there."""
    text = " ".join(run.terms)
    if run.is_beginning:
        return {
            "match_phrase_prefix": {field: {"query": text, "max_expansions": most, "boost": boost}}
        }
    if len(run.terms) == 1:
        return {"term": {field: {"value": text, "boost": boost}}}
    return {"match_phrase": {field: {"query": text, "boost": boost}}}


def near_in(field: str, runs: tuple[Run, ...], distance: int) -> Query:
    """Several runs in any order.

    FTS5 counts all words between the first run and the last, the cluster only those of no run.
    """
    sizes = sorted(len(run.terms) for run in runs)
    gaps = distance - sum(sizes[:-2])
    if gaps < 0:
        return NOTHING
    parts = [_interval(run) for run in runs]
    together = {"intervals": parts, "ordered": False, "max_gaps": gaps}
    return {"intervals": {field: {"all_of": together}}}


def _interval(run: Run) -> Query:
    if not run.is_beginning:
        return _side_by_side(run.terms)
    *before, last = run.terms
    begun = {"prefix": {"prefix": last}}
    if not before:
        return begun
    return {"all_of": {"intervals": [_side_by_side(before), begun], "ordered": True, "max_gaps": 0}}


def _side_by_side(terms: Iterable[str]) -> Query:
    return {"match": {"query": " ".join(terms), "ordered": True, "max_gaps": 0}}


def with_values(field: str, values: Iterable[str]) -> Query:
    """Articles with any of the values in a facet field; entities by their keys."""
    return {"terms": {f"is.{field}": [compared(field, value) for value in values]}}


def published_in(dates: DateRange) -> Query:
    """Days compare with articles of which only the day is known, instants with instants."""
    days = {
        "gte": day_of(dates.first_day) if dates.first_day else None,
        "lte": day_of(dates.last_day) if dates.last_day else None,
    }
    instants = {
        "gte": instant_of(dates.start) if dates.start else None,
        "lt": instant_of(dates.end) if dates.end else None,
    }
    timed = {"exists": {"field": "instant"}}
    by_day = {"bool": {"filter": [_range("day", days)], "must_not": [timed]}}
    return either([by_day, _range("instant", instants)])


def _range(field: str, bounds: dict[str, int | None]) -> Query:
    # Without a bound a range is whatever has a value.
    return {"range": {field: {name: at for name, at in bounds.items() if at is not None}}}
