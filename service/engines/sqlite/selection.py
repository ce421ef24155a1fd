"""Search -> a SELECT of the ids that match: text index, filters, dates and the cursor's mark.

The SQL is put together from the fixed pieces below; every value from outside is bound.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.database import Connection
from service.dates import DateRange
from service.engines.sqlite.match import (
    CURRENT,
    INDEXES,
    PAST,
    PIECES,
    STEMS,
    WORDS,
    Index,
    index_of,
    match_of,
    unstemmed,
    wanted,
)
from service.engines.sqlite.respelling import respelled
from service.query import (
    And,
    Dated,
    Filter,
    In,
    Node,
    Or,
    Search,
    Versions,
    Without,
    leaves_of,
)

# Values of a facet field, a JSON list -> the articles that have any. Names compare without case.
FILTERS = {
    "source": """SELECT a.id FROM articles a JOIN sources s ON s.id = a.source_id
        WHERE s.name COLLATE NOCASE IN (SELECT value FROM json_each({values}))""",
    "language": """SELECT id FROM articles
        WHERE language COLLATE NOCASE IN (SELECT value FROM json_each({values}))""",
    "author": """SELECT article_id FROM article_authors
        WHERE author COLLATE NOCASE IN (SELECT value FROM json_each({values}))""",
    # `economy` includes `economy/…`: 0 is the sign after the slash.
    "topic": """SELECT article_id FROM json_each({values}) CROSS JOIN article_topics
        ON topic = value COLLATE NOCASE
        OR (topic >= value || '/' COLLATE NOCASE AND topic < value || '0' COLLATE NOCASE)""",
    # `2018` includes `2018-…`: the full stop is the sign after the hyphen, and before all digits.
    "mentions_date": """SELECT article_id FROM json_each({values}) CROSS JOIN mentioned_dates
        ON date >= value AND date < value || '.'""",
}
ENTITY_FILTER = """SELECT ae.article_id FROM json_each({values}) CROSS JOIN entities e
    ON e.key = value AND e.type = '{type}'
    CROSS JOIN article_entities ae ON ae.entity_id = e.id"""
FILTERS |= {t: ENTITY_FILTER.replace("{type}", t) for t in ("person", "organization", "place")}

# Of some articles only the day is known: days compare with days, instants with instants. The
# outer bounds hold for both, so that the index on dates serves.
PUBLISHED = """SELECT id FROM articles
    WHERE published_at >= min({first_day}, {start}) AND published_at <= max({last_day}, {end})
    AND CASE published_precision
    WHEN 'day' THEN published_at BETWEEN {first_day} AND {last_day}
    ELSE published_at >= {start} AND published_at < {end} END"""
ADDED_LATER = "SELECT id FROM articles WHERE added_in > {mark}"
TEXT_IDS = "SELECT rowid AS id FROM {index} WHERE {where}"
PLAIN_IDS = "SELECT id FROM {source} WHERE {where}"
ARTICLES = "articles"
MATCHING = "{text} IN (SELECT rowid FROM {index} WHERE {index} MATCH {match})"
# The few past texts that match lead to their articles.
IN_ANY_VERSION = """({current} UNION
  SELECT a.id FROM versions v CROSS JOIN articles a ON a.key = v.article_key WHERE {past})"""
# All but the first of each group of near copies among what matches.
HIDDEN = """SELECT article_id FROM (
    SELECT article_id, min(article_id) OVER (PARTITION BY group_id) AS shown
    FROM ({ids}) m CROSS JOIN copies ON article_id = m.id
  ) WHERE article_id > shown"""
_BEFORE_ALL, _AFTER_ALL = "", "~"
EVERYTHING = "1"
# Of these the stems of English words are no business. A partial index holds them; left to itself
# the planner reads the whole index of languages.
FOREIGN = """SELECT id FROM articles INDEXED BY articles_not_english
    WHERE language IS NOT NULL AND substr(lower(language), 1, 2) <> 'en'"""
ANY_FOREIGN = f"{FOREIGN} LIMIT 1"


@dataclass(frozen=True, slots=True)
class Reading:
    """A tree as this archive reads it; `foreign` is how it reads articles that are not English.

    That is None when it is no other tree, or when all articles are English. `past` is how past
    texts are read; None when they are not.
    """

    tree: Node | None
    foreign: Node | None = None
    past: "Reading | None" = None


def read_in(conn: Connection, tree: Node | None, versions: Versions) -> Reading:
    """The tree in the archive's spellings, and without stems for what is not English."""
    if tree is None:
        return Reading(None)
    reading = _with_foreign(conn, respelled(conn, tree))
    if versions == "current" or not any(leaves_of(tree)):
        return reading
    return replace(reading, past=_with_foreign(conn, respelled(conn, tree, is_past=True)))


