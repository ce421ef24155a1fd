"""What else to try where nothing was found, each with what it would find."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from service.query import And
from service.search import Ask
from service.tokens import QUOTES
from service.web.pages.addresses import Address
from service.web.pages.search.asked import Asked

# Each is a search of its own, though one without hits.
MOST_TRIED = 8
_LONGEST = 6
_UNQUOTED = str.maketrans(dict.fromkeys(QUOTES, " "))


@dataclass(frozen=True, slots=True)
class Instead:
    """Another search, and how many articles it finds."""

    text: str
    href: str
    count: int


def instead(asked: Asked, total: Callable[[Ask], int]) -> tuple[Instead, ...]:
    """Wider searches that find something."""
    tried = islice(_wider(asked), MOST_TRIED)
    counted = [Instead(text, str(state), total(ask)) for text, state, ask in tried]
    return tuple(each for each in counted if each.count)


def _wider(asked: Asked) -> Iterator[tuple[str, Address, Ask]]:
    ask, state = replace(asked.ask, cursor=None), asked.state
    filters = tuple(name for name, _ in state.pairs if name.removeprefix("not.") in _filtered(ask))
    undated = replace(ask, start=None, end=None)
    if ask.start or ask.end:
        yield "Whenever it was published", state.without_all(("from", "to")), undated
    if filters:
        free = replace(ask, filters={}, excluded={})
        yield "Without the filters", state.without_all(filters), free
    if filters and (ask.start or ask.end):
        free = replace(undated, filters={}, excluded={})
        yield "Without filters and dates", state.without_all((*filters, "from", "to")), free
    if ask.match == "all":
        yield "Any of the words", state.setting({"match": "any"}), replace(ask, match="any")
    if not ask.expand:
        wide = replace(ask, expand=True)
        yield "Also in other spellings", state.without("expand"), wide
    if ask.versions == "current" and ask.q:
        past = replace(ask, versions="all")
        yield "Also in past versions", state.setting({"versions": "all"}), past
    for text, q in _other_queries(asked):
        yield text, state.setting({"q": q}), replace(ask, q=q)


def _filtered(ask: Ask) -> set[str]:
    return {*ask.filters, *ask.excluded}


def _other_queries(asked: Asked) -> Iterator[tuple[str, str]]:
    """Without its quotes; and without each of its parts."""
    q, tree = asked.ask.q, asked.tree
    unquoted = " ".join(q.translate(_UNQUOTED).split())
    if unquoted and q.translate(_UNQUOTED) != q:
        yield "Without quotes", unquoted
    if isinstance(tree, And) and len(tree.parts) <= _LONGEST:
        for left in range(len(tree.parts)):
            kept = And((*tree.parts[:left], *tree.parts[left + 1 :]), tree.typed)
            yield f"Without {_quoted(str(tree.parts[left]))}", str(kept)


def _quoted(part: str) -> str:
    return part if part.startswith('"') else f"“{part}”"
