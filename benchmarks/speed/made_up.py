"""Texts made up where there is no folder of articles: words and names by Zipf's law.

So a handful of words is in every article, and most words are in hardly any, as in a language.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest

from service.entity import EntityType
from speed.texts import Name, Text

_FUNCTION_WORDS = (
    "the of to in said and a for on it that its from was is by with at be as has will an not but "
    "this were have which would are year or company market been new more had also shares about up "
    "they two last after over their one first than could he other who may price no some there all "
    "if when under any against into between only while now so"
).split()
_SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi zo tra ster ken mor dal lin".split()
_ENDINGS = ("Corp", "Inc", "Group", "Bank", "Ministry", "Commission")
_TOPICS = ("companies/earn", "economy/trade", "economy/energy/crude", "sport", "culture")
_VOCABULARY, _PEOPLE, _ORGANIZATIONS, _PLACES = 60_000, 6_000, 4_000, 300
_PARAGRAPHS = (3, 8)
_SENTENCES = (1, 3)
_SENTENCE = (8, 22)
_NAMED = 0.35  # the share of sentences that name somebody or something


@dataclass(frozen=True, slots=True)
class _Language:
    words: Sequence[str]
    word_weights: Sequence[float]
    names: Sequence[tuple[str, EntityType]]
    name_weights: Sequence[float]


def make_texts(count: int, seed: int = 0) -> list[Text]:
    """The same texts for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - made-up texts, the same every time
    words = [*_FUNCTION_WORDS, *_made_words(draw, _VOCABULARY)]
    names = list(_made_names(draw))
    language = _Language(words, zipf(len(words)), names, zipf(len(names)))
    return [_text(draw, language) for _ in range(count)]


def zipf(count: int) -> list[float]:
    """Cumulative weights by rank, after Zipf and Mandelbrot."""
    return list(accumulate(1 / (rank + 2.7) for rank in range(count)))


def _made_words(draw: random.Random, count: int) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4)))] = None
    return list(made)


def _made_names(draw: random.Random) -> Iterator[tuple[str, EntityType]]:
    """Of each type in turn, so that each has some that everybody writes about."""
    given = [word.title() for word in _made_words(draw, 200)]
    people = _made_words(draw, _PEOPLE)
    organizations = _made_words(draw, _ORGANIZATIONS)
    places = _made_words(draw, _PLACES)
    for person, organization, place in zip_longest(people, organizations, places):
        yield f"{draw.choice(given)} {person.title()}", "person"
        if organization:
            yield f"{organization.title()} {draw.choice(_ENDINGS)}", "organization"
        if place:
            yield place.title(), "place"


def _text(draw: random.Random, language: _Language) -> Text:
    pieces: list[str] = []
    names: list[Name] = []
    length = 0
    for _ in range(draw.randint(*_PARAGRAPHS)):
        for number in range(draw.randint(*_SENTENCES)):
            space = "" if not pieces else " " if number else "\n\n"
            sentence, name = _sentence(draw, language)
            if name is not None:
                at = length + len(space) + name.start
                names.append(Name(at, at + len(name.text), name.text, name.type))
            pieces.append(space + sentence)
            length += len(pieces[-1])
    headline = [word for word in pieces[0].strip(".").split() if len(word) > 3][:7]
    return Text(
        title=" ".join(headline).capitalize(),
        body="".join(pieces),
        names=tuple(names),
        topics=tuple(draw.sample(_TOPICS, draw.randint(0, 2))),
        author=draw.choice(language.names[:400])[0] if draw.random() < 0.1 else "",
        city="",
    )


def _sentence(draw: random.Random, language: _Language) -> tuple[str, Name | None]:
    words = draw.choices(
        language.words, cum_weights=language.word_weights, k=draw.randint(*_SENTENCE)
    )
    words[0] = words[0].capitalize()
    if draw.random() >= _NAMED:
        return f"{' '.join(words)}.", None
    ((name, type_),) = draw.choices(language.names, cum_weights=language.name_weights)
    before = " ".join(words[: draw.randint(1, len(words) - 1)])
    start = len(before) + 1
    rest = " ".join(words[len(before.split()) :])
    return f"{before} {name} {rest}.", Name(start, start + len(name), name, type_)
