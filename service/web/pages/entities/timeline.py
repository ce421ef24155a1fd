"""A drawing of how often somebody is named over time, as wide as there is room.

Places along the line are per cent of the width, heights are pixels, so that bars stretch and
letters do not.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from service.histogram import Days, Interval
from service.stores.coverage import Coverage, Period
from service.web.pages.moments import bin_named
from service.web.pages.rendering import count

HEIGHT, ABOVE, BELOW = 96, 20, 24
# So few bars would be as wide as a door: there is room for more on both sides.
_FEWEST_SLOTS = 12
_LOWEST_TOP = 4
_LEAST_HEIGHT = 2.0
# Per cent of a phone's width that the label of a bin takes.
_WIDTHS: dict[Interval, int] = {"year": 12, "month": 20, "day": 26}
_STEPS: dict[Interval, Sequence[int]] = {
    "year": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000),
    "month": (1, 2, 3, 6, 12, 24, 60),
    "day": (1, 2, 4, 7, 14, 28),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bin with articles; `slot` and `slot_width` are all that is clicked."""

    slot: float
    slot_width: float
    left: float
    width: float
    top: float
    height: float
    label: str
    articles: int
    mentions: int
    href: str

    @property
    def said(self) -> str:
        return f"{self.label}: {count(self.articles, 'article')}, {count(self.mentions, 'mention')}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A date under the middle of its bar."""

    left: float
    text: str


@dataclass(frozen=True, slots=True)
class Gridline:
    top: float
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing, and what it says in words."""

    interval: Interval
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    grid: tuple[Gridline, ...]
    summary: str
    base: int = ABOVE + HEIGHT
    height: int = ABOVE + HEIGHT + BELOW


def timeline(coverage: Coverage, address: Callable[[Days], str]) -> Timeline | None:
    """The drawing of an entity's articles; `address` leads to those of some days.

    None where no article has a date.
    """
    if not any(period.count.articles for period in coverage.periods):
        return None
    most = max(coverage.periods, key=lambda period: period.count.articles)
    top = nice_top(most.count.articles)
    slots = max(_FEWEST_SLOTS, len(coverage.periods))
    before = (slots - len(coverage.periods)) / 2
    width = 100 / slots
    interval = coverage.interval
    bars = tuple(
        _bar(period, interval, (before + n) * width, width, top, address(period.days))
        for n, period in enumerate(coverage.periods)
        if period.count.articles
    )
    ticks = _ticks([period.days for period in coverage.periods], interval, before, width)
    grid = (Gridline(ABOVE, f"{top:,} articles"), Gridline(ABOVE + HEIGHT / 2, f"{top // 2:,}"))
    return Timeline(interval, bars, ticks, grid, _summary(most, interval, len(bars)))


def _bar(period: Period, interval: Interval, slot: float, width: float, top: int, href: str) -> Bar:
    height = max(_LEAST_HEIGHT, round(HEIGHT * period.count.articles / top, 1))
    return Bar(
        slot=round(slot, 3),
        slot_width=round(width, 3),
        left=round(slot + width * 0.12, 3),
        width=round(width * 0.76, 3),
        top=ABOVE + HEIGHT - height,
        height=height,
        label=bin_named(period.days.start, interval),
        articles=period.count.articles,
        mentions=period.count.mentions,
        href=href,
    )


def nice_top(most: int) -> int:
    """The end of a scale that reaches so far: an even number that is easily halved."""
    if most <= _LOWEST_TOP:
        return _LOWEST_TOP
    unit = 10 ** int(math.log10(most))
    # A scale by halves of its unit would end at an odd number below ten.
    steps = (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10) if unit >= 10 else (1, 6, 8, 10)
    return int(next(step * unit for step in steps if step * unit >= most))


def _ticks(
    days: Sequence[Days], interval: Interval, before: float, width: float
) -> tuple[Tick, ...]:
    """Dates under some bars: round ones, as many as fit, and none that sticks out."""
    room = _WIDTHS[interval]
    steps = _STEPS[interval]
    step = next((each for each in steps if each * width >= room), steps[-1])
    places = [(each, (before + n + 0.5) * width) for n, each in enumerate(days)]
    fitting = [
        (each, place)
        for each, place in places
        if _number(each, interval) % step == 0 and room / 2 <= place <= 100 - room / 2
    ]
    labelled = fitting or [places[len(places) // 2]]
    return tuple(Tick(round(place, 3), _short(each, interval)) for each, place in labelled)


def _number(days: Days, interval: Interval) -> int:
    """Counts bins from the beginning of time, so that round dates are round numbers."""
    first = date.fromisoformat(days.start)
    if interval == "day":
        return first.toordinal()
    return first.year if interval == "year" else first.year * 12 + first.month - 1


def _short(days: Days, interval: Interval) -> str:
    words = bin_named(days.start, interval).split()
    return " ".join(word[:3] if word.isalpha() else word for word in words)


def _summary(most: Period, interval: Interval, bars: int) -> str:
    """What the drawing shows at first sight."""
    articles = count(most.count.articles, "article")
    when = f"{'on' if interval == 'day' else 'in'} {bin_named(most.days.start, interval)}"
    return f"All {when}: {articles}." if bars == 1 else f"Most {when}: {articles}."
