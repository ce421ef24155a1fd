"""What a search must answer, slowly and obviously: from the rows, with sets and loops.

It shares with the engine only what is held elsewhere: how a leaf of a tree is written for FTS5, and
in which spellings an archive is asked. All else is said here once more, the plain way.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby, pairwise
from typing import cast

from service.database import Connection
from service.dates import DateRange, Moment, Precision
from service.engines.leaves import (
    as_typed,
    bare,
    index_of,
    is_form,
    unstemmed,
    wanted_leaves,
    wanted_words,
)
from service.engines.sqlite.match import match_of
from service.engines.sqlite.respelling import respelled
from service.histogram import bins
from service.in_memory import memory
from service.names import name_key
from service.query import (
    TEXT_FIELDS,
    And,
    Dated,
    Filter,
    In,
    Near,
    Node,
    Or,
    Phrase,
    Prefix,
    Search,
    Without,
    Word,
    leaves_of,
    mapped,
)
from service.result import Bin, Facet, FacetValue, Histogram
from service.stores.slots import SLOTS_A_DAY, UNDATED_ROOM, natural_slot

FIELDS = ("title", "standfirst", "body", "captions", "credits")
WEIGHTS = (4.0, 2.0, 1.0, 1.0, 0.5)
ENTITIES = ("person", "organization", "place")
NOT_STEMMED = ("us", "news")
STEMS, WORDS, PIECES = "articles_fts", "articles_words", "articles_pieces"
SPACED = "unicode61 remove_diacritics 2 tokenchars '\xad'"
TOKENIZERS = {
    STEMS: f"porter {SPACED}",
    WORDS: SPACED,
    PIECES: "unicode61 remove_diacritics 2 categories 'L* N* Co M*'",
}

ARTICLES = """
SELECT a.id, a.key, a.published_at AS published, a.published_precision AS precision,
  s.name AS source, a.language, a.added_in, c.group_id
FROM articles a LEFT JOIN sources s ON s.id = a.source_id LEFT JOIN copies c ON c.article_id = a.id
"""
NAMED = """
SELECT ae.article_id, e.type, e.key, e.name FROM article_entities ae JOIN entities e
ON e.id = ae.entity_id
"""
LISTS = {
    "author": "SELECT article_id, author FROM article_authors",
    "topic": "SELECT article_id, topic FROM article_topics",
    "mentions_date": "SELECT article_id, date FROM mentioned_dates",
}
IN_ORDER = "SELECT doc, col, term FROM {index}_tokens ORDER BY doc, col, offset"
PAST = "SELECT v.id, a.id, v.version FROM versions v JOIN articles a ON a.key = v.article_key"


def nocase(text: str) -> str:
    """As NOCASE compares: only ASCII has no case."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def widened(topic: str) -> set[str]:
    """A topic and those that it is a part of."""
    above = {topic[:at].rstrip("/") for at, sign in enumerate(topic) if sign == "/"}
    return ({topic} | above) - {""}


@dataclass(frozen=True)
class Row:
    """An article with all that is filtered and counted by, as it is written."""

    id: int
    key: str
    published: str | None
    precision: str | None
    added_in: int | None
    group: int | None
    is_english: bool
    values: Mapping[str, set[str]]
    entities: Mapping[str, set[tuple[str, str]]]

    def has(self, name: str, value: str) -> bool:
        if name in ENTITIES:
            return any(key == value for key, _ in self.entities[name])
        return nocase(value) in map(nocase, self.values[name])

    @property
    def slot(self) -> int:
        if self.published is None:
            return 0
        return natural_slot(Moment(self.published, cast("Precision", self.precision)))

    def is_in(self, dates: DateRange) -> bool:
        if self.published is None:
            return False
        if self.precision == "day":
            return (dates.first_day or "") <= self.published <= (dates.last_day or "~")
        return (dates.start or "") <= self.published < (dates.end or "~")


