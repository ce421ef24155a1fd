"""XML from strangers: parsed within bounds, or refused with the reason.

Expat never fetches anything; defusedxml refuses entities that a document declares, which is how few
bytes become gigabytes. The text is decoded here, because expat knows hardly any encoding. A DOCTYPE
that only names a DTD is harmless and passes, as do the entities of HTML.
"""

import codecs
import re
from copy import copy
from html.entities import html5
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from service.errors import Unreadable

# An article has some thousands of elements; each takes half a kilobyte of memory.
_MOST_PARTS = 500_000
# A name comes with its namespace, each time anew: one of a megabyte would fill the memory.
_LONGEST_NAME = 500
# Deeper than any article, and shallow enough to be walked recursively.
_DEEPEST = 200
_BEFORE_DECLARATION = codecs.BOM_UTF8 + codecs.BOM_UTF16_LE + b"\r\n\t "
_PIECE = 65_536
# Expat keeps a tag until it ends; no tag or comment in news is as long.
_LONGEST_TAG = 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BARE_UTF_16 = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_DECLARATION = re.compile(r"<\?xml\s[^>]{0,400}?\?>")
_BEFORE_ROOT = re.compile(
    r"\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*+", re.DOTALL
)
_ROOT = re.compile(r"<(?:(?P<prefix>[\w.-]{1,60}):)?(?P<name>[^\W\d][\w.-]{0,100})[\s/>]")
_ENTITIES = {name.removesuffix(";"): text for name, text in html5.items()}


_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
OWN_ENTITIES = "declares entities of its own, which are not read"


class _BoundedBuilder(TreeBuilder):
    """Stops at too many elements and attributes, or too deep ones."""

    def __init__(self) -> None:
        super().__init__()
        self._parts = 0
        self._depth = 0

    def start(self, tag: str, attrs: dict[Any, Any], /) -> Element:
        if any(len(name) > _LONGEST_NAME for name in (tag, *attrs)):
            raise Unreadable(f"has a name or namespace of more than {_LONGEST_NAME} characters")
        self._parts += 1 + len(attrs)
        self._depth += 1
        if self._parts > _MOST_PARTS:
            raise Unreadable(f"has more than {_MOST_PARTS:,} elements and attributes")
        if self._depth > _DEEPEST:
            raise Unreadable(f"is nested deeper than {_DEEPEST} elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(data: bytes) -> Element:
    """The root of a well-formed document; Unreadable with the reason otherwise."""
    text = _decoded(data)
    parser = DefusedXMLParser(target=_BoundedBuilder(), encoding="utf-8")
    parser.entity.update(_ENTITIES)
    try:
        _feed(parser, text)
        root: Element = parser.close()
    except DefusedXmlException as fault:
        raise Unreadable(OWN_ENTITIES) from fault
    except ParseError as fault:
        raise Unreadable(f"is not well-formed XML: {fault}") from fault
    return root


def written(element: Element) -> bytes:
    """The element as a document of its own, in UTF-8."""
    alone = copy(element)
    alone.tail = None
    return bytes(tostring(alone, encoding="utf-8"))


def local(element: Element) -> str:
    """The name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def root_name(head: bytes) -> str | None:
    """The name of the root element, told by the beginning of a document, however broken the rest.

    It has no prefix. None where something else than markup comes first.
    """
    text = _as_text(head)
    root = _ROOT.match(text, _prolog(text))
    return root["name"] if root else None


def declares_entities(head: bytes) -> bool:
    """Whether a document declares entities, told by its beginning, however broken the rest."""
    text = _as_text(head)
    return bool(_ENTITY.search(text, 0, _prolog(text)))


def is_declared(head: bytes) -> bool:
    """Whether it says itself that it is XML."""
    start = head[:512].replace(b"\0", b"").lstrip(_BEFORE_DECLARATION)
    return start.startswith(b"<?xml")


def _as_text(head: bytes) -> str:
    name = _encoding(head)
    return head.decode(name if _is_codec(name) else "latin-1", "replace")


def _prolog(text: str) -> int:
    """Where the declaration, comments and DOCTYPE end."""
    found = _BEFORE_ROOT.match(text)
    return found.end() if found else 0


def _feed(parser: DefusedXMLParser, text: str) -> None:
    fed = 0
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE].encode("utf-8", "surrogatepass")
        parser.feed(piece)
        fed += len(piece)
        if fed - parser.parser.CurrentByteIndex > _LONGEST_TAG:
            raise Unreadable("has a tag or comment of more than 1 MB")


def _decoded(data: bytes) -> str:
    """By its byte order mark, else as declared, else UTF-8; the declaration itself goes."""
    name = _encoding(data)
    if not _is_codec(name):
        raise Unreadable(f"states an encoding that is not known: “{name}”")
    try:
        text = data.decode(name)
    except (UnicodeDecodeError, ValueError) as fault:
        start = getattr(fault, "start", 0)
        at = f"byte 0x{data[start]:02X} at offset {start}"
        raise Unreadable(f"is not {name.removesuffix('-sig').upper()}: {at}") from fault
    text = text.lstrip("\ufeff\r\n\t ")
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _encoding(data: bytes) -> str:
    for mark, name in _MARKS + _BARE_UTF_16:
        if data.startswith(mark):
            return name
    declared = _DECLARED.match(data[:512])
    return declared[1].decode("ascii").lower() if declared else "utf-8"


def _is_codec(name: str) -> bool:
    """Python knows codecs that are no encodings of text, and some that only programs write."""
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return False
    return codec.name not in _NO_CHARSETS
