"""Pages of a list that goes on after a number of entries: which is asked for, and its neighbours.

Cursors are those of the API, so that a page and the same as JSON go on at the same place.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from service.errors import InvalidRequest
from service.query import Cursor
from service.web.pages.addresses import Address
from service.web.parameters import ListParams


@dataclass(frozen=True, slots=True)
class Pager:
    """Addresses of the pages beside one, empty where there is none; `shown` says what it holds."""

    shown: str
    first: str = ""
    previous: str = ""
    next: str = ""

    @property
    def turns(self) -> bool:
        return bool(self.first or self.previous or self.next)


def place_after(cursor: str, what: str) -> Cursor | None:
    """Where the page before ended; InvalidRequest for the cursor of another list, or of none."""
    try:
        return ListParams.model_validate({"cursor": cursor}).after(what) if cursor else None
    except ValidationError as exc:
        raise InvalidRequest("The cursor cannot be read") from exc


def cursor_at(what: str, offset: int) -> str:
    """The cursor of a list after so many entries; empty at its beginning."""
    place = Cursor(0, offset, "", 0, None, "all", "")
    return ListParams.going_on(what, place) if offset > 0 else ""


@dataclass(frozen=True, slots=True)
class Paged:
    """A list on a page: the parameter that says where it begins, and how long it is at most."""

    name: str
    what: str
    limit: int
    anchor: str = ""

    def pager(self, state: Address, offset: int, shown: int, total: int) -> Pager:
        """Of a list that shows so many of `total` after an offset."""
        end = offset + shown
        return Pager(
            stretch(offset, shown, total),
            self._at(state, 0) if offset > self.limit else "",
            self._at(state, max(0, offset - self.limit)) if offset else "",
            self._at(state, end) if shown and end < total else "",
        )

    def _at(self, state: Address, offset: int) -> str:
        return f"{state.setting({self.name: cursor_at(self.what, offset)})}{self.anchor}"


def stretch(offset: int, shown: int, total: int) -> str:
    """21–40 of 1,204."""
    return f"{offset + 1:,}–{offset + shown:,} of {total:,}" if 0 < shown < total else ""
