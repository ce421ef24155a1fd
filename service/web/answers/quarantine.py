"""What could not be read, as JSON."""

from codecs import getincrementaldecoder

from service.stores.quarantine import Kept, QuarantinePage
from service.web.answers.base import Answer

# Bytes of an input that are shown as text.
LARGEST_SHOWN = 100_000


class AsideOut(Answer):
    """An input, or the record `number` of one, that gave no article, and why.

    `size` is in bytes; `times` counts the records of `origin` that are the same; `kept` is false
    where the bytes were too many to be kept, so that they are at `origin` only.
    """

    id: int
    origin: str
    number: int | None
    reason: str
    format: str | None
    size: int
    times: int
    first_seen: str
    last_seen: str
    kept: bool


class AsideInFullOut(AsideOut):
    """`text` is null where its bytes are not kept or no UTF-8; `cut` is true where it goes on."""

    text: str | None
    cut: bool


class QuarantineOut(Answer):
    total: int
    items: list[AsideOut]
    next: str | None


def quarantine_out(page: QuarantinePage, following: str | None) -> QuarantineOut:
    items = [_aside(kept) for kept in page.kept]
    return QuarantineOut(total=page.total, items=items, next=following)


def aside_in_full_out(kept: Kept, beginning: bytes | None) -> AsideInFullOut:
    """`beginning` are its first bytes, one more than are shown if there are as many."""
    cut = beginning is not None and len(beginning) > LARGEST_SHOWN
    return AsideInFullOut(**_aside(kept), text=_text(beginning), cut=cut)


def _text(beginning: bytes | None) -> str | None:
    if beginning is None:
        return None
    shown = beginning[:LARGEST_SHOWN]
    try:
        # A character that the end cuts in two is left out.
        return getincrementaldecoder("utf-8")().decode(shown, final=len(shown) == len(beginning))
    except UnicodeDecodeError:
        return None


def _aside(kept: Kept) -> AsideOut:
    return AsideOut(
        id=kept.id,
        origin=kept.origin,
        number=kept.number,
        reason=kept.reason,
        format=kept.format,
        size=kept.size,
        times=kept.times,
        first_seen=kept.first_seen,
        last_seen=kept.last_seen,
        kept=kept.is_whole,
    )
