r"""Where a name begins and ends: no possessive, title, article or second paragraph in it.

Taggers give `West\n\nDiplomat`, `the Capella Hotel on` and `Pyongyang’s Guidance Department`; lists
give the `Paris` of `Paris Saint-Germain`. All texts here are plain (`service.names.plain`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from service.entity import EntityType, Span
from service.extract.gazetteer import WellKnown
from service.extract.patterns import LONGEST_NAME
from service.extract.tickers import is_listed, is_ticker
from service.extract.vocabulary import (
    BEFORE_PERSONS,
    EVENTS_AND_WORKS,
    GENERIC_OWNERS,
    LEGAL_FORMS,
    NEVER,
    OPENERS,
    PARTICLES,
    PLACE_HEADS,
    REGNAL,
    ROLES,
    SURNAMES_LIKE_PARTICIPLES,
    TITLES,
    UNITS,
    UPPER,
)
from service.names import name_key
from service.organization_names import is_acronym

_POSSESSIVE = re.compile(r"'s(?=\s|$)|(?<=s)'(?=\s|$)")
_EDGE = " \n\t\"'`.,;:!?()[]{}<>-–—/|*•&…"
_ABBREVIATED = re.compile(r"(?:\b[^\W_]\.|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|St)\.)$")
_WORD = re.compile(r"\S+")
# `A/S` and `Dutch/Shell` are one name, `Jane Doe/Reuters` and `New York/Montreal` two.
_BREAK = (
    rf", (?!(?:{'|'.join(sorted(LEGAL_FORMS))}|Jr|Sr)\b)|\s?[<>|]\s?| [-–—/] |: "
    r"| (?:said|says|told) "
)
_BREAKS: Mapping[EntityType, re.Pattern[str]] = {
    "organization": re.compile(_BREAK),
    "person": re.compile(rf"{_BREAK}|/"),
    "place": re.compile(rf"{_BREAK}|/"),
}
_BRACKET = re.compile(r"\s?[()\[\]]\s?")
# Aircraft and stars of a sky: F-16s, M31.
_CODE = re.compile(r"[^\W\d_]{1,3}-?\d+\w*")
_SCORE = re.compile(r"\d{1,3}[-–]\d{1,3}")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)
_OPENS = re.compile(r"(?:^|[\n.!?\"]) {0,5}$")
_PARTICIPLE = re.compile(r"[A-Z][a-z]{2,}(?:ing|edly)")
_NEXT = re.compile(rf" ([{UPPER}][\w.-]*)")
_PREVIOUS = re.compile(rf"(?<![\w'.-])([{UPPER}][\w'.-]*) $")
_NEAR = 40  # characters: the longest neighbouring word that is looked at
_REGNAL = re.compile(r"\b(?:Prince|Princess|King|Queen|Pope|Emperor|Empress) $")
_GENERIC_ORGANIZATIONS = frozenset(
    "Agency Association Bank Board Club College Company Council Councils Department Group Ltd"
    " Ministry Museum Office Party School University Society Trust".split()
)
_NO_LAST_WORDS = EVENTS_AND_WORKS | UNITS
# McKiernan and Co: taggers find the last word alone.
_PARTNERS = re.compile(rf"(?<![\w'.-])(?:[{UPPER}][\w'.-]*,? )+(?:and|&) $")
_RANK = ("definition", "gazetteer", "model")


def mended(flat: str, row: Iterable[Span], known: WellKnown) -> list[Span]:
    """The names in what a tagger found in one text, by position and without overlaps."""
    named = [span for span in row if not is_ticker(flat, span.start, span.end)]
    return _without_overlaps(_on_their_own(flat, list(_cleaned(flat, named, known))))


def is_name(name: str, known: WellKnown) -> bool:
    """No weekday, demonym, role, number, prize or address, nor anything without a capital."""
    if name in known.demonyms or name in NEVER or name in ROLES or len(name) > LONGEST_NAME:
        return False
    if name.rsplit(" ", 1)[-1] in _NO_LAST_WORDS:
        return False
    if not name_key(name) or "@" in name or "://" in name or _ORDINAL.fullmatch(name):
        return False
    return name.lower() != name or (not name.isascii() and any(map(str.isalpha, name)))


def merge(row: list[Span], more: Iterable[Span]) -> None:
    """Add spans to a row where they overlap nothing, or hold all that they overlap."""
    owner = {offset: span for span in row for offset in range(span.start, span.end)}
    kept = set(row)
    for span in more:
        touched = {owner[offset] for offset in range(span.start, span.end) if offset in owner}
        if all(_yields(other, span) for other in touched):
            kept = (kept - touched) | {span} if touched else kept
            kept.add(span)
            owner.update(dict.fromkeys(range(span.start, span.end), span))
    row[:] = sorted(kept, key=lambda span: span.start)


def _yields(old: Span, new: Span) -> bool:
    longer = new.end - new.start > old.end - old.start or new.method == "definition"
    return longer and new.start <= old.start and old.end <= new.end


def _cleaned(flat: str, row: Iterable[Span], known: WellKnown) -> Iterator[Span]:
    for span in row:
        if span.method == "gazetteer":
            yield span
            continue
        for start, end in _pieces(flat, span, known):
            kept = _with_regnal(flat, _trimmed(flat, start, end, span.type, known), span.type)
            kept = _with_partners(flat, kept)
            name = flat[slice(*kept)] if kept else ""
            if not kept or not is_name(name, known) or is_ticker(flat, *kept):
                continue
            if not _is_generic(flat, kept, name, span.type):
                kind = "organization" if is_listed(flat, *kept) else span.type
                yield replace(span, start=kept[0], end=kept[1], text=name, type=kind)


def _with_regnal(
    flat: str, where: tuple[int, int] | None, kind: EntityType
) -> tuple[int, int] | None:
    """`Prince Harry` where a tagger gives `Harry`: he is no other Harry of the article."""
    if not where or kind != "person":
        return where
    before = _REGNAL.search(flat[max(0, where[0] - _NEAR) : where[0]])
    return (where[0] - len(before[0]), where[1]) if before else where


def _with_partners(flat: str, where: tuple[int, int] | None) -> tuple[int, int] | None:
    """`Morgan Keegan and Co Inc` where a tagger gives `Co Inc`; nothing for a legal form alone."""
    if not where or any(w.rstrip(".") not in LEGAL_FORMS for w in flat[slice(*where)].split(" ")):
        return where
    before = _PARTNERS.search(flat, max(0, where[0] - LONGEST_NAME), where[0])
    return (before.start(), where[1]) if before else None


def _is_generic(flat: str, where: tuple[int, int], name: str, kind: EntityType) -> bool:
    """A `Street` alone, which is no place; Park may well be a person, `the Queen` not."""
    if kind != "organization" and _CODE.fullmatch(name):
        return True
    if kind == "person":
        alone = name in BEFORE_PERSONS
        return alone or (name in REGNAL and flat[: where[0]][-4:].lower() == "the ")
    return name in PLACE_HEADS if kind == "place" else name in _GENERIC_ORGANIZATIONS


def _pieces(flat: str, span: Span, known: WellKnown) -> Iterator[tuple[int, int]]:
    """The span cut at commas, marks and line ends, and at possessives but in `McDonald's`."""
    for start, end in _unbracketed(flat, span.start, span.end):
        kept = True
        for mark in _BREAKS[span.type].finditer(flat, start, end):
            if kept:
                yield from _lines(flat, start, mark.start(), known)
            start = mark.end()
            kept = mark[0] == ", " or _is_apart(flat, start, end, known)
        if kept:
            yield from _lines(flat, start, end, known)


def _is_apart(flat: str, start: int, end: int, known: WellKnown) -> bool:
    """Whether what stands behind a mark is a name too, and no `Acme Foods - Initial`."""
    rest = flat[start:end]
    return bool(known.find(rest)) or (" " in rest and not is_shouted(flat, start, end))


def _unbracketed(flat: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span, cut at a bracket that opens or closes outside of it: `Grain Board (GB`."""
    text = flat[start:end]
    if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        for bracket in _BRACKET.finditer(flat, start, end):
            yield start, bracket.start()
            start = bracket.end()
    yield start, end


