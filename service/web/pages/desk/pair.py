"""A pair of the merge queue: two cards, and why they may be one in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.entity import EntityType
from service.merging import SuggestedMerge
from service.stores.entities import EntityDetail
from service.twins import Reason, Why
from service.web.desk import Desk
from service.web.pages.addresses import Address
from service.web.pages.desk.cards import TwoCards, two_cards
from service.web.pages.kinds import NOUNS

VERY_LIKELY, LIKELY = 0.9, 0.75
BECAUSE: Mapping[Why, str] = {
    "same name": "The same name",
    "same name, another type": "The same name, of two kinds",
    "token order": "The same words in another order",
    "romanisation": "Another romanisation",
    "initials": "Initials",
    "nickname": "A short form of the name",
    "spelling": "Nearly the same letters",
    "contains": "One name within the other",
    "acronym": "One is the other’s initials",
    "legal form": "Another legal form",
    "shared company": "Named beside the same names",
}


@dataclass(frozen=True, slots=True)
class Because:
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair to be judged: what is asked, what the answer no is called, and what speaks for yes.

    `compare` leads to an article of each side by side, if there are two.
    """

    cards: TwoCards
    question: str
    apart: str
    because: tuple[Because, ...]
    likely: str
    score: float
    compare: str


def pair_of(desk: Desk, found: SuggestedMerge) -> Pair:
    """A pair of those that are there."""
    cards = two_cards(desk, _detail(desk, found.one.key), _detail(desk, found.other.key))
    question, apart = asked(found.one.type, found.other.type)
    return Pair(
        cards=cards,
        question=question,
        apart=apart,
        because=tuple(map(because, found.reasons)),
        likely=likely(found.score),
        score=found.score,
        compare=_side_by_side(cards),
    )


def _detail(desk: Desk, key: str) -> EntityDetail:
    detail = desk.entities.get(key)
    assert detail is not None  # noqa: S101 - suggested in the same snapshot
    return detail


def asked(one: EntityType, other: EntityType) -> tuple[str, str]:
    """What is asked of two, and what the answer no is called."""
    if one != other:
        return "One and the same?", "Not the same"
    noun, nouns = NOUNS[one]
    return f"One {noun} or two?", f"Different {nouns}"


def _side_by_side(cards: TwoCards) -> str:
    keys = [card.articles[0].key for card in (cards.one, cards.other) if card.articles]
    if len(set(keys)) < 2:
        return ""
    return str(Address("/compare", tuple(zip("ab", keys, strict=True))))


def because(reason: Reason) -> Because:
    """A reason in words; some say all without a detail."""
    words, detail = BECAUSE[reason.why], reason.detail
    if reason.why == "token order":
        detail = ""
    if reason.why == "same name, another type":
        detail = detail.replace("organization", "organisation")
    return Because(words, detail.removeprefix("both with "))


def likely(score: float) -> str:
    """A score in words."""
    if score >= VERY_LIKELY:
        return "Very likely one"
    return "Likely one" if score >= LIKELY else "Perhaps one"
