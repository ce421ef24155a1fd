"""Takes out of a story what stands around it: captions, credits, links, rights, dates."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.dates import Moment
from service.formats.plain_text.figures import (
    ends_in_credit,
    is_rights,
    read_caption,
    starts_caption,
)
from service.formats.plain_text.layout import Paragraph
from service.formats.plain_text.links import as_link, link_label
from service.formats.plain_text.prose import is_prose
from service.formats.plain_text.stated_dates import stated_dates

# A longer list is no list of links but a text of short lines.
_MOST_LINKS = 20
# Dates of publication stand at the head or the foot of a text, not in its middle.
_HEAD, _FOOT = 12, 6
_LONGEST_UNMARKED = 400


@dataclass(slots=True)
class Furniture:
    """What was found, and in `taken` the numbers of the paragraphs that held it."""

    captions: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    rights: str | None = None
    date_lines: list[str] = field(default_factory=list)
    published: Moment | None = None
    updated: Moment | None = None
    taken: set[int] = field(default_factory=set)

    def add_dates(self, line: str) -> bool:
        """Keeps the line as it is, as the dates do not repeat all of its characters."""
        stated = stated_dates(line)
        if not stated:
            return False
        self.date_lines.append(line)
        self.published = self.published or stated.published
        self.updated = self.updated or stated.updated
        return True


def read_furniture(page: Sequence[Paragraph]) -> Furniture:
    found = Furniture()
    number = 0
    while number < len(page):
        size = _links(page, number, found) or _figure(page, number, found)
        size = size or _line(page, number, found)
        found.taken.update(range(number, number + size))
        number += size or 1
    return found


def _line(page: Sequence[Paragraph], number: int, found: Furniture) -> int:
    text = page[number].text
    if number and not found.rights and is_rights(text):
        found.rights = text
        return 1
    outside = number < _HEAD or number >= len(page) - _FOOT
    return 1 if outside and found.add_dates(text) else 0


def _figure(page: Sequence[Paragraph], number: int, found: Furniture) -> int:
    """Takes the caption that begins here; returns how many paragraphs it has."""
    size = _caption_size(page, number)
    unmarked = _has_credit_below(page, number)
    caption = read_caption(" ".join(part.text for part in page[number : number + size]))
    if unmarked:
        caption = read_caption(page[number + 1].text)
        found.captions.append(page[number].text)
    if not caption or (caption.text and is_rights(caption.text)):
        return 0
    if caption.text:
        found.captions.append(caption.text)
    found.credits.extend(caption.credits)
    return 2 if unmarked else size


def _caption_size(page: Sequence[Paragraph], number: int) -> int:
    """A caption may go on in lines of its own block: indented ones, or up to its credit."""
    if not starts_caption(page[number].text) or ends_in_credit(page[number].text):
        return 1
    block = _block(page, number)
    credited = [size for size in range(2, len(block) + 1) if ends_in_credit(block[size - 1].text)]
    if credited and len(block) <= 4:
        return credited[0]
    size = 1
    while size < len(block) and block[size].indented and not block[0].indented:
        size += 1
    return size


def _block(page: Sequence[Paragraph], number: int) -> Sequence[Paragraph]:
    """The paragraphs from here to the next blank line, five at most."""
    end = number + 1
    while end < min(len(page), number + 5) and not page[end].gap:
        end += 1
    return page[number:end]


def _has_credit_below(page: Sequence[Paragraph], number: int) -> bool:
    """A block of two lines, a sentence and a bare credit: the sentence is a caption."""
    first = page[number]
    block = _block(page, number)
    if not number or len(block) != 2 or not first.gap or len(first.text) > _LONGEST_UNMARKED:
        return False
    if not is_prose(first.text) or read_caption(first.text):
        return False
    credit = read_caption(block[1].text)
    return bool(credit and credit.credits and not credit.text)


def _links(page: Sequence[Paragraph], number: int, found: Furniture) -> int:
    """Takes a label and its links; returns how many paragraphs they have."""
    named = link_label(page[number].text)
    if named is None:
        return 0
    if named:
        found.related.append(named)
        return 1
    links = _listed(page, number + 1)
    found.related.extend(links)
    return 1 + len(links) if links else 0


def _listed(page: Sequence[Paragraph], first: int) -> list[str]:
    """The links from `first` on: as far apart from each other as the first ones, then none.

    Links at the foot of a text may be spaced in any way.
    """
    links: list[str] = []
    at_foot = len(page) - first <= _MOST_LINKS and all(as_link(p.text) for p in page[first:])
    widest = page[first].gap if first < len(page) else 0
    for number, paragraph in enumerate(page[first : first + _MOST_LINKS]):
        link = as_link(paragraph.text)
        if not link or (number and paragraph.gap > widest and not at_foot):
            break
        widest = paragraph.gap if number == 1 else widest
        links.append(link)
    return links
