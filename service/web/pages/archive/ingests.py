"""What came into the archive and what could not be read of it, in words."""

from dataclasses import dataclass
from datetime import datetime

from service.stores.glance import Arrival
from service.stores.ingests import PastIngest, PutAside
from service.stores.quarantine import Kept, QuarantinePage
from service.web.pages.moments import when
from service.web.pages.rendering import count

MOST_INPUTS = 3


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
