"""What a check is, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.database import Connection

Look = Callable[[Connection], Iterator[str]]
# Before each check its name, how many are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it has to be, found by the check of that name."""

    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """`about` completes “looks whether …”; `look` tells each fault in a sentence."""

    name: str
    about: str
    look: Look