def _lines(flat: str, start: int, end: int, known: WellKnown) -> Iterator[tuple[int, int]]:
    text = flat[start:end]
    if "\n" not in text and "'" not in text:
        yield start, end
        return
    for line in re.finditer(r"[^\n]+", text):
        alone = line.start() > 0 and " " not in line[0].strip()
        if alone and not known.find(line[0]):
            continue  # the first word of the next paragraph: West\n\nDiplomat
        yield from _owned(line[0], start + line.start(), known)


def _owned(line: str, offset: int, known: WellKnown) -> Iterator[tuple[int, int]]:
    cut = 0
    for mark in _POSSESSIVE.finditer(line):
        owner = line[cut : mark.start()]
        listed = known.firm_type(line[cut : mark.end()]) or known.firm_type(line[cut:])
        if owner.rsplit(" ", 1)[-1] in GENERIC_OWNERS or listed:
            continue
        yield offset + cut, offset + mark.start()
        cut = mark.end()
    yield offset + cut, offset + len(line)


def _trimmed(
    flat: str, start: int, end: int, kind: EntityType, known: WellKnown
) -> tuple[int, int] | None:
    """Without punctuation, articles, titles and words in small letters at its ends."""
    words = [(start + w.start(), start + w.end()) for w in _WORD.finditer(flat[start:end])]
    opens = bool(_OPENS.search(flat, max(0, start - 6), start))
    while words and _no_first_word(_bare(flat, words[0]), kind, last=len(words) == 1):
        words.pop(0)
    while kind == "person" and len(words) > 1:
        if not _precedes_person(_bare(flat, words[0]), known, opens=opens):
            break
        words.pop(0)
    while words and _no_last_word(_bare(flat, words[-1]), kind):
        words.pop()
    if not words:
        return None
    start, end = words[0][0], words[-1][1]
    while start < end and flat[start] in _EDGE:
        start += 1
    while end > start and flat[end - 1] in _EDGE and not _ABBREVIATED.search(flat[start:end]):
        end -= 1
    return (start, end) if start < end else None


