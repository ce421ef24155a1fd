"""Conditions of a write: what an article must be, or must not be, for it to be done.

They are looked at inside the transaction that writes, so that nobody changes the article in
between (RFC 9110, 13.1).
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from service.database import Connection
from service.errors import InvalidRequest, PreconditionFailed
from service.stores.recognition import BY_KEY
from service.web.desk import Desk
from service.web.freshness import tags_of

_IF_MATCH = "Only if it is what was read: the `ETag` of that answer; `*` for whatever is there"
_IF_NONE_MATCH = "`*`: only if there is no such article yet; an `ETag`: only if it is another text"
_CHANGED = "The article is not what it was when you read it: read it again"
_THERE = "The article is there already: leave out `If-None-Match` to have it all the same"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The two headers, as they were sent."""

    match: str | None
    none_match: str | None

    def check(self, desk: Desk, conn: Connection, key: str) -> None:
        """Raises PreconditionFailed where the article does not meet them.

        One that waits under embargo is there, though nobody has read a text of it.
        """
        if self.match is None and self.none_match is None:
            return
        row = conn.execute(BY_KEY, {"key": key}).fetchone()
        text = row["content_hash"][:16] if row is not None else None
        is_there = text is not None or desk.embargoes.find(key) is not None
        if self.match is not None and not _names(self.match, text, is_there):
            raise PreconditionFailed(_CHANGED)
        if self.none_match is not None and _names(self.none_match, text, is_there):
            raise PreconditionFailed(_THERE)


async def conditions(
    if_match: Annotated[str | None, Header(alias="If-Match", description=_IF_MATCH)] = None,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description=_IF_NONE_MATCH)
    ] = None,
) -> Conditions:
    """As a route takes them."""
    return Conditions(if_match, if_none_match)


async def refuse_conditions(request: Request) -> None:
    """A condition that is passed over is worse than none."""
    if {"if-match", "if-none-match"} & set(request.headers):
        told = "`If-Match` and `If-None-Match` belong to the PUT or DELETE of one article"
        raise InvalidRequest(told)


Conditional = Annotated[Conditions, Depends(conditions)]


def _names(header: str, text: str | None, is_there: bool) -> bool:
    """Whether a header of ETags means this text, or by `*` whatever is there."""
    return is_there if header.strip() == "*" else text in tags_of(header)
