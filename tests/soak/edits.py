"""The ledger of what editors decided: each edit is known by the reason that was given for it."""

import threading
from collections.abc import Iterator, Sequence


class EditLedger:
    """Edits that were sent, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: list[str] = []
        self._done: set[str] = set()

    def send(self) -> str:
        """The reason for the next one."""
        with self._lock:
            self._sent.append(f"edit {len(self._sent)}")
            return self._sent[-1]

    def acknowledge(self, reason: str) -> None:
        with self._lock:
            self._done.add(reason)

    def refuse(self, reason: str) -> None:
        with self._lock:
            self._sent.remove(reason)
            self._sent.insert(0, "")  # the numbers go on

    def sent(self) -> list[str]:
        with self._lock:
            return [reason for reason in self._sent if reason]

    def done(self) -> list[str]:
        """Those that are acknowledged."""
        with self._lock:
            return [reason for reason in self._sent if reason in self._done]

    def faults(self, seen: Sequence[str]) -> Iterator[str]:
        """What is wrong with a log, in which each may stand once; then it is what was done."""
        with self._lock:
            told = [reason for reason in seen if reason]  # a kill blanks those that named its text
            sent = [reason for reason in self._sent if reason]
            blanked = len(seen) - len(told)
            if told != [reason for reason in sent if reason in told] or len({*told}) < len(told):
                yield f"the log of edits is {told}, sent were {sent}"
            missing = [reason for reason in sent if reason in self._done and reason not in told]
            if len(missing) > blanked:
                yield f"the edits {missing} were acknowledged and are not in the log"
            self._done &= {*told}
            self._done |= {*told}
