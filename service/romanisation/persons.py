"""One person's name with and without what papers leave out: a title, a middle name."""

from service.names import fold, word_list
from service.titles import COURTESY_TITLES

_TITLES = word_list(f"{' '.join(COURTESY_TITLES)} president senator general".lower())


def same_but_for_middle(one: str, other: str) -> bool:
    """`President Donald J. Trump` is Donald Trump, John Fitzgerald Kennedy is John F. Kennedy.

    George W. Bush is not George H. W. Bush, and Donald Trump Jr. is not Donald Trump.
    """
    first, second = _untitled(one), _untitled(other)
    if min(len(first), len(second)) < 2 or (first[0], first[-1]) != (second[0], second[-1]):
        return False
    if min(len(first[0]), len(first[-1])) < 2:
        return False  # Partners V L.P. is not Partners VI L.P.
    return first == second or _middle_agrees(first[1:-1], second[1:-1])


def _untitled(name: str) -> list[str]:
    words = fold(name).split()
    while len(words) > 2 and words[0] in _TITLES:
        words = words[1:]
    return words


def _middle_agrees(one: list[str], other: list[str]) -> bool:
    """One of them is left out, an initial, or each is the other's initial."""
    if not one or not other:
        return all(len(word) == 1 for word in one + other)
    return len(one) == len(other) and all(
        a == b or (min(len(a), len(b)) == 1 and a[0] == b[0])
        for a, b in zip(one, other, strict=True)
    )
