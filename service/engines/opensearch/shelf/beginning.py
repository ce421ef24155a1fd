"""A coming version of all indices, begun by one run alone and then named in the register.

Its number is taken in the register before any index is made, and no two runs have the same. Who
takes the next one has ended the run before, which may not name its own any more. So what is there
and was never named is known to be nobody's, and is deleted without a word from whoever made it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf import finding
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout, Parts, laid_out
from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.shelf.seeing import FirstSeen
from service.engines.opensearch.shelf.turns import Turns
from service.errors import Busy, Conflict, CuttingsError

# Whoever has not named its indices for so long was killed; one who was not is told so by the next.
_SECONDS_BEGINNING = 900.0
_TRIES = 100
# Small changes are over sooner than these; from then on others are asked to let it go first.
_TRIES_BEFORE_A_CLAIM = 5
_ENDED = "Another reindex was begun meanwhile, or this one took too long to begin: try again"

_T = TypeVar("_T")


class Beginning:
    """Of one archive; `settle` waits until no change is half written."""

    def __init__(
        self,
        client: Client,
        indices: Indices,
        register: Register,
        turns: Turns,
        settle: Callable[[], int],
    ) -> None:
        self._client = client
        self._indices = indices
        self._register = register
        self._turns = turns
        self._settle = settle
        self._seen = FirstSeen()

    def begun(self, parts: Parts) -> Head:
        """The register, which names a coming version: one that was named before, or a new one."""
        head = tried(self._turns, self._take)
        self.forget_unnamed()
        if head.coming is not None:
            return head
        layout = laid_out(parts, head.layout.begun)
        try:
            return tried(self._turns, lambda: self._name(layout))
        except BaseException:
            with suppress(CuttingsError):
                self._give_up(layout.version)
            raise

    def forget_unnamed(self) -> None:
        """Delete what was made by others who may not name it any more, or were killed."""
        head = self._register.read(whole=True)
        there = self.there()
        last = head.coming.version if head.coming is not None else head.layout.begun
        if head.coming is None and last in there.values() and self._was_killed(last):
            last += self._register.replace(head, _followed(head)) is not None
        for name, version in there.items():
            if head.layout.version < version < last:
                self._client.delete(name)

    def there(self) -> dict[str, int]:
        """Names of indices of any version, with that."""
        found = {n: self._indices.read(n) for n in self._client.named(self._indices.of_any_version)}
        return {name: said[1] for name, said in found.items() if said is not None}

    # Steps --------------------------------------------------------------------------------------

    def _take(self) -> Head | None:
        """A number that nobody else has, unless a version is named already."""
        head = self._register.read(whole=True)
        return head if head.coming is not None else self._register.replace(head, _followed(head))

    def _name(self, layout: Layout) -> Head | None:
        """Conflict if another one has begun meanwhile."""
        self._settle()
        head = self._register.read(whole=True)
        if head.layout.begun != layout.version:
            raise Conflict(_ENDED)
        if head.coming is not None:
            return head  # it was sent twice on its way
        if not head.is_applied:
            return None
        coming = layout.around(*self._dates())
        if not {name for _, name in self._indices.every_name_in(coming)} <= self.there().keys():
            self._indices.create_beside(self._client, coming)
        return self._register.replace(head, replace(head, coming=coming, claim=""))

    def _dates(self) -> tuple[str, str]:
        """Of the oldest article and of the newest; empty if none has one."""
        first, last = (
            self._client.search(self._indices.articles, _dated(order))["hits"]["hits"]
            for order in ("asc", "desc")
        )
        return (first[0]["sort"][0], last[0]["sort"][0]) if first and last else ("", "")

    # What is left -------------------------------------------------------------------------------

    def _was_killed(self, version: int) -> bool:
        return self._seen.seconds_ago(version) >= _SECONDS_BEGINNING

    def _give_up(self, version: int) -> None:
        """Delete what was made of a version, unless it was named all the same."""
        head = tried(self._turns, lambda: self._ended(version))
        if version not in {each.version for each in head.layouts}:
            for name, made in self.there().items():
                if made == version:
                    self._client.delete(name)

    def _ended(self, version: int) -> Head | None:
        """A request to name it may still be on its way: it fails behind this one."""
        head = self._register.read(whole=True)
        if head.coming is not None or head.layout.begun != version:
            return head
        return self._register.replace(head, _followed(head))


def tried(turns: Turns, attempt: Callable[[], _T | None]) -> _T:
    """What is tried again as long as it gives None, as somebody has changed the archive meanwhile;
    Busy in the end.
    """
    for number in range(_TRIES):
        if number >= _TRIES_BEFORE_A_CLAIM:
            turns.claim()
        if (done := attempt()) is not None:
            return done
    raise Busy("Others have changed the archive all the time: try again")


def _followed(head: Head) -> Head:
    return replace(head, layout=head.layout.followed())


def _dated(order: str) -> dict[str, Any]:
    dated = {"range": {"published": {"gt": ""}}}
    return finding.asked(dated, [{"published": order}], 1) | {"_source": False}
