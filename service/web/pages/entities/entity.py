"""The page of one person, organisation or place: what the archive has about it, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from service.entity import ENTITY_TYPES, EntityType
from service.errors import InvalidRequest
from service.query import Cursor
from service.stores.entities import Alias, EntityDetail
from service.stores.related import Related
from service.stores.sightings import SightingPage
from service.web.api import At, Key
from service.web.desk import Desk
from service.web.pages.addresses import Address, article_page, entity_page
from service.web.pages.article_lines import headline_of
from service.web.pages.desk.entity import desk_of_entity
from service.web.pages.entities.listing import Choice, seen
from service.web.pages.entities.mentions import naming_articles, quotations
from service.web.pages.entities.network import NARROW, WIDE, Member, Network, Tie, network
from service.web.pages.entities.searches import EntitySearches
from service.web.pages.entities.timeline import timeline
from service.web.pages.kinds import CHOICES, NOUNS
from service.web.pages.moments import day
from service.web.pages.paging import Paged, Pager, place_after
from service.web.pages.rendering import page
from service.web.parameters import ListParams
from service.web.present_keys import about_entity
from service.web.sessions import session_of

router = APIRouter(include_in_schema=False)

BESIDE, SHARED, QUOTES, MENTIONS, SPELLINGS = 12, 2, 6, 20, 12
# The parameters of the page: of whom beside it is named only one kind, and where lists begin.
_WRONG = {
    "kind": "There is no such kind: names of all kinds are shown.",
    "beside": "There is no such page of names: here is the first one.",
    "quotes": "There is no such page of quotes: here is the first one.",
    "mentions": "There is no such page of mentions: here is the first one.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is shown of the page's lists; `state` is its address with what of that is usual."""

    key: str
    kind: EntityType | None
    beside: int
    quotes: int
    mentions: Cursor | None
    state: Address
    told: tuple[str, ...]

    @property
    def lists(self) -> Mapping[str, Paged]:
        what = lists_of(self.key, self.kind)
        limits = {"beside": BESIDE, "quotes": QUOTES, "mentions": MENTIONS}
        return {name: Paged(name, what[name], n, f"#{name}") for name, n in limits.items()}


@dataclass(frozen=True, slots=True)
class Spelling:
    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class SharedArticle:
    href: str
    title: str
    published: str


@dataclass(frozen=True, slots=True)
class Companion:
    """Who is named with it, in how many articles (`href` finds them), and the newest of those."""

    number: int
    name: str
    kind: EntityType
    page: str
    shared: int
    href: str
    articles: tuple[SharedArticle, ...]


@router.get("/entities/{key}")
def entity(request: Request, desk: At, key: Key) -> Response:
    """All about it; a key that editors have merged into another leads there."""

    def made() -> Response:
        values = _values(desk, asked(key, request.query_params))
        at_desk = desk_of_entity(desk, key, session_of(request))
        return page(request, "entity.html", {**values, "at_desk": at_desk})

    return about_entity(desk, request, key, made)


def asked(key: str, given: Mapping[str, str]) -> Asked:
    """What is asked for; what cannot be is told and left out, what is unknown only left out."""
    wanted = {name: given.get(name, "") for name in _WRONG}
    wrong = []
    kind = next((each for each in ENTITY_TYPES if each == wanted["kind"]), None)
    if wanted["kind"] and kind is None:
        wrong.append("kind")
    places: dict[str, Cursor | None] = {}
    for name, what in lists_of(key, kind).items():
        try:
            places[name] = place_after(wanted[name], what)
        except InvalidRequest:
            places[name] = None
            wrong.append(name)
    return Asked(
        key=key,
        kind=kind,
        beside=_offset(places["beside"]),
        quotes=_offset(places["quotes"]),
        mentions=places["mentions"],
        state=Address(entity_page(key)).setting(wanted | dict.fromkeys(wrong, "")),
        told=tuple(_WRONG[name] for name in wrong),
    )


def lists_of(key: str, kind: EntityType | None) -> Mapping[str, str]:
    """What the cursors of the page's lists are of, as those of the API's lists say it."""
    return {
        "beside": f"related\n{key}\n{kind}\nsignificance",
        "quotes": f"quotes\n{[key]}\nNone\nNone",
        "mentions": f"mentions\n{key}",
    }


def _offset(place: Cursor | None) -> int:
    return place.offset if place is not None else 0


def _values(desk: Desk, asked: Asked) -> Mapping[str, object]:
    detail = desk.entities.get(asked.key)
    assert detail is not None  # noqa: S101 - looked up in the same snapshot
    searches = EntitySearches(detail.entity, desk.settings.timezone)
    return (
        _about(detail, searches, asked)
        | _coverage(desk, detail, searches)
        | _company(desk, detail, searches, asked)
        | _quotes(desk, asked)
        | _mentions(desk, asked)
    )