def _bare(flat: str, where: tuple[int, int]) -> str:
    return flat[slice(*where)].strip(_EDGE)


def _no_first_word(word: str, kind: EntityType, *, last: bool) -> bool:
    if not word or (word.islower() and word not in PARTICLES):
        return True
    if word in {"The", "A", "An"} and not last:
        return True
    return word in TITLES and (kind == "person" or not last)


def _precedes_person(word: str, known: WellKnown, *, opens: bool) -> bool:
    """`Investor`, `Russian` or `Neither` before a name, and `Replacing` where a sentence opens."""
    if word in ROLES or word in BEFORE_PERSONS:
        return True
    if word in known.given_names or word in SURNAMES_LIKE_PARTICIPLES:
        return False
    return word in known.demonyms or (opens and bool(_PARTICIPLE.fullmatch(word)))


def _no_last_word(word: str, kind: EntityType) -> bool:
    if kind == "person" and not any(map(str.isalpha, word)):  # the marks of players: Mustafi 6
        return True
    if _SCORE.fullmatch(word):
        return True
    if word == "Sheriff" and kind == "place":
        return True
    return not word or (word.islower() and not word.isdigit())


def _on_their_own(flat: str, row: Sequence[Span]) -> Iterator[Span]:
    """Without the listed names that are part of an unlisted one, or stand in a shouted line."""
    starts = {span.start for span in row}
    ends = {span.end for span in row}
    for span in row:
        if span.method != "gazetteer" or _is_alone(flat, span, starts, ends):
            yield span


def _is_alone(flat: str, span: Span, starts: set[int], ends: set[int]) -> bool:
    start, end = span.start, span.end
    acronym = is_acronym(span.text)
    if acronym and is_shouted(flat, start, end):
        return False
    after = _NEXT.match(flat, end)
    if after and end + 1 not in starts and after[1].rstrip(".,") not in ROLES:
        return acronym
    before = _PREVIOUS.search(flat[max(0, start - _NEAR) : start])
    if before and start - 1 not in ends and not _may_precede(before[1]):
        return acronym
    return True


def _may_precede(word: str) -> bool:
    return word in OPENERS or word in ROLES or word in NEVER or word.endswith((".", "'s"))


def is_shouted(flat: str, start: int, end: int) -> bool:
    """Whether a line has only capitals, in which `US` may be `us`."""
    before = flat[max(0, start - _NEAR) : start].rpartition("\n")[2]
    line = before + flat[start : end + _NEAR].partition("\n")[0]
    return line.isupper() and " " in line.strip()


def _rank(span: Span) -> int:
    return _RANK.index(span.method) if span.method in _RANK else len(_RANK)


def _without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The longest of overlapping spans; of equal ones what is known, then what the model says."""
    kept: list[Span] = []
    covered: set[int] = set()
    for span in sorted(spans, key=lambda s: (s.start - s.end, _rank(s), s.start)):
        # What is kept is no shorter, so an overlap covers an end of this one.
        if span.start not in covered and span.end - 1 not in covered:
            kept.append(span)
            covered.update(range(span.start, span.end))
    return sorted(kept, key=lambda span: span.start)