def _with_foreign(conn: Connection, written: Node) -> Reading:
    if conn.execute(ANY_FOREIGN).fetchone() is None:
        return Reading(written)
    exact = unstemmed(written)
    return Reading(written, exact if exact != written else None)


@dataclass(frozen=True, slots=True)
class Selection:
    """A condition on `{id}` with its values, and the MATCH of each index that ranks, if any.

    `index` tells that one index selects as well as ranks; its MATCH is `:rank`. If none does, the
    ids are those of `source`.
    """

    condition: str
    values: dict[str, Any]
    ranks: Mapping[Index, str]
    index: Index | None
    source: str = ARTICLES

    @property
    def is_everything(self) -> bool:
        return not self.index and self.source == ARTICLES and self.condition == EVERYTHING

    @property
    def ids(self) -> str:
        """SQL: a SELECT of the matching article ids, as `id`."""
        if self.index:
            return TEXT_IDS.replace("{index}", self.index).replace("{where}", self.on("rowid"))
        return PLAIN_IDS.replace("{source}", self.source).replace("{where}", self.on("id"))

    def on(self, column: str) -> str:
        """The whole WHERE over a table whose article id is called `column`."""
        if not self.index:
            return self.condition.replace("{id}", column)
        # The plus keeps a filter's ids away from the text index, which would be asked for each.
        return f"{self.index} MATCH :rank AND " + self.condition.replace("{id}", f"+{column}")

    def less_copies(self, chosen: "Selection") -> "Selection":
        """The same without near copies of what comes before them in `chosen`."""
        hidden = HIDDEN.replace("{ids}", chosen.ids)
        condition = f"{self.condition} AND {{id}} NOT IN ({hidden})"
        return replace(self, condition=condition, values=self.values | chosen.values)


@dataclass(slots=True)
class _Builder:
    """Conditions on `{id}`, an article's, and `{text}`, that of its current or a past text."""

    prefix: str = "v"
    values: dict[str, Any] = field(default_factory=dict)
    indexes: Mapping[Index, str] = field(default_factory=lambda: CURRENT)

    def bind(self, value: Any) -> str:
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def among(self, field_: str, values: Iterable[str]) -> str:
        listed = self.bind(json.dumps(list(values)))
        return f"{{id}} IN ({FILTERS[field_].replace('{values}', listed)})"

    def published(self, dates: DateRange) -> str:
        bounds = {
            "first_day": dates.first_day or _BEFORE_ALL,
            "last_day": dates.last_day or _AFTER_ALL,
            "start": dates.start or _BEFORE_ALL,
            "end": dates.end or _AFTER_ALL,
        }
        sql = PUBLISHED
        for name, value in bounds.items():
            sql = sql.replace(f"{{{name}}}", self.bind(value))
        return f"{{id}} IN ({sql})"

    def reading(self, reading: Reading) -> str:
        """A tree as a condition, which an article that is not English meets as it is written."""
        assert reading.tree is not None  # noqa: S101 - looked at by selection()
        if reading.foreign is None:
            return self.tree(reading.tree)
        english = f"{{id}} NOT IN ({FOREIGN}) AND {self.tree(reading.tree)}"
        return f"({english} OR {{id}} IN ({FOREIGN}) AND {self.tree(reading.foreign)})"

    def past(self, reading: Reading) -> str:
        """The same of past texts."""
        past = _Builder(self.prefix, self.values, PAST)
        return past.reading(reading).replace("{id}", "a.id").replace("{text}", "v.id")

    def tree(self, node: Node) -> str:
        """A tree as a condition of SQL, for what MATCH cannot say."""
        if index := index_of(node):
            match = self.bind(match_of(node))
            return MATCHING.replace("{index}", self.indexes[index]).replace("{match}", match)
        match node:
            case Filter(name, value):
                return self.among(name, (value,))
            case Dated(range=dates):
                return self.published(dates)
            case And(parts):
                return _joined(" AND ", [self.tree(p) for p in dict.fromkeys(parts)])
            case Or(parts):
                return _joined(" OR ", [self.tree(p) for p in dict.fromkeys(parts)])
            case In(name, part):
                return self.tree(_pushed_down(name, part))
            case Without(kept, excluded):
                left = self.tree(kept) if kept is not None else "1"
                return f"({left} AND NOT {self.tree(excluded)})"
            case _:
                raise TypeError(f"{node!r} cannot be selected by")


