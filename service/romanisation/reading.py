"""What the languages share: a name read part by part, and its spellings ranked by plausibility.

A part is what it can be with a cost for each: {"성": 0, "송": 1}. Costs add up; 0 is best.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Costs = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to take words for a name; names are the same if every part of them can be."""

    language: str
    parts: tuple[Costs, ...]

    def meets(self, other: "Reading") -> bool:
        """Whether both can be one name: each part has something in common with its fellow."""
        return (
            self.language == other.language
            and len(self.parts) == len(other.parts)
            and all(
                mine.keys() & theirs.keys()
                for mine, theirs in zip(self.parts, other.parts, strict=True)
            )
        )


def listed(spellings: Iterable[str], start: float = 0, step: float = 1) -> dict[str, float]:
    """Costs of spellings that stand best first."""
    return {text: start + step * place for place, text in enumerate(spellings)}


def cheapest(found: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Each text once, at its lowest cost."""
    costs: dict[str, float] = {}
    for text, cost in found:
        costs[text] = min(cost, costs.get(text, cost))
    return costs


def joined(parts: Sequence[Costs], between: str, limit: int) -> dict[str, float]:
    """The `limit` cheapest ways to put one text of each part side by side."""
    whole: dict[str, float] = {"": 0.0}
    for part in parts:
        glue = between if part is not parts[0] else ""
        every = [
            (f"{left}{glue}{right}" if right else left, cost + more)
            for left, cost in whole.items()
            for right, more in part.items()
        ]
        whole = cheapest(sorted(every, key=lambda pair: pair[1])[:limit])
    return whole
