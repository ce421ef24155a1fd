"""An archive made under a name at which nothing stands, whole or not at all.

The registers come first, the archive's before the other, and say who is making it: everybody else
is turned away by them until the last step, which is one write to each. Whoever is killed before
leaves it so, and the next one clears away what was begun, once nobody is seen to be at it any more.
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

    @property
    def _beside(self) -> Sequence[Indices]:
        return self.both[1:]

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
        elif not found.owner:
            raise Conflict(_STANDS)
        else:
            self._refuse_at_it()
            if register.replace(found, self._again(found, token)) is None:
                raise Conflict(AT_IT)
            self._delete_all()
        self._begin_beside(token)

    def _again(self, found: Head, token: str) -> Head:
        return replace(found, layout=laid_out(self.parts), coming=None, owner=token)

    def _begin_beside(self, token: str) -> None:
        """Whoever has written there meanwhile keeps what he wrote."""
        for indices in self._beside:
            if not self._taken(indices, token):
                if self._is_ours(token):
                    self.client.delete(self.archive.head)
                raise Conflict(_STANDS)
            self._delete_documents(indices)

    def _taken(self, indices: Indices, token: str) -> bool:
        register, copies = Register(self.client, indices.head, token), self.parts.copies
        indices.create_head(self.client, copies)
        head, found = Head(layout=laid_out(Parts(1, copies)), owner=token), register.found()
        if found is None:
            return register.begin(head) is not None
        return _is_untouched(found) and register.replace(found, head) is not None

    def _refuse_filled(self) -> None:
        """Of what stands beside the archive, whoever looked for a key there has made it."""
        filled = [each for each in self.both if not self._is_untouched(each)]
        names = [name for indices in filled for name in indices.every if name != self.archive.head]
        if any(map(self._there, filled)) or any(map(self.client.exists, names)):
            raise Conflict(_STANDS)

    def _is_untouched(self, indices: Indices) -> bool:
        """Whether it is there, and nothing was ever written."""
        if indices is self.archive or not self.client.exists(indices.head):
            return False
        found = Register(self.client, indices.head).found()
        return found is not None and _is_untouched(found)

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
        if self._is_ours(token):
            self._delete_all()
            self.client.delete(self.archive.head)

    def _is_ours(self, token: str) -> bool:
        head = Register(self.client, self.archive.head).found()
        return head is not None and head.owner == token

    def _delete_all(self) -> None:
        for indices in self.both:
            self._delete_documents(indices)
        for indices in self._beside:
            self.client.delete(indices.head)

    def _delete_documents(self, indices: Indices) -> None:
        for name in self._there(indices):
            self.client.delete(name)

    def _there(self, indices: Indices) -> list[str]:
        found: Mapping[str, Sequence[str]] = self.client.named(indices.of_any_version)
        return sorted(name for name in found if indices.read(name) is not None)


def _is_untouched(head: Head) -> bool:
    return not (head.number or head.owner)


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
