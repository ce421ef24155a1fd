"""Names that everybody knows, from the project's own list, and names that show by their form.

This is the tagger for when no model is installed. It would rather miss a name than invent one.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

from service.entity import EntityType, Span
from service.extract.patterns import named_by_form
from service.extract.vocabulary import RULES
from service.names import plain, squeeze

LIST = Path(__file__).with_name("gazetteer.csv")

KNOWN_CONFIDENCE = 0.95
# A city can be a person (Paris, Sydney) or the name of a team.
PLACE_CONFIDENCE = 0.85

# A name may go on in the next line, not in the next paragraph.
_LINE_END = re.compile(r"(?<!\n)\n(?![\s\n])")
_WORD = re.compile(r"[^\W_]+")

Strength = Literal["country", "place", "organization"]


class Row(NamedTuple):
    """One row of the list. A country or organisation is always that; a place is a strong hint."""

    name: str
    kind: str
    aliases: tuple[str, ...]


class Phrases:
    """Finds any of many phrases in a text: by first word, the longest first."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = set(phrases)
        lengths: dict[str, set[int]] = {}
        for phrase in self._phrases:
            first = _WORD.match(phrase)
            if first:
                lengths.setdefault(first[0], set()).add(len(phrase))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def find(self, flat: str) -> Iterator[tuple[int, int]]:
        """Where phrases stand as whole words in a plain text, without overlaps."""
        done = 0
        for word in _WORD.finditer(flat) if self._lengths else ():
            start = word.start()
            lengths = self._lengths.get(word[0])
            if lengths is None or start < done:
                continue
            for length in lengths:
                end = start + length
                if flat[start:end] in self._phrases and _ends_word(flat, end):
                    yield start, end
                    done = end
                    break


def _ends_word(flat: str, end: int) -> bool:
    return not flat[end : end + 1].isalnum() or not flat[end - 1].isalnum()


class WellKnown:
    """The list: what a surface is called in full, of which type, and how firmly."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._entries: dict[str, tuple[str, Strength]] = {}
        self.demonyms: set[str] = set()
        self.given_names: set[str] = set()
        self._abbreviated: dict[str, str] = {}
        for row in rows:
            if row.kind == "demonym":
                self.demonyms.update(row.aliases)
            elif row.kind == "abbreviation":
                self._abbreviated.update(dict.fromkeys(row.aliases, row.name))
            elif row.kind == "given name":
                self.given_names.update(row.aliases)
            else:
                kind = cast("Strength", row.kind)
                for surface in (row.name, *row.aliases):
                    self._entries[plain(surface)] = (row.name, kind)
        self._phrases = Phrases(self._entries)

    def name(self, text: str, kind: EntityType) -> str | None:
        """The canonical name of a surface of this type: `US` -> `United States`."""
        surface = squeeze(plain(text))
        name, strength = self._entries.get(surface, (None, None))
        if name is None and kind == "place":
            return self._abbreviated.get(surface.rstrip("."))
        return name if name and entity_type(strength) == kind else None

    def names(self) -> Iterator[tuple[str, EntityType]]:
        """Every canonical name with its type."""
        for name, strength in dict.fromkeys(self._entries.values()):
            yield name, entity_type(strength)

    def firm_type(self, text: str) -> EntityType | None:
        """The type of what is a country or a well-known organisation wherever it stands."""
        strength = self._entries.get(text, (None, None))[1]
        return None if strength in (None, "place") else entity_type(strength)

    def find(self, text: str) -> list[Span]:
        flat = _LINE_END.sub(" ", plain(text))
        return [self._span(text, flat, *where) for where in self._phrases.find(flat)]

    def _span(self, text: str, flat: str, start: int, end: int) -> Span:
        strength = self._entries[flat[start:end]][1]
        sure = PLACE_CONFIDENCE if strength == "place" else KNOWN_CONFIDENCE
        return Span(start, end, text[start:end], entity_type(strength), "gazetteer", sure)


def entity_type(strength: str | None) -> EntityType:
    return "organization" if strength == "organization" else "place"


def read_list(path: Path) -> Iterator[Row]:
    """Rows of a list with the columns name, type, aliases (`|` between); `#` starts a comment."""
    with path.open(encoding="utf-8", newline="") as lines:
        table: Iterable[Mapping[str, str]] = csv.DictReader(
            line for line in lines if not line.startswith("#")
        )
        for row in table:
            yield Row(row["name"], row["type"], tuple(filter(None, row["aliases"].split("|"))))


@cache
def well_known() -> WellKnown:
    """The project's list, read once."""
    return WellKnown(read_list(LIST))


class Gazetteer:
    """The tagger without a model: the list, and what shows by its form to be a name.

    It reads every language, since Latin letters write `Rosa Parks` and `Chile` alike: of the 130
    names that it finds in ten French, Spanish, Portuguese, Czech, German and Chinese articles five
    are wrong (`La Commission`, `LA`).
    """

    id = f"gazetteer+{RULES}"

    def __init__(self) -> None:
        self._known = well_known()

    def tag(self, texts: Sequence[str], _languages: Sequence[str | None], /) -> list[list[Span]]:
        return [self._tag(text) for text in texts]

    def _tag(self, text: str) -> list[Span]:
        return [*self._known.find(text), *named_by_form(text, self._known.given_names)]
