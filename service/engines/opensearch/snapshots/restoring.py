"""A snapshot brought back under a name at which nothing stands, whole or not at all.

The register comes first, and says who is restoring: everybody else is turned away by it until the
last step, which is one write to it. Whoever is killed before leaves it so, and the next one clears
away what was begun, once nobody is seen to be at it any more.
"""

import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout, Parts, laid_out
from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.snapshots.bringing import Bringing
from service.engines.opensearch.snapshots.repository import Kept, Repository
from service.engines.opensearch.snapshots.sealed import Facts
from service.engines.snapshots import Tell
from service.errors import Busy, Conflict, CuttingsError, Misconfigured

_LOG = logging.getLogger(__name__)
_SECONDS_BETWEEN_BEATS = 3.0
# Whoever is not seen to be at it for so long was killed.
_SECONDS_WATCHED = 12.0
_PAUSE = 0.5
# No archive is changed so often: whoever has seen it before it was lost sees that it is another.
_FAR_AHEAD = 1_000_000_000
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Restoring:
    """Into the indices of the archive and of what stands beside it; `copies` of its register."""

    client: Client
    repository: Repository
    parts: Sequence[Indices]
    copies: int

    @property
    def _archive(self) -> Indices:
        return self.parts[0]

    @contextmanager
    def restored(self, kept: Kept, facts: Facts, target: str, tell: Tell) -> Iterator[str]:
        """All that is there again, for nobody but who has the token that is given; for everybody
        once the block ends. Where it fails nothing is left.
        """
        token = secrets.token_hex(16)
        self._begin(token)
        try:
            with _shown(Register(self.client, self._archive.head)):
                self._bring(kept, facts, target, token, tell)
                yield token
            self._open(token)
        except BaseException:
            with suppress(CuttingsError):
                self._clear(token)
            raise

    # Whose turn it is ---------------------------------------------------------------------------

    def _begin(self, token: str) -> None:
        head = self._archive.head
        register = Register(self.client, head, token)
        found = register.found(whole=True) if self.client.exists(head) else None
        if found is None:
            self._refuse_filled()
            self._archive.create_head(self.client, self.copies)
            if register.begin(Head(restoring=token)) is None:
                raise Conflict(_AT_IT)
            return
        if not found.restoring:
            raise Conflict(_STANDS)
        self._refuse_at_it()
        if register.replace(found, replace(found, restoring=token)) is None:
            raise Conflict(_AT_IT)
        self._delete_all()

    def _refuse_filled(self) -> None:
        beside = [indices.head for indices in self.parts if indices is not self._archive]
        aliases = [alias for indices in self.parts for alias in indices.of_documents]
        if any(map(self._there, self.parts)) or any(map(self.client.exists, (*aliases, *beside))):
            raise Conflict(_STANDS)

    def _refuse_at_it(self) -> None:
        """Somebody was at it: whether he is still is not told by any clock but this one."""
        register = Register(self.client, self._archive.head)
        first, end = register.last_beat(), time.monotonic() + _SECONDS_WATCHED
        while time.monotonic() < end:
            time.sleep(_PAUSE)
            if register.last_beat() != first:
                raise Conflict(_AT_IT)

    # Steps --------------------------------------------------------------------------------------

    def _bring(self, kept: Kept, facts: Facts, target: str, token: str, tell: Tell) -> None:
        bringing = Bringing(self.client, self.repository)
        names = bringing.indices(kept, facts.archive, target)
        bringing.wait(names, tell)
        named = ((_alias_in(indices, name), name) for indices in self.parts for name in names)
        aliases = [(alias, name) for alias, name in named if alias]
        if len(aliases) < len(names):
            raise Misconfigured("The snapshot has indices that none of this version are called")
        self.client.point(aliases, ())
        self._compare(facts)
        for number, indices in enumerate(self.parts):
            self._tell_last_change(indices, facts, number, names, token)

    def _compare(self, facts: Facts) -> None:
        """With what was counted when it was taken."""
        aliases = [alias for indices in self.parts for alias in indices.of_documents]
        for alias, wanted in zip(aliases, facts.documents, strict=True):
            self.client.refresh(alias)
            found = self.client.count(alias, EVERYTHING)
            if found != wanted:
                raise Busy(f"{alias} has {found} documents, not {wanted}: nothing was restored")

    def _tell_last_change(
        self, indices: Indices, facts: Facts, number: int, names: Sequence[str], token: str
    ) -> None:
        """Of one part."""
        last = facts.numbers[number] + _FAR_AHEAD
        version, *parts = facts.layouts[number]
        spans = sorted(
            _span(name) for name in names if _alias_in(indices, name) == indices.articles
        )
        head = Head(
            number=last,
            makers=(secrets.token_hex(8),),
            changed=dict.fromkeys(indices.schema.kinds, last),
            layout=Layout(version, Parts(*parts), tuple(spans) or laid_out(Parts()).spans),
            restoring=token,
        )
        register = Register(self.client, indices.head, token)
        if indices is self._archive:
            done = self._replaced(register, head)
        else:
            indices.create_head(self.client, self.copies)
            done = register.begin(head)
        if done is None:
            raise Conflict(_AT_IT)

    def _replaced(self, register: Register, head: Head) -> Head | None:
        return register.replace(register.read(whole=True), head)

    def _open(self, token: str) -> None:
        """What stands beside the archive first: without that nobody looks at the other."""
        for indices in reversed(self.parts):
            register = Register(self.client, indices.head, token)
            for _ in range(_TRIES):
                if not (held := register.read(whole=True)).restoring:
                    break
                with suppress(Busy):  # it is read again then
                    register.replace(held, replace(held, restoring=""))
            else:
                raise Busy("The restored archive could not be opened: try again")
        with suppress(CuttingsError):
            register.forget_beats()

    # What is left of one that was cut off -------------------------------------------------------

    def _clear(self, token: str) -> None:
        """All that was begun, unless somebody else has taken it over."""
        register = Register(self.client, self._archive.head, token)
        head = register.found()
        if head is not None and head.restoring == token:
            self._delete_all()
            self.client.delete(self._archive.head)

    def _delete_all(self) -> None:
        for indices in self.parts:
            for name in self._there(indices):
                self.client.delete(name)
            if indices is not self._archive and self.client.exists(indices.head):
                self.client.delete(indices.head)

    def _there(self, indices: Indices) -> list[str]:
        found: Mapping[str, Sequence[str]] = self.client.named(indices.of_any_version)
        return sorted(name for name in found if indices.read(name) is not None)


@contextmanager
def _shown(register: Register) -> Iterator[None]:
    """To others, now and then, that somebody is at it."""
    ended = threading.Event()

    def show() -> None:
        while True:
            try:
                register.beat()
            except CuttingsError as exc:
                _LOG.info("It is not shown that a restore goes on: %s", exc.detail)
            if ended.wait(_SECONDS_BETWEEN_BEATS):
                return

    thread = threading.Thread(target=show, name="restoring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _alias_in(indices: Indices, name: str) -> str:
    alias, _ = indices.read(name) or ("", 0)
    return alias


def _span(name: str) -> str:
    """The years that an index of articles is of."""
    return name.partition(".")[2].partition("-")[0]


_AT_IT = "Somebody else begins or restores an archive of that name just now"
_STANDS = (
    "Something stands there already: name another archive in CUTTINGS_OPENSEARCH_NAME, "
    "under which the snapshot is to be restored"
)
