"""The chart of publication dates: bars that each lead to the articles of their dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.result import Bin, Histogram
from service.web.pages.addresses import Address
from service.web.pages.moments import period
from service.web.pages.rendering import count

# In units of the drawing, which is stretched to the width of the page.
WIDTH, HEIGHT = 720, 60
_LOWEST = 2  # so that one article among thousands can be seen
MOST_BARS = 62


class Bar(NamedTuple):
    """One bar: the whole height of its place, which leads to its articles, and what it says."""

    place: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars that have articles, with what is drawn of them (`ink`) in one path.

    Bars of a single period would narrow nothing: then there are none.
    """

    bars: tuple[Bar, ...]
    ink: str
    first: str
    last: str
    undated: int
    whole: str


def chart(histogram: Histogram, state: Address, zone: str) -> Chart:
    """The dates of what was found; bins are days in UTC, so that a link in another zone says so."""
    bins = _fewer(histogram.values)
    undated = state.without_all(("from", "to"))
    base = undated if zone == "UTC" else undated.setting({"tz": "UTC"})
    return Chart(
        bars=_bars(bins, base, state) if len(bins) > 1 else (),
        ink=_ink(bins) if len(bins) > 1 else "",
        first=period(bins[0].start, bins[0].end) if bins else "",
        last=period(bins[-1].start, bins[-1].end) if bins else "",
        undated=histogram.undated,
        whole=str(undated) if undated != state else "",
    )


def _bars(bins: Sequence[Bin], base: Address, state: Address) -> tuple[Bar, ...]:
    step = WIDTH / len(bins)
    earliest, latest = _day(state.value("from")), _day(state.value("to"))
    link = base.leading("from", "to")
    return tuple(
        Bar(
            f"M{number * step:.1f} 0h{step:.1f}v{HEIGHT}h-{step:.1f}z",
            f"{period(each.start, each.end)}: {count(each.count, 'article')}",
            link(max(each.start, earliest), min(each.end, latest or each.end)),
        )
        for number, each in enumerate(bins)
        if each.count
    )


def _ink(bins: Sequence[Bin]) -> str:
    """Of each bar a path from its foot up, over and down again."""
    step = WIDTH / len(bins)
    most = max(each.count for each in bins)
    width = step - min(2.0, step / 5)
    return "".join(
        f"M{number * step:.1f} {HEIGHT}v-{height}h{width:.1f}v{height}z"
        for number, each in enumerate(bins)
        if (height := each.count and max(_LOWEST, round(each.count / most * HEIGHT)))
    )


def _fewer(bins: Sequence[Bin]) -> list[Bin]:
    """Bins put together where an archive of centuries has more than a chart can show."""
    many = -(-len(bins) // MOST_BARS)
    runs = (bins[start : start + many] for start in range(0, len(bins), many or 1))
    return [Bin(run[0].start, run[-1].end, sum(each.count for each in run)) for run in runs]


def _day(text: str) -> str:
    """A full date, empty for anything else: a time of day bounds no bar."""
    return text if len(text) == len("2018-12-16") else ""
