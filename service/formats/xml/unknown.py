"""XML that no other format knows, refused by the name of its root, and not read as text."""

from collections.abc import Iterator

from service.errors import Unreadable
from service.formats.document import Content, Document, Format, Options
from service.formats.xml.safely import is_declared, root_name

_XML_TYPES = ("application/xml", "text/xml")


def _recognises(document: Document) -> bool:
    """Web pages are XML at times: they are left to others, as is text that begins with a tag."""
    head, media_type = document.head, (document.media_type or "").lower()
    name = root_name(head)
    if name is None:
        return is_declared(head)
    named_so = document.name.lower().endswith(".xml") or media_type.startswith(_XML_TYPES)
    return name.lower() != "html" and (is_declared(head) or named_so)


def _read(document: Document, _options: Options) -> Iterator[Content]:
    name = root_name(document.head)
    if name is None:
        raise Unreadable("is XML of a kind that is not read: it has no root")
    raise Unreadable(f"is XML of a kind that is not read: its root is <{name}>")


FORMAT = Format("XML", _recognises, _read)
