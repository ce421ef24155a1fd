"""What two passages that tell the same have in common, and where they differ."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from service.comparing.passages import Fact, FactKind, Passage
from service.comparing.roots import roots_of
from service.comparing.times import agree, comparable, is_same, is_weekday
from service.differences import differences
from service.entity import ENTITY_TYPES, is_full_spelling
from service.letters import words_of
from service.names import fold, name_key, plain, without_article
from service.titles import without_courtesy

Range = tuple[int, int]
Texts = tuple[str, ...]
Same = Callable[[Fact, Fact], bool]

_FEWEST_QUOTED = 3
# Of a passage that was edited so much at least is as it was.
_EDITED = 0.7
_MOST_WORDS = 3
_SHORTEST_TOLD = 5
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = (" ", "-", "\xa0")


@dataclass(frozen=True, slots=True)
class Shared:
    """What both name, as each of them writes it; `value` is that of the facts on the left."""

    kind: FactKind
    value: str
    left: Texts
    right: Texts


@dataclass(frozen=True, slots=True)
class Difference:
    """What each of them has for it; `value` is the entity's key of a name spelled two ways."""

    kind: Literal["spelling", "time", "figure"]
    left: Texts
    right: Texts
    value: str = ""


def facts_of(passages: Iterable[Passage]) -> list[Fact]:
    """All that passages name, in reading order."""
    return [fact for passage in passages for fact in passage.facts]


def shared_facts(left: Sequence[Fact], right: Sequence[Fact]) -> tuple[Shared, ...]:
    """People, organisations, places, then times, figures and quotes, each once."""
    found: list[Shared] = []
    for kind in ENTITY_TYPES:
        ours, theirs = _by_value(left, kind), _by_value(right, kind)
        found += (Shared(kind, key, ours[key], theirs[key]) for key in ours if key in theirs)
    times, figures = _of_kind(left, "time"), _of_kind(left, "figure")
    found += _agreeing("time", times, _of_kind(right, "time"), lambda a, b: agree(a.value, b.value))
    found += _agreeing("figure", figures, _of_kind(right, "figure"), _is_same_figure)
    quotes = _of_kind(left, "quote")
    return (*found, *_agreeing("quote", quotes, _of_kind(right, "quote"), _is_same_quote))


def times_told(left: Sequence[Fact], right: Sequence[Fact]) -> tuple[Texts, Texts, Texts]:
    """Times of both, then of each that the other does not tell, the earliest first.

    Days of the week are left out, and a month without a year is not any other's day.
    """
    ours, theirs = _times_in(left), _times_in(right)
    mine = [value for value in ours if not any(is_same(value, other) for other in theirs)]
    others = [value for value in theirs if not any(is_same(value, other) for other in ours)]
    both = [value for value in ours if value not in mine]
    return _texts(both, ours), _texts(mine, ours), _texts(others, theirs)


def _times_in(facts: Iterable[Fact]) -> dict[str, str]:
    times = [fact for fact in _of_kind(facts, "time") if not is_weekday(fact.value)]
    return {fact.value: fact.text for fact in reversed(times)}


def _texts(values: Iterable[str], written: Mapping[str, str]) -> Texts:
    return tuple(written[value] for value in sorted(values, key=lambda v: (v[0] == "-", v)))


def told_otherwise(
    left: Sequence[Fact], right: Sequence[Fact], *, is_close: bool
) -> Iterator[Difference]:
    """Times of two passages that do not agree, and other numbers of the same thing.

    Days of the week count only where the passages are close: reports tell of news day by day.
    """
    yield from (
        each
        for each in _other_times(left, right)
        if is_close or not any(is_weekday(text.lower()) for text in each.left)
    )
    yield from _other_figures(left, right)


def spelled_two_ways(left: Sequence[Fact], right: Sequence[Fact]) -> Iterator[Difference]:
    """People, organisations and places that one article spells as the other does not."""
    for kind in ENTITY_TYPES:
        ours, theirs = _by_value(left, kind), _by_value(right, kind)
        for key in (key for key in ours if key in theirs):
            mine = [text for text in ours[key] if _is_whole(kind, text, key)]
            others = [text for text in theirs[key] if _is_whole(kind, text, key)]
            if any(_are_two_spellings(a, b) for a in mine for b in others):
                yield Difference("spelling", tuple(mine), tuple(others), key)


def changed_words(left: str, right: str) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """Where words stand that the other text has not; nothing where much more than a few differ."""
    pieces = differences(left, right)
    same = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    if 2 * same < _EDITED * (len(left) + len(right)):
        return (), ()
    told = [piece for piece in pieces if words_of(piece.text)]
    removed = ((p.old_start, p.old_start + len(p.text)) for p in told if p.kind == "removed")
    added = ((p.new_start, p.new_start + len(p.text)) for p in told if p.kind == "added")
    return tuple(removed), tuple(added)


