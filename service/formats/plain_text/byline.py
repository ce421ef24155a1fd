"""Who wrote a story, where a line says so: “By Jane Doe and John Roe in Seoul”."""

import re
from typing import NamedTuple

from service.formats.plain_text.outlet import is_outlet_word
from service.formats.plain_text.prose import ends_in_full_stop, is_caseless

_LONGEST = 160
_LABEL = re.compile(
    r"(?:by|(?:written|words|story|report|reporting|text) by|words|authors?|auteure?|autor(?:in)?"
    r"|byline)\s*:\s*|(?:By|BY|Written by|Words by|Story by|Report by|Reporting by|Par|PAR|Von|VON"
    r"|Por|POR|Di)\s+",
)
_SPLIT = re.compile(r"\s*(?:[,;&|•·]|\s/\s|\s[-–—]\s|\b(?:and|AND|et|und|y|e)\b(?!\.))\s*")
_PLACE = re.compile(r"\s+(?:in|at|for|from|à|en|of)\s+")
_KOREAN = re.compile(r"([가-힣]{2,4})\s?(?:기자|특파원)(?:\s\S+@\S+)?")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:[.’'‘-][^\W\d_]*)*")
_PARTICLES = frozenset(
    "al bin da dal de del della den der di do dos du el ibn la le st te ten ter van von y".split()
)
_NO_NAME = frozenset(
    """
        a an and agencies agency april august author bureau chief columnist contributing
        contributor correspondent critic december desk editor editors february foreign freelance
        friday investigations january july june monday november october political producer
        reporter reporters saturday senior september service special staff sunday team the
        thursday tuesday wednesday writer writers""".split()
)


class Byline(NamedTuple):
    """`says_more`: the line holds more than a label and the names."""

    authors: tuple[str, ...]
    says_more: bool


def read_byline(line: str) -> Byline | None:
    """The authors that a line names, or None if it is no byline."""
    line = line.strip()
    if len(line) > _LONGEST:
        return None
    korean = _KOREAN.fullmatch(line)
    if korean:
        return Byline((korean[1],), says_more=True)
    label = _LABEL.match(line) or _LABEL.match(line[:1].lower() + line[1:])
    if not label or label.end() == len(line):
        return None
    named = line[label.end() :].strip()
    # A sentence may begin with “By”; an initial or “Jr.” may end a byline.
    if ends_in_full_stop(named) and not re.search(r"\b(?:\w|Jr|Sr)\.$", named):
        return None
    return _authors([piece for piece in _SPLIT.split(named) if piece], named)


def _authors(pieces: list[str], named: str) -> Byline | None:
    names = [name for name in map(_name, pieces) if name]
    if pieces and _name(pieces[0]) and max(len(piece.split()) for piece in pieces) <= 8:
        return Byline(tuple(names), says_more=any(_name(piece) != piece for piece in pieces))
    words = named.split()
    # “By Reuters”, “By Staff Reporter”: who signs is said, though it is not a person.
    if len(words) <= 4 and all(word[0].isupper() for word in words) and _signs(words):
        return Byline((named,), says_more=False)
    return None


def _signs(words: list[str]) -> bool:
    last = words[-1].casefold()
    return all(_NAME_WORD.fullmatch(word) for word in words) and (
        is_outlet_word(last) or last in _NO_NAME - {"the", "a", "an", "and"}
    )


def _name(piece: str) -> str | None:
    """The person that a piece of a byline begins with: Jane Doe, of “Jane Doe in Seoul”."""
    name = _PLACE.split(piece, maxsplit=1)[0]
    return name if is_person(name) else None


def is_person(name: str) -> bool:
    """Looks like a full name: two to five capitalised words, none a role or an outlet."""
    words = name.split()
    if not words or not all(_NAME_WORD.fullmatch(word) for word in words):
        return False
    if len(words) == 1:
        return 2 <= len(name) <= 4 and all(map(is_caseless, name))
    if len(words) > 5 or is_outlet_word(words[-1]):
        return False
    if any(word.casefold() in _NO_NAME for word in words):
        return False
    capital = all(word[0].isupper() or is_caseless(word[0]) or word in _PARTICLES for word in words)
    return capital and words[-1] not in _PARTICLES
