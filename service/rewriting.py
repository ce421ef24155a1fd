"""Trees made of trees: any word enough, other spellings, dates in a zone, filters on their own."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from service.dates import DateRange, range_of
from service.deadline import raise_if_late
from service.persons import MOST_WORDS, find_persons
from service.query import (
    And,
    Dated,
    Filter,
    In,
    Node,
    Or,
    Phrase,
    Without,
    Word,
    leaves_of,
    mapped,
)
from service.result import Expansion
from service.spelling import other_division, other_spelling
from service.stop_words import STOP_WORDS

# The words of a compound such as Sino-Soviet or AFP/Seoul; an apostrophe does not divide.
_PARTS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# A long question that says a word again means it more; measured: twice helps, more does not.
MOST_SAID = 2
_ACRONYM = re.compile(r"[A-Z]{2,4}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?\.?")


@dataclass(slots=True)
class Lifted:
    """Filters at the top of a query become filters of the search, so that facets can ignore them.

    A second value of one field must hold as well, not instead, so it stays in the tree.
    """

    filters: dict[str, tuple[str, ...]]
    excluded: dict[str, tuple[str, ...]]
    published: DateRange | None

    def lift(self, node: Node) -> Node | None:
        match node:
            case Filter(name, value) if not self.filters.get(name):
                self.filters[name] = (value,)
                return None
            case Dated(range=dates):
                self.published = (self.published or DateRange()).narrowed(dates)
                return None
            case And(parts, typed):
                kept = [p for p in map(self.lift, parts) if p is not None]
                if len(kept) < 2:
                    return kept[0] if kept else None
                return And(tuple(kept), typed)
            case Without(kept_, excluded):
                left = self.lift(kept_) if kept_ is not None else None
                rest = self._lift_excluded(excluded)
                return Without(left, rest) if rest is not None else left
            case _:
                return node

    def _lift_excluded(self, node: Node) -> Node | None:
        parts = node.parts if isinstance(node, Or) else (node,)
        kept: list[Node] = []
        for part in parts:
            if isinstance(part, Filter):
                self.excluded[part.field] = (*self.excluded.get(part.field, ()), part.value)
            else:
                kept.append(part)
        if len(kept) < 2:
            return kept[0] if kept else None
        return Or(tuple(kept))


def loosened(tree: Node) -> Node | None:
    """The tree with any of its words enough; None when that changes nothing."""
    loose = _loose(tree)
    return loose if loose != tree else None


def _loose(node: Node) -> Node:
    match node:
        case And(parts, False):
            words = [p for p in parts if _is_words(p)]
            fixed = [p for p in parts if not _is_words(p)]
            single = [part for word in words for part in _each(word)]
            if not single or (len(single) == 1 and not fixed):
                return node
            telling = [w for w in single if not _is_stop_word(w)] or single
            telling = [part for word in telling for part in _with_parts(word)]
            telling = _once_or_twice(telling)
            any_word = telling[0] if len(telling) == 1 else Or(tuple(telling))
            return And((any_word, *fixed), typed=True) if fixed else any_word
        case Or(_, True):
            return _loose(And((node,)))
        case Without(kept, excluded) if kept is not None:
            return Without(_loose(kept), excluded)
        case In(name, part):
            return In(name, _loose(part))
        case _:
            return node


def _is_words(node: Node) -> bool:
    """Whether a part only looks for words; filters, dates and negations must hold always."""
    match node:
        case Filter() | Dated() | Without():
            return False
        case In(_, part):
            return _is_words(part)
        case And(parts) | Or(parts):
            return all(_is_words(part) for part in parts)
        case _:
            return True


def has_unranked(node: Node) -> bool:
    """Whether an OR has words on one side and on another nothing that can be ranked."""
    match node:
        case Or(parts):
            ranked = [any(True for _ in leaves_of(part)) for part in parts]
            return (any(ranked) and not all(ranked)) or any(map(has_unranked, parts))
        case And(parts):
            return any(map(has_unranked, parts))
        case Without(kept, _) if kept is not None:
            return has_unranked(kept)
        case _:
            return False


def _each(node: Node) -> tuple[Node, ...]:
    """The words of an expanded name and its other spellings: any of them is enough."""
    if not isinstance(node, Or) or not node.same:
        return (node,)
    typed, *others = node.parts
    return (*(typed.parts if isinstance(typed, And) else (typed,)), *others)


def _with_parts(node: Node) -> list[Node]:
    """A compound, and each of its words: of `Sino-Soviet` any is enough as well."""
    parts = _PARTS.findall(node.text) if isinstance(node, Word) else []
    if len(parts) < 2 or _INITIALS.fullmatch(str(node)):
        return [node]
    return [*(Word(p) for p in parts if p.lower() not in STOP_WORDS)] or [node]


def _once_or_twice(words: list[Node]) -> list[Node]:
    """Words that a long question says again count double, whatever comes after that."""
    said: Counter[str] = Counter()
    kept: list[Node] = []
    for word in words:
        key = str(word).lower().strip(".,;:!?'’")
        said[key] += 1
        if said[key] <= MOST_SAID:
            kept.append(word)
    return kept


def _is_stop_word(node: Node) -> bool:
    return isinstance(node, Word | Phrase) and node.text.lower() in STOP_WORDS


# Names -> what else they are called, of those that are called anything else.
Aliases = Callable[[Collection[str]], Mapping[str, tuple[str, ...]]]


def called(node: Node | None, aliases: Aliases) -> tuple[Expansion, ...]:
    """Other names, as `aliases` has them, of whom the words of a tree name."""
    names: dict[str, None] = {}

    def look(part: Node) -> None:
        raise_if_late()
        for words in _runs_of_words(part):
            for start in range(len(words)):
                for end in range(start + 1, min(len(words), start + MOST_WORDS) + 1):
                    names[" ".join(words[start:end])] = None

    if node is not None:
        mapped(node, look)
    found = aliases(names) if names else {}
    return tuple(Expansion(name, others, "alias") for name, others in found.items())


def expansions(node: Node | None) -> tuple[Expansion, ...]:
    """Other spellings that the words of a tree could be looked for in, each once."""
    found: dict[Expansion, None] = {}
    words = [leaf.text for leaf in leaves_of(node) if isinstance(leaf, Word)] if node else []
    shouted = len(words) > 2 and all(word.isupper() for word in words)

    def look(part: Node) -> None:
        raise_if_late()
        if isinstance(part, Word) and (initials := _initials(part.text, shouted)):
            found[Expansion(part.text, (initials,), "initials")] = None
        if isinstance(part, Word):
            for others in (other_spelling(part.text), other_division(part.text)):
                if others:
                    found[Expansion(part.text, others, "spelling")] = None
        for words in _runs_of_words(part):
            for name in find_persons(words):
                source = " ".join(words[name.start : name.end])
                if name.spellings:
                    found[Expansion(source, name.spellings, "romanisation")] = None
                if name.forms:
                    found[Expansion(source, name.forms, "name")] = None

    if node is not None:
        mapped(node, look)
    return tuple(found)


def _initials(text: str, shouted: bool) -> str | None:
    """U.S. as US and the other way round, but for words: of W.H.O. no `who`, of AS no A.S."""
    plain = text.replace(".", "")
    if plain.lower() in STOP_WORDS:
        return None
    if _INITIALS.fullmatch(text):
        return plain
    return ".".join([*text, ""]) if _ACRONYM.fullmatch(text) and not shouted else None


def _runs_of_words(node: Node) -> list[list[str]]:
    """The words that stand side by side in a query, where a name could be."""
    if isinstance(node, Word):
        return [[node.text]]
    if not isinstance(node, And) or node.typed:
        return []
    runs = groupby(node.parts, key=lambda part: isinstance(part, Word))
    return [[str(word) for word in run] for are_words, run in runs if are_words]


def expanded_by(node: Node | None, found: tuple[Expansion, ...]) -> Node | None:
    """The tree with each expanded word or name as an OR of its spellings."""
    if node is None or not found:
        return node
    spellings: dict[str, tuple[Node, ...]] = {}
    for e in found:
        others = map(spelled, e.to)
        spellings[e.source] = (*spellings.get(e.source, ()), *others)

    def change(part: Node) -> Node | None:
        if isinstance(part, Word) and part.text in spellings:
            return Or((part, *spellings[part.text]), same=True)
        if isinstance(part, And) and not part.typed:
            parts = tuple(mapped(p, change) for p in _with_names(part.parts, spellings))
            return parts[0] if len(parts) == 1 else And(parts)
        if isinstance(part, Or) and part.same:
            return part  # just made
        return None

    return mapped(node, change)


def spelled(text: str) -> Node:
    """What is looked for of an expansion."""
    return Phrase(text) if " " in text else Word(text)


def _with_names(
    parts: tuple[Node, ...], spellings: Mapping[str, tuple[Node, ...]]
) -> Iterator[Node]:
    """Each name of several words as one part: all of its words, or another spelling."""
    place = 0
    while place < len(parts):
        end, others = _name_at(parts, place, spellings)
        if others:
            yield Or((And(parts[place:end], typed=True), *others), same=True)
        else:
            yield parts[place]
        place = end


def _name_at(
    parts: tuple[Node, ...], start: int, spellings: Mapping[str, tuple[Node, ...]]
) -> tuple[int, tuple[Node, ...]]:
    """Where the longest name of several words that begins at `start` ends; its other spellings."""
    for end in range(min(len(parts), start + MOST_WORDS), start + 1, -1):
        if all(isinstance(part, Word) for part in parts[start:end]):
            others = spellings.get(" ".join(map(str, parts[start:end])))
            if others:
                return end, others
    return start + 1, ()


def dated(node: Node, zone: ZoneInfo) -> Node:
    """The tree with each `after:` and `before:` as a range of dates in `zone`."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Dated):
            return Dated(part.side, part.date, _dated_range(part.side, part.date, zone))
        return None

    return mapped(node, change)


def _dated_range(side: str, text: str, zone: ZoneInfo) -> DateRange:
    first = _first_day(text)
    if side == "after":
        return range_of(first.isoformat(), None, zone)
    if first == date.min:
        return DateRange(last_day="0000", end="0000")
    return range_of(None, (first - timedelta(days=1)).isoformat(), zone)


def _first_day(text: str) -> date:
    """The first day of a year, month or day; a day that its month lacks is its last one."""
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    for candidate in range(day, 0, -1):
        try:
            return date(year, month, candidate)
        except ValueError:
            continue
    raise AssertionError(f"{text} has passed the parser")
