"""The archive at a glance: what it holds, what came last, what could not be read, how it is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from fastapi import APIRouter, Request, Response

from service.export import EXPORT_FORMATS
from service.result import Facet, Histogram
from service.search import Ask
from service.stores.glance import Arrival, GlanceStore, Health, Totals
from service.stores.ingests import PastIngest, PutAside
from service.stores.quarantine import Kept, QuarantinePage
from service.web.api import At
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.loopback import is_loopback
from service.web.pages.addresses import Address
from service.web.pages.bars import chart, period
from service.web.pages.moments import when
from service.web.pages.narrowing import LANGUAGES
from service.web.pages.rendering import count, day, page
from service.web.sessions import ALLOWS, session_of

MOST_VALUES, MOST_ARRIVALS, MOST_ASIDES, MOST_INPUTS = 20, 8, 10, 3
MOST_INGESTS = 10
WHAT_IT_HOLDS = Ask(facets=("published", "source", "language"), facet_limit=MOST_VALUES)
QUERIES = Path(__file__).parent.parent / "sql_room.yaml"
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
class ShownArrival:
    """When articles came, how many, and from which inputs."""

    when: str
    articles: str
    inputs: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class ShownAside:
    """An input that gave no article."""

    name: str
    origin: str
    reason: str
    when: str
    times: int


@dataclass(frozen=True, slots=True)
class Quarantine:
    """What could not be read, for editors alone."""

    total: int
    asides: tuple[ShownAside, ...]


@dataclass(frozen=True, slots=True)
class ShownIngest:
    """When an ingest began, how long it took or that it was cut off, and why inputs failed.

    `numbers` are of inputs, added, changed, unchanged, duplicates and failed.
    """

    when: str
    took: str
    is_over: bool
    numbers: tuple[int, ...]
    reasons: tuple[str, ...]


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
    health = GlanceStore(desk.archive).health()
    private = _for_editors(desk) if _may_edit(request) else None
    is_here = is_loopback(request.scope, request.headers)

    def make() -> Response:
        return page(request, "archive.html", _values(desk, health, private, is_here))

    made = answer(desk, request, make, tag=_tag(health, private, is_here))
    if private is not None:
        made.headers["Cache-Control"] = "no-store"
    return made


def _for_editors(desk: Desk) -> ForEditors:
    return ForEditors(desk.quarantine.page(MOST_ASIDES), desk.ingests.latest(MOST_INGESTS))


def _may_edit(request: Request) -> bool:
    """As over the API."""
    session = session_of(request)
    if session is not None:
        return session.may_edit
    return any(request.state.reader == scope and "edit" in may for scope, may in ALLOWS.items())


def _tag(health: Health, private: ForEditors | None, is_here: bool) -> str:
    """What is shown that the archive's own generation says nothing of."""
    return hashlib.sha256(repr((health, private, is_here)).encode()).hexdigest()[:16]


def _values(
    desk: Desk, health: Health, private: ForEditors | None, is_here: bool
) -> dict[str, Any]:
    glance = GlanceStore(desk.archive)
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
        "queries": queries() if is_here else (),
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
    length = {"year": 4, "month": 7, "day": 10}[histogram.interval]
    begin, end = day(first[:length]), day(last[:length])
    span = f"Published in {begin}" if begin == end else f"Published from {begin} to {end}"
    return f"{span}; {count(histogram.undated)} undated." if histogram.undated else f"{span}."


def listed(facet: Facet, field: str) -> Listed:
    """The values of a field with the searches for them."""
    values = tuple(
        Counted(
            language(each.label) if field == "language" else each.label,
            each.count,
            str(Address("/", ((field, each.value),))),
        )
        for each in facet.values
    )
    return Listed(values, facet.more)


def language(code: str) -> str:
    """English; English (en-GB) where the code tells more; an unknown code as it is."""
    base, _, more = code.partition("-")
    name = LANGUAGES.get(base)
    return code if name is None else f"{name} ({code})" if more else name


def most(histogram: Histogram) -> str:
    """When most of it was published."""
    if not histogram.values:
        return ""
    highest = max(histogram.values, key=lambda each: each.count)
    return f"most in {period(highest.start, highest.end)}: {count(highest.count)}"


def shown_arrival(arrival: Arrival) -> ShownArrival:
    """An arrival in words; inputs are called by the last part of their path."""
    names = tuple(dict.fromkeys(name_of(origin) for origin in arrival.origins))
    more = " or more" if arrival.more else ""
    return ShownArrival(
        when=_to_the_minute(arrival.last),
        articles=f"{count(arrival.articles)}{more}",
        inputs=names[:MOST_INPUTS],
        others=len(names) - len(names[:MOST_INPUTS]),
    )


def shown_asides(page_: QuarantinePage) -> Quarantine:
    """The newest inputs that gave no article."""
    return Quarantine(page_.total, tuple(map(_aside, page_.kept)))


def shown_ingest(ingest: PastIngest) -> ShownIngest:
    """An ingest in words."""
    counts, is_over = ingest.counts, ingest.ended_at is not None
    took = lasted(ingest.began_at, ingest.ended_at or ingest.seen_at)
    return ShownIngest(
        when=_to_the_minute(ingest.began_at),
        took=took if is_over else f"cut off after {took}, or still running",
        is_over=is_over,
        numbers=(
            counts.inputs,
            counts.added,
            counts.changed,
            counts.unchanged,
            counts.duplicates,
            counts.failed,
        ),
        reasons=tuple(f"{_named(each)}: {each.reason}" for each in ingest.asides),
    )


def lasted(began: str, ended: str) -> str:
    """2 hours 5 minutes: in the two largest units; a clock may have been set back meanwhile."""
    span = datetime.fromisoformat(ended) - datetime.fromisoformat(began)
    minutes, seconds = divmod(max(0, int(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    units = ((hours, "hour"), (minutes, "minute"), (0 if hours else seconds, "second"))
    return " ".join(count(number, unit) for number, unit in units if number) or "under a second"


def _aside(kept: Kept) -> ShownAside:
    return ShownAside(
        _named(kept),
        kept.origin,
        kept.reason,
        _to_the_minute(kept.last_seen),
        kept.times,
    )


def _named(aside: Kept | PutAside) -> str:
    record = f", record {aside.number:,}" if aside.number is not None else ""
    return f"{name_of(aside.origin)}{record}"


def name_of(origin: str) -> str:
    """The file in a path, with the archive that it lies in; an address as it is."""
    if "://" in origin:
        return origin
    outer, sign, inner = origin.partition("!")
    parts = (part.rstrip("/").rpartition("/")[2] for part in (outer, inner))
    return sign.join(part for part in parts if part)


def _to_the_minute(iso: str) -> str:
    return when(f"{iso[: len('2018-12-16T01:30')]}Z")


def notes(health: Health) -> tuple[Note, ...]:
    """What can be told of the file without reading all of it."""
    late, erased = health.unfiled, health.erasures
    waiting = f"{count(late, 'article waits', 'articles wait')} to be taken up; found all the same"
    remains = f"{count(erased, 'article')} being erased from the file"
    missing = f"Old: run cuttings migrate ({', '.join(health.pending)})"
    return (
        Note("Schema", missing if health.pending else "Up to date", not health.pending),
        Note("Index", waiting if late else "Has all articles"),
        *((Note("Taken out", remains),) if erased else ()),
        Note("File", size_of(health.size)),
        Note("SQLite", health.sqlite),
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
