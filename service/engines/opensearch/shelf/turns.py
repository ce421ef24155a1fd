"""Whose turn it is to change an archive: who was late several times asks others to let it go first.

Changes are made by whoever commits first, so that a large one would lose against many small ones
for ever. A claim stands in the register until the next change; nobody needs a clock of another
machine to tell how long it holds, and a claim of one who was killed is left aside after a while.
"""

import logging
import secrets
import threading
import time
from dataclasses import replace

from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.shelf.seeing import FirstSeen
from service.errors import CuttingsError

_LOG = logging.getLogger(__name__)
# So long others hold back since they first saw a claim; it is renewed by whoever is still at it.
_SECONDS = 10.0
_PAUSE = 0.05


class Turns:
    """Of the threads of one process, and of those of all others."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._process = secrets.token_hex(8)
        self._claims = FirstSeen()

    def claim(self) -> None:
        """For what this thread is at; as far as nobody else is to go first now."""
        try:
            head = self._register.read(whole=True)
            if not self._is_for_another(head):
                claim = f"{self._mine()}{secrets.token_hex(4)}"
                self._register.replace(head, replace(head, claim=claim))
        except CuttingsError as exc:
            _LOG.info("It is not told that somebody waits: %s", exc.detail)

    def give_way(self, head: Head) -> bool:
        """Wait until another one has made its change; False if nobody has asked for that."""
        if not self._is_for_another(head):
            return False
        while self._is_for_another(self._register.read()):
            time.sleep(_PAUSE)
        return True

    def _mine(self) -> str:
        return f"{self._process}/{threading.get_ident()}/"

    def _is_for_another(self, head: Head) -> bool:
        if not head.claim or head.claim.startswith(self._mine()):
            return False
        return self._claims.seconds_ago(head.claim) < _SECONDS
