"""Taking a snapshot while others write: whole, as of one moment, or none at all."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.engines.opensearch.snapshots.holding import Holding
from service.engines.opensearch.snapshots.repository import Kept, Repository
from service.engines.opensearch.snapshots.sealed import (
    Facts,
    facts_of,
    full_name,
    is_running,
    is_seal,
    seal_of,
    snapshots_in,
)
from service.engines.snapshots import Tell
from service.errors import Busy, Conflict, CuttingsError

_TRIES = 4
# So long others are held back at most, for one try; what is between two of them is theirs.
_LONGEST_HELD = 20.0
_RENEWED_AFTER = 3.0
_BETWEEN = 5.0
_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
# What was cut off is nobody's any more by then, however clocks differ.
_SECONDS_KEPT = 3_600.0
_SHOWN_FAILURES = 3

Describe = Callable[[Sequence[Head], Sequence[int]], Facts]
"""What an archive is as of some changes, with so many documents in each index."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Of one archive, whose parts are the archive itself and what stands beside it."""

    client: Client
    repository: Repository
    archive: str
    parts: Sequence[OpenSearchShelf]
    describe: Describe

    def take(self, name: str, tell: Tell) -> None:
        """Conflict if there is one of that name, Busy if it could not be taken."""
        full = full_name(self.archive, name)
        self._forget_cut_off(full)
        for number in range(_TRIES):
            if number:
                time.sleep(_BETWEEN)
            token = secrets.token_hex(8)
            try:
                if self._fits_together(full, token):
                    return self._wait(full, token, tell)
            except BaseException:
                with suppress(CuttingsError):
                    self._delete(full, token)
                raise
            self._delete(full, token)
        raise Busy("The archive was changed while its snapshot began, each time: try again later")

    def _forget_cut_off(self, full: str) -> None:
        """What others have begun who were killed; what is whole or goes on stays."""
        kept = self.repository.kept(f"{self.archive}.*")
        known = snapshots_in(kept)
        for each, snapshot in known:
            if each.name == full and snapshot.state != "not whole":
                raise Conflict(f"There is a snapshot {snapshot.name} already: {snapshot.state}")
            if snapshot.state == "not whole" and (each.name == full or _is_old(each)):
                self.repository.delete(each.name)
                self.repository.delete(seal_of(each.name))
        names = {each.name for each in kept}
        for each in kept:
            if is_seal(each.name) and each.name.removesuffix(seal_of("")) not in names:
                self.repository.delete(each.name)

    def _delete(self, full: str, token: str) -> None:
        """What was begun here, and not what somebody else has taken of the same name."""
        found = self.repository.kept(f"{full},{seal_of(full)}")
        # The seal last, whose deletion would wait until the other has been taken.
        for each in sorted(found, key=lambda each: is_seal(each.name)):
            if _is_of(each, token):
                self.repository.delete(each.name)

    def _fits_together(self, full: str, token: str) -> bool:
        """Begun everywhere while nobody has changed anything, and sealed."""
        registers = [(shelf, Register(self.client, shelf.indices.head)) for shelf in self.parts]
        holding = Holding(registers)
        try:
            heads = holding.begin()
            facts = replace(self._facts(heads), token=token)
            self.repository.create(full, [*self._indices(heads)], facts.told())
            has_begun = self._begins(full, holding)
        finally:
            was_held = holding.end()
        if has_begun and was_held:
            self.repository.create(seal_of(full), (), facts.told())
        return has_begun and was_held

    def _facts(self, heads: Sequence[Head]) -> Facts:
        aliases = chain.from_iterable(shelf.indices.of_documents for shelf in self.parts)
        return self.describe(heads, [self.client.count(each, EVERYTHING) for each in aliases])

    def _indices(self, heads: Sequence[Head]) -> Iterator[str]:
        """Those that are asked; others that are being filled beside them are made anew later."""
        for shelf, head in zip(self.parts, heads, strict=True):
            yield from (name for _, name in shelf.indices.every_name_in(head.layout))

    def _begins(self, full: str, holding: Holding) -> bool:
        began = renewed = time.monotonic()
        pause = _PAUSE
        while not self.repository.begun(full).everywhere:
            now = time.monotonic()
            if now - began > _LONGEST_HELD:
                return False
            if now - renewed > _RENEWED_AFTER:
                if not holding.renew():
                    return False
                renewed = now
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE / 2)
        return True

    def _wait(self, full: str, token: str, tell: Tell) -> None:
        pause = _PAUSE
        while is_running(kept := self._kept(full, token)):
            begun = self.repository.begun(full)
            tell(begun.done, begun.every)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        if kept.state != "SUCCESS":
            failures = "; ".join(kept.failures[:_SHOWN_FAILURES]) or kept.state
            raise Busy(f"The snapshot is not whole, and was thrown away: {failures}")

    def _kept(self, full: str, token: str) -> Kept:
        """Whoever deletes it meanwhile ends it."""
        for each in self.repository.kept(full):
            if _is_of(each, token):
                return each
        raise Conflict("Somebody else has deleted the snapshot while it was taken")


def _is_of(kept: Kept, token: str) -> bool:
    facts = facts_of(kept.metadata)
    return facts is not None and facts.token == token


def _is_old(kept: Kept) -> bool:
    return time.time() - kept.ended > _SECONDS_KEPT
