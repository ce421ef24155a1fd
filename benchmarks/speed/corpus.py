"""The corpus: article number i, made of nothing but i, a seed and the texts.

So a million can be streamed in the memory of the texts alone, any process can make any part, and a
larger archive begins with the articles of a smaller one. Ninety articles a day follow each other in
time: a million are thirty years.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from speed.made_up import make_texts
from speed.texts import Name, Text, read_texts

ARTICLES_A_DAY = 90
_APART = 86_400 // ARTICLES_A_DAY
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_MADE_TEXTS = 10_000
_PAPERS = ("Courier", "Herald", "Times", "Post", "Tribune", "Star")
_CITIES = 50
_MOST_TOPICS, _MOST_AUTHORS = 4, 2


@dataclass(frozen=True, slots=True)
class Item:
    """An article with its mentions; the offsets are those of code points in the body."""

    number: int
    title: str
    body: str
    published: str  # to the second, 1990-01-01T00:03:20Z
    source: str
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    names: tuple[Name, ...]

    @property
    def key(self) -> str:
        return f"bench-{self.number}"


class Corpus:
    """Articles by their number."""

    def __init__(self, texts: Sequence[Text], seed: int = 0) -> None:
        self._texts = texts
        self._seed = seed
        self._sources = _sources(texts)
        self._authors = sorted({text.author for text in texts} - {""}) or ["Staff"]

    def article(self, number: int) -> Item:
        """The same for the same number, seed and texts."""
        draw = random.Random(self._seed << 40 | number)  # noqa: S311 - the same every time
        parts = [self._texts[int(draw.random() * len(self._texts))] for _ in range(_parts(draw))]
        second = number * _APART + int(draw.random() * _APART)
        authors = {part.author or _skewed(draw, self._authors) for part in parts[1:]}
        return Item(
            number=number,
            title=parts[0].title,
            body="\n\n".join(part.body for part in parts),
            published=f"{_FIRST + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}",
            source=_skewed(draw, self._sources),
            authors=tuple(sorted(authors)[:_MOST_AUTHORS]),
            topics=tuple(sorted({t for part in parts for t in part.topics})[:_MOST_TOPICS]),
            # A variety of English is read as English by everyone, and is another value to count.
            language="en" if draw.random() < 0.99 else "en-GB",
            names=tuple(_moved(parts)),
        )

    def articles(self, start: int, stop: int) -> Iterator[Item]:
        """A stretch of the corpus, one after the other."""
        return map(self.article, range(start, stop))

    def sample(self, articles: int, size: int) -> list[Item]:
        """So many of the first `articles`, evenly spread."""
        return [self.article(at * articles // size) for at in range(min(size, articles))]


def open_corpus(folder: Path | None, seed: int = 0) -> Corpus:
    """Of the articles in the folder, or without one of made-up texts."""
    return Corpus(read_texts(folder) if folder else make_texts(_MADE_TEXTS, seed), seed)


def day_of(number: int) -> datetime:
    """The day on which an article is published."""
    return _FIRST + timedelta(days=number // ARTICLES_A_DAY)


def _parts(draw: random.Random) -> int:
    return 2 + int(draw.random() * 3)


def _skewed(draw: random.Random, items: Sequence[str]) -> str:
    """The first ones far more often than the last ones."""
    return items[int(len(items) * draw.random() ** 3)]


def _sources(texts: Sequence[Text]) -> list[str]:
    """A few hundred outlets, called by the places that the texts name."""
    cities = list(
        dict.fromkeys(name.text for t in texts for name in t.names if name.type == "place")
    )
    return [f"{city} {paper}" for paper in _PAPERS for city in cities[:_CITIES]]


def _moved(parts: Sequence[Text]) -> Iterator[Name]:
    """The names of all parts, at their places in the joined body."""
    offset = 0
    for part in parts:
        for name in part.names:
            yield Name(name.start + offset, name.end + offset, name.text, name.type)
        offset += len(part.body) + 2
