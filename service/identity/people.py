"""Whom a person's name in an article can stand for, given the full names in it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from service.identity.surfaces import Identity, Known, Surfaces, index
from service.names import name_key
from service.person_names import (
    abbreviates,
    ends,
    given_name,
    has_initials,
    parts_alone,
    short_forms,
    without_middle,
)
from service.titles import without_rank


class People:
    """Whom a person's name can stand for, given the full names in the article."""

    def __init__(self, counts: Mapping[str, int], known: Known, couples: Collection[str]) -> None:
        self._couples = couples
        self._spellings = Surfaces("person", counts, known)
        full = [name for name in self._spellings.shown.values() if " " in without_rank(name, 1)]
        # "Jong Un" is the given name of a Kim Jong Un, and "Van Gaal" no person of its own.
        parts = {part for name in full for part in parts_alone(name)}
        full = [name for name in full if name_key(name) not in parts]
        self._full = {self._spellings.key(name) for name in full}
        self._same, self._open = self._spelled_out(full)
        full = [name for name in full if self._spellings.key(name) not in self._open]
        self._by_family = index(full, short_forms)
        self._by_given = index(full, lambda name: [name_key(given_name(name))])

    def identify(self, name: str) -> Identity:
        key = self._spellings.key(name)
        if key in self._open:
            return Identity(None, "ambiguous")
        if key in self._full:
            return Identity(self._spellings.entity(self._winner(name)))
        short = name_key(without_rank(name, 1))
        if short in self._by_family:
            if short in self._couples:
                return Identity(None, "ambiguous")
            return self._choose(self._by_family[short])
        by_given = {self._winner(full) for full in self._by_given.get(short, ())}
        if len(by_given) == 1:
            return Identity(self._spellings.entity(by_given.pop()), "given name")
        return Identity(None, "ambiguous" if by_given else "lone")

    def _winner(self, name: str) -> str:
        return self._same.get(self._spellings.key(name), name)

    def _choose(self, candidates: Iterable[str]) -> Identity:
        """The candidate most often named in full; a tie is left open."""
        votes: dict[str, int] = {}
        for full in candidates:
            winner = self._winner(full)
            votes[winner] = votes.get(winner, 0) + self._count(full)
        ranked = sorted(votes, key=lambda full: -votes[full])
        if len(ranked) == 1:
            return Identity(self._spellings.entity(ranked[0]), "short form")
        if votes[ranked[0]] == votes[ranked[1]]:
            return Identity(None, "ambiguous")
        return Identity(self._spellings.entity(ranked[0]), "short form of the most named")

    def _count(self, full: str) -> int:
        return self._spellings.counts[self._spellings.key(full)]

    def _spelled_out(self, full: Sequence[str]) -> tuple[dict[str, str], set[str]]:
        """Key -> the name that wins, and keys with initials that may be one person or another."""
        alike = index(full, lambda name: [ends(name)])
        longer = {
            short: [name for name in alike[ends(short)] if abbreviates(short, name)]
            for short in filter(has_initials, full)
        }
        same = self._middle_names([name for name in full if not longer.get(name)])
        several: set[str] = set()
        # What G. W. stands for is known when it is known what George W. does.
        for short in sorted(filter(longer.get, longer), key=len, reverse=True):
            winners = {same.get(self._spellings.key(name), name) for name in longer[short]}
            if len(winners) == 1 and several.isdisjoint(map(self._spellings.key, winners)):
                same[self._spellings.key(short)] = winners.pop()
            else:
                several.add(self._spellings.key(short))
        return same, several

    def _middle_names(self, full: Sequence[str]) -> dict[str, str]:
        """`Donald Trump` beside the only `Donald J. Trump`: the one named more often wins."""
        same: dict[str, str] = {}
        by_ends = index([name for name in full if name.count(" ") > 1], without_middle)
        for short in full:
            longer = by_ends.get(name_key(short), []) if short.count(" ") == 1 else []
            if len(longer) == 1:
                pair = (short, longer[0])
                winner = max(pair, key=self._count)
                same.update((self._spellings.key(name), winner) for name in pair)
        return same
