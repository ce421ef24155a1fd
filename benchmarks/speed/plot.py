"""A plot of how times grow, as SVG by hand: lines over two logarithmic axes.

A few lines need no library, and the file reads well in a diff.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10

_WIDTH, _HEIGHT = 380, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 130, 34, 40
_COLOURS = ("#c0392b", "#2c3e50", "#2980b9", "#8e6c00", "#27766b")

Points = Sequence[tuple[float, float]]
Lines = Mapping[str, Points]


def svg(panels: Mapping[str, Lines], x_label: str, y_label: str) -> str:
    """A panel beside the other, each with its title and its named lines; all values above 0."""
    drawn = [
        f'<g transform="translate({number * _WIDTH} 0)">{"".join(_panel(title, lines))}</g>'
        for number, (title, lines) in enumerate(panels.items())
    ]
    width = _WIDTH * len(panels)
    labels = (
        f'<text x="{width - 8}" y="{_HEIGHT - 6}" text-anchor="end">{escape(x_label)}</text>'
        f'<text x="8" y="16">{escape(y_label)}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        'font-family="sans-serif" font-size="11">\n'
        '<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join([*drawn, labels])
        + "\n</svg>\n"
    )


def _panel(title: str, lines: Lines) -> Iterator[str]:
    every = [point for points in lines.values() for point in points]
    across = _Axis([x for x, _ in every], _LEFT, _WIDTH - _RIGHT)
    up = _Axis([y for _, y in every], _HEIGHT - _BOTTOM, _TOP)
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle}" y="{_TOP - 14}" text-anchor="middle">{escape(title)}</text>\n'
    for x in across.ticks():
        at = across.at(x)
        yield f'<path d="M{at:.0f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#ddd"/>'
        yield f'<text x="{at:.0f}" y="{_HEIGHT - 24}" text-anchor="middle">{x:,.0f}</text>\n'
    for y in up.ticks():
        at = up.at(y)
        yield f'<path d="M{_LEFT} {at:.0f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 6}" y="{at + 4:.0f}" text-anchor="end">{y:,g}</text>\n'
    ends: list[float] = []
    for number, (name, points) in enumerate(lines.items()):
        yield _line(name, points, across, up, _COLOURS[number % len(_COLOURS)], ends)


def _line(
    name: str, points: Points, across: "_Axis", up: "_Axis", colour: str, ends: list[float]
) -> str:
    """With its name at its end, moved up where another stands."""
    placed = [(across.at(x), up.at(y)) for x, y in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in placed)
    x, y = placed[-1]
    while any(abs(y - other) < 12 for other in ends):
        y -= 3
    ends.append(y)
    label = f'<text x="{x + 8:.0f}" y="{y + 4:.0f}">{escape(name)}</text>'
    stroke = f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
    return f'<g fill="{colour}">{stroke}{dots}{label}</g>\n'


class _Axis:
    """Whole powers of ten around the values, from one place on the page to another."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low = floor(log10(min(values)))
        self._high = max(ceil(log10(max(values))), self._low + 1)
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        share = (log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> Iterator[float]:
        for power in range(self._low, self._high + 1):
            yield 10.0**power
