"""The archive at a glance: what it holds, what came last, what could not be read, how it is."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from fastapi import APIRouter, Request, Response

from service.export import EXPORT_FORMATS
from service.result import Facet, Histogram
from service.search import Ask
from service.stores.glance import Health, Totals
from service.stores.ingests import PastIngest
from service.stores.quarantine import QuarantinePage
from service.web.api import At
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.loopback import is_loopback
from service.web.pages.addresses import Address
from service.web.pages.archive.ingests import shown_arrival, shown_asides, shown_ingest
from service.web.pages.bars import chart
from service.web.pages.moments import bin_named, period
from service.web.pages.rendering import count, page
from service.web.pages.search.narrowing import label_of
from service.web.sessions import ALLOWS

MOST_VALUES, MOST_ARRIVALS, MOST_ASIDES, MOST_INGESTS = 20, 8, 10, 10
WHAT_IT_HOLDS = Ask(facets=("published", "source", "language"), facet_limit=MOST_VALUES)
QUERIES = Path(__file__).parent.parent.parent / "sql_room.yaml"
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_STEP = 1_000
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Counted:
    """A value with its number of articles and the search for them."""

    name: str
    articles: int
    href: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Values, the most frequent first; `more` when there are others."""

    values: tuple[Counted, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """How much there is of something, and where it is listed, if anywhere."""

    name: str
    number: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class ForEditors:
    """What may tell of articles under embargo."""

    asides: QuarantinePage
    ingests: tuple[PastIngest, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing about the file: its name, what is to be said of it, and whether it is as it should
    be.
    """

    name: str
    said: str
    is_well: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """A query of the SQL room."""

    title: str
    href: str


@router.get("/archive")
def archive(request: Request, desk: At) -> Response:
    """What anybody may see of all of it; for editors the ingests and the quarantine as well."""
    health = desk.glance.health()
    private = _for_editors(desk) if _may_edit(request) else None
    with_sql = request.app.state.has_sql_room and is_loopback(request.scope, request.headers)

    def make() -> Response:
        return page(request, "archive.html", _values(desk, health, private, with_sql))

    made = answer(desk, request, make, tag=_tag(health, private, with_sql))
    if private is not None:
        made.headers["Cache-Control"] = "no-store"
    return made


def _for_editors(desk: Desk) -> ForEditors:
    return ForEditors(desk.quarantine.page(MOST_ASIDES), desk.ingests.latest(MOST_INGESTS))


def _may_edit(request: Request) -> bool:
    """As over the API: by a key, or a session that was begun with one."""
    return "edit" in ALLOWS.get(request.state.reader, ())


def _tag(health: Health, private: ForEditors | None, with_sql: bool) -> str:
    """What is shown that the archive's own generation says nothing of."""
    return hashlib.sha256(repr((health, private, with_sql)).encode()).hexdigest()[:16]


def _values(
    desk: Desk, health: Health, private: ForEditors | None, with_sql: bool
) -> dict[str, Any]:
    glance = desk.glance
    facets = desk.finder.facets(WHAT_IT_HOLDS)
    histogram, sources, languages = (facets[name] for name in WHAT_IT_HOLDS.facets)
    assert isinstance(histogram, Histogram)  # noqa: S101 - as it was asked
    assert isinstance(sources, Facet)  # noqa: S101 - the same
    assert isinstance(languages, Facet)  # noqa: S101 - the same
    articles = sum(each.count for each in histogram.values) + histogram.undated
    return {
        "articles": articles,
        "figures": figures(articles, glance.totals()),
        "chart": chart(histogram, Address("/"), "UTC"),
        "most": most(histogram),
        "dated": dated(histogram),
        "interval": histogram.interval,
        "sources": listed(sources, "source"),
        "languages": listed(languages, "language"),
        "arrivals": tuple(map(shown_arrival, glance.arrivals(MOST_ARRIVALS))),
        "ingests": tuple(map(shown_ingest, private.ingests)) if private is not None else (),
        "quarantine": shown_asides(private.asides) if private is not None else None,
        "notes": notes(health),
        "queries": queries() if with_sql else (),
        "formats": tuple(EXPORT_FORMATS),
    }


def figures(articles: int, totals: Totals) -> tuple[Figure, ...]:
    """How much there is, in the order of a reader's interest."""
    entities = totals.entities
    return (
        Figure("Articles", articles, "/?q="),
        Figure("Earlier versions", totals.versions),
        Figure("People", entities["person"], "/entities?type=person"),
        Figure("Organisations", entities["organization"], "/entities?type=organization"),
        Figure("Places", entities["place"], "/entities?type=place"),
        Figure("Quotes", totals.quotes),
    )


def dated(histogram: Histogram) -> str:
    """Which times the articles are of, in a few words."""
    if not histogram.values:
        return "None of them has a date." if histogram.undated else ""
    first, last = histogram.values[0].start, histogram.values[-1].end
    begin, end = (bin_named(each, histogram.interval) for each in (first, last))
    span = f"Published in {begin}" if begin == end else f"Published from {begin} to {end}"
    return f"{span}; {count(histogram.undated)} undated." if histogram.undated else f"{span}."


def listed(facet: Facet, field: str) -> Listed:
    """The values of a field with the searches for them."""
    values = tuple(
        Counted(
            label_of(field, each.label),
            each.count,
            str(Address("/", ((field, each.value),))),
        )
        for each in facet.values
    )
    return Listed(values, facet.more)


def most(histogram: Histogram) -> str:
    """When most of it was published."""
    if not histogram.values:
        return ""
    highest = max(histogram.values, key=lambda each: each.count)
    said = period(highest.start, highest.end)
    return f"most {'on' if highest.start == highest.end else 'in'} {said}: {count(highest.count)}"


def notes(health: Health) -> tuple[Note, ...]:
    """What can be told of an archive without reading all of it."""
    late, erased, is_file = health.unfiled, health.erasures, bool(health.sqlite)
    waiting = f"{count(late, 'article waits', 'articles wait')} to be taken up; found all the same"
    remains = f"{count(erased, 'article')} being erased from the {'file' if is_file else 'cluster'}"
    missing = f"Old: run cuttings migrate ({', '.join(health.pending)})"
    return (
        Note("Schema", missing if health.pending else "Up to date", not health.pending),
        Note("Index", waiting if late else "Has all articles"),
        *((Note("Taken out", remains),) if erased else ()),
        Note("File" if is_file else "In the cluster", size_of(health.size)),
        *((Note("SQLite", health.sqlite),) if is_file else ()),
    )


def size_of(number: int) -> str:
    """1.1 GB: at most three figures."""
    size, unit = float(number), 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    figures_ = f"{size:.1f}" if unit and size < 100 else f"{size:.0f}"
    return f"{figures_} {_UNITS[unit]}"


@cache
def queries() -> tuple[Query, ...]:
    """Those on show in the SQL room."""
    rooms = yaml.safe_load(QUERIES.read_text("utf-8"))["databases"]
    return tuple(
        Query(query["title"], f"/sql/{quote(room)}/{quote(name)}")
        for room, about in rooms.items()
        for name, query in about["queries"].items()
    )