def _joined(joint: str, parts: list[str]) -> str:
    """Halves joined in parentheses: SQLite takes a thousand levels, and a long chain is as deep."""
    if len(parts) < 3:
        return f"({joint.join(parts)})"
    middle = len(parts) // 2
    return f"({_joined(joint, parts[:middle])}{joint}{_joined(joint, parts[middle:])})"


def _pushed_down(name: str, node: Node) -> Node:
    """A field's limit on each part instead of on the whole, whose parts need both indexes."""
    match node:
        case And(parts):
            return And(tuple(In(name, part) for part in parts))
        case Or(parts):
            return Or(tuple(In(name, part) for part in parts))
        case Without(kept, excluded) if kept is not None:
            return Without(In(name, kept), In(name, excluded))
        case _:
            return node


def selection(search: Search, reading: Reading) -> Selection:
    """What `search` selects when its text is read so."""
    if reading.past is None:
        build = _Builder()
        index, text = _by_text(build, reading)
        return _selected(build, reading, index, [*text, *_by_filters(build, search)])
    # Not `v`: the same without past texts may stand in one statement with it.
    build = _Builder("p")
    index, text = _by_text(build, reading)
    current = _selected(build, reading, index, text)
    source = IN_ANY_VERSION.replace("{current}", current.ids)
    source = source.replace("{past}", build.past(reading.past))
    either = _selected(build, reading, None, _by_filters(build, search))
    return replace(either, source=source, values=current.values | either.values)


def _by_text(build: _Builder, reading: Reading) -> tuple[Index | None, list[str]]:
    """The index that selects, if one can, and what else must hold of the current text."""
    tree = reading.tree
    index = index_of(tree) if tree is not None else None
    if tree is not None and reading.foreign is not None and index and not _excludes(tree):
        # Whoever has the word as it is written has its stem: the one index still selects.
        exact = build.tree(reading.foreign)
        return index, [f"({{id}} NOT IN ({FOREIGN}) OR {exact})"]
    if tree is not None and (index is None or reading.foreign is not None):
        return None, [build.reading(reading)]
    return index, []


def _by_filters(build: _Builder, search: Search) -> list[str]:
    conditions = [build.among(name, values) for name, values in search.filters.items()]
    conditions += [f"NOT {build.among(name, v)}" for name, v in search.excluded.items() if v]
    if search.published is not None:
        conditions.append(build.published(search.published))
    if search.cursor is not None:
        later = ADDED_LATER.replace("{mark}", build.bind(search.cursor.mark))
        conditions.append(f"{{id}} NOT IN ({later})")
    return conditions


def _selected(
    build: _Builder, reading: Reading, index: Index | None, conditions: list[str]
) -> Selection:
    ranks = _ranks(reading.tree, index)
    rank = {"rank": ranks[index]} if index else {}
    condition = " AND ".join(conditions).replace("{text}", "{id}") or EVERYTHING
    return Selection(condition, build.values | rank, ranks, index)


def past_texts(reading: Reading) -> tuple[str, dict[str, Any]]:
    """A condition on `v.id`, a past text of the article `a.id`, with its values."""
    assert reading.past is not None  # noqa: S101 - looked at by the caller
    build = _Builder("p")
    return build.past(reading.past), build.values


def _ranks(tree: Node | None, index: Index | None) -> Mapping[Index, str]:
    """What ranks: the MATCH that selects, or else any of the words that are looked for.

    Words as written are then looked for by their stems too: scores of two indexes do not compare.
    """
    if tree is None:
        return {}
    if index:
        return {index: match_of(tree)}
    found = {name: wanted(tree, name) for name in INDEXES}
    latin = " OR ".join(match for name in (STEMS, WORDS) if (match := found[name]))
    ranks: dict[Index, str | None] = {STEMS: latin or None, PIECES: found[PIECES]}
    return {name: match for name, match in ranks.items() if match}


def _excludes(node: Node) -> bool:
    match node:
        case Without():
            return True
        case And(parts) | Or(parts):
            return any(map(_excludes, parts))
        case In(_, part):
            return _excludes(part)
        case _:
            return False


def without_filter(search: Search, field_: str) -> Search:
    """The same search less the filters on one field, whose counts must not depend on them."""
    return replace(
        search,
        filters={n: v for n, v in search.filters.items() if n != field_},
        excluded={n: v for n, v in search.excluded.items() if n != field_},
    )
