"""The text of a story in NITF: its paragraphs and subheadings, and what belongs to its pictures."""

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from service.formats.xml.safely import local
from service.formats.xml.text import children, lines, squeezed

_BREAK = "\x01"
_HEADINGS = frozenset({"hl2", "hl1", "h1", "h2", "h3", "h4", "h5", "h6"})
# What holds paragraphs, and never words of its own in a valid story.
_CONTAINERS = frozenset(
    "body body.content block bq blockquote div section ol ul dl note body.end".split()
)
_LEAVES = frozenset("p pre li dt dd credit datasource hr tagline".split())
_TABLES = frozenset({"table", "nitf-table"})
_LEFT_OUT = frozenset("media-metadata media-object nitf-table-metadata style script".split())


@dataclass(frozen=True, slots=True)
class Body:
    """`paragraphs` are (text, whether it is a subheading) in their order."""

    paragraphs: list[tuple[str, bool]] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n\n".join(text for text, _ in self.paragraphs)

    @property
    def subheadings(self) -> list[dict[str, Any]]:
        """As fields state them, with offsets into the text."""
        found, start = [], 0
        for text, is_heading in self.paragraphs:
            if is_heading:
                found.append({"start": start, "end": start + len(text), "text": text})
            start += len(text) + 2
        return found


def read_body(content: Element | None) -> Body:
    """Of the element `body.content`, or any other that holds paragraphs."""
    body = Body()
    if content is not None:
        _read_blocks(content, body)
    return body


def _read_blocks(parent: Element, body: Body) -> None:
    """Words between blocks are a paragraph, though a valid story has none there."""
    loose = [parent.text or ""]
    for child in parent:
        if local(child) in _CONTAINERS | _LEAVES | _TABLES | _HEADINGS | {"media"}:
            _add(body, "".join(loose))
            _read_block(child, body)
            loose = []
        else:
            loose.append(_words(child))
        loose.append(child.tail or "")
    _add(body, "".join(loose))


def _read_block(block: Element, body: Body) -> None:
    name = local(block)
    if name == "media":
        body.captions.extend(lines(children(block, "media-caption")))
        body.credits.extend(lines(children(block, "media-producer")))
    elif name in _TABLES:
        _read_rows(block, body)
    elif name in _CONTAINERS or any(local(child) in _LEAVES for child in block):
        _read_blocks(block, body)
    elif name == "pre":
        text = _words(block).strip("\r\n")
        body.paragraphs.extend([(text, False)] if text.strip() else [])
    else:
        _add(body, _words(block), is_heading=name in _HEADINGS)


def _read_rows(table: Element, body: Body) -> None:
    """A table in a cell is part of its text."""
    for row in table:
        if local(row) == "tr":
            cells = (squeezed(_words(cell)) for cell in children(row, "td", "th"))
            _add(body, " | ".join(cell for cell in cells if cell))
        elif local(row) == "caption":
            _add(body, _words(row))
        else:
            _read_rows(row, body)


def _words(element: Element) -> str:
    """The words of an element of running text, with a mark where a line ends."""
    if local(element) == "br":
        return _BREAK
    if local(element) in _LEFT_OUT or not isinstance(element.tag, str):
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += (_words(child), child.tail or "")
    return "".join(parts)


def _add(body: Body, words: str, *, is_heading: bool = False) -> None:
    rows = (squeezed(row) for row in words.split(_BREAK))
    text = "\n".join(row for row in rows if row)
    if text:
        body.paragraphs.append((text, is_heading))
