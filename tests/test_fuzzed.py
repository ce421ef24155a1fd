"""Every target of fuzz/, fed with what Hypothesis makes of its seeds and words.

`make fuzz` feeds the same targets for as long as one likes, guided by what code they reach.
"""

from contextlib import suppress

import pytest
from conftest import LONG
from fuzz.every import TARGETS
from fuzz.target import Target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import Unreadable


def bytes_for(target: Target) -> st.SearchStrategy[bytes]:
    """Seeds cut and put together, with words and noise between the pieces."""
    noise = st.binary(max_size=12) | st.text(max_size=6).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
    word = st.sampled_from(target.words)
    pieces = st.lists(st.one_of(word, noise, st.sampled_from([b" ", b"\n"])), max_size=20)

    @st.composite
    def damaged(draw: st.DrawFn) -> bytes:
        seed = draw(st.sampled_from(target.seeds))
        at, until = sorted(draw(st.tuples(*[st.integers(0, len(seed))] * 2)))
        middle = b"".join(draw(pieces))
        return seed[:at] + middle + seed[draw(st.sampled_from([at, until, len(seed)])) :]

    return st.one_of(damaged(), pieces.map(b"".join), st.binary(max_size=200))


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_any_bytes(target: Target) -> None:
    @settings(max_examples=150 if LONG else 12, suppress_health_check=list(HealthCheck))
    @given(bytes_for(target))
    def feed(data: bytes) -> None:
        target(data)

    feed()


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_time_grows_as_the_text_does(target: Target) -> None:
    """A seed said again and again, or a word without end, is read in bounded time."""
    size = 20_000 if LONG else 4_000
    for unit in (*target.seeds, *target.words):
        with suppress(Unreadable):  # nested too deeply to be read
            target(unit * (size // len(unit)))
