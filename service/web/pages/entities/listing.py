"""The page of all people, organisations and places, found by any spelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from service.entity import EntityType
from service.errors import InvalidRequest
from service.reconciliation import Candidate, Reconciler, Wanted
from service.stores.entities import EntityDetail, EntitySort
from service.web.api import At
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.pages.addresses import Address, entity_page
from service.web.pages.kinds import CHOICES, NOUNS
from service.web.pages.moments import day
from service.web.pages.paging import Paged, place_after
from service.web.pages.rendering import page
from service.web.parameters import EntityParams

router = APIRouter(include_in_schema=False)

SHOWN, SPELLINGS = 50, 4
TITLES: Mapping[EntityType | None, str] = {**CHOICES, None: "People, organisations and places"}
SORTS: Mapping[EntitySort, str] = {"mentions": "Most mentioned", "recent": "Most recent"}
_WRONG = {
    "name": "This name is too long to look for: here are all.",
    "type": "There is no such kind: here are all.",
    "sort": "The list has no such order: the most mentioned come first.",
    "cursor": "There is no such page of this list: here is the first one.",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes one thing of the list; `count` is empty where it is not known."""

    label: str
    href: str
    is_current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the list; `others` are other spellings, `more` those that are not shown."""

    href: str
    name: str
    kind: EntityType
    others: tuple[str, ...]
    more: int
    articles: int
    mentions: int
    seen: str


@router.get("/entities")
def entities(request: Request, desk: At) -> Response:
    """The list, or those with a name like the one typed."""
    params, told = asked(request.query_params)
    return answer(
        desk, request, lambda: page(request, "entities.html", _values(desk, params, told))
    )


def asked(given: Mapping[str, str]) -> tuple[EntityParams, tuple[str, ...]]:
    """What is asked for; what cannot be is told and left out."""
    values = {name: given[name] for name in _WRONG if given.get(name, "").strip()}
    told = []
    try:
        params = EntityParams.model_validate(values)
    except ValidationError as exc:
        wrong = {str(error["loc"][0]) for error in exc.errors()}
        told = [_WRONG[name] for name in values if name in wrong]
        params = EntityParams.model_validate({n: v for n, v in values.items() if n not in wrong})
    try:
        place_after(params.cursor or "", params.what)
    except InvalidRequest:
        told.append(_WRONG["cursor"])
        params = params.model_copy(update={"cursor": None})
    return params.model_copy(update={"limit": SHOWN}), tuple(told)


def _values(desk: Desk, params: EntityParams, told: tuple[str, ...]) -> Mapping[str, object]:
    offset = params.offset(params.what)
    found = desk.entities.page(
        name=params.name, type_=params.type, sort=params.sort, limit=SHOWN, offset=offset
    )
    state = state_of(params)
    paged = Paged("cursor", params.what, SHOWN)
    return {
        "told": told,
        "title": TITLES[params.type],
        "noun": NOUNS[params.type],
        "params": params,
        "total": found.total,
        "entries": tuple(map(listed, found.entities)),
        "perhaps": _perhaps(desk, params) if params.name and not found.total else (),
        "kinds": kinds(state, params.type, _totals(desk, params, found.total)),
        "sorts": sorts(state, params.sort),
        "pager": paged.pager(state, offset, len(found.entities), found.total),
        "entity_page": entity_page,
        "every": str(state.without("type")),
        "json": str(state.at("/v1/entities").setting(_json_page(params))),
    }


def _perhaps(desk: Desk, params: EntityParams) -> tuple[Candidate, ...]:
    """Who may be meant by a name that is written in no such way here."""
    wanted = Wanted(params.name, (params.type,) if params.type else ())
    (found,) = Reconciler(desk.candidates).reconcile([wanted])
    return found


def state_of(params: EntityParams) -> Address:
    """The list's address without its page; what is usual is left out."""
    sort = "" if params.sort == "mentions" else params.sort
    values = {"type": params.type or "", "name": params.name, "sort": sort}
    return Address("/entities").setting(values)


def _json_page(params: EntityParams) -> Mapping[str, str]:
    return {"limit": str(SHOWN), "cursor": params.cursor or ""}


def _totals(desk: Desk, params: EntityParams, found: int) -> Mapping[EntityType | None, int]:
    """How many of each kind there are; of those with a name that would be a search for each."""
    if params.name:
        return {params.type: found}
    return {kind: _total(desk, kind) for kind in CHOICES}


def _total(desk: Desk, kind: EntityType | None) -> int:
    return desk.entities.page(name="", type_=kind, sort="mentions", limit=0, offset=0).total


def kinds(
    state: Address, current: EntityType | None, totals: Mapping[EntityType | None, int]
) -> tuple[Choice, ...]:
    """The list of each kind alone, with what else was asked for."""
    return tuple(
        Choice(
            label,
            str(state.setting({"type": kind or ""})),
            kind == current,
            f"{totals[kind]:,}" if kind in totals else "",
        )
        for kind, label in CHOICES.items()
    )


def sorts(state: Address, current: EntitySort) -> tuple[Choice, ...]:
    """The same list in each order."""
    return tuple(
        Choice(
            SORTS[sort],
            str(state.setting({"sort": "" if sort == "mentions" else sort})),
            sort == current,
        )
        for sort in get_args(EntitySort)
    )


def listed(detail: EntityDetail) -> Listed:
    """An entity in short."""
    entity = detail.entity
    others = other_spellings(detail)
    return Listed(
        href=entity_page(entity.key),
        name=entity.name,
        kind=entity.type,
        others=others[:SPELLINGS],
        more=len(others[SPELLINGS:]),
        articles=entity.articles,
        mentions=entity.mentions,
        seen=seen(detail.first_seen, detail.last_seen),
    )


def other_spellings(detail: EntityDetail) -> tuple[str, ...]:
    """Spellings that differ from the name, and from each other, in more than capitals."""
    known = {detail.entity.name.casefold()}
    found = []
    for alias in detail.aliases:
        if alias.text.casefold() not in known:
            known.add(alias.text.casefold())
            found.append(alias.text)
    return tuple(found)


def seen(first: str | None, last: str | None) -> str:
    """From when to when: 3 – 16 December 2018; empty where no article has a date."""
    start, end = day(first).split(), day(last).split()
    if start == end:
        return " ".join(end)
    same = 0
    while same < len(start) - 1 and start[-1 - same] == end[-1 - same]:
        same += 1
    return f"{' '.join(start[: len(start) - same])} – {' '.join(end)}"
