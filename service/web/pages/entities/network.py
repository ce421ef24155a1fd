"""The picture of who is named with whom: one in the middle, the others around it on a ring.

Names stand outside the ring, half of them on either side and equally far apart: no two can touch,
and no line crosses one. Who shares most articles are neighbours. The same members make the same
picture, always.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, hypot, sqrt

from service.web.pages.rendering import count

LETTER_SIZE, LINE_HEIGHT = 13, 16
_MOST_LINES = 4
_LEAST_RADIUS, _RADIUS, _CENTRE_RADIUS = 9.0, 5.0, 17.0
_LEAST_WIDTH, _WIDTH = 0.8, 3.6
_GAP = 6.0
# How round the ring is at its top and bottom, and how far lines between members bend inwards.
_ROUNDNESS, _BEND = 0.94, 0.25
# Fewer articles than this draw no line of full width, however few the others are.
_MANY = 16
_STRONGEST = 3
_ROUNDS = 12

Place = tuple[float, float]
# Widths of letters in ems, rather too wide than too narrow: it is not known which font there is.
_NARROW = frozenset("iIjlftr.,:;'’|!()[]- ")
_WIDE = frozenset("mwMW@%—&")
_SLIM = frozenset("sckzxvyJ")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the picture; `shared` counts the articles that name the one in the middle too."""

    key: str
    name: str
    kind: str
    shared: int
    href: str


@dataclass(frozen=True, slots=True)
class Tie:
    """Two members by their numbers, and how many articles name both; stronger ones come first."""

    one: int
    other: int
    shared: int


@dataclass(frozen=True, slots=True)
class Format:
    """A width to draw for: half the width of the ring, and how far apart names stand."""

    width: int
    ring: int
    row: int


WIDE = Format(620, 150, 72)
NARROW = Format(356, 58, 84)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label, at its baseline."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    number: int
    x: float
    y: float
    radius: float
    anchor: str
    lines: tuple[Line, ...]
    member: Member


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two members; one of them is None where it is a spoke of the wheel."""

    path: str
    width: float
    one: int
    other: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Network:
    """The picture: edges first, since nodes lie on them."""

    width: int
    height: int
    edges: tuple[Edge, ...]
    nodes: tuple[Node, ...]
    centre: Node


def network(
    centre: Member, members: Sequence[Member], ties: Sequence[Tie], form: Format
) -> Network:
    """The picture of one and all that are named with it; nodes and edges have members' numbers."""
    kept = strongest(ties)
    order = ring_order(len(members), kept)
    height = max(3, ceil(len(members) / 2)) * form.row
    middle = (form.width / 2, height / 2)
    places = dict(zip(order, ring_places(len(members), form, height), strict=True))
    most = max([m.shared for m in members] + [tie.shared for tie in kept], default=1)
    chords = [_chord(tie, members, places, middle, most) for tie in kept]
    spokes = [_spoke(n, members[n], centre, middle, places[n], most) for n in order]
    greatest = max((member.shared for member in members), default=1)
    nodes = tuple(_node(n, members[n], places[n], form, greatest) for n in order)
    return Network(form.width, height, (*chords, *spokes), nodes, _centre(centre, middle, form))


def strongest(ties: Sequence[Tie]) -> list[Tie]:
    """Without what would make a tangle: of each member a few, the strongest of both sides first."""
    degrees: dict[int, int] = {}
    kept = []
    for tie in ties:
        if max(degrees.get(tie.one, 0), degrees.get(tie.other, 0)) < _STRONGEST:
            kept.append(tie)
            for end in (tie.one, tie.other):
                degrees[end] = degrees.get(end, 0) + 1
    return kept


def ring_order(size: int, ties: Sequence[Tie]) -> list[int]:
    """Members clockwise, so that ties are short: two change places as long as that helps."""
    places = list(range(size))  # by member
    for _ in range(_ROUNDS):
        before = list(places)
        for one, other in combinations(range(size), 2):
            now = _length(places, ties)
            places[one], places[other] = places[other], places[one]
            if _length(places, ties) >= now:
                places[one], places[other] = places[other], places[one]
        if places == before:
            break
    return sorted(range(size), key=places.__getitem__)


def _length(places: Sequence[int], ties: Sequence[Tie]) -> float:
    size = len(places)
    return sum(
        sqrt(tie.shared) * min(apart, size - apart)
        for tie in ties
        for apart in (abs(places[tie.one] - places[tie.other]),)
    )


def ring_places(size: int, form: Format, height: float) -> list[Place]:
    """Clockwise from the top: down the right side, up the left."""
    right = ceil(size / 2)
    left = _side(size - right, -1, form, height)
    return [*_side(right, 1, form, height), *reversed(left)]


