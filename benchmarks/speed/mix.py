"""The mix: a fixed list of queries of every kind, drawn by a seed from a sample of the corpus.

Its words are those of the corpus, by how many articles have them; so are its names, its runs of
headline words, its phrases and its dates. `Query` says what is asked; every peer says in its own
docstring what it makes of that.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from speed.corpus import Corpus, Item, day_of

FIVE = ("source", "person", "organization", "place", "topic")
HISTOGRAM = ("published",)
PAGE = 10
_SAMPLE = 4_000
_WORDS = re.compile(r"[a-z]{3,}")
_STOP = frozenset(
    "the and for that its from was with has will not but this were have which would are had also "
    "about they after over their than could who other may some there all when under any into only "
    "while been his her him out off per our you she how what why did does most more such very can "
    "one two three said".split()
)
_QUESTIONS = (
    "what did {name} say about {words}",
    "why did {words} change",
    "who is behind the {words} of {name}",
    "when will the {words} be decided",
    "how does {name} see the {words}",
)
# What share of the articles has a word: the ends of each band, the most frequent first.
BANDS = {
    "word: 30 % and more": (0.3, 1.1),
    "word: 10-30 %": (0.1, 0.3),
    "word: 2-10 %": (0.02, 0.1),
    "word: .5-2 %": (0.005, 0.02),
    "word: .1-.5 %": (0.001, 0.005),
    "word: rare": (0.0, 0.001),
}

Match = Literal["all", "any", "phrase", "prefix"]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for: articles that have `words` (all, any, as a phrase, or one's beginning).

    `text` is how a person types it. `entity` is a type and a name that must be mentioned, `first`
    and `last` days of publication, `page` the number of a page of ten.
    """

    kind: str
    text: str
    words: tuple[str, ...]
    match: Match = "all"
    entity: tuple[str, str] | None = None
    first: str | None = None
    last: str | None = None
    newest: bool = False
    page: int = 1
    facets: tuple[str, ...] = FIVE


class Words:
    """Which words, names and runs of words a sample of the corpus has, and how often."""

    def __init__(self, items: Sequence[Item], draw: random.Random) -> None:
        self.items = items
        self.draw = draw
        having = Counter(word for item in items for word in set(_tokens(item)))
        self._share = {word: count / len(items) for word, count in having.items()}
        asked_for = self._share.keys() - (_STOP - {"said"})
        self._ranked = sorted(asked_for, key=lambda word: (-self._share[word], word))

    def band(self, low: float, high: float) -> list[str]:
        """Words that such a share of the articles has, the most frequent first; never none."""
        found = [word for word in self._ranked if low <= self._share[word] < high]
        return found or (self._ranked[:1] if high > 1 else self._ranked[-1:])

    def common(self, low: float = 0.02, high: float = 0.5) -> str:
        return self.draw.choice(self.band(low, high))

    def run(self, length: int) -> tuple[str, ...]:
        """Words that stand in one headline, in their order."""
        while True:
            words = [w for w in _WORDS.findall(self._item().title.lower()) if w not in _STOP]
            if len(set(words)) >= length:
                start = self.draw.randint(0, len(words) - length)
                return tuple(dict.fromkeys(words[start : start + length]))

    def phrase(self, length: int) -> tuple[str, ...]:
        """Words that follow each other in a text."""
        pattern = re.compile(rf"\b[a-z]+(?: [a-z]+){{{length - 1}}}\b")
        while True:
            found = pattern.findall(self._item().body)
            run = tuple(self.draw.choice(found or [""]).split())
            if run and _STOP.isdisjoint({run[0], run[-1]}) and len(run[0]) > 2 < len(run[-1]):
                return run

    def name(self, *types: str) -> tuple[str, str]:
        """A type and a name, the more often the more it is mentioned."""
        while True:
            names = [name for name in self._item().names if name.type in types]
            if names:
                chosen = self.draw.choice(names)
                return chosen.type, chosen.text

    def _item(self) -> Item:
        return self.draw.choice(self.items)


