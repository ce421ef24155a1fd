r"""Where a name begins and ends: no possessive, title, article or second paragraph in it.

Taggers give `West\n\nDiplomat`, `the Capella Hotel on` and `Pyongyang’s Guidance Department`; lists
give the `Paris` of `Paris Saint-Germain`. All texts here are plain (`service.names.plain`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from service.entity import EntityType, Span
from service.extract.gazetteer import WellKnown
from service.extract.patterns import LONGEST_NAME
from service.extract.vocabulary import (
    GENERIC_OWNERS,
    NEVER,
    OPENERS,
    PARTICLES,
    PLACE_HEADS,
    REGNAL,
    ROLES,
    TITLES,
    UPPER,
)
from service.names import is_acronym, name_key

_POSSESSIVE = re.compile(r"'s(?=\s|$)|(?<=s)'(?=\s|$)")
_EDGE = " \n\t\"'`.,;:!?()[]{}<>-–—/|*•&…"
_ABBREVIATED = re.compile(r"(?:\b[^\W_]\.|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|St)\.)$")
_WORD = re.compile(r"\S+")
_NEXT = re.compile(rf" ([{UPPER}][\w.-]*)")
_PREVIOUS = re.compile(rf"(?<![\w'.-])([{UPPER}][\w'.-]*) $")
_NEAR = 40  # characters: the longest neighbouring word that is looked at
_REGNAL = re.compile(r"\b(?:Prince|Princess|King|Queen|Pope|Emperor|Empress) $")
_GENERIC_ORGANIZATIONS = frozenset(
    "Agency Association Bank Board Club College Company Council Councils Department Group Ltd"
    " Ministry Museum Office Party School University Society Trust".split()
)
_RANK = ("definition", "gazetteer", "model")


def mended(flat: str, row: Iterable[Span], known: WellKnown) -> list[Span]:
    """The names in what a tagger found in one text, by position and without overlaps."""
    return _without_overlaps(_on_their_own(flat, list(_cleaned(flat, row, known))))


def is_name(name: str, known: WellKnown) -> bool:
    """No weekday, demonym, role, number or address, nor anything without a capital."""
    if name in known.demonyms or name in NEVER or name in ROLES or len(name) > LONGEST_NAME:
        return False
    if not name_key(name) or name.isdigit() or "@" in name or "://" in name:
        return False
    return name.lower() != name or not name.isascii()


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
        for start, end in _pieces(flat, span.start, span.end, known):
            kept = _with_regnal(flat, _trimmed(flat, start, end, span.type), span.type)
            name = flat[slice(*kept)] if kept else ""
            if kept and is_name(name, known) and not _is_generic(flat, kept, name, span.type):
                yield replace(span, start=kept[0], end=kept[1], text=name)


def _with_regnal(
    flat: str, where: tuple[int, int] | None, kind: EntityType
) -> tuple[int, int] | None:
    """`Prince Harry` where a tagger gives `Harry`: he is no other Harry of the article."""
    if not where or kind != "person":
        return where
    before = _REGNAL.search(flat[max(0, where[0] - _NEAR) : where[0]])
    return (where[0] - len(before[0]), where[1]) if before else where


def _is_generic(flat: str, where: tuple[int, int], name: str, kind: EntityType) -> bool:
    """A `Street` or `Park` alone, which is no place; Park may well be a person, `the Queen` not."""
    if kind == "person":
        return name in REGNAL and flat[: where[0]][-4:].lower() == "the "
    return name in PLACE_HEADS if kind == "place" else name in _GENERIC_ORGANIZATIONS


def _pieces(flat: str, start: int, end: int, known: WellKnown) -> Iterator[tuple[int, int]]:
    """The span cut at line ends, and at possessives but in names like `McDonald's`."""
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


def _trimmed(flat: str, start: int, end: int, kind: EntityType) -> tuple[int, int] | None:
    """Without punctuation, articles, titles and words in small letters at its ends."""
    words = [(start + w.start(), start + w.end()) for w in _WORD.finditer(flat[start:end])]
    while words and _no_first_word(_bare(flat, words[0]), kind, last=len(words) == 1):
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
    return kind == "person" and (word in TITLES or (word in ROLES and not last))


def _no_last_word(word: str, kind: EntityType) -> bool:
    if word.isdigit() and kind == "person":  # the marks of players: Mustafi 6
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
