"""Columns of some articles, read from the rows that they stand for, or from the archive's blobs.

In lists entities are their ids; what is text (a source, a topic) is a place among the part's own
texts.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from service.database import Connection, Row
from service.engines.fields import (
    TEXT_LISTS,
    WIDER,
    day_of,
    is_english,
    itself,
    nocase,
    second_of,
)
from service.engines.sqlite.columns.lists import Lists
from service.engines.sqlite.columns.postings import Posting, Text, count
from service.engines.tokens import Tokens
from service.entity import ENTITY_TYPES

Integers = npt.NDArray[np.int32]
Ids = npt.NDArray[np.int64]

LISTS = (*ENTITY_TYPES, *TEXT_LISTS)
# Of an article without a date, and of one of which only the day is known.
UNDATED = NO_TIME = NO_COPY = -1
# Ids of entities count up from 1; one that another program gave may be anything.
_HIGHEST_ENTITY = 1 << 26

# As bytes, since other programs may have written what is no UTF-8, and one row must not stop all.
ARTICLES = """
SELECT a.id, a.published_at, a.published_precision, CAST(a.language AS BLOB) AS language,
  CAST(s.name AS BLOB) AS source, c.group_id, CAST(a.title AS BLOB), CAST(a.standfirst AS BLOB),
  CAST(a.body AS BLOB), CAST(a.captions AS BLOB), CAST(a.credits AS BLOB)
FROM json_each(:ids) CROSS JOIN articles a ON a.id = value
LEFT JOIN sources s ON s.id = a.source_id LEFT JOIN copies c ON c.article_id = a.id
ORDER BY a.id
"""
ENTITIES = """
SELECT ae.article_id, e.type, ae.entity_id FROM json_each(:ids)
CROSS JOIN article_entities ae ON ae.article_id = value
CROSS JOIN entities e ON e.id = ae.entity_id
"""
VALUES = {
    "author": """
SELECT article_id, CAST(author AS BLOB) FROM json_each(:ids)
CROSS JOIN article_authors ON article_id = value
""",
    "topic": """
SELECT article_id, CAST(topic AS BLOB) FROM json_each(:ids)
CROSS JOIN article_topics ON article_id = value
""",
    "mentions_date": """
SELECT DISTINCT article_id, CAST(date AS BLOB) FROM json_each(:ids)
CROSS JOIN mentioned_dates ON article_id = value
""",
}


class Plain(NamedTuple):
    """Columns with one number an article.

    `days` count from the year 1, `seconds` within their day, in UTC; `lengths` are in words;
    `copies` are the groups of near copies.
    """

    ids: Ids
    days: Integers
    seconds: Integers
    lengths: Integers
    copies: Ids

    @classmethod
    def of(cls, make: Callable[[str, str], npt.NDArray[Any]]) -> Self:
        """Each column from its name and the type of its numbers."""
        return cls(*(make(name, kind) for name, kind in PLAIN.items()))


PLAIN: Mapping[str, str] = {
    "ids": "<i8",
    "days": "<i4",
    "seconds": "<i4",
    "lengths": "<i4",
    "copies": "<i8",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some articles by their ids, which grow."""

    plain: Plain
    lists: Mapping[str, Lists]
    texts: Mapping[str, Sequence[str]]
    postings: Mapping[str, Posting] = field(default_factory=dict)

    @property
    def ids(self) -> Ids:
        return self.plain.ids

    def ordered(self, order: Ids) -> "Part":
        """The articles at these places, in this order; without postings."""
        plain = Plain.of(lambda name, _: getattr(self.plain, name)[order])
        gathered = {name: lists.gathered(order) for name, lists in self.lists.items()}
        lists = {name: Lists.of_sizes(sizes, values) for name, (values, sizes) in gathered.items()}
        return Part(plain, lists, self.texts)


def read_part(conn: Connection, tokens: Tokens, ids: Sequence[int]) -> Part:
    """The columns of those of the articles that there are."""
    asked = {"ids": json.dumps([*ids])}
    cards = _Cards()
    counted = count(tokens, cards.texts(conn.execute(ARTICLES, asked)))
    found = np.array(cards.ids, np.int64)
    asked = {"ids": json.dumps(cards.ids)}  # other programs leave authors of articles that are gone
    written = {"source": cards.sources, "language": cards.languages, **_written(conn, asked)}
    texts = {name: [*dict.fromkeys(text for _, text in written[name])] for name in TEXT_LISTS}
    pairs = _entities(conn, asked)
    for name in TEXT_LISTS:
        places = {text: place for place, text in enumerate(texts[name])}
        pairs[name] = [(id_, places[text]) for id_, text in written[name]]
    lists = {name: _lists(found, pairs[name]) for name in LISTS}
    plain = Plain(
        found,
        np.array(cards.days, np.int32),
        np.array(cards.seconds, np.int32),
        counted.lengths,
        np.array(cards.copies, np.int64),
    )
    return Part(plain, lists, texts, counted.postings)