def _about(detail: EntityDetail, searches: EntitySearches, asked: Asked) -> dict[str, object]:
    spellings = [_spelling(alias, searches) for alias in detail.aliases]
    return {
        "entity": detail.entity,
        "told": asked.told,
        "kind": NOUNS[detail.entity.type][0],
        "seen": seen(detail.first_seen, detail.last_seen),
        "note": detail.note,
        "spellings": spellings[:SPELLINGS],
        "more_spellings": spellings[SPELLINGS:],
        "every": str(searches.every),
        "feed": searches.feed,
    }


def _spelling(alias: Alias, searches: EntitySearches) -> Spelling:
    return Spelling(alias.text, alias.count, searches.written(alias))


def _coverage(desk: Desk, detail: EntityDetail, searches: EntitySearches) -> dict[str, object]:
    coverage = desk.coverage_of(detail)
    return {
        "timeline": timeline(coverage, searches.on),
        "undated": coverage.undated.articles,
        "sources": [(s.name, s.articles, searches.by(s.name)) for s in coverage.sources],
        "more_sources": coverage.more,
    }


def _company(
    desk: Desk, detail: EntityDetail, searches: EntitySearches, asked: Asked
) -> dict[str, object]:
    """Who is named with it: the list, and the picture of those in it."""
    found = desk.related.page(asked.key, asked.kind, "significance", BESIDE, asked.beside)
    pager = asked.lists["beside"].pager(asked.state, asked.beside, len(found.entities), found.total)
    return {
        "company": [companion(n, each, searches) for n, each in enumerate(found.entities)],
        "networks": _networks(desk, detail, found.entities),
        "company_pager": pager,
        "company_total": found.total,
        "company_noun": NOUNS[asked.kind],
        "company_kinds": kinds(asked),
    }


def kinds(asked: Asked) -> tuple[Choice, ...]:
    """Those of each kind alone that are named with it."""
    state = asked.state.without("beside")
    return tuple(
        Choice(label, f"{state.setting({'kind': kind or ''})}#beside", kind == asked.kind)
        for kind, label in CHOICES.items()
    )


def companion(number: int, related: Related, searches: EntitySearches) -> Companion:
    other = related.entity
    return Companion(
        number=number,
        name=other.name,
        kind=other.type,
        page=entity_page(other.key),
        shared=related.shared,
        href=searches.beside(other),
        articles=tuple(
            SharedArticle(article_page(each.key), headline_of(each.title), day(each.published))
            for each in related.articles[:SHARED]
        ),
    )


def _networks(
    desk: Desk, detail: EntityDetail, company: Sequence[Related]
) -> Mapping[str, Network]:
    """The picture, drawn for a desk and for a phone."""
    if not company:
        return {}
    entity = detail.entity
    centre = Member(entity.key, entity.name, entity.type, entity.articles, "")
    members = [
        Member(e.key, e.name, e.type, related.shared, entity_page(e.key))
        for related in company
        for e in (related.entity,)
    ]
    numbers = {member.key: n for n, member in enumerate(members)}
    pairs = sorted(desk.related.among([*numbers]), key=lambda p: (-p.significance, -p.shared))
    ties = [Tie(numbers[pair.one], numbers[pair.other], pair.shared) for pair in pairs]
    forms = {"wide": WIDE, "narrow": NARROW}
    return {name: network(centre, members, ties, form) for name, form in forms.items()}


def _quotes(desk: Desk, asked: Asked) -> dict[str, object]:
    found = desk.quotes.page(speakers=(asked.key,), limit=QUOTES, offset=asked.quotes)
    pager = asked.lists["quotes"].pager(asked.state, asked.quotes, len(found.quotes), found.total)
    return {
        "quotes": quotations(found.quotes),
        "quotes_total": found.total,
        "quotes_pager": pager,
    }


def _mentions(desk: Desk, asked: Asked) -> dict[str, object]:
    found = desk.sightings.page(asked.key, MENTIONS, asked.mentions)
    return {
        "articles": naming_articles(found.sightings),
        "mentions_total": found.total,
        "mentions_pager": _mentions_pager(found, asked),
    }


def _mentions_pager(found: SightingPage, asked: Asked) -> Pager:
    """A walk that goes on after an article; it has no numbers and no way back but to its start."""
    name, what = "mentions", asked.lists["mentions"].what
    following = ListParams.going_on(what, found.next) if found.next is not None else ""
    return Pager(
        shown="",
        first=f"{asked.state.without(name)}#mentions" if asked.mentions else "",
        next=f"{asked.state.setting({name: following})}#mentions" if following else "",
    )
