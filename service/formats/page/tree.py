"""The tree of an HTML page, within bounds: a stranger's page must not take minutes.

What reads the text of a page is linear in its elements, but libxml2 takes the square of the
attributes of one element. So a first pass counts both, without building anything.
"""

from typing import Any

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from service.errors import Unreadable

# Pages of news have 200 to 10,000 elements; the worst 20,000 take some seconds, 50,000 a minute.
_MOST_ELEMENTS = 20_000
_MOST_ATTRIBUTES = 1_000
# Of news, pages above 2 MB are rare; mostly they hold their images.
_LARGEST = 8 * 1024 * 1024


class _Count:
    """Stops at too many elements, or attributes of one."""

    def __init__(self) -> None:
        self._elements = 0

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise Unreadable(f"has more than {_MOST_ELEMENTS:,} elements")
        if len(attributes) > _MOST_ATTRIBUTES:
            raise Unreadable(f"has an element with more than {_MOST_ATTRIBUTES:,} attributes")

    def close(self) -> None:
        """Called at the end; there is nothing to give."""


def page_tree(text: str) -> Any:
    """The root of the page; Unreadable where it is too much, or nothing."""
    data = text.encode("utf-8", "replace")
    if len(data) > _LARGEST:
        raise Unreadable(f"is a page of more than {_LARGEST // 1024 // 1024} MB")
    try:
        etree.fromstring(data, etree.HTMLParser(target=_Count(), encoding="utf-8"))
        return document_fromstring(
            data, HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        )
    except etree.LxmlError as fault:
        raise Unreadable("has no article text") from fault