def rows_of(conn: Connection) -> dict[int, Row]:
    values: dict[str, dict[int, set[str]]] = {n: defaultdict(set) for n in LISTS}
    for name, sql in LISTS.items():
        for id_, value in conn.execute(sql):
            wide = widened(value) if name == "topic" else {value}
            if name == "mentions_date":
                wide = {value[:size] for size in (4, 7, 10) if size <= len(value)}
            values[name][id_] |= wide
    entities: dict[int, dict[str, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    for id_, type_, key, name in conn.execute(NAMED):
        entities[id_][type_].add((key, name))
    rows: dict[int, Row] = {}
    for row in conn.execute(ARTICLES):
        id_, language = row["id"], row["language"]
        own = {name: values[name][id_] for name in LISTS}
        own["source"] = set() if row["source"] is None else {row["source"]}
        own["language"] = set() if language is None else {language}
        is_english = language is None or nocase(language)[:2] == "en"
        dated = row["published"], row["precision"], row["added_in"]
        rows[id_] = Row(id_, row["key"], *dated, row["group_id"], is_english, own, entities[id_])
    return rows


class Texts:
    """Texts in three indexes of FTS5 made anew, and the article that each is of."""

    def __init__(self, conn: Connection, table: str, article_of: Mapping[int, Row]) -> None:
        self.article_of = article_of
        self.fts = memory()
        for name, tokenizer in TOKENIZERS.items():
            self.fts.execute(
                f"CREATE VIRTUAL TABLE {name} USING fts5({', '.join(FIELDS)}, "
                f'tokenize="{tokenizer}")'
            )
            self.fts.execute(
                f"CREATE VIRTUAL TABLE {name}_tokens USING fts5vocab({name}, 'instance')"
            )
            own = f"{table}_pieces" if name == PIECES else table
            id_ = "rowid" if name == PIECES else "id"
            rows = conn.execute(f"SELECT {id_}, {', '.join(FIELDS)} FROM {own}")
            self.fts.executemany(
                f"INSERT INTO {name} (rowid, {', '.join(FIELDS)}) VALUES (?, ?, ?, ?, ?, ?)",
                [tuple(row) for row in rows if row[0] in article_of],
            )

    def found(self, index: str, match: str) -> set[int]:
        sql = f"SELECT rowid FROM {index} WHERE {index} MATCH ?"
        return {id_ for (id_,) in self.fts.execute(sql, (match,))}

    def matching(self, node: Node) -> set[int]:
        """The texts that a tree matches."""
        match node:
            case And(parts):
                return set.intersection(*map(self.matching, parts))
            case Or(parts):
                return set.union(*map(self.matching, parts))
            case Without(kept, excluded):
                left = set(self.article_of) if kept is None else self.matching(kept)
                return left - self.matching(excluded)
            case Filter(name, value):
                return {id_ for id_, row in self.article_of.items() if row.has(name, value)}
            case Dated(range=dates):
                return {id_ for id_, row in self.article_of.items() if row.is_in(dates)}
            case In(name, And(parts)):
                return self.matching(And(tuple(In(name, part) for part in parts)))
            case In(name, Or(parts)):
                return self.matching(Or(tuple(In(name, part) for part in parts)))
            case In(name, Without(kept, excluded)) if kept is not None:
                return self.matching(In(name, kept)) - self.matching(In(name, excluded))
            case In(_, Filter() | Dated() | Without() as part):
                return self.matching(part)
            case _:
                return self.with_leaf(node)

    def with_leaf(self, leaf: Node) -> set[int]:
        index = self.index_of(leaf)
        found = self.found(index, match_of(leaf))
        if index == STEMS:
            exact = self.found(WORDS, match_of(unstemmed(leaf)))
            english = {id_ for id_, row in self.article_of.items() if row.is_english}
            if is_form(leaf):
                return found & english
            return found & english | exact - english
        return found

    def index_of(self, leaf: Node) -> str:
        index = index_of(leaf)
        assert index is not None
        if index == STEMS and isinstance(leaf, Word) and self.term(leaf) in NOT_STEMMED:
            return WORDS
        return index

    def term(self, leaf: Node) -> str | None:
        """The one token of a word; None if it has several, or none."""
        if not isinstance(leaf, Word) or index_of(leaf) == PIECES:
            return None
        tokens = cut(bare(leaf.text), SPACED)
        return tokens[0] if len(tokens) == 1 else None


def stem_of(word: str) -> str:
    return cut(word, TOKENIZERS[STEMS])[0]


_CUT: dict[tuple[str, str], list[str]] = {}


def cut(text: str, tokenizer: str) -> list[str]:
    """The tokens of a text as FTS5 makes them."""
    if (text, tokenizer) not in _CUT:
        conn = memory()
        conn.execute(f'CREATE VIRTUAL TABLE t USING fts5(x, tokenize="{tokenizer}")')
        conn.execute("CREATE VIRTUAL TABLE made USING fts5vocab(t, 'instance')")
        conn.execute("INSERT INTO t VALUES (?)", (text,))
        made = conn.execute("SELECT term FROM made ORDER BY offset")
        _CUT[text, tokenizer] = [term for (term,) in made]
    return _CUT[text, tokenizer]


@dataclass(frozen=True)
class Hit:
    """An article by its key, with its score, the past version that matched, and its near copies."""

    key: str
    score: float | None
    version: int | None
    copies: int


@dataclass(frozen=True)
class Answer:
    match: str
    total: int
    groups: int
    hits: Sequence[Hit]
    facets: Mapping[str, Facet | Histogram] = field(default_factory=dict)


class PlainArchive:
    """All rows of one snapshot; answers any search with all of its hits."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.rows = rows_of(conn)
        past = {row[0]: (row[1], row[2]) for row in conn.execute(PAST)}
        self.version = {id_: version for id_, (_, version) in past.items()}
        self.current = Texts(conn, "articles", self.rows)
        articles = {id_: self.rows[article] for id_, (article, _) in past.items()}
        self.past = Texts(conn, "versions", articles)
        made = self.current.fts.execute(f"SELECT DISTINCT term FROM {WORDS}_tokens")
        self.words = {term for (term,) in made}

    def answer(self, search: Search) -> Answer:
        search = replace(search, cursor=None)
        if search.any_tree is None or search.match == "all":
            return self.read(search, search.tree, "any" if search.match == "any" else "all")
        either = self.read(search, search.any_tree, "any")
        if search.match == "any":
            return either
        every = self.read(search, search.tree, "all")
        return every if every.total >= 10 or every.total >= either.total else either

    def read(self, search: Search, tree: Node | None, match: str) -> Answer:
        written = respelled(self.conn, tree) if tree is not None else None
        current = set(self.rows) if written is None else self.current.matching(written)
        versions = self.matching_versions(search, tree)
        by_text = current | set(versions)
        chosen = self.filtered(search, by_text, None)
        shown = chosen - self.hidden(chosen) if search.collapse else chosen
        scored = shown & current
        order = self.order(search, written, match, shown, scored)
        late = {id_: version for id_, version in versions.items() if id_ not in current}
        hits = [
            Hit(self.rows[id_].key, score, late.get(id_), self.copies(search, id_, chosen))
            for id_, score in order
        ]
        facets = {name: self.facet(search, name, by_text) for name in search.facets}
        groups = len(chosen) - len(self.hidden(chosen))
        return Answer(match, len(chosen), groups, hits, facets)

    def matching_versions(self, search: Search, tree: Node | None) -> dict[int, int]:
        """Article -> the newest past version that matches as a whole."""
        if tree is None or search.versions == "current" or not any(leaves_of(tree)):
            return {}
        newest: dict[int, int] = {}
        for text in self.past.matching(respelled(self.conn, tree, is_past=True)):
            article = self.past.article_of[text].id
            newest[article] = max(newest.get(article, 0), self.version[text])
        return newest

    def filtered(self, search: Search, ids: set[int], but: str | None) -> set[int]:
        """Those of some articles that all filters let through, except those on one field."""
        return {id_ for id_ in ids if self.passes(search, self.rows[id_], but)}

    def passes(self, search: Search, row: Row, but: str | None) -> bool:
        for name, values in search.filters.items():
            if name != but and not any(row.has(name, value) for value in values):
                return False
        for name, values in search.excluded.items():
            if name != but and any(row.has(name, value) for value in values):
                return False
        return search.published is None or row.is_in(search.published)

    def hidden(self, chosen: set[int]) -> set[int]:
        """All but the first of each group of near copies."""
        first: dict[int, int] = {}
        for id_ in sorted(chosen):
            group = self.rows[id_].group
            if group is not None:
                first.setdefault(group, id_)
        grouped = {id_ for id_ in chosen if self.rows[id_].group is not None}
        return grouped - set(first.values())

    def copies(self, search: Search, id_: int, chosen: set[int]) -> int:
        group = self.rows[id_].group
        among = chosen if search.collapse else set(self.rows)
        return 0 if group is None else sum(self.rows[other].group == group for other in among) - 1

    def order(
        self, search: Search, tree: Node | None, match: str, shown: set[int], scored: set[int]
    ) -> list[tuple[int, float | None]]:
        if search.sort == "oldest":
            return [(id_, None) for id_ in sorted(shown)]
        if search.sort == "newest" or not wanted_leaves(tree):
            return [(id_, None) for id_ in sorted(shown, reverse=True)]
        scores = self.scores(search, tree)
        first = set(self.rows)
        if match == "any" and search.tree is not None:
            first = self.current.matching(respelled(self.conn, search.tree))
        best = sorted(scored, key=lambda id_: (id_ in first, float(f"{scores[id_]:.9g}"), id_))
        late = sorted(shown - scored, reverse=True)
        return [(id_, scores[id_]) for id_ in reversed(best)] + [(id_, None) for id_ in late]

    def scores(self, search: Search, tree: Node | None) -> dict[int, float]:
        """bm25 of every leaf, what stands side by side or just so, and then age."""
        totals = dict.fromkeys(self.rows, 0.0)
        for word, times in Counter(wanted_words(tree)).items():
            for id_, score in self.scores_of(word).items():
                totals[id_] += score * (1 if isinstance(as_typed(word), Prefix) else times)
        for amount, ids in self.extras(search) if search.nearness else ():
            for id_ in ids:
                totals[id_] += amount
        return {id_: score * self.recency(search, id_) for id_, score in totals.items()}

    def scores_of(self, word: Node) -> dict[int, float]:
        leaves = wanted_leaves(word)
        near = [leaf for leaf in leaves_of(word) if isinstance(leaf, Near)]
        if not near:
            return self.scores_of_one(leaves)
        found = self.current.matching(word)
        totals: dict[int, float] = defaultdict(float)
        for place in range(len(near[0].text.split())):
            spellings = {mapped(leaf, partial(one_of, place)) for leaf in leaves}
            for id_, score in self.scores_of_one([*spellings]).items():
                totals[id_] += score
        return {id_: score for id_, score in totals.items() if id_ in found}

    def scores_of_one(self, leaves: Sequence[Node]) -> dict[int, float]:
        """Of all spellings of a word together."""
        if len(leaves) == 1:
            return self.leaf_scores(leaves[0])
        return self.bm25(self.frequencies_of(leaves))

    def leaf_scores(self, leaf: Node) -> dict[int, float]:
        if self.current.term(leaf) is not None:
            return self.bm25(self.frequencies(leaf))
        own = self.idf(len(self.current.matching(leaf)))
        return {
            id_: score * own for id_, score in self.in_each_language(self.as_found, leaf).items()
        }

    def as_found(self, leaf: Node) -> dict[int, float]:
        index = index_of(leaf)
        weights = ", ".join(map(str, WEIGHTS))
        sql = f"SELECT rowid, -bm25({index}, {weights}) FROM {index} WHERE {index} MATCH ?"
        scores = dict(map(tuple, self.current.fts.execute(sql, (match_of(leaf),))))
        return {id_: score / self.idf(len(scores)) for id_, score in scores.items()}

    def in_each_language(
        self, told: Callable[[Node], Mapping[int, float]], leaf: Node
    ) -> dict[int, float]:
        """FTS5 stems all languages: what is not English is asked for as it is written."""
        found, as_written = told(leaf), told(unstemmed(leaf))
        return {
            id_: (found if self.rows[id_].is_english or index_of(leaf) != STEMS else as_written)[
                id_
            ]
            for id_ in self.current.matching(leaf)
        }

    def frequencies_of(self, leaves: Iterable[Node]) -> dict[int, float]:
        frequencies: dict[int, float] = defaultdict(float)
        for leaf in leaves:
            for id_, times in self.frequencies(leaf).items():
                frequencies[id_] += times
        return frequencies

    def frequencies(self, leaf: Node) -> dict[int, float]:
        """How often each article has a leaf, fields weighted."""
        frequencies: dict[int, float] = defaultdict(float)
        word = self.current.term(leaf)
        if word is None:
            return self.in_each_language(self.runs, leaf)
        for index, term in ((WORDS, word), (STEMS, stem_of(word))):
            for id_, column in self.tokens(index, term):
                as_written = word in NOT_STEMMED or not self.rows[id_].is_english
                if as_written == (index == WORDS) and not (as_written and is_form(leaf)):
                    frequencies[id_] += WEIGHTS[FIELDS.index(column)]
        return frequencies

    def runs(self, leaf: Node) -> dict[int, float]:
        """The same of tokens side by side, the last of which may be the beginning of one."""
        index = index_of(leaf)
        assert index is not None
        part = leaf.part if isinstance(leaf, In) else leaf
        columns = (TEXT_FIELDS[leaf.field],) if isinstance(leaf, In) else FIELDS
        text = part.text if isinstance(part, Phrase | Prefix) else bare(part.text)  # type: ignore[union-attr]
        tokens = cut(text, TOKENIZERS[index])
        if not tokens:
            return {}
        places: dict[tuple[int, str], list[str]] = defaultdict(list)
        for id_, column, term in self.current.fts.execute(IN_ORDER.replace("{index}", index)):
            places[id_, column].append(term)
        frequencies: dict[int, float] = defaultdict(float)
        for (id_, column), terms in places.items():
            for place in range(len(terms) - len(tokens) + 1):
                *found, last = terms[place : place + len(tokens)]
                begins = last.startswith(tokens[-1]) and isinstance(part, Prefix)
                if found == tokens[:-1] and (begins or last == tokens[-1]) and column in columns:
                    frequencies[id_] += WEIGHTS[FIELDS.index(column)]
        return frequencies

    def bm25(self, frequencies: Mapping[int, float]) -> dict[int, float]:
        """bm25: k1 1.2, b .75, fields weighted, lengths of all fields together."""
        lengths = Counter(id_ for id_, _ in self.tokens(WORDS))
        mean = lengths.total() / max(1, len(self.rows)) or 1.0
        idf = self.idf(len(frequencies))
        return {
            id_: idf * f * 2.2 / (f + 1.2 * (0.25 + 0.75 * lengths[id_] / mean))
            for id_, f in ((id_, min(f, 127.5)) for id_, f in frequencies.items())
        }

    def tokens(self, index: str, term: str | None = None) -> list[tuple[int, str]]:
        """Each token, or each like one, by its article and field."""
        sql = f"SELECT doc, col FROM {index}_tokens WHERE ?1 IS NULL OR term = ?1"
        return [(row[0], row[1]) for row in self.current.fts.execute(sql, (term,))]

    def idf(self, articles: int) -> float:
        idf = math.log((len(self.rows) - articles + 0.5) / (articles + 0.5))
        return idf if idf > 0 else 1e-6

    def extras(self, search: Search) -> list[tuple[float, set[int]]]:
        tree = search.any_tree or search.tree
        words = wanted_words(respelled(self.conn, tree)) if tree is not None else []
        leaves = [*map(as_typed, words)]
        written = dict(zip(leaves, words, strict=True))
        idf = {leaf: self.idf(len(self.current.matching(written[leaf]))) for leaf in leaves}
        pairs: dict[str, tuple[float, set[int]]] = {}
        for one, two in pairwise(leaves):
            if is_stem(one) and is_stem(two) and str(one).lower() != str(two).lower():
                both = written[one], written[two]
                near = set.union(
                    *(
                        self.current.found(STEMS, f"NEAR({match_of(a)} {match_of(b)}, 5)")
                        for a in wanted_leaves(both[0])
                        for b in wanted_leaves(both[1])
                    )
                )
                near &= self.current.matching(both[0]) & self.current.matching(both[1])
                pairs[f"{one} {two}"] = (0.08 * (idf[one] + idf[two]), near)
        named: dict[str, tuple[float, set[int]]] = {}
        for leaf in leaves:
            is_name = str(leaf)[:1].isupper() and not str(leaf).isupper()
            shares = any(map(self.shares_stem, wanted_leaves(written[leaf])))
            if is_stem(leaf) and is_name and shares:
                exact = self.current.found(WORDS, match_of(unstemmed(written[leaf])))
                named[str(leaf)] = (0.2 * idf[leaf], exact)
        return [*pairs.values(), *named.values()]

    def shares_stem(self, leaf: Node) -> bool:
        """Whether other words have the stem of this one; of very short ones nobody asks."""
        word = self.current.term(leaf)
        words = cut(str(leaf), SPACED)
        if word is None or words != [word] or len(stem_of(word)) < 4:
            return True
        return any(stem_of(other) == stem_of(word) for other in self.words - {word})

    def recency(self, search: Search, id_: int) -> float:
        """Half for each half-life, in between on a straight line; no lower than a 32nd."""
        if not search.half_life:
            return 1.0
        slots = max(1, round(search.half_life * SLOTS_A_DAY))
        own, newest = self.rows[id_].slot, self.rows[max(self.rows)].slot
        halvings, rest = divmod(max(0, newest - own), slots)
        if own < UNDATED_ROOM or halvings >= 5:
            return 1 / 32
        return (1 - rest / slots / 2) * 0.5**halvings

    def facet(self, search: Search, name: str, by_text: set[int]) -> Facet | Histogram:
        chosen = [self.rows[id_] for id_ in self.filtered(search, by_text, name)]
        if name == "published":
            return histogram(chosen)
        values = entity_counts(chosen, name) if name in ENTITIES else text_counts(chosen, name)
        fold: Callable[[str], str] = str.strip if name == "mentions_date" else name_key
        wanted = fold(search.contains)
        kept = [value for value in values if wanted in fold(value.label)]
        kept.sort(key=lambda value: (-value.count, value.label, value.value))
        return Facet(tuple(kept[: search.facet_limit]), more=len(kept) > search.facet_limit)


def one_of(place: int, part: Node) -> Node | None:
    """One of the words that stand near each other."""
    if not isinstance(part, Near):
        return None
    text = part.text.split()[place]
    return Word(text, inside=True) if index_of(part) == PIECES else Phrase(text)


def is_stem(leaf: Node) -> bool:
    return isinstance(leaf, Word) and index_of(leaf) == STEMS


def entity_counts(rows: Sequence[Row], name: str) -> list[FacetValue]:
    counts = Counter(entity for row in rows for entity in row.entities[name])
    return [FacetValue(key, label, count) for (key, label), count in counts.items()]


def text_counts(rows: Sequence[Row], name: str) -> list[FacetValue]:
    """What differs in case alone is one value, called by its first spelling."""
    pairs = {(nocase(value), row.id, value) for row in rows for value in row.values[name]}
    counts: list[FacetValue] = []
    for _, same in groupby(sorted(pairs), lambda pair: pair[0]):
        each = list(same)
        label = min(value for _, _, value in each)
        counts.append(FacetValue(label, label, len({id_ for _, id_, _ in each})))
    return counts


def histogram(rows: Sequence[Row]) -> Histogram:
    days = [row.published[:10] for row in rows if row.published]
    undated = len(rows) - len(days)
    if not days:
        return Histogram("year", (), undated)
    interval, spans = bins(min(days), max(days))
    counted = [Bin(*span, sum(span.start <= day <= span.end for day in days)) for span in spans]
    return Histogram(interval, tuple(counted), undated)
