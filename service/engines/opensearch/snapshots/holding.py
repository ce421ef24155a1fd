"""Nobody commits for some seconds: what a snapshot needs, each of whose shards has its own moment.

It stands in the registers like the claim of somebody who wants to go first, and others hold back
for as long as it is renewed. Nobody has to trust that they do, nor any clock: each renewal
replaces what the one before has written, which fails if anything was committed in between.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import Busy, CuttingsError

_LOG = logging.getLogger(__name__)
_TRIES = 200


class Held(NamedTuple):
    """A register, and what was written there last."""

    register: Register
    head: Head


class Holding:
    """Of all parts of an archive, one after the other: what is in one of them before it is in the
    next one may be in the first alone.
    """

    def __init__(self, parts: Sequence[tuple[OpenSearchShelf, Register]]) -> None:
        self._parts = parts
        self._held: list[Held] = []

    def begin(self) -> list[Head]:
        """The last change of each part, all of it applied; Busy if others are always faster."""
        for shelf, register in self._parts:
            self._held.append(self._first(shelf, register))
        return [each.head for each in self._held]

    def renew(self) -> bool:
        """Whether nothing was changed until now."""
        for number, (register, head) in enumerate(self._held):
            done = _replaced(register, head, _claim())
            if done is None:
                return False
            self._held[number] = Held(register, done)
        return True

    def end(self) -> bool:
        """The same, and others go on."""
        held, self._held = self._held, []
        left = [_replaced(register, head, "") for register, head in held]
        return None not in left

    def _first(self, shelf: OpenSearchShelf, register: Register) -> Held:
        for _ in range(_TRIES):
            shelf.number()  # what is not applied yet is, then
            head = register.read(whole=True)
            if head.is_applied and (done := _replaced(register, head, _claim())) is not None:
                return Held(register, done)
        raise Busy("Others have changed the archive all the time: try again")


def _replaced(register: Register, head: Head, claim: str) -> Head | None:
    try:
        return register.replace(head, replace(head, claim=claim))
    except CuttingsError as exc:
        _LOG.info("It is not known whether others hold back: %s", exc.detail)
        return None


def _claim() -> str:
    return f"snapshot/{secrets.token_hex(8)}"
