"""Who wrote a story, where a line says so: “By Jane Doe and John Roe in Seoul”."""

import re
from typing import NamedTuple

from service.formats.plain_text.outlet import is_outlet_word
from service.formats.plain_text.prose import ends_in_full_stop, is_caseless

_LONGEST = 160
_LABEL = re.compile(
    r"(?:by|(?:written|words|story|report|reporting|text) by|words|authors?|auteure?|autor(?:in)?"
    r"|byline)\s*:\s*|(?:[Bb]y|BY|Written by|Words by"
    r"|Story by|Report by|Reporting by|Par|PAR|Von|VON"
    r"|Por|POR|Di)\s+",
)
_SPLIT = re.compile(r"\s*(?:[,;&|•·]|\s/\s|\s[-–—]\s|\b(?:and|AND|et|und|y|e)\b(?!\.))\s*")
_PLACE = re.compile(r"\s+(?:in|at|for|For|FOR|from|à|en|of)\s+")
# What follows a name: an address, a handle, a remark in brackets.
_ADDRESS = re.compile(r"\s+(?:[@(<\[]|\S+@\S).*")
# “By Xinhua writers Wang Yaguang and Huang Haoran”
_ROLE_BEFORE = re.compile(
    r"(?:[\w.]+\s){0,3}(?:writers?|reporters?|correspondents?|journalists?|editors?)\s(?=[A-Z])"
)
_ROLE = re.compile(
    r"\b(?:chief|columnist|correspondent|critic|editor|journalist|producer|reporter|writer)s?\b",
    re.IGNORECASE,
)
# A wire signs in the dateline: “(서울=연합뉴스) 이상헌 박경준 기자 =”, “（记者 李忠发）”.
_ASIAN_SIGNED = (
    re.compile(r"\s*(?P<names>[가-힣]{2,4}(?:[ ·,]{1,2}[가-힣]{2,4}){0,4})\s(?:기자|특파원)\s*="),
    re.compile(
        r"\s*[（(]记者\s?(?P<names>[\u4e00-\u9fff]{2,4}(?:[ 、][\u4e00-\u9fff]{2,4}){0,4})[）)]"
    ),
)
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


# “By Royal Appointment” and “By Popular Demand” name nobody.
_SAYINGS = frozenset(
    "accident appointment chance choice default demand design invitation mistake nature".split()
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


class Signature(NamedTuple):
    """`length` counts all that stands before the story."""

    authors: tuple[str, ...]
    length: int


def signature(text: str) -> Signature:
    """Who signs behind a Korean or Chinese dateline: nobody, in no characters, for most texts."""
    signed = next((hit for shape in _ASIAN_SIGNED if (hit := shape.match(text))), None)
    if signed is None:
        return Signature((), 0)
    return Signature(tuple(re.findall(r"[^ ·,、]+", signed["names"])), signed.end())


def reporters(text: str) -> tuple[str, ...]:
    return signature(text).authors


def bare_authors(line: str) -> tuple[str, ...]:
    """The people that a line consists of, perhaps with a place: “Jane Doe in Tiree”."""
    pieces = [piece for piece in _SPLIT.split(line) if piece] if len(line) <= _LONGEST else []
    names = tuple(name for name in map(_name, pieces) if name)
    return names if len(names) == len(pieces) <= 4 else ()


def is_role(line: str) -> bool:
    """“Political correspondent, BBC News”: what stands under a byline."""
    short = len(line) <= 80 and len(line.split()) <= 8 and line[0].isupper()
    return short and not ends_in_full_stop(line) and bool(_ROLE.search(line))


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
    name = _PLACE.split(_ADDRESS.sub("", piece), maxsplit=1)[0]
    role = _ROLE_BEFORE.match(name)
    name = " ".join(name[role.end() :].split() if role else name.split())
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
    if any(word.casefold() in _NO_NAME for word in words) or words[-1].casefold() in _SAYINGS:
        return False
    capital = all(word[0].isupper() or is_caseless(word[0]) or word in _PARTICLES for word in words)
    return capital and words[-1] not in _PARTICLES
