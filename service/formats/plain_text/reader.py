"""Plain text as an article: headline, standfirst, body, subheadings and what stands around them.

Nothing is lost: every character of the text but the labels of furniture stands in some field, in
its order. The body is the text itself with the rest cut out; a dateline stays in it. A text that
is all furniture is all body instead.
"""

from collections.abc import Sequence
from typing import Any

from service.article import Article, Subheading
from service.formats.plain_text.byline import reporters
from service.formats.plain_text.furniture import Furniture, read_furniture
from service.formats.plain_text.headline import Head, derived_title, read_foot, read_head
from service.formats.plain_text.layout import Paragraph, paragraphs
from service.formats.plain_text.outlet import dateline, source_of
from service.formats.plain_text.prose import is_headline, is_list_item, is_prose, is_subheading

# In an interview without Q and A, more paragraphs than this are questions; in a poem or a list,
# more than this have no full stop. Neither has subheadings.
_MOST_QUESTIONS = 0.4
_MOST_SHORT = 0.45
# More lines than this that are shorter than this are data and no story; reading each one for
# furniture would take a minute.
_MOST_LINES = 50_000
_SHORTEST_LINES = 20


def read_text(text: str) -> Article:
    """The article in a text that holds more than white space."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > max(_MOST_LINES, len(text) // _SHORTEST_LINES):
        body = _trimmed(text)
        line = body[: body.index("\n")] if "\n" in body else body
        return _article(body, [Paragraph(0, len(line), 0, line)], Furniture(), Head(), ())
    page = paragraphs(text)
    found = read_furniture(page)
    left = [number for number in range(len(page)) if number not in found.taken]
    head = read_head([page[number] for number in left])
    kept = left[head.size :]
    foot = None if head.authors else read_foot([page[number] for number in kept])
    if foot:
        head.sign(foot, page[kept.pop()].text)
    if not kept:
        return _article(_trimmed(text), page, Furniture(), Head(), ())
    body, spans = _cut(text, page, kept)
    story = [page[number] for number in kept]
    subheadings = tuple(_subheading(body, *spans[place]) for place in _subheading_places(story))
    return _article(body, story, found, head, subheadings)


def _article(
    body: str,
    story: Sequence[Paragraph],
    found: Furniture,
    head: Head,
    subheadings: tuple[Subheading, ...],
) -> Article:
    opening = dateline(story[0].text)
    signed = reporters(story[0].text[opening.length :]) if opening else ()
    source = source_of((part.text for part in story), opening.agency if opening else None)
    return Article(
        body=body,
        title=head.title or derived_title(body),
        title_derived=not head.title,
        standfirst=head.standfirst,
        subheadings=subheadings,
        captions=tuple(found.captions),
        credits=tuple(found.credits),
        related=tuple(found.related),
        authors=tuple(head.authors) or signed,
        dateline=opening.text if opening else None,
        source=source,
        source_derived=source is not None,
        rights=found.rights,
        status="corrected" if found.correction else "published",
        correction=found.correction,
        published=found.published,
        updated=found.updated,
        extra=_extra(found, head),
    )


def _extra(found: Furniture, head: Head) -> dict[str, Any]:
    """Lines that say more than the fields that were read from them, as they stand."""
    lines = {
        "kicker": head.kicker,
        "byline": head.bylines[0] if len(head.bylines) == 1 else head.bylines,
        "date_lines": head.date_lines + found.date_lines,
        "notes": found.notes,
    }
    return {name: said for name, said in lines.items() if said}


def _trimmed(text: str) -> str:
    """Without the blank lines at both ends."""
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1])


def _cut(
    text: str, page: Sequence[Paragraph], kept: Sequence[int]
) -> tuple[str, list[tuple[int, int]]]:
    """The body made of the paragraphs `kept`, and where each of them stands in it.

    What stood between two neighbours stays; where something was cut out there is a blank line.
    """
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    size = 0
    for place, number in enumerate(kept):
        paragraph = page[number]
        between = ""
        if place:
            above = kept[place - 1]
            between = text[page[above].end : paragraph.start] if above == number - 1 else "\n\n"
        start = size + len(between)
        size = start + paragraph.end - paragraph.start
        parts += (between, text[paragraph.start : paragraph.end])
        spans.append((start, size))
    return "".join(parts), spans


def _subheading(body: str, start: int, end: int) -> Subheading:
    line = body[start:end]
    start += len(line) - len(line.lstrip())
    end -= len(line) - len(line.rstrip())
    return Subheading(start, end, body[start:end])


def _subheading_places(story: Sequence[Paragraph]) -> list[int]:
    """Short lines without a full stop, each between two paragraphs of prose."""
    spaced = any(part.gap for part in story[1:])
    places = [
        place
        for place in range(1, len(story) - 1)
        if is_subheading(story[place].text) and _stands_out(story, place, spaced=spaced)
    ]
    questions = sum(story[place].text.endswith(("?", "？")) for place in places)
    short = sum(is_headline(part.text) and not is_prose(part.text) for part in story)
    if short > len(story) * _MOST_SHORT:
        return []
    if questions >= 3 and questions > len(story) * _MOST_QUESTIONS:
        return []
    return places


def _stands_out(story: Sequence[Paragraph], place: int, *, spaced: bool) -> bool:
    above, here, below = story[place - 1 : place + 2]
    if spaced and not (here.gap and below.gap):
        return False
    if not spaced and min(len(above.text), len(below.text)) < 80:
        return False
    return is_prose(above.text) and (is_prose(below.text) or is_list_item(below.text))
