"""The picture of who is named with whom: nothing touches, nothing sticks out, nothing is chance."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.pages.entities.network import (
    LETTER_SIZE,
    NARROW,
    WIDE,
    Format,
    Member,
    Network,
    Node,
    Tie,
    bent,
    network,
    ring_order,
    strongest,
    text_width,
    wrapped,
)

Box = tuple[float, float, float, float]
FORMS = pytest.mark.parametrize("form", [WIDE, NARROW], ids=["wide", "narrow"])
LONG = "Democratic People’s Republic of Korea Ministry of Foreign Affairs Spokesman’s Office"
KIM = Member("person-kim", "Kim Jong Un", "person", 9, "")


def members(*names: str) -> list[Member]:
    return [Member(f"place-{n}", name, "place", 1 + n, f"/{n}") for n, name in enumerate(names)]


def box(node: Node) -> Box:
    """What a node's name covers: left, top, right, bottom."""
    width = max(text_width(line.text) for line in node.lines)
    left = {"start": 0.0, "middle": -width / 2, "end": -width}[node.anchor] + node.lines[0].x
    heights = [line.y for line in node.lines]
    return left, min(heights) - LETTER_SIZE, left + width, max(heights) + 4


def circle(node: Node) -> Box:
    return (node.x - node.radius, node.y - node.radius, node.x + node.radius, node.y + node.radius)


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def assert_nothing_touches(picture: Network) -> None:
    nodes = (*picture.nodes, picture.centre)
    for left, top, right, bottom in map(box, nodes):
        assert left >= 0
        assert right <= picture.width
        assert top >= 0
        assert bottom <= picture.height
    for one, other in combinations(nodes, 2):
        assert not touch(box(one), box(other))
        assert not touch(circle(one), circle(other))
        assert not touch(box(one), circle(other))
        assert not touch(circle(one), box(other))


@FORMS
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 12])
def test_names_neither_touch_nor_stick_out(form: Format, size: int) -> None:
    names = [LONG, "Rome", "Jo Song-gil", "北朝鮮民主主義人民共和国外務省報道局長", "W" * 90] * 3
    centre = Member("person-x", LONG, "person", 3, "")
    assert_nothing_touches(network(centre, members(*names[:size]), [], form))


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=12))
def test_whatever_the_names_are(names: list[str]) -> None:
    for form in (WIDE, NARROW):
        assert_nothing_touches(network(KIM, members(*names), [], form))


@FORMS
def test_each_is_joined_to_the_one_in_the_middle_and_some_to_each_other(form: Format) -> None:
    ties = [Tie(0, 2, 4), Tie(1, 2, 1)]
    picture = network(KIM, members("Rome", "Seoul", "Italy"), ties, form)
    chords = [edge for edge in picture.edges if edge.other is not None]
    assert [(edge.one, edge.other, edge.said) for edge in chords] == [
        (0, 2, "Rome and Italy: 4 articles"),
        (1, 2, "Seoul and Italy: 1 article"),
    ]
    assert chords[0].width > chords[1].width
    spokes = [edge for edge in picture.edges if edge.other is None]
    assert sorted(edge.one for edge in spokes) == [0, 1, 2]
    assert "Italy and Kim Jong Un: 3 articles" in [edge.said for edge in spokes]
    by_number = {node.number: node for node in picture.nodes}
    assert by_number[2].member.name == "Italy"
    assert by_number[2].radius > by_number[0].radius


def test_the_same_members_make_the_same_picture() -> None:
    ties = [Tie(one, other, one + other) for one, other in combinations(range(12), 2)]
    made = [network(KIM, members(*"abcdefghijkl"), ties, WIDE) for _ in range(2)]
    assert made[0] == made[1]


def test_who_shares_articles_are_neighbours() -> None:
    ties = [Tie(0, 4, 9), Tie(4, 2, 9), Tie(2, 6, 9), Tie(1, 5, 9), Tie(3, 7, 9)]
    order = ring_order(8, ties)
    beside = {frozenset(pair) for pair in pairwise([*order, order[0]])}
    assert {frozenset((tie.one, tie.other)) for tie in ties} <= beside
    assert sorted(order) == list(range(8))


def test_no_member_has_more_than_three_lines_to_others() -> None:
    ties = [Tie(0, n, 20 - n) for n in range(1, 8)] + [Tie(6, 7, 1)]
    assert strongest(ties) == [Tie(0, 1, 19), Tie(0, 2, 18), Tie(0, 3, 17), Tie(6, 7, 1)]


def test_lines_bend_inwards_but_not_over_the_one_in_the_middle() -> None:
    assert bent((100, 0), (100, 20), (0, 10)) == (95, 10)
    assert bent((100, -200), (100, 220), (0, 10)) == (50, 10)
    assert bent((-100, 10), (100, 10), (0, 10)) == (0, 78)


@pytest.mark.parametrize(
    ("name", "room", "lines"),
    [
        ("Rome", 100, ["Rome"]),
        ("Jo Song-gil", 60, ["Jo", "Song-gil"]),
        ("Kim Jong Un", 80, ["Kim Jong", "Un"]),
        ("abcdefghij", 50, ["abcdef", "ghij"]),
        ("a b c d e", 10, ["a", "b", "c", "…"]),
    ],
)
def test_names_are_broken_where_they_do_not_fit(name: str, room: float, lines: list[str]) -> None:
    assert wrapped(name, room) == lines
