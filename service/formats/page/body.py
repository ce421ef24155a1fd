"""The text of an article out of its page: paragraphs, subheadings and captions.

trafilatura tells the text from what stands around it. In favour of precision it is right more often
(benchmarks/README.md); where that leaves next to nothing, its balance of both is asked.
"""

import logging
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import trafilatura

from service.article import Subheading
from service.errors import Unreadable

# Shorter than the shortest report: precision has left out too much.
_SHORT = 250
_BLOCKS = frozenset("p head item quote code row list table div body fw ab".split())
_ONE_A_LINE = frozenset(("item", "row"))
# White space of HTML: a no-break space stays as it is.
_SPACE = re.compile(r"[ \t\r\f\n]+")
_AROUND_BREAK = re.compile(r" *\n *")
# Separators of records and units, which no page shows.
_BREAK, _CELL = "\x1e", "\x1f"
_MOST_CAPTIONS = 200
_CREDIT = (
    "descendant::*[contains(@class, 'credit') or contains(@class, 'Credit')"
    " or @itemprop = 'copyrightHolder' or @itemprop = 'creditText']"
)
_WITHIN = ("//*[contains(@itemprop, 'articleBody')]", "//article", "//main", "/*")

# It tells of every page that it finds nothing in; the reason goes to whoever reads the page.
for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class PageBody(NamedTuple):
    text: str
    subheadings: tuple[Subheading, ...]


class Captions(NamedTuple):
    captions: tuple[str, ...]
    credits: tuple[str, ...]


class _Paragraph(NamedTuple):
    text: str
    kind: str


def page_body(tree: Any, elsewhere: Collection[str] = ()) -> PageBody:
    """The text; paragraphs that stand in `elsewhere` (the title, captions) are left out.

    Raises Unreadable when there is no text.
    """
    found = _extracted(tree)
    known = {plain(text) for text in elsewhere}
    kept = [part for part in _paragraphs(found) if plain(part.text) not in known]
    if not kept:
        raise Unreadable("has no article text")
    return _joined(kept)


def captions(tree: Any) -> Captions:
    """What stands under the pictures of the article, and who made them."""
    holder = next(hit for path in _WITHIN if (hit := tree.xpath(path)))
    figures = [figure for part in holder for figure in part.iter("figcaption")]
    texts: dict[str, None] = {}
    makers: dict[str, None] = {}
    for figure in list(dict.fromkeys(figures))[:_MOST_CAPTIONS]:
        for credit in figure.xpath(_CREDIT):
            makers[_text_of(credit)] = None
            credit.drop_tree() if credit.getparent() is not None else None
        texts[_text_of(figure)] = None
    return Captions(tuple(filter(None, texts)), tuple(filter(None, makers)))


def plain(text: str) -> str:
    """For comparing: one line, no difference between capitals and small letters."""
    return " ".join(text.split()).casefold()


def _extracted(tree: Any) -> Any:
    best = None
    for precision in (True, False):
        found = trafilatura.bare_extraction(
            tree, include_comments=False, favor_precision=precision, with_metadata=False
        )
        best = found if isinstance(found, trafilatura.settings.Document) else best
        if best is not None and len(best.text or "") >= _SHORT:
            break
    if best is None or best.body is None:
        raise Unreadable("has no article text")
    return best.body


def _paragraphs(body: Any) -> Iterator[_Paragraph]:
    """The text between the starts and ends of blocks; a paragraph has the kind of its block."""
    pieces: list[str] = []
    blocks: list[str] = []
    for event, element in _walk(body):
        if element.tag in _BLOCKS:
            yield from _paragraph(pieces, blocks[-1] if blocks else "p")
            pieces.clear()
            if event == "start":
                blocks.append(element.tag)
            else:
                blocks.pop()
        if event == "start":
            pieces.append(_marked(element))
        else:
            pieces += (_CELL if element.tag == "cell" else "", element.tail or "")


def _walk(body: Any) -> Iterator[tuple[str, Any]]:
    """Both sides of every element, without recursion."""
    waiting: list[tuple[str, Any]] = [("start", body)]
    while waiting:
        event, element = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        yield event, element
        if event == "start":
            waiting.append(("end", element))
            waiting += (("start", child) for child in reversed(element))


def _marked(element: Any) -> str:
    text: str = element.text or ""
    return {"lb": _BREAK, "item": "- "}.get(element.tag, "") + text


def _paragraph(pieces: list[str], kind: str) -> Iterator[_Paragraph]:
    text = "".join(pieces)
    if kind != "code":
        text = _SPACE.sub(" ", text)
    text = _AROUND_BREAK.sub("\n", text.replace(_BREAK, "\n")).replace(_CELL, "\t").strip()
    if text.strip("- "):
        yield _Paragraph(text, kind)


def _joined(paragraphs: list[_Paragraph]) -> PageBody:
    """A blank line between two paragraphs, none between the items of a list."""
    parts: list[str] = []
    headings: list[Subheading] = []
    length = 0
    before = ""
    for text, kind in paragraphs:
        if parts:
            parts.append("\n" if kind == before and kind in _ONE_A_LINE else "\n\n")
            length += len(parts[-1])
        if kind == "head":
            headings.append(Subheading(length, length + len(text), text))
        parts.append(text)
        length += len(text)
        before = kind
    return PageBody("".join(parts), tuple(headings))


def _text_of(element: Any) -> str:
    return " ".join(element.text_content().split())
