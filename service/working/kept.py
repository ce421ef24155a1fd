"""What was found of one state of a shelf, which stays so as long as its number is the same."""

import threading
from collections import OrderedDict
from collections.abc import Mapping

from service.needs import Name, Needs
from service.working.documents import Document

Found = Mapping[Name, Document]

# Little that is asked again and again: whether an embargo is over, the article that is in the news.
_MOST_EACH, _MOST = 20, 64


class Kept:
    """Of the last state that was read; shared by all readers of a process."""

    def __init__(self) -> None:
        self._number = -1
        self._found: OrderedDict[Needs, Found] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, number: int, needs: Needs) -> Found | None:
        with self._lock:
            if number != self._number or needs not in self._found:
                return None
            self._found.move_to_end(needs)
            return self._found[needs]

    def keep(self, number: int, needs: Needs, always: Found, found: Found) -> None:
        """With what is always needed, of which there may be more, and which is kept anyway."""
        if len(found) > _MOST_EACH:
            return
        with self._lock:
            if number > self._number:
                self._number = number
                self._found.clear()
            if number == self._number:
                self._found[needs] = {**always, **found}
                if len(self._found) > _MOST:
                    self._found.popitem(last=False)
