"""Plain text out of a fragment of HTML that a field holds, a paragraph between blank lines.

A fragment has no navigation and no advertisements, so all of its text is the article's; only
what a browser would not show is left out.
"""

import re
from html import unescape

from lxml import etree

from service.errors import Unreadable

_BLOCKS = frozenset(
    """
        address article aside blockquote body center dd div dl dt fieldset figcaption figure footer
        form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table td th tr
        ul block hl1 hl2 body.content body.head""".split()
)
_HIDDEN = frozenset(
    "script style template noscript iframe object svg head title button select".split()
)
# One of these closes in every fragment that somebody has marked up.
_MARKED_UP = re.compile(
    r"</(?:p|div|a|em|i|b|strong|span|h[1-6]|li|ul|ol|su[bp]|u|blockquote|section|article|figure|table)\s*>"
    r"|<(?:br|hr)\s*/?>|<(?:p|img|br)\s[^<>]*>|^\s*<p>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{2,7}|#x[0-9a-f]{2,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
# libxml2 takes the square of the attributes of an element: 16,000 take a second and a half.
_ENDLESS_TAG = re.compile(r"""<[a-z](?:[^<>\s"'=]*+[\s"'=]++){2000}""", re.IGNORECASE)
_BREAK, _PARAGRAPH = "\x01", "\x02"


def is_html(text: str) -> bool:
    """Whether a text is marked up; one that only speaks of a tag is not."""
    return _MARKED_UP.search(text) is not None


def text_of_html(fragment: str) -> str:
    """The text that a browser would show, with blank lines between paragraphs.

    Unreadable when the markup cannot be read at all.
    """
    clean = _UNFIT.sub("", _DECLARATION.sub("", fragment))
    if not clean.strip():
        return ""
    if _ENDLESS_TAG.search(clean):
        raise Unreadable("holds HTML with a tag of too many attributes")
    parser = _parser()
    try:
        root = etree.fromstring(f"<div>{clean}</div>".encode(), parser)
    except (etree.LxmlError, ValueError) as fault:
        raise Unreadable("holds HTML that cannot be read") from fault
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        # Behind so many open tags the parser stops, and text would be lost without a word.
        raise Unreadable("holds HTML that is nested too deeply")
    return _laid_out("".join(_shown(root)))


def line_of_html(text: str) -> str:
    """A headline or name without the markup and escapes that it may hold."""
    if is_html(text):
        return " ".join(text_of_html(text).split())
    return unescape(text) if _ENTITY.search(text) else text


def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(
        huge_tree=True,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def _shown(root: etree._Element) -> list[str]:
    """The text in its order, with marks where lines and paragraphs end; without recursion."""
    parts: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else "script"
        if event == "start":
            hidden += tag in _HIDDEN
            parts.append(_edge(tag))
            if not hidden:
                parts.append(_text(element.text, tag))
        else:
            hidden -= tag in _HIDDEN
            parts.append(_PARAGRAPH if tag in _BLOCKS else "")
            if not hidden:
                parts.append(_SPACE.sub(" ", element.tail or ""))
    return parts


def _edge(tag: str) -> str:
    if tag == "br":
        return _BREAK
    return _PARAGRAPH if tag in _BLOCKS else ""


def _text(text: str | None, tag: str) -> str:
    if tag == "pre":
        return (text or "").replace("\n", _BREAK)
    return _SPACE.sub(" ", text or "")


def _laid_out(marked: str) -> str:
    paragraphs = []
    # Two line breaks in a row are how many systems write a paragraph.
    for part in re.split(f" *(?:{_PARAGRAPH}|{_BREAK} *{_BREAK})[ {_BREAK}{_PARAGRAPH}]*", marked):
        lines = (line.strip(" ") for line in part.split(_BREAK))
        paragraphs.append("\n".join(line for line in lines if line))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
