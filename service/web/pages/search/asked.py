"""What a search page is asked for: parameters as those of the API, but never an error.

What cannot be used is left out, and said so in words.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ValidationError

from service.errors import InvalidRequest
from service.limits import AS_DELIVERED, Limits
from service.parser import parse_lenient
from service.query import Cursor, Node
from service.search import Ask
from service.web.pages.addresses import Address, Pair
from service.web.parameters import REPEATABLE, SearchParams, read_cursor
from service.web.problems import message_of

HITS = 20
# So many pages can be gone back one by one: their cursors stand in the address.
MOST_BEFORE = 20
# Each of some hundred links holds all filters, so that more of them would make an endless page.
MOST_FILTERED = 5_000
TOO_MANY = "There were too many filters: only the first were taken."
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,600}")
_FIND = "find."
NOTHING_TO_COMPARE = "The article that was to be read beside another is not here."
WRONG_CURSOR = "This page of the search is no more: here is the first one."

# What parameters are called where one of them is wrong.
_CALLED = {
    "from": "The first date",
    "to": "The last date",
    "tz": "The time zone",
    "sort": "The order",
    "match": "How words match",
    "collapse": "Whether copies are shown together",
    "versions": "Whether past versions are looked through",
    "expand": "Whether other spellings are looked for",
    "rank": "How exactly articles are ranked",
    **{name: f"The {name}" for name in ("source", "person", "place", "topic", "author")},
    "organization": "The organisation",
    "language": "The language",
    "mentions_date": "The date that a text mentions",
}


def parameters_of(model: type[BaseModel]) -> frozenset[str]:
    """The parameters of a model as they stand in an address."""
    return frozenset(field.alias or name for name, field in model.model_fields.items())


# What a page decides itself, or has no use for.
_NOT_OURS = frozenset({"strict", "explain", "facets", "facet_limit", "limit", "cursor"})
SEARCH_NAMES = parameters_of(SearchParams) - _NOT_OURS


@dataclass(frozen=True)
class Asked:
    """A search page's request.

    `state` is the address of the search's first page; `before` are the cursors of the pages
    between that and this one. `find` and `more` are the facet whose values are looked through, and
    the one of which more are shown. `compare` is an article that waits for another beside it.
    """

    ask: Ask
    state: Address
    before: tuple[str, ...] = ()
    compare: str = ""
    find: Pair | None = None
    more: str = ""
    faults: tuple[str, ...] = ()
    limits: Limits = AS_DELIVERED

    @cached_property
    def tree(self) -> Node | None:
        """What is looked for; None where there are no words."""
        return parse_lenient(self.ask.q, self.limits).tree

    @property
    def selects(self) -> bool:
        """Whether anything is asked for, or it is the archive at rest."""
        ask = self.ask
        return bool(ask.q.strip() or ask.filters or ask.excluded or ask.start or ask.end)

    @property
    def search(self) -> Address:
        """The state that the API knows as well."""
        pairs = (pair for pair in self.state.pairs if pair[0] in SEARCH_NAMES)
        return Address(self.state.path, tuple(pairs))

    def without_cursor(self) -> "Asked":
        """The first page instead of one that is no more."""
        faults = (*self.faults, WRONG_CURSOR)
        return replace(self, ask=replace(self.ask, cursor=None), before=(), faults=faults)

    def without_comparing(self) -> "Asked":
        """Where the article that waits for another is no more."""
        faults = (*self.faults, NOTHING_TO_COMPARE)
        return replace(self, compare="", state=self.state.without("compare"), faults=faults)


def asked_of(pairs: Iterable[Pair], timezone: str, limits: Limits = AS_DELIVERED) -> Asked:
    """What these parameters ask for; unknown ones are nothing to us."""
    given = [(name, value) for name, value in pairs if value]
    values, faults = _sorted_out(given, limits)
    params, more_faults = _validated(values)
    kept = _in_order(given, values)
    compare = _first(given, "compare")[:1_000]
    cursor, lost = _cursor(_first(given, "cursor"))
    state = Address("/", (*kept, *([("compare", compare)] if compare else [])))
    ask = replace(params.ask(timezone), cursor=cursor, limit=min(HITS, limits.longest_page))
    return Asked(
        ask=ask,
        state=state,
        before=_before(given) if cursor else (),
        compare=compare,
        find=next(((n[len(_FIND) :], v[:200]) for n, v in given if n.startswith(_FIND)), None),
        more=_first(given, "more"),
        faults=(*faults, *more_faults, *lost),
        limits=limits,
    )


def _sorted_out(given: Iterable[Pair], limits: Limits) -> tuple[dict[str, list[str]], list[str]]:
    """The search's parameters by name; of what takes one value the first."""
    values: dict[str, list[str]] = {}
    faults: dict[str, None] = {}
    filters = characters = 0
    for name, value in given:
        if name not in SEARCH_NAMES:
            continue
        if name in REPEATABLE:
            filters, characters = filters + 1, characters + len(value)
            if filters > limits.most_filters or characters > MOST_FILTERED:
                faults[TOO_MANY] = None
                continue
        if name == "q" and len(value) > limits.longest_query:
            faults[f"Only the first {limits.longest_query:,} characters were looked for."] = None
            value = value[: limits.longest_query]
        if name in values and name not in REPEATABLE:
            faults[f"{_called(name)} was given more than once: the first was taken."] = None
        else:
            values.setdefault(name, []).append(value)
    return values, [*faults]


def _validated(values: dict[str, list[str]]) -> tuple[SearchParams, list[str]]:
    """The parameters without what is wrong with them; that is taken out of `values` as well."""
    faults: list[str] = []
    while True:
        single = {n: v if n in REPEATABLE else v[0] for n, v in values.items()}
        try:
            return SearchParams.model_validate(single), faults
        except ValidationError as exc:
            for error in exc.errors():
                name = str(error["loc"][0])
                if values.pop(name, None) is not None:
                    faults.append(f"{_called(name)} was left out: {_said(error)}.")


def _called(name: str) -> str:
    if name.startswith("not."):
        return f"{_called(name[4:])} to leave out"
    return _CALLED.get(name, f"“{name}”")


def _said(error: Mapping[str, Any]) -> str:
    if error["type"] == "literal_error":
        return f"it can be {error['ctx']['expected'].replace(chr(39), '')}"
    if error["type"] == "bool_parsing":
        return "it can be true or false"
    if error["type"] == "string_too_long":
        return "it is too long"
    if error["type"] == "too_long":
        return "there are too many"
    return message_of(error)


def _in_order(given: Iterable[Pair], values: Mapping[str, list[str]]) -> tuple[Pair, ...]:
    """What was kept, in the order in which it was given."""
    names = dict.fromkeys(name for name, _ in given if name in values)
    return tuple((name, value) for name in names for value in dict.fromkeys(values[name]))


def _first(given: Iterable[Pair], name: str) -> str:
    return next((value for each, value in given if each == name), "")


def _cursor(text: str) -> tuple[Cursor | None, tuple[str, ...]]:
    if not text:
        return None, ()
    try:
        return read_cursor(text), ()
    except InvalidRequest:
        return None, (WRONG_CURSOR,)


def _before(given: Iterable[Pair]) -> tuple[str, ...]:
    cursors = _first(given, "before").split(",")
    return tuple(c for c in cursors if _CURSOR.fullmatch(c))[-MOST_BEFORE:]
