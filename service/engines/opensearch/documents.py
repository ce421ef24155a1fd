"""An article as the document that is searched: its terms, its values, and what is shown of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.article import Article
from service.dates import Moment
from service.engines.fields import (
    HALVES,
    TEXT_LISTS,
    WIDER,
    instant_of,
    is_english,
    itself,
    nocase,
)
from service.engines.leaves import AS_WRITTEN
from service.engines.marks import TOKENS
from service.engines.opensearch.mapping import PIECES, RANKED, SAID, STEMS, WORDS
from service.engines.opensearch.terms import as_written, glued, pieces_of, term_of
from service.stores.article_rows import in_lines
from service.stores.pieces import FIELDS
from service.stores.pieces import glued as glued_in
from service.stores.slots import natural_slot

# Between what values are compared by and how they are written.
PARTED = "\x1f"
# Longer values of a keyword are no term of Lucene's.
_LONGEST_VALUE = 4_000
# By what of its date a past text is found.
_OF_A_PAST = ("day", "instant")
# No reader types a longer word; figures of a table may be as long as that.
LONGEST_OFFERED = 40


@dataclass(frozen=True, slots=True)
class Past:
    """What an article said in a version before, field by field, a list an item a line."""

    version: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """An article with all else that it is found by.

    `entities` are keys by type, `dates` the days that it mentions; `added_in` and `arrival` are the
    generations that brought it and gave it its date; near copies have one `group`.
    """

    article: Article
    key: str
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    added_in: int = 0
    arrival: int = 0
    group: str | None = None
    past: tuple[Past, ...] = ()


def document_of(searched: Searched) -> dict[str, Any]:
    """The document of an article, whose id in the index is the article's key."""
    article = searched.article
    texts = {name: _text(getattr(article, name)) for name in FIELDS}
    english = is_english(article.language)
    values = _values(searched)
    dated = _dated(article.published)
    compared_by = {name: _compared(name, each) for name, each in values.items()}
    own = {"is": compared_by, **{name: dated[name] for name in _OF_A_PAST if name in dated}}
    return {
        **_terms(texts, is_english=english),
        "is": compared_by,
        "facet": {name: _counted(name, each) for name, each in values.items()},
        "key": searched.key,
        "group": searched.group,
        "added_in": searched.added_in,
        "arrival": searched.arrival,
        **dated,
        "article": _shown(article),
        "past": [{**_past(each, is_english=english), **own} for each in searched.past],
    }


def _past(past: Past, *, is_english: bool) -> dict[str, Any]:
    texts = {name: past.texts.get(name) or "" for name in FIELDS}
    made = _terms(texts, is_english=is_english)
    terms = {name: made[name] for name in (STEMS, WORDS, PIECES, RANKED)}
    return {**terms, "version": past.version, "article": texts}


def _text(value: str | tuple[str, ...] | None) -> str:
    return in_lines(value) if isinstance(value, tuple) else value or ""


def _terms(texts: Mapping[str, str], *, is_english: bool) -> dict[str, Any]:
    tokens = {name: TOKENS.words(text) for name, text in texts.items()}
    words = {name: [term_of(token) for token in each] for name, each in tokens.items()}
    stems = {name: _stemmed(each, is_english=is_english) for name, each in words.items()}
    pieces = {name: pieces_of(text) for name, text in texts.items()}
    return {
        STEMS: _joined(stems),
        WORDS: _joined(words),
        PIECES: _joined(pieces),
        RANKED: _ranked(stems, words),
        SAID: _said(tokens),
        "length": sum(map(len, words.values())),
        # Only of such texts: they are an index of their own.
        "length_in_pieces": sum(map(len, pieces.values())) or None,
    }


def _stemmed(words: list[str], *, is_english: bool) -> list[str]:
    """Stems are English: of other articles only words as written count."""
    return [TOKENS.stem(word) if is_english else as_written(word) for word in words]


def _joined(terms: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: " ".join(each) for name, each in terms.items() if each}


def _ranked(stems: Mapping[str, list[str]], words: Mapping[str, list[str]]) -> str:
    counts: Counter[str] = Counter()
    for name, half in zip(FIELDS, HALVES, strict=True):
        for term, times in Counter(stems[name]).items():
            counts[term] += half * times
        for word in AS_WRITTEN.intersection(words[name]):
            if as_written(word) not in stems[name]:
                counts[as_written(word)] += half * words[name].count(word)
        for word in words[name]:
            for part in glued_in(word):
                counts[glued(part)] += half
    return " ".join(f"{term}|{count}" for term, count in counts.items())


def _said(tokens: Mapping[str, list[str]]) -> list[str]:
    """All words but such as nobody would be offered, each behind its term where that is another."""
    every = {token for each in tokens.values() for token in each if len(token) <= LONGEST_OFFERED}
    terms = {token: term_of(token) for token in every}
    return [term if term == token else f"{term} {token}" for token, term in terms.items()]


def _values(searched: Searched) -> dict[str, tuple[str, ...]]:
    article = searched.article
    return {
        **searched.entities,
        "source": (article.source,) if article.source is not None else (),
        "language": (article.language,) if article.language is not None else (),
        "author": article.authors,
        "topic": article.topics,
        "mentions_date": searched.dates,
    }


def _wider(name: str, values: Iterable[str]) -> Mapping[str, str]:
    """How each value is compared -> how it is written: once for what differs in case alone."""
    wider: Callable[[str], list[str]] = WIDER.get(name, itself)
    once: dict[str, str] = {}
    for value in values:
        for each in wider(value):
            key = compared(name, each)
            once[key] = min(each, once.get(key, each))
    return once


def compared(name: str, value: str) -> str:
    """A value of a facet field as filters compare it."""
    own = nocase(value).decode("utf-8", "surrogatepass") if name in TEXT_LISTS else value
    return own[:_LONGEST_VALUE]


def _compared(name: str, values: Iterable[str]) -> list[str]:
    return [*_wider(name, values)]


def _counted(name: str, values: Iterable[str]) -> list[str]:
    wider = _wider(name, values)
    if name not in TEXT_LISTS:
        return [*wider]
    return [f"{key}{PARTED}{value[:_LONGEST_VALUE]}" for key, value in wider.items()]


def _dated(published: Moment | None) -> dict[str, Any]:
    """Days and instants as the other engine compares them; none of what nobody knows."""
    if published is None:
        return {"published": "", "slot": 0}
    day = date.fromisoformat(published.iso[:10])
    dated = {
        "published": published.iso,
        "slot": natural_slot(published),
        "day": day.toordinal(),
        "month": day.year * 12 + day.month - 1,
        "year": day.year,
    }
    if published.precision != "day":
        dated["instant"] = instant_of(published.iso)
    return dated


def _shown(article: Article) -> dict[str, Any]:
    published = article.published
    return {
        **{name: _text(getattr(article, name)) for name in FIELDS},
        "title_derived": article.title_derived,
        "source": article.source,
        "source_derived": article.source_derived,
        "authors": [*article.authors],
        "published": published.iso if published else None,
        "precision": published.precision if published else None,
        "url": article.url,
        "language": article.language,
    }