class _Cards:
    """What there is once of each article, noted while its texts are counted."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.days: list[int] = []
        self.seconds: list[int] = []
        self.copies: list[int] = []
        self.sources: list[tuple[int, str]] = []
        self.languages: list[tuple[int, str]] = []

    def texts(self, rows: Iterable[Row]) -> Iterator[Text]:
        for id_, at, precision, language, source, group, *fields in rows:
            self.ids.append(id_)
            day, second = _moment(at, precision)
            self.days.append(day)
            self.seconds.append(second)
            self.copies.append(NO_COPY if group is None else group)
            if source is not None:
                self.sources.append((id_, _decoded(source)))
            spoken = _decoded(language) if language is not None else None
            if spoken is not None:
                self.languages.append((id_, spoken))
            yield Text(tuple(_decoded(f) if f else "" for f in fields), is_english(spoken))


def _moment(at: str | None, precision: str | None) -> tuple[int, int]:
    """Day and second; none for what SQLite takes for a date and nobody else does."""
    try:
        day = day_of(at) if at else UNDATED
        return day, second_of(at) if at and precision != "day" else NO_TIME
    except ValueError:
        return UNDATED, NO_TIME


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _entities(conn: Connection, asked: Mapping[str, str]) -> dict[str, list[tuple[int, int]]]:
    """Each article with each entity that it names, by type."""
    pairs: dict[str, list[tuple[int, int]]] = {type_: [] for type_ in ENTITY_TYPES}
    for id_, type_, entity in conn.execute(ENTITIES, asked):
        if 0 < entity <= _HIGHEST_ENTITY:
            pairs[type_].append((id_, entity))
    return pairs


def _written(conn: Connection, asked: Mapping[str, str]) -> dict[str, list[tuple[int, str]]]:
    """Each article with each of its values, once for values that differ in case alone."""
    written: dict[str, list[tuple[int, str]]] = {}
    for name, sql in VALUES.items():
        once: dict[tuple[int, bytes], str] = {}
        for id_, value in conn.execute(sql, asked):
            for each in WIDER.get(name, itself)(_decoded(value)):
                key = id_, nocase(each)
                once[key] = min(each, once.get(key, each))
        written[name] = [(id_, value) for (id_, _), value in once.items()]
    return written


def _lists(ids: Ids, pairs: Sequence[tuple[int, int]]) -> Lists:
    owners, values = np.array(pairs, np.int64).reshape(-1, 2).T
    places = np.searchsorted(ids, owners)
    order = np.argsort(places, kind="stable")
    sizes = np.bincount(places, minlength=len(ids))
    return Lists.of_sizes(sizes, values[order].astype(np.int32))


def with_own_texts(part: Part) -> Part:
    """The part without texts that none of its articles has."""
    lists, texts = dict(part.lists), dict(part.texts)
    for name in TEXT_LISTS:
        used, places = np.unique(part.lists[name].values, return_inverse=True)
        texts[name] = [part.texts[name][number] for number in used.tolist()]
        lists[name] = Lists(part.lists[name].offsets, places.astype(np.int32))
    return replace(part, lists=lists, texts=texts)


def joined(parts: Sequence[Part]) -> Part:
    """Parts whose texts have the same numbers as one, without postings."""
    plain = Plain.of(lambda name, _: np.concatenate([getattr(p.plain, name) for p in parts]))
    lists = {
        name: Lists.of_sizes(
            np.concatenate([p.lists[name].sizes for p in parts]),
            np.concatenate([p.lists[name].values for p in parts]),
        )
        for name in LISTS
    }
    return Part(plain, lists, parts[0].texts)


def packed(part: Part) -> Mapping[str, bytes]:
    """The columns as blobs, but for the postings."""
    blobs = {name: getattr(part.plain, name).astype(kind).tobytes() for name, kind in PLAIN.items()}
    for name, lists in part.lists.items():
        blobs[name] = lists.sizes.astype("<i4").tobytes() + lists.values.astype("<i4").tobytes()
    for name, texts in part.texts.items():
        blobs[f"{name} texts"] = json.dumps(texts, ensure_ascii=False).encode()
    return blobs


def unpacked(blobs: Mapping[str, bytes]) -> Part:
    """What `packed` packed."""
    plain = Plain.of(lambda name, kind: np.frombuffer(blobs[name], kind))
    number = len(plain.ids)
    lists = {}
    for name in LISTS:
        raw = np.frombuffer(blobs[name], "<i4")
        lists[name] = Lists.of_sizes(raw[:number], raw[number:])
    texts = {name: json.loads(blobs[f"{name} texts"]) for name in TEXT_LISTS}
    return Part(plain, lists, texts)
