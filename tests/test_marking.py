"""A text cut under layers of marks: nothing of it is lost, and what is marked nests."""

from hypothesis import given
from hypothesis import strategies as st

from service.web.pages.article.marking import Layer, Link, Mark, Token, apart, cut, with_links

TEXT = "Jo Song-gil, the envoy to Rome, fled."


def printed(tokens: list[Token]) -> str:
    """As a template would print it, without attributes."""
    return "".join(map(_printed, tokens))


def _printed(token: Token) -> str:
    if token.kind == "text":
        return token.text
    if token.kind == "link":
        return "→"
    assert token.mark is not None
    named = f"#{token.mark.id}" if token.is_edge and token.kind == "open" else ""
    return f"<{'/' if token.kind == 'close' else ''}{token.mark.element}{named}>"


def test_marks_that_cross_are_cut_at_the_outer_one() -> None:
    paragraph, name, match = (
        Mark(0, 37, "p", "p1"),
        Mark(0, 11, "a", "m1"),
        Mark(8, 22, "mark", "x"),
    )
    tokens = list(cut(TEXT, [[paragraph], [name], [match]]))
    assert printed(tokens) == (
        "<p#p1><a#m1>Jo Song-<mark#x>gil</mark></a><mark>, the envoy</mark> to Rome, fled.</p>"
    )


def test_a_text_without_marks_is_itself() -> None:
    assert printed(list(cut(TEXT, [[], []]))) == TEXT
    assert list(cut("", [[]])) == []


def test_of_marks_that_overlap_the_first_and_longest_stays() -> None:
    marks = [Mark(3, 9, "a"), Mark(3, 5, "a"), Mark(8, 12, "a"), Mark(9, 99, "a"), Mark(-4, 2, "a")]
    kept = apart([*marks, Mark(2, 2, "a"), Mark(99, 100, "a")], 20)
    assert [(mark.start, mark.end) for mark in kept] == [(0, 2), (3, 9), (9, 20)]


def test_a_link_never_stands_within_another() -> None:
    on = Link("#2", "on", "next")
    name, inside, behind = (
        Mark(0, 11, "a"),
        Mark(3, 7, "mark", "", (), on),
        Mark(17, 22, "mark", "", (), on),
    )
    block = Mark(0, 37, "p", "", (), Link("#p1", "here", "pilcrow"))
    tokens = with_links(cut(TEXT, [[block], [name], [inside, behind]]), frozenset(["p"]))
    assert printed(list(tokens)) == (
        "<p#><a#>Jo <mark#>Song</mark>-gil</a>→, the <mark#>envoy</mark>→ to Rome, fled.→</p>"
    )


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Layer]]:
    text = draw(st.text(max_size=40))
    place = st.integers(-2, len(text) + 2)
    layers: list[Layer] = [
        apart([Mark(a, b, f"e{n}", f"{n}.{i}") for i, (a, b) in enumerate(ranges)], len(text))
        for n, ranges in enumerate(
            draw(st.lists(st.lists(st.tuples(place, place), max_size=6), max_size=4))
        )
    ]
    return text, layers


@given(marked_texts())
def test_pieces_join_to_the_text_and_cover_each_mark_exactly(made: tuple[str, list[Layer]]) -> None:
    text, layers = made
    open_now: list[Mark] = []
    covered: dict[str, list[int]] = {}
    begun: list[str] = []
    at, said = 0, ""
    for token in cut(text, layers):
        if token.kind == "open":
            assert token.mark is not None
            open_now.append(token.mark)
            begun += [token.mark.id] if token.is_edge else []
        elif token.kind == "close":
            assert open_now.pop() is token.mark
        else:
            for mark in open_now:
                covered.setdefault(mark.id, []).extend(range(at, at + len(token.text)))
            said, at = said + token.text, at + len(token.text)
    assert said == text
    assert not open_now
    marks = [mark for layer in layers for mark in layer]
    assert covered == {mark.id: [*range(mark.start, mark.end)] for mark in marks}
    # Each id is there once.
    assert sorted(begun) == sorted(mark.id for mark in marks)