def shared_words(left: str, right: str, rarity: Mapping[str, int], named: Texts) -> Texts:
    """The most telling words of both, as the left one writes them, but those of names.

    Words in a row are one: “highest level”. Short ones tell little alone.
    """
    theirs = frozenset(roots_of(right)) - frozenset(roots_of(" ".join(named)))
    told = (run for run in _runs_of(left, theirs) if len(run) >= _SHORTEST_TOLD)
    runs = {fold(run): run for run in told}.values()
    ranked = sorted(runs, key=lambda run: (-run.count(" "), _rarity(run, rarity)))[:_MOST_WORDS]
    return tuple(run for run in runs if run in ranked)


def _runs_of(text: str, roots: frozenset[str]) -> Iterator[str]:
    start = end = -1
    for match in _WORD.finditer(text):
        if roots.isdisjoint(roots_of(match[0])):
            continue
        if end < 0 or text[end : match.start()] not in _BETWEEN:
            if end >= 0:
                yield text[start:end]
            start = match.start()
        end = match.end()
    if end >= 0:
        yield text[start:end]


def _rarity(run: str, rarity: Mapping[str, int]) -> int:
    return min((rarity.get(form, 0) for form in roots_of(run)), default=0)


def _of_kind(facts: Iterable[Fact], kind: FactKind) -> list[Fact]:
    return [fact for fact in facts if fact.kind == kind]


def _by_value(facts: Iterable[Fact], kind: FactKind) -> dict[str, Texts]:
    """How each value of a kind is written, each way once."""
    found: dict[str, dict[str, str]] = {}
    for fact in _of_kind(facts, kind):
        found.setdefault(fact.value, {}).setdefault(plain(fact.text).casefold(), fact.text)
    return {value: tuple(ways.values()) for value, ways in found.items()}


def _agreeing(
    kind: FactKind, left: Sequence[Fact], right: Sequence[Fact], same: Same
) -> Iterator[Shared]:
    seen: set[str] = set()
    for fact in left:
        others = dict.fromkeys(other.text for other in right if same(fact, other))
        if others and fact.value not in seen:
            seen.add(fact.value)
            yield Shared(kind, fact.value, (fact.text,), tuple(others))


def _is_same_figure(one: Fact, other: Fact) -> bool:
    return one.value == other.value and bool(one.of & other.of)


def _is_same_quote(one: Fact, other: Fact) -> bool:
    short, long = sorted((one.value, other.value), key=len)
    return len(short.split()) >= _FEWEST_QUOTED and f" {short} " in f" {long} "


def _other_times(left: Sequence[Fact], right: Sequence[Fact]) -> Iterator[Difference]:
    ours, theirs = _of_kind(left, "time"), _of_kind(right, "time")
    mine = [t for t in ours if not any(agree(t.value, other.value) for other in theirs)]
    others = [t for t in theirs if not any(agree(t.value, other.value) for other in ours)]
    left_out = [t for t in mine if any(comparable(t.value, other.value) for other in others)]
    right_out = [t for t in others if any(comparable(t.value, other.value) for other in mine)]
    if left_out and right_out:
        yield Difference("time", _once(left_out), _once(right_out))


def _other_figures(left: Sequence[Fact], right: Sequence[Fact]) -> Iterator[Difference]:
    ours, theirs = _of_kind(left, "figure"), _of_kind(right, "figure")
    mine = [f for f in ours if not any(_is_same_figure(f, other) for other in theirs)]
    others = [f for f in theirs if not any(_is_same_figure(f, other) for other in ours)]
    for fact in mine:
        against = [other for other in others if fact.of & other.of]
        if against:
            yield Difference("figure", (fact.text,), _once(against))


def _once(facts: Iterable[Fact]) -> Texts:
    return tuple(dict.fromkeys(fact.text for fact in facts))


def _is_whole(kind: FactKind, text: str, key: str) -> bool:
    """Whether a spelling is a whole name: neither `Mr Jo` nor `US`."""
    is_full = any(kind == each and is_full_spelling(each, text, key) for each in ENTITY_TYPES)
    return is_full or (kind == "person" and " " in without_courtesy(text).strip())


def _are_two_spellings(one: str, other: str) -> bool:
    """`Jo Song-gil` and `Jo Song Gil`, `Cho Song Gil` too; not a longer form of a name."""
    ours, theirs = plain(without_article(one)), plain(without_article(other))
    if ours.casefold() == theirs.casefold():
        return False
    words, others = set(fold(ours).split()), set(fold(theirs).split())
    return name_key(ours) == name_key(theirs) or not (words <= others or others <= words)
