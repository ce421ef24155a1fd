"""Short ways to read one document, for tests."""

import io
from collections.abc import Iterator
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats import read
from service.formats.document import Document, Found, Options


def document(data: bytes, name: str = "story.txt", **said: Any) -> Document:
    return Document(name, name, io.BytesIO(data), **said)


def read_one(
    data: bytes, name: str = "story.txt", sidecar: bytes | None = None, **said: Any
) -> Article:
    """The article of a document that is one; Unreadable with its reason."""
    (found,) = read(document(data, name, sidecar=sidecar, **said), Options())
    assert isinstance(found, Found)
    return found.article


def contents(outer: Document, options: Options | None = None) -> Iterator[tuple[str, Any]]:
    """(origin, what is there) of all in a document and the documents in it; or the reason."""
    try:
        for content in read(outer, options):
            if isinstance(content, Document):
                yield from contents(content, options)
            else:
                yield outer.origin, content.article if isinstance(content, Found) else content
    except Unreadable as fault:
        yield outer.origin, fault.detail
