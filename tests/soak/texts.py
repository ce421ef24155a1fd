"""Invented articles, each a function of its number and version, with words that only it has.

The words are consonants, so that no stem is taken of them and none is met by chance.
"""

from functools import cache
from random import Random
from typing import Any

_LETTERS = "bcdfghjkmnprtvwxz"
SOURCES = ("Harbour Post", "Hill Gazette", "River Times", "Valley Courier")
GROUPS = 12
EVERYWHERE = "zvall"
_GIVEN = "Anna Peter Maria John Rosa David Laura Thomas Julia Mark Helen Paul Sarah Daniel".split()
_FAMILY = """
Keller Walker Lopez Turner Miller Fischer Novak Jensen Moreau Bianchi Petrov Larsen Schmidt Kowalski
Hansen Weber Dubois Fernandez Johansson Schneider
""".split()
PLACES = ("Berlin", "Singapore", "Rome", "Oslo", "Nairobi")
_INVENTED = 3_000
_WORDS_A_SENTENCE, _SENTENCES = 11, 9


def key_of(number: int) -> str:
    return f"soak-{number}"


def number_of(key: str) -> int:
    return int(key.removeprefix("soak-"))


def word_of(number: int) -> str:
    """A word that every version of this article has, and nothing else."""
    return "zvw" + _spelt(number)


def version_word(number: int, version: int) -> str:
    """A word that one version of one article has."""
    return f"zvv{_spelt(number)}q{_spelt(version)}"


def group_of(number: int) -> int:
    return number % GROUPS


def group_word(group: int) -> str:
    return "zvg" + _spelt(group)


def source_of(number: int) -> str:
    return SOURCES[number % len(SOURCES)]


def title_of(number: int, version: int) -> str:
    """Tells which text it is."""
    return f"Report {number} in version {version}"


def text_of_title(title: str) -> tuple[int, int]:
    """The number and the version that a title tells."""
    _, number, _, _, version = title.split()
    return int(number), int(version)


def names_in(number: int, version: int) -> list[str]:
    """The names that the gazetteer finds in it, in their order."""
    first, second = people_of(number, version)
    return [first, PLACES[number % len(PLACES)], first, second]


def people_of(number: int, version: int) -> tuple[str, str]:
    """Two who share no name; each of all is in one article of a hundred, and edits move no more."""
    at = number + version
    return _person(at), _person(at + len(_GIVEN) + 1)


def _person(at: int) -> str:
    return f"{_GIVEN[at % len(_GIVEN)]} {_FAMILY[at // len(_GIVEN) % len(_FAMILY)]}"


def article(number: int, version: int, **more: str) -> dict[str, Any]:
    """As it is sent."""
    day = f"{1990 + number % 30}-{1 + number % 12:02}-{1 + number % 28:02}"
    made = {
        "key": key_of(number),
        "title": title_of(number, version),
        "body": body(number, version),
        "source": source_of(number),
        "published_at": day,
        "language": "en",
    }
    return made | more


def body(number: int, version: int) -> str:
    random = Random(f"{number} {version}")  # noqa: S311 - the same text each time
    sentences = ["The " + " ".join(_chosen(random)) + "." for _ in range(_SENTENCES)]
    first, second = people_of(number, version)
    place = PLACES[number % len(PLACES)]
    own = f"{word_of(number)} {version_word(number, version)} {group_word(group_of(number))}"
    return (
        f"Minister {first} said in {place} that {own} was {EVERYWHERE}.\n\n"
        + " ".join(sentences)
        + f"\n\n“We have agreed on every point,” said {first}, who had come with {second} too."
    )


def _chosen(random: Random) -> list[str]:
    """Few words are in most texts, most words in few."""
    words = _invented()
    return [words[int(len(words) * random.random() ** 3)] for _ in range(_WORDS_A_SENTENCE)]


@cache
def _invented() -> list[str]:
    random = Random(1)  # noqa: S311 - the same words each time
    syllables = [a + b for a in "bdfgklmnprtv" for b in "aeiou"]
    return ["".join(random.choices(syllables, k=random.randint(2, 4))) for _ in range(_INVENTED)]


def _spelt(number: int) -> str:
    spelt = _LETTERS[number % len(_LETTERS)]
    while number := number // len(_LETTERS):
        spelt = _LETTERS[number % len(_LETTERS)] + spelt
    return spelt
