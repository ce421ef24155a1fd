"""The text that a NewsML-G2 item carries: NITF, XHTML, HTML or plain, or why it carries none."""

import base64
import binascii
from typing import Any
from xml.etree.ElementTree import Element

from service.formats.html_text import text_of_html
from service.formats.xml.nitf import said_in
from service.formats.xml.safely import local, written
from service.formats.xml.text import LANGUAGE, attribute, children, descendants, first, line

_HTML_BLOCKS = frozenset("html body div p article section".split())


def content_of(item: Element) -> dict[str, Any]:
    """Fields of the first content that has a text; else `reason` alone, or nothing to say."""
    reason = ""
    for content in children(first(item, "contentSet"), "inlineXML", "inlineData", "remoteContent"):
        said = _READERS[local(content)](content)
        if said.get("body"):
            return {**said, "language": said.get("language") or content.get(LANGUAGE)}
        reason = reason or said.get("reason", "")
    return {"reason": reason}


def _of_xml(content: Element) -> dict[str, Any]:
    nitf = next(descendants(content, "nitf"), None)
    if nitf is not None:
        return said_in(nitf)
    root = next(iter(content), None)
    if root is None:
        return {"body": line(content)}
    if local(root).lower() in _HTML_BLOCKS:
        title = line(next(descendants(root, "title"), None))
        return {"title": title, "body": text_of_html(_as_html(content))}
    return {"reason": f"holds XML of a kind that is not read: <{local(root)}>"}


def _of_data(content: Element) -> dict[str, Any]:
    kind = attribute(content, "contenttype").lower()
    text = "".join(content.itertext())
    if not kind.startswith("text/") and kind not in ("", "application/xhtml+xml"):
        return {"reason": f"holds {kind}, not a text"}
    if "base64" in attribute(content, "encoding").lower():
        try:
            text = base64.b64decode(text, validate=False).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return {"reason": "holds a text that cannot be decoded"}
    if "html" in kind:
        return {"body": text_of_html(text)}
    return {"body": "\n".join(row.strip(" \t\r") for row in text.strip().split("\n"))}


def _of_remote(content: Element) -> dict[str, Any]:
    """A text that lies elsewhere is not fetched: where would be the sender's choice."""
    kind = attribute(content, "contenttype").partition("/")[0].lower()
    if kind in ("image", "video", "audio"):
        return {}
    return {"reason": "holds no text, only the address of one"}


def _as_html(content: Element) -> str:
    """Its markup without the prefixes of namespaces, which HTML does not know."""
    for element in content.iter():
        if isinstance(element.tag, str):
            element.tag = local(element)
    return written(content).decode("utf-8")


_READERS = {"inlineXML": _of_xml, "inlineData": _of_data, "remoteContent": _of_remote}
