"""Exact counts by field, and the histogram of publication dates, of a selection."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable

from service.database import Connection
from service.engines.sqlite.selection import Reading, Selection, selection, without_filter
from service.entity import ENTITY_TYPES
from service.histogram import bins as dated_bins
from service.names import name_key
from service.query import Search
from service.result import Bin, Facet, FacetValue, Histogram

# The matching articles are found once and then drive the join: left to itself the planner may ask
# the text index again for every row of the other side.
MATCHING = "WITH RECURSIVE matching(id) AS MATERIALIZED ({ids}) "
# Field -> (value, label, count) of the matching articles. Names that differ in case are one value,
# as they are for a filter.
ENTITY_COUNTS = """
SELECT e.key AS value, e.name AS label, count(*) AS count
FROM matching CROSS JOIN article_entities ae ON ae.article_id = matching.id
CROSS JOIN entities e ON e.id = ae.entity_id
WHERE e.type = '{type}' GROUP BY e.id
"""
COUNTS = {
    "source": """
SELECT min(s.name) AS value, min(s.name) AS label, count(*) AS count
FROM matching CROSS JOIN articles a ON a.id = matching.id
CROSS JOIN sources s ON s.id = a.source_id GROUP BY s.name COLLATE NOCASE
""",
    "author": """
SELECT min(author) AS value, min(author) AS label, count(DISTINCT article_id) AS count
FROM matching CROSS JOIN article_authors ON article_id = matching.id
GROUP BY author COLLATE NOCASE
""",
    # An article on `economy/trade` is one on `economy` as well: the inner rtrim leaves what comes
    # before the last slash.
    "topic": """
, filed(id, topic) AS (
  SELECT article_id, topic FROM matching CROSS JOIN article_topics ON article_id = matching.id
  UNION
  SELECT id, rtrim(rtrim(topic, replace(topic, '/', '')), '/') FROM filed WHERE instr(topic, '/')
)
SELECT min(topic) AS value, min(topic) AS label, count(DISTINCT id) AS count
FROM filed WHERE topic <> '' GROUP BY topic COLLATE NOCASE
""",
    "language": """
SELECT min(language) AS value, min(language) AS label, count(*) AS count
FROM matching CROSS JOIN articles a ON a.id = matching.id
WHERE language IS NOT NULL GROUP BY language COLLATE NOCASE
""",
    # An article that mentions a day mentions its month and its year as well.
    "mentions_date": """
, sizes(size) AS (VALUES (4), (7), (10))
SELECT value, value AS label, count(*) AS count FROM (
  SELECT DISTINCT article_id, substr(date, 1, size) AS value
  FROM matching CROSS JOIN mentioned_dates ON article_id = matching.id
  CROSS JOIN sizes WHERE size <= length(date)
) GROUP BY value
""",
}
COUNTS |= {type_: ENTITY_COUNTS.replace("{type}", type_) for type_ in ENTITY_TYPES}
ORDERED = "ORDER BY count DESC, label, value"
DAYS = """
SELECT substr(published_at, 1, 10) AS day, count(*) AS count
FROM matching CROSS JOIN articles a ON a.id = matching.id GROUP BY day
"""


def count_facets(
    conn: Connection, search: Search, reading: Reading
) -> dict[str, Facet | Histogram]:
    """The facets that `search` asks for, in the order asked."""
    return {name: _facet(conn, search, reading, name) for name in search.facets}


def _facet(conn: Connection, search: Search, reading: Reading, name: str) -> Facet | Histogram:
    chosen = selection(without_filter(search, name), reading)
    if name == "published":
        return _histogram(conn, chosen)
    matching = MATCHING.replace("{ids}", chosen.ids)
    rows = conn.execute(matching + COUNTS[name] + ORDERED, chosen.values)
    # Of a date the hyphens count: 01-8 is no part of 2018.
    fold: Callable[[str], str] = str.strip if name == "mentions_date" else name_key
    wanted = fold(search.contains)
    values: list[FacetValue] = []
    for row in rows:
        if wanted and wanted not in fold(row["label"]):
            continue
        if len(values) == search.facet_limit:
            return Facet(tuple(values), more=True)
        values.append(FacetValue(row["value"], row["label"], row["count"]))
    return Facet(tuple(values), more=False)


def _histogram(conn: Connection, chosen: Selection) -> Histogram:
    rows = conn.execute(MATCHING.replace("{ids}", chosen.ids) + DAYS, chosen.values)
    days = {row["day"]: row["count"] for row in rows}
    undated = days.pop(None, 0)
    if not days:
        return Histogram("year", (), undated)
    interval, bins = dated_bins(min(days), max(days))
    starts = [each.start for each in bins]
    counts: Counter[int] = Counter()
    for day, count in days.items():
        counts[bisect(starts, day)] += count
    values = tuple(Bin(*each, counts[number]) for number, each in enumerate(bins, start=1))
    return Histogram(interval, values, undated)
