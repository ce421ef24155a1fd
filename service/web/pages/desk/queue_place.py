"""Where an editor is in the merge queue, as the address of its page says it.

What was answered leaves the queue and what was skipped stays, so that one goes on behind a pair and
not after a number of them.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from service.entity import ENTITY_TYPES
from service.merging import SuggestedMerge, order
from service.web.pages.addresses import Address

QUEUE = "/desk"
# How far down the queue a pair stands: likeliest first, then who is mentioned most, then keys.
Mark = tuple[float, int, str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Which queue, and behind which pair; each as it stands in the address, empty for none.

    A queue is that of a type, or of the entity with a key.
    """

    type: str = ""
    entity: str = ""
    after: str = ""

    def address(self, **others: object) -> str:
        values = asdict(self) | {name: str(value) for name, value in others.items()}
        return str(Address(QUEUE).setting(values))

    @property
    def beginning(self) -> "Place":
        """The same queue from its first pair."""
        return Place(self.type, self.entity)

    def past(self, pair: SuggestedMerge) -> "Place":
        """The same queue behind a pair."""
        return Place(self.type, self.entity, written(order(pair)))


def place_in(values: Mapping[str, str]) -> Place:
    """The place that an address or a form names; what cannot be read is left out."""
    kind = values.get("type", "")
    after = values.get("after", "")
    return Place(
        type=kind if kind in ENTITY_TYPES else "",
        entity=values.get("entity", ""),
        after=after if read_mark(after) is not None else "",
    )


def behind(pairs: Sequence[SuggestedMerge], mark: Mark | None) -> int:
    """How many come before the place; the pair itself may be gone."""
    return bisect_right(pairs, mark, key=order) if mark is not None else 0


def written(mark: Mark) -> str:
    """A place as it stands in an address: `0.917 12 person-a person-b`."""
    score, mentions, one, other = mark
    return f"{-score:g} {-mentions} {one} {other}"


def read_mark(text: str) -> Mark | None:
    """The place that was written so, or None."""
    try:
        score, mentions, one, other = text.split(" ")
        return -float(score), -int(mentions), one, other
    except ValueError:
        return None