def make_mix(corpus: Corpus, articles: int, seed: int) -> list[Query]:
    """The same for the same corpus, number of articles and seed."""
    draw = random.Random(seed)  # noqa: S311 - the same every time
    words = Words(corpus.sample(articles, _SAMPLE), draw)
    makers: list[tuple[int, Callable[[Words], Query]]] = [
        (40, _named),
        (60, _several),
        (30, _question),
        (24, _phrase),
        (20, _prefix),
        (20, _filtered),
        (20, partial(_dated, articles)),
        (20, _without_facets),
        (20, _charted),
    ]
    found = [query for band in BANDS for query in _band(words, band)]
    found += [make(words) for count, make in makers for _ in range(count)]
    return [*found, *_newest(words), *_pages(words, articles)]


def _band(words: Words, band: str) -> Iterator[Query]:
    there = words.band(*BANDS[band])
    chosen = words.draw.sample(there, min(12, len(there)))
    if band == next(iter(BANDS)):
        # The most frequent of all: `said`, in news.
        chosen = list(dict.fromkeys([there[0], *chosen]))[:12]
    for word in chosen:
        yield Query(band, word, (word,))


def _named(words: Words) -> Query:
    name = words.name("person", "organization")[1]
    return Query("name", name, _split(name))


def _several(words: Words) -> Query:
    run = words.run(words.draw.randint(2, 4))
    return Query("2-4 words", " ".join(run), run)


def _question(words: Words) -> Query:
    name = words.name("person", "organization", "place")[1]
    run = words.run(2)
    template = words.draw.choice(_QUESTIONS)
    parts = {"name": name, "words": " ".join(run)}
    content = _WORDS.findall(template.format_map(parts).lower())
    kept = tuple(dict.fromkeys(word for word in content if word not in _STOP))
    return Query("question", template.format_map(parts), kept, "any")


def _phrase(words: Words) -> Query:
    run = words.phrase(words.draw.randint(2, 3))
    return Query("phrase", f'"{" ".join(run)}"', run, "phrase")


def _prefix(words: Words) -> Query:
    word = words.common(0.001, 0.1)
    beginning = word[: max(3, len(word) - words.draw.randint(2, 4))]
    return Query("prefix", f"{beginning}*", (beginning,), "prefix")


def _filtered(words: Words) -> Query:
    word = words.common()
    entity = words.name("person", "organization", "place")
    return Query("entity filter", word, (word,), entity=entity)


def _dated(articles: int, words: Words) -> Query:
    """A hundredth, a twentieth, a quarter or more than half of the whole time."""
    word = words.common()
    length = max(1, int(articles * words.draw.choice((0.01, 0.05, 0.25, 0.6))))
    start = words.draw.randint(0, articles - length)
    first, last = (f"{day_of(number):%Y-%m-%d}" for number in (start, start + length))
    return Query("date filter", word, (word,), first=first, last=last)


def _without_facets(words: Words) -> Query:
    return replace(_several(words), kind="facets off", facets=())


def _charted(words: Words) -> Query:
    word = words.common()
    return Query("date histogram", word, (word,), facets=HISTOGRAM)


def _newest(words: Words) -> Iterator[Query]:
    """Words of each band, several words, phrases, and everything."""
    kind = "newest first"
    for band in BANDS.values():
        for _ in range(4):
            word = words.common(*band)
            yield Query(kind, word, (word,), newest=True, facets=())
    for make in (_several, _phrase, _named):
        for _ in range(3):
            yield replace(make(words), kind=kind, newest=True, facets=())
    yield Query(kind, "", (), newest=True, facets=())


def _pages(words: Words, articles: int) -> Iterator[Query]:
    """The same words on page 1, 10 and 1,000, or on the last that so few articles fill."""
    chosen = [words.common(0.12, 1.1) for _ in range(12)]
    for page in (1, 10, 1_000):
        reached = min(page, max(1, articles // (10 * PAGE)))
        for number, word in enumerate(chosen):
            yield Query(f"page {page:,}", word, (word,), newest=number % 2 == 1, page=reached)


def _split(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"\w+", name.lower())))


def _tokens(item: Item) -> list[str]:
    return _WORDS.findall(f"{item.title} {item.body}".lower())
