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
from service.formats.plain_text.notes import is_correction, is_note
from service.formats.plain_text.prose import is_prose, is_subheading, word_count
from service.formats.plain_text.stated_dates import is_date_label, is_date_line, stated_dates

# A longer list is no list of links but a text of short lines.
_MOST_LINKS = 20
# Dates of publication stand at the head or the foot of a text, not in its middle.
_HEAD, _FOOT = 12, 6
_LONGEST_UNMARKED = 400
# A subheading behind links is as short as this, and the links are not.
_SHORT_HEADING = 4


@dataclass(slots=True)
class Furniture:
    """What was found, and in `taken` the numbers of the paragraphs that held it."""

    captions: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    rights: str | None = None
    correction: str | None = None
    notes: list[str] = field(default_factory=list)
    date_lines: list[str] = field(default_factory=list)
    published: Moment | None = None
    updated: Moment | None = None
    taken: set[int] = field(default_factory=set)

    def add_note(self, text: str) -> None:
        if is_correction(text) and not self.correction:
            self.correction = text
        else:
            self.notes.append(text)

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
    if (number < 2 and is_note(text)) or (number >= len(page) - 3 and is_correction(text)):
        found.add_note(text)
        return 1
    outside = number < _HEAD or number >= len(page) - _FOOT
    if not outside:
        return 0
    below = page[number + 1] if number + 1 < len(page) else None
    if below and not below.gap and is_date_label(text) and found.add_dates(f"{text} {below.text}"):
        return 2
    return 1 if found.add_dates(text) else 0


def _figure(page: Sequence[Paragraph], number: int, found: Furniture) -> int:
    """Takes the caption that begins here; returns how many paragraphs it has."""
    if is_rights(page[number].text):
        return 0
    size = _caption_size(page, number)
    unmarked = _has_credit_below(page, number)
    caption = read_caption(" ".join(part.text for part in page[number : number + size]))
    if unmarked:
        caption = read_caption(page[number + 1].text)
        found.captions.append(page[number].text)
    if not caption:
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
    if not links:
        return 0
    # The date of another story stands right under its headline, and is not the date of this one.
    size = 1 + len(links)
    while number + size < len(page) and _is_date_of_link(page[number + size]):
        found.date_lines.append(page[number + size].text)
        size += 1
    return size


def _is_date_of_link(line: Paragraph) -> bool:
    return not line.gap and _is_dated(line.text)


def _is_dated(text: str) -> bool:
    return is_date_label(text) or is_date_line(text) or stated_dates(text) is not None


def _listed(page: Sequence[Paragraph], first: int) -> list[str]:
    """The links from `first` on: as far apart from each other as the first ones, then none.

    Links at the foot of a text may be spaced in any way.
    """
    links: list[str] = []
    listed = page[first : first + _MOST_LINKS]
    size = next((n for n, part in enumerate(listed) if _is_dated(part.text)), len(listed))
    listed = listed[:size]
    at_foot = len(page) - first <= _MOST_LINKS and all(as_link(part.text) for part in listed)
    widest = page[first].gap if first < len(page) else 0
    for number, paragraph in enumerate(listed):
        link = as_link(paragraph.text)
        if not link or (number and paragraph.gap > widest and not at_foot):
            break
        widest = paragraph.gap if number == 1 else widest
        links.append(link)
    if not at_foot and _ends_in_heading(listed[: len(links)]):
        links.pop()
    return links


def _ends_in_heading(links: Sequence[Paragraph]) -> bool:
    """Headlines are sentences of six words and more; two words under them begin a section."""
    if len(links) < 2 or not links[-1].gap or not is_subheading(links[-1].text):
        return False
    shortest = min(word_count(link.text) for link in links[:-1])
    words = word_count(links[-1].text)
    return words <= _SHORT_HEADING and shortest >= words + 2
