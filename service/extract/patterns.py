"""Names that show by their form: after a title, with a given name in front, by their last word.

Runs of capitalised words are read, nothing else; what gives no sign of its type is left alone.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from service.east_asian_names import family_first
from service.entity import EntityType, Span
from service.extract.vocabulary import (
    LINKED,
    OPENERS,
    ORGANIZATION_HEADS,
    PLACE_HEADS,
    REGNAL,
    ROLES,
    TITLES,
    UPPER,
)
from service.names import plain

_INITIALS = rf"(?:[{UPPER}]\.(?![^\W_]{{2}}))*"  # George H.W. Bush
_CAPITALISED = (
    rf"[{UPPER}](?:\.(?![^\W_]{{2}}){_INITIALS}"
    rf"|(?:[^\W_]|&(?=[{UPPER}])|-(?=[^\W_])|'(?!s\b)(?=[^\W_]))*)"
)
_PARTICLE = r"(?:de|del|della|der|di|da|dos|du|la|le|van|von|den|bin|ibn|al|el)"
_RUN = re.compile(
    rf"(?<![^\W_]){_CAPITALISED}"
    rf"(?: (?:{_PARTICLE} ){{0,2}}{_CAPITALISED}| (?:of|for)(?: the)? {_CAPITALISED})*"
)
_AND = re.compile(rf" (?:and|&) {_CAPITALISED}(?: {_CAPITALISED})*")

LONGEST_NAME = 120

_GENERIC_PLACE = re.compile(r" (?:city|island|province|region|river|town|village|peninsula)\b")
_SPEAKS = re.compile(r",? (?:said|says|told|added|noted|argued)\b|, (?:\d\d,|who |an? |the )")

_SAID = re.compile(r"\b(?:said|says|added) $")


class _Kind(NamedTuple):
    type: EntityType
    method: str
    confidence: float


_TITLED = _Kind("person", "rule:title", 0.9)
_GIVEN = _Kind("person", "rule:given name", 0.8)
_FAMILY = _Kind("person", "rule:family name first", 0.8)
_SPEAKER = _Kind("person", "rule:speaker", 0.65)
_NAMED_ORGANIZATION = _Kind("organization", "rule:last word", 0.75)
_NAMED_PLACE = _Kind("place", "rule:last word", 0.75)


def named_by_form(text: str, given_names: Collection[str]) -> Iterator[Span]:
    """Spans of names whose form tells their type."""
    flat = plain(text)
    for run in _RUN.finditer(flat):
        end = _with_and(flat, run)
        if end - run.start() > LONGEST_NAME:
            continue
        start, titled = _after_titles(flat, run.start(), end)
        if start >= end:
            continue
        kind = _kind(flat, start, end, titled, given_names)
        if kind is not None:
            yield Span(start, end, text[start:end], *kind)


def last_word_type(name: str) -> EntityType | None:
    """The type that a name's last word, or the one before `of`, gives away: Ministry, River."""
    last = name.rsplit(" ", 1)[-1]
    if " of " in name and last.rstrip(".") in ORGANIZATION_HEADS:
        return "organization"
    head = name.split(" of ")[0].split(" for ")[0].rsplit(" ", 1)
    if len(head) == 1 and head[0] == name:
        return None
    if head[-1].rstrip(".") in ORGANIZATION_HEADS:
        return "organization"
    return "place" if head[-1] in PLACE_HEADS else None


def _with_and(flat: str, run: re.Match[str]) -> int:
    """`Organization and Guidance Department` is one name when the last word makes it one."""
    more = _AND.match(flat, run.end())
    if more and " " not in run[0] and last_word_type(more[0].lstrip()) == "organization":
        return more.end()
    return run.end()


def _after_titles(flat: str, start: int, end: int) -> tuple[int, str]:
    """Where the name begins, and the last title or role in front of it."""
    titled = ""
    while start < end:
        word = re.split(r"[ ]", flat[start:end], maxsplit=1)[0]
        bare = word.rstrip(".")
        whole = last_word_type(flat[start:end])
        if bare in TITLES or (bare in ROLES and whole is None):
            titled = bare
        elif bare not in OPENERS:
            break
        start = min(end, start + len(word) + 1)
    return start, titled


def _kind(
    flat: str, start: int, end: int, titled: str, given_names: Collection[str]
) -> _Kind | None:
    name = flat[start:end]
    words = name.split(" ")
    by_last_word = last_word_type(name)
    if by_last_word == "place" and _speaks(flat, start, end, words, given_names):
        return _SPEAKER
    if by_last_word:
        return _NAMED_ORGANIZATION if by_last_word == "organization" else _NAMED_PLACE
    if "of" in words or "for" in words or len(words) > 4:
        return None
    if titled in TITLES or (titled in LINKED and len(words) > 1):
        return _TITLED
    if len(words) == 1:
        return _NAMED_PLACE if _GENERIC_PLACE.match(flat, end) else None
    return _full_name(flat, end, words, given_names)


def _speaks(
    flat: str, start: int, end: int, words: list[str], given_names: Collection[str]
) -> bool:
    """Ellen Park, where she says something, is no park."""
    said = _SAID.search(flat[max(0, start - 8) : start]) or _SPEAKS.match(flat, end)
    return len(words) == 2 and words[0] in given_names and bool(said)


def _full_name(flat: str, end: int, words: list[str], given_names: Collection[str]) -> _Kind | None:
    if words[0] in REGNAL:
        return _TITLED
    if family_first(" ".join(words)):
        return _FAMILY
    if words[0] in given_names:
        return _GIVEN
    if len(words) in (2, 3) and all(w.isalpha() and not w.isupper() for w in words):
        return _SPEAKER if _SPEAKS.match(flat, end) else None
    return None
