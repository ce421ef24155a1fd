"""What agencies and desks write into the text of a story: dateline, byline, credits, sign-off.

“SEOUL, Jan 3 (Reuters) -” and “(Reporting by Jane Doe; Editing by John Roe)” say who reported
where, and nothing of what happened. The text keeps them; names are not read from them. Bodies that
come from JSON have all of it, those of plain text what is left when their furniture is gone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from service.article import Article
from service.extract.sign_off import agency_at_end, is_reprint_line, sign_off
from service.formats.plain_text.byline import bare_authors, is_role, read_byline, signature
from service.formats.plain_text.figures import is_rights, read_caption
from service.formats.plain_text.layout import Paragraph, paragraphs
from service.formats.plain_text.outlet import bare_agency, dateline, is_agency, is_outlet_word
from service.formats.plain_text.prose import is_prose

_HEAD, _FOOT, _LAST = 6, 8, 3
# Nothing that is read here stands further behind the start of its paragraph.
_REACH = 300
_LABELLED = re.compile(r"[:：=©()\[\]]|\b(?:by|via|courtesy)\s", re.IGNORECASE)
# More paragraphs than this are a book or data: reading each one for a credit would take seconds.
_MOST_PARAGRAPHS = 2_000


@dataclass(frozen=True, slots=True)
class Wire:
    """What the passages show; `hidden` has the sorted spans of each field that hold no story."""

    dateline: str | None = None
    authors: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    hidden: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


class _Piece(NamedTuple):
    start: int
    end: int
    dateline: str | None = None
    authors: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()


def read_wire(article: Article) -> Wire:
    """What stands around the story in its own passages, whatever the article states in fields."""
    found = {
        name: sorted(_pieces(name, text, article.authors)) for name, text in article.passages()
    }
    pieces = [piece for row in found.values() for piece in row]
    return Wire(
        dateline=next((piece.dateline for piece in pieces if piece.dateline), None),
        authors=_once(name for piece in pieces for name in piece.authors),
        credits=_once(name for piece in pieces for name in piece.credits),
        hidden={name: _disjoint(row) for name, row in found.items() if row},
    )


def with_wire(article: Article) -> Article:
    """The article with dateline, authors and credits from its text where it states none."""
    wire = read_wire(article)
    return replace(
        article,
        dateline=article.dateline or wire.dateline,
        authors=article.authors or wire.authors,
        credits=article.credits or wire.credits,
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({name.casefold(): name for name in names}.values())


def _disjoint(row: Sequence[_Piece]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for piece in row:
        if spans and piece.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(piece.end, spans[-1][1]))
        else:
            spans.append((piece.start, piece.end))
    return tuple(spans)


def _pieces(name: str, text: str, stated: Sequence[str]) -> Iterator[_Piece]:
    if name == "body":
        yield from _in_body(text, stated)
    elif name == "standfirst":
        yield from _opening(text)
    elif name != "title":
        yield from _credit(text)


def _in_body(text: str, stated: Sequence[str]) -> Iterator[_Piece]:
    page = paragraphs(text)
    yield from _head(text, page, stated)
    yield from _foot(text, page, stated)
    if (start := agency_at_end(text)) is not None:
        yield _Piece(start, len(text))
    for part in page if 1 < len(page) <= _MOST_PARAGRAPHS else ():
        yield from _credit(_flat(text, part), part.start)


def _flat(text: str, part: Paragraph) -> str:
    """The paragraph with all its characters, in one line."""
    return text[part.start : part.end].replace("\n", " ")


def _head(text: str, page: Sequence[Paragraph], stated: Sequence[str]) -> Iterator[_Piece]:
    """Bylines above the first paragraph of prose, and the dateline, that may stand further down."""
    signed = begun = False
    for number, part in enumerate(page[:_HEAD]):
        byline = None if begun else _byline(part.text, stated)
        if number + 1 < len(page) and not begun and (byline or is_agency(part.text)):
            yield _Piece(part.start, part.end, authors=byline or ())
            signed = True
        elif signed and not begun and is_role(part.text):
            yield _Piece(part.start, part.end)
        else:
            opening = list(_opening(_flat(text, part)[:_REACH], part.start, named=begun))
            yield from opening
            if opening:
                return
            begun = begun or is_prose(part.text)


def _byline(line: str, stated: Sequence[str]) -> tuple[str, ...]:
    """The authors in a line of theirs: one with “By”, or the names that the article states."""
    byline = read_byline(line)
    if byline:
        return byline.authors
    names = bare_authors(line)
    known = {name.casefold() for name in stated}
    return names if known and known.issuperset(name.casefold() for name in names) else ()


def _opening(flat: str, offset: int = 0, *, named: bool = False) -> Iterator[_Piece]:
    """The dateline that a paragraph begins with; where `named`, only one with an agency."""
    start = len(flat) - len(flat.lstrip())
    at = start + bare_agency(flat[start:])
    found = dateline(flat[at:])
    if found and (found.agency or not named):
        at += found.length
        signed = signature(flat[at:])
        at += signed.length
        yield _Piece(offset + start, offset + at, found.text, signed.authors)
    elif at > start:
        yield _Piece(offset + start, offset + at)


def _foot(text: str, page: Sequence[Paragraph], stated: Sequence[str]) -> Iterator[_Piece]:
    """What the last paragraphs are or end in; one that is alone is a story, whatever it says."""
    for number in range(max(0, len(page) - _FOOT), len(page)):
        part = page[number]
        last = number >= len(page) - _LAST
        signed = _byline(part.text, stated) if last and number else ()
        if number and (signed or is_rights(part.text) or (last and is_reprint_line(part.text))):
            yield _Piece(part.start, part.end, authors=signed)
            continue
        ending = sign_off(_flat(text, part), last=last)
        if ending and (number or ending.start):
            yield _Piece(part.start + ending.start, part.end, authors=ending.authors)


def _credit(flat: str, offset: int = 0) -> Iterator[_Piece]:
    """The credit of a picture, that a caption ends in or that stands alone."""
    caption = None if is_rights(flat.strip()) else read_caption(flat.strip())
    if caption and caption.credits and (caption.text or _is_certain(flat, caption.credits)):
        start = flat.find(caption.text) + len(caption.text) if caption.text else 0
        yield _Piece(offset + start, offset + len(flat), credits=caption.credits)
    elif (start := agency_at_end(flat, bracketed=True) or 0) > 0:
        yield _Piece(offset + start, offset + len(flat))


def _is_certain(flat: str, names: Sequence[str]) -> bool:
    """“Jane Doe/Reuters” is a credit, “South Africa/Salvador, Brazil” the row of a table."""
    return bool(_LABELLED.search(flat)) or any(
        is_agency(name) or is_outlet_word(name.split()[-1]) for name in names
    )
