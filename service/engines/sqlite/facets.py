"""Exact counts by field, and the histogram of publication dates, of what matches."""

import json
from collections.abc import Iterable
from datetime import date

import numpy as np

from service.database import Connection
from service.deadline import raise_if_late
from service.engines.fields import TEXT_LISTS
from service.engines.sqlite.columns.frequent import Counted, counted
from service.engines.sqlite.columns.parts import UNDATED
from service.engines.sqlite.columns.view import Columns, Matches
from service.engines.sqlite.selecting import Selected
from service.histogram import bins as dated_bins
from service.names import name_key
from service.query import Search
from service.result import Bin, Facet, FacetValue, Histogram

# To look at all values of so many articles, or of one in so many, is cheaper than to go through the
# common ones.
_FEW, _SHARE = 5_000, 14

# Whether the archive has a value just so; the indexes on these know no case.
IN_USE = {
    "source": "SELECT 1 FROM sources WHERE name = :text AND articles > 0",
    "language": """
SELECT 1 FROM articles WHERE language = :text COLLATE NOCASE AND language = :text LIMIT 1
""",
    "author": """
SELECT 1 FROM article_authors WHERE author = :text COLLATE NOCASE AND author = :text LIMIT 1
""",
    "mentions_date": "SELECT 1 FROM mentioned_dates WHERE date = :text LIMIT 1",
    # 0 is the sign after the slash.
    "topic": """
SELECT 1 FROM article_topics
WHERE topic >= :text COLLATE NOCASE AND topic < :text || '0' COLLATE NOCASE
  AND (topic = :text OR substr(topic, 1, length(:text) + 1) = :text || '/') LIMIT 1
""",
}
NAMES = "SELECT id, key, name FROM entities WHERE id IN (SELECT value FROM json_each(:ids))"


def count_facets(
    conn: Connection, columns: Columns, search: Search, selected: Selected
) -> dict[str, Facet | Histogram]:
    """The facets that `search` asks for, in the order asked."""
    return {name: _facet(conn, columns, search, selected, name) for name in search.facets}


def _facet(
    conn: Connection, columns: Columns, search: Search, selected: Selected, name: str
) -> Facet | Histogram:
    raise_if_late()
    matches = selected.less(name)
    if name == "published":
        return _histogram(columns, matches)
    # One more than is shown tells whether there are others.
    number = search.facet_limit + 1
    if search.contains:
        every = _counted(columns, matches, name, None)
        values = _containing(_named(conn, columns, name, every), search.contains, name)
    else:
        highest = _highest(_counted(columns, matches, name, number), number)
        values = _ordered(_named(conn, columns, name, highest))
    return Facet(tuple(values[: search.facet_limit]), more=len(values) > search.facet_limit)


def _counted(columns: Columns, matches: Matches, name: str, number: int | None) -> Counted:
    """The values of matching articles; of very many, at least those with the highest counts."""
    lists = columns.lists[name]
    if number is None or matches.number < max(_FEW, columns.base // _SHARE):
        return counted(lists, matches.positions)
    base = columns.base
    late = counted(lists, np.flatnonzero(matches.mask[base:]) + base)
    highest = columns.frequent(name).highest(matches.mask, number, late)
    return highest if highest is not None else counted(lists, matches.positions)


def _highest(found: Counted, number: int) -> Counted:
    """The highest counts, and all that are as high as the last of them."""
    numbers, counts = found
    if len(counts) <= number:
        return found
    kept = counts >= np.partition(counts, len(counts) - number)[len(counts) - number]
    return Counted(numbers[kept], counts[kept])


def _containing(values: list[FacetValue], contains: str, name: str) -> list[FacetValue]:
    # Of a date the hyphens count: 01-8 is no part of 2018.
    fold = str.strip if name == "mentions_date" else name_key
    wanted = fold(contains)
    return [value for value in _ordered(values) if wanted in fold(value.label)]


def _ordered(values: list[FacetValue]) -> list[FacetValue]:
    return sorted(values, key=lambda each: (-each.count, each.label, each.value))


def _named(conn: Connection, columns: Columns, name: str, found: Counted) -> list[FacetValue]:
    pairs = [*zip(found.numbers.tolist(), found.counts.tolist(), strict=True)]
    if name in TEXT_LISTS:
        texts = columns.texts[name]
        labels = {number: texts.labels[number] for number, _ in pairs}
        for number in labels.keys() & texts.spellings.keys():
            labels[number] = _first_in_use(conn, name, texts.spellings[number])
        return [FacetValue(labels[number], labels[number], count) for number, count in pairs]
    asked = {"ids": json.dumps(found.numbers.tolist())}
    names = {id_: (key, label) for id_, key, label in conn.execute(NAMES, asked)}
    # Another program may have replaced an entity, and left what named it.
    return [FacetValue(*names[number], count) for number, count in pairs if number in names]


def _first_in_use(conn: Connection, name: str, spellings: Iterable[str]) -> str:
    """What a value is called that the archive writes in several ways."""
    ordered = sorted(spellings)
    for spelling in ordered:
        if conn.execute(IN_USE[name], {"text": spelling}).fetchone() is not None:
            return spelling
    return ordered[0]


def _histogram(columns: Columns, matches: Matches) -> Histogram:
    days = columns.days[matches.positions]
    undated = int(np.count_nonzero(days == UNDATED))
    if undated == len(days):
        return Histogram("year", (), undated)
    first = date.fromordinal(int(days[days != UNDATED].min()))
    last = date.fromordinal(int(days.max()))
    interval, bins = dated_bins(first.isoformat(), last.isoformat())
    starts = np.array([date.fromisoformat(each.start).toordinal() for each in bins])
    # By days first: there are fewer of them than of articles.
    by_day = np.bincount(days[days != UNDATED])
    ends = [*starts[1:].tolist(), len(by_day)]
    counts = [
        int(by_day[start:end].sum()) for start, end in zip(starts.tolist(), ends, strict=True)
    ]
    values = tuple(Bin(*each, count) for each, count in zip(bins, counts, strict=True))
    return Histogram(interval, values, undated)
