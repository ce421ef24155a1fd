"""Feeds by feedparser, which reads all that was ever called a feed, kept within bounds.

It gets bytes only: a string could be an address or a path to it. What it reads is never fetched.
"""

import io
import re
from typing import Any

import feedparser
from feedparser.mixin import _FeedParserMixin

from service.errors import Unreadable
from service.formats.document import Document
from service.formats.xml.safely import OWN_ENTITIES, declares_entities

# Each takes it some 40 µs and up to 1 kB of memory.
_MOST_TAGS = 1_000_000
# Its time grows with their square.
_MOST_NAMESPACES = 500
_NAMESPACE = re.compile(rb"""xmlns(?::[\w.-]{1,60})?\s*=\s*["'][^"'<>]{0,200}""")
_LONGEST_NAME = 100


def parsed_feed(document: Document) -> Any:
    """What feedparser finds; Unreadable for what would take it too much time or memory."""
    if declares_entities(document.head):
        raise Unreadable(OWN_ENTITIES)
    data = document.whole()
    if data.count(b"<") > _MOST_TAGS:
        raise Unreadable(f"is a feed of more than {_MOST_TAGS:,} tags")
    if len(set(_NAMESPACE.findall(data))) > _MOST_NAMESPACES:
        raise Unreadable(f"is a feed of more than {_MOST_NAMESPACES} namespaces")
    try:
        return feedparser.parse(
            io.BytesIO(data),
            response_headers=_headers(document),
            # Only the text of the markup is kept, so that nothing in it can be run or loaded.
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as fault:  # it raises whatever Python raises of values nobody thought of
        raise Unreadable(f"is a feed that cannot be read: {type(fault).__name__}") from fault


def _headers(document: Document) -> dict[str, str]:
    """What a server said: where relative links begin, and the encoding."""
    headers = {"content-location": document.url} if document.url else {}
    if document.charset:
        headers["content-type"] = f"application/xml; charset={document.charset}"
    return headers


_find_author = _FeedParserMixin._sync_author_detail


def _find_author_quickly(self: Any, key: str = "author") -> None:
    """Without words that are no name: its search for an address takes their length squared."""
    context = self._get_context()
    stated = context.get(key)
    words = stated.split() if isinstance(stated, str) else []
    if any(len(word) > _LONGEST_NAME for word in words):
        context[key] = " ".join(word for word in words if len(word) <= _LONGEST_NAME)
    _find_author(self, key)


# No option and no method that is meant to be replaced leads there.
_FeedParserMixin._sync_author_detail = _find_author_quickly
