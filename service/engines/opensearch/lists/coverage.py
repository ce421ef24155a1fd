"""When and where an entity is named, counted by the cluster."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from service.archive import Archive
from service.engines.opensearch.documents import PARTED
from service.engines.opensearch.lists.asking import WholeArchive, naming
from service.engines.opensearch.lists.fields import term_of
from service.histogram import Days, Interval, bins
from service.result import Facet
from service.stores.coverage import (
    MOST_SOURCES,
    Count,
    Coverage,
    CoverageStore,
    Period,
    SourceCount,
)
from service.stores.entities import EntityDetail

# Nobody is named by more outlets.
_MOST_COUNTED = 10_000
# The score of an article is how often it names the entity.
_MENTIONS = {"mentions": {"sum": {"script": {"lang": "expression", "source": "_score"}}}}


class OpenSearchCoverage(CoverageStore):
    """Counts the articles of the cluster that name an entity."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._whole = whole

    def of(self, detail: EntityDetail, sources: Facet | None = None) -> Coverage:
        interval, days = _days(detail)
        aggs: dict[str, Any] = {"undated": {"missing": {"field": "day"}, "aggs": _MENTIONS}}
        if days:
            binned = {"field": interval, "interval": 1, "min_doc_count": 1}
            aggs["periods"] = {"histogram": binned, "aggs": _MENTIONS}
        if sources is None:
            aggs["sources"] = {"terms": {"field": "facet.source", "size": _MOST_COUNTED}}
        key = detail.entity.key
        counted = {"term": {"lists.mentions": term_of(key)}}
        scored = {"bool": {"must": [counted], "filter": [naming(key)]}}
        made = self._whole.asked(self._whole.articles, scored, aggs)
        named, more = _of_sources(made["sources"]) if sources is None else _of_facet(sources)
        periods = tuple(_periods(interval, days, made))
        return Coverage(interval, periods, _count(made["undated"]), named, more)


def _days(detail: EntityDetail) -> tuple[Interval, tuple[Days, ...]]:
    if detail.first_seen is None or detail.last_seen is None:
        return "year", ()
    return bins(detail.first_seen[:10], detail.last_seen[:10])


def _periods(interval: Interval, days: Sequence[Days], made: Mapping[str, Any]) -> Iterator[Period]:
    if not days:
        return
    counts = {int(each["key"]): _count(each) for each in made["periods"]["buckets"]}
    for each in days:
        yield Period(each, counts.get(_number(each.start, interval), Count(0, 0)))


def _number(start: str, interval: Interval) -> int:
    """As documents of articles count days, months and years."""
    day = date.fromisoformat(start)
    numbers = {"day": day.toordinal(), "month": day.year * 12 + day.month - 1, "year": day.year}
    return numbers[interval]


def _count(bucket: Mapping[str, Any]) -> Count:
    return Count(bucket["doc_count"], round(bucket["mentions"]["value"]))


def _of_sources(made: Mapping[str, Any]) -> tuple[tuple[SourceCount, ...], bool]:
    """Names that differ in case are one source."""
    names: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for each in made["buckets"]:
        compared, _, written = each["key"].partition(PARTED)
        names[compared].append(written)
        counts[compared] += each["doc_count"]
    found = (SourceCount(min(names[each]), counts[each]) for each in names)
    listed = sorted(found, key=lambda each: (-each.articles, each.name))
    return tuple(listed[:MOST_SOURCES]), len(listed) > MOST_SOURCES


def _of_facet(sources: Facet) -> tuple[tuple[SourceCount, ...], bool]:
    return tuple(SourceCount(each.label, each.count) for each in sources.values), sources.more
