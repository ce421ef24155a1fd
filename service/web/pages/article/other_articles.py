"""Other articles at the foot of one: the same text elsewhere, and what is like it."""

from dataclasses import dataclass

from service.result import Similar
from service.stores.copies import Copy, CopyStore
from service.web.desk import Desk
from service.web.pages.addresses import Address, article_page, entity_page
from service.web.pages.article_lines import headline_of
from service.web.pages.moments import day

SHOWN_COPIES, SHOWN_SIMILAR = 10, 5
# Words and names that two articles share, at most.
_SHARED = 6
# Similarity looks at no more.
_MOST_SIMILAR = 100


@dataclass(frozen=True, slots=True)
class Shared:
    """Whom or what both name."""

    name: str
    href: str
    type: str


@dataclass(frozen=True, slots=True)
class Other:
    """Another article; `overlap` is how much of a copy's text is the same, in per cent."""

    headline: str
    href: str
    source: str
    date: str
    compare: str
    overlap: int | None = None
    words: tuple[str, ...] = ()
    entities: tuple[Shared, ...] = ()


@dataclass(frozen=True, slots=True)
class Others:
    """Copies, the oldest first, of which `more_copies` are not shown, and similar articles."""

    copies: tuple[Other, ...]
    more_copies: int
    similar: tuple[Other, ...]


def other_articles(desk: Desk, key: str) -> Others:
    """What stands at the foot of an article that is there."""
    copies = CopyStore(desk.archive).of(key)
    same = {copy.key for copy in copies}
    # Copies are what is most like it, and stand elsewhere.
    asked = min(SHOWN_SIMILAR + len(same), _MOST_SIMILAR)
    found = desk.similarity.similar(key, asked, 0).articles
    similar = [each for each in found if each.hit.key not in same]
    return Others(
        copies=tuple(_copy(key, copy) for copy in copies[:SHOWN_COPIES]),
        more_copies=max(len(copies) - SHOWN_COPIES, 0),
        similar=tuple(_similar(key, each) for each in similar[:SHOWN_SIMILAR]),
    )


def _copy(key: str, copy: Copy) -> Other:
    return Other(
        headline=headline_of(copy.title),
        href=article_page(copy.key),
        source=copy.source or "",
        date=day(copy.published),
        compare=_compare(key, copy.key),
        overlap=round(100 * copy.overlap) if copy.overlap is not None else None,
    )


def _similar(key: str, similar: Similar) -> Other:
    hit = similar.hit
    return Other(
        headline=headline_of(hit.title),
        href=article_page(hit.key),
        source=hit.source or "",
        date=day(hit.published),
        compare=_compare(key, hit.key),
        words=similar.words[:_SHARED],
        entities=tuple(
            Shared(e.name, entity_page(e.key), e.type) for e in similar.entities[:_SHARED]
        ),
    )


def _compare(key: str, other: str) -> str:
    return str(Address("/compare", (("a", key), ("b", other))))
