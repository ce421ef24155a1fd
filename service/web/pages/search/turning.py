"""From one page of a search to the next and back.

A cursor only leads on, so an address keeps those of the pages before it; as many as fit.
"""

from dataclasses import dataclass

from service.query import Cursor
from service.web.pages.addresses import Address
from service.web.pages.search.asked import HITS, MOST_BEFORE, Asked
from service.web.parameters import write_cursor


@dataclass(frozen=True, slots=True)
class Turning:
    """The number of a page, and where the others are; empty where there is none."""

    page: int
    first: str
    previous: str
    next: str

    @property
    def turns(self) -> bool:
        return bool(self.first or self.next)


def turning(asked: Asked, following: Cursor | None) -> Turning:
    """Where the pages around this one are."""
    here = asked.ask.cursor
    if here is None:
        return Turning(1, "", "", _at(asked.state, following, ()))
    before = asked.before
    page = here.offset // HITS + 1
    return Turning(
        page=page,
        first=str(asked.state),
        previous=_previous(asked.state, before, page),
        next=_at(asked.state, following, (*before, write_cursor(here))),
    )


def _at(state: Address, cursor: Cursor | None, before: tuple[str, ...]) -> str:
    return _page(state, write_cursor(cursor), before) if cursor is not None else ""


def _previous(state: Address, before: tuple[str, ...], page: int) -> str:
    if before:
        return _page(state, before[-1], before[:-1])
    return str(state) if page == 2 else ""


def _page(state: Address, cursor: str, before: tuple[str, ...]) -> str:
    return str(state.setting({"cursor": cursor, "before": ",".join(before[-MOST_BEFORE:])}))
