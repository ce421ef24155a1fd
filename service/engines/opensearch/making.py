"""An archive made under a name at which nothing stands, whole or not at all.

The register comes first, and says who is making it: everybody else is turned away by it until the
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
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Parts, laid_out
from service.engines.opensearch.shelf.register import Head, Register
from service.errors import Busy, Conflict, CuttingsError

_LOG = logging.getLogger(__name__)
_SECONDS_BETWEEN_BEATS = 3.0
# Whoever is not seen to be at it for so long was killed.
_SECONDS_WATCHED = 12.0
_PAUSE = 0.5
_TRIES = 20
AT_IT = "Somebody else begins an archive of that name just now"
_STANDS = "Something stands there already: name another archive in CUTTINGS_OPENSEARCH_NAME"


@dataclass(frozen=True, slots=True)
class Making:
    """The indices of the archive and of what stands beside it, laid out in such parts."""

    client: Client
    both: Sequence[Indices]
    parts: Parts

    @property
    def archive(self) -> Indices:
        return self.both[0]

    @contextmanager
    def made(self) -> Iterator[str]:
        """For nobody but who has the token that is given; for everybody once the block ends. Where
        it fails nothing is left. Conflict where something stands.
        """
        token = secrets.token_hex(16)
        self._begin(token)
        try:
            with _shown(Register(self.client, self.archive.head)):
                yield token
            self._open(token)
        except BaseException:
            with suppress(CuttingsError):
                self._clear(token)
            raise

    # Whose turn it is ---------------------------------------------------------------------------

    def _begin(self, token: str) -> None:
        head = self.archive.head
        register = Register(self.client, head, token)
        found = register.found(whole=True) if self.client.exists(head) else None
        if found is None:
            self._refuse_filled()
            self.archive.create_head(self.client, self.parts.copies)
            if register.begin(Head(layout=laid_out(self.parts), owner=token)) is None:
                raise Conflict(AT_IT)
            return
        if not found.owner:
            raise Conflict(_STANDS)
        self._refuse_at_it()
        if register.replace(found, self._again(found, token)) is None:
            raise Conflict(AT_IT)
        self._delete_all()

    def _again(self, found: Head, token: str) -> Head:
        return replace(found, layout=laid_out(self.parts), coming=None, owner=token)

    def _refuse_filled(self) -> None:
        beside = [indices.head for indices in self.both if indices is not self.archive]
        aliases = [alias for indices in self.both for alias in indices.of_documents]
        if any(map(self._there, self.both)) or any(map(self.client.exists, (*aliases, *beside))):
            raise Conflict(_STANDS)

    def _refuse_at_it(self) -> None:
        """Somebody was at it: whether he is still is not told by any clock but this one."""
        register = Register(self.client, self.archive.head)
        first, end = register.last_beat(), time.monotonic() + _SECONDS_WATCHED
        while time.monotonic() < end:
            time.sleep(_PAUSE)
            if register.last_beat() != first:
                raise Conflict(AT_IT)

    def _open(self, token: str) -> None:
        """What stands beside the archive first: without that nobody looks at the other."""
        for indices in reversed(self.both):
            register = Register(self.client, indices.head, token)
            for _ in range(_TRIES):
                if not (held := register.read(whole=True)).owner:
                    break
                with suppress(Busy):  # it is read again then
                    register.replace(held, replace(held, owner=""))
            else:
                raise Busy("The archive could not be opened: try again")
        with suppress(CuttingsError):
            register.forget_beats()

    # What is left of one that was cut off -------------------------------------------------------

    def _clear(self, token: str) -> None:
        """All that was begun, unless somebody else has taken it over."""
        register = Register(self.client, self.archive.head, token)
        head = register.found()
        if head is not None and head.owner == token:
            self._delete_all()
            self.client.delete(self.archive.head)

    def _delete_all(self) -> None:
        for indices in self.both:
            for name in self._there(indices):
                self.client.delete(name)
            if indices is not self.archive and self.client.exists(indices.head):
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
                _LOG.info("It is not shown that somebody is at it: %s", exc.detail)
            if ended.wait(_SECONDS_BETWEEN_BEATS):
                return

    thread = threading.Thread(target=show, name="making", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