def _side(size: int, sign: int, form: Format, height: float) -> list[Place]:
    heights = [(2 * n + 1) / size - 1 for n in range(size)]  # -1 is the top, 1 the bottom
    return [
        (
            round(form.width / 2 + sign * form.ring * sqrt(1 - (_ROUNDNESS * y) ** 2), 1),
            round(height / 2 * (1 + y), 1),
        )
        for y in heights
    ]


def _node(n: int, member: Member, place: Place, form: Format, most: int) -> Node:
    x, y = place
    radius = round(_LEAST_RADIUS + _RADIUS * sqrt(member.shared / most), 1)
    is_right = x > form.width / 2
    start = x + radius + _GAP if is_right else x - radius - _GAP
    room = form.width - start if is_right else start
    anchor = "start" if is_right else "end"
    return Node(n, x, y, radius, anchor, _label(member.name, start, y, room), member)


def _centre(centre: Member, middle: Place, form: Format) -> Node:
    """Its name stands below it, between the members."""
    x, y = middle
    lines = wrapped(centre.name, 2.0 * form.ring - 40)
    below = y + _CENTRE_RADIUS + LINE_HEIGHT - 1
    label = tuple(Line(x, below + n * LINE_HEIGHT, text) for n, text in enumerate(lines))
    return Node(-1, x, y, _CENTRE_RADIUS, "middle", label, centre)


def _label(name: str, x: float, y: float, room: float) -> tuple[Line, ...]:
    """A name in lines around the height of its node."""
    lines = wrapped(name, room)
    first = y + LETTER_SIZE * 0.36 - (len(lines) - 1) * LINE_HEIGHT / 2
    return tuple(
        Line(round(x, 1), round(first + n * LINE_HEIGHT, 1), text) for n, text in enumerate(lines)
    )


def wrapped(name: str, room: float) -> list[str]:
    """A name in as few lines as fit, at most four; of a longer one the beginning."""
    lines = [""]
    for word in (part for whole in name.split() for part in _parts(whole, room)):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) <= _MOST_LINES:
        return lines
    *kept, last = lines[:_MOST_LINES]
    while last and text_width(f"{last}…") > room:
        last = last[:-1]
    return [*kept, f"{last}…"]


def _parts(word: str, room: float) -> list[str]:
    """A word as it is, or in pieces where it alone is too wide for a line."""
    parts = [""]
    for letter in word:
        if parts[-1] and text_width(parts[-1] + letter) > room:
            parts.append("")
        parts[-1] += letter
    return parts


def text_width(text: str) -> float:
    """At most how wide a text is in pixels."""
    return LETTER_SIZE * sum(map(_em, text))


def _em(letter: str) -> float:
    if letter in _NARROW:
        return 0.42
    if letter in _WIDE or unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _SLIM:
        return 0.58
    return 0.75 if letter.isupper() else 0.63


def _width(shared: int, most: int) -> float:
    return round(_LEAST_WIDTH + _WIDTH * sqrt(shared / max(most, _MANY)), 2)


def _spoke(n: int, member: Member, centre: Member, middle: Place, place: Place, most: int) -> Edge:
    path = f"M{middle[0]:g} {middle[1]:g}L{place[0]:g} {place[1]:g}"
    return Edge(path, _width(member.shared, most), n, None, _said(member, centre, member.shared))


def _chord(
    tie: Tie, members: Sequence[Member], places: Mapping[int, Place], middle: Place, most: int
) -> Edge:
    one, other = places[tie.one], places[tie.other]
    x, y = bent(one, other, middle)
    path = f"M{one[0]:g} {one[1]:g}Q{x:g} {y:g} {other[0]:g} {other[1]:g}"
    said = _said(members[tie.one], members[tie.other], tie.shared)
    return Edge(path, _width(tie.shared, most), tie.one, tie.other, said)


def bent(one: Place, other: Place, middle: Place) -> Place:
    """Which point draws a line between two aside: inwards, but not onto the one in the middle."""
    x, y = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    away = hypot(middle[0] - x, middle[1] - y)
    if away < 3 * _CENTRE_RADIUS:
        aside = 4 * _CENTRE_RADIUS
        return round(x, 1), round(middle[1] + (aside if y >= middle[1] else -aside), 1)
    part = min(0.5, _BEND * hypot(one[0] - other[0], one[1] - other[1]) / away)
    return round(x + part * (middle[0] - x), 1), round(y + part * (middle[1] - y), 1)


def _said(one: Member, other: Member, shared: int) -> str:
    return f"{one.name} and {other.name}: {count(shared, 'article')}"
