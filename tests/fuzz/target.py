"""A target: what is done with some bytes, and what must hold of it, whoever makes the bytes up."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

# Much for a text of a page, little for what does not end.
SLOWEST_SECONDS = 2.0
_CUT = b"\x00\x01"


@dataclass(frozen=True)
class Target:
    """`run` raises what is a fault; `seeds` are sound inputs, `words` what they are made of."""

    name: str
    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...]

    def __call__(self, data: bytes) -> None:
        """Once, in bounded time."""
        self._warm  # noqa: B018 - what is loaded once is no one input's time
        started = time.thread_time()
        self.run(data)
        took = time.thread_time() - started
        assert took < SLOWEST_SECONDS, f"{self.name} takes {took:.1f} s for {len(data)} bytes"

    @cached_property
    def _warm(self) -> bool:
        for seed in self.seeds:
            self.run(seed)
        return True


def texts(*seeds: str) -> tuple[bytes, ...]:
    return tuple(seed.encode("utf-8", "surrogatepass") for seed in seeds)


def words(text: str) -> tuple[bytes, ...]:
    return texts(*text.split())


def text_of(data: bytes) -> str:
    """As decoding leaves a text: no half of a surrogate pair, no NUL."""
    return data.decode("utf-8", "replace").replace("\x00", "")


def typed(data: bytes) -> str:
    """As JSON may bring it: with halves of surrogate pairs."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def parts(data: bytes, number: int) -> list[bytes]:
    """So many pieces of it; where it has no marks between them, they are alike."""
    found = data.split(_CUT, number - 1)
    return [*found, *[found[-1]] * (number - len(found))]


def joined(*pieces: str) -> bytes:
    return _CUT.join(texts(*pieces))


def assert_within(text: str, places: Iterable[tuple[int, int]]) -> None:
    """Each is a stretch of the text."""
    for start, end in places:
        assert 0 <= start <= end <= len(text), (start, end, len(text))


def assert_apart(text: str, places: Iterable[tuple[int, int]]) -> None:
    """Each is a stretch behind the one before."""
    done = 0
    for start, end in places:
        assert done <= start < end <= len(text), (done, start, end, len(text))
        done = end
