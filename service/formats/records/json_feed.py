"""JSON Feed 1 and 1.1 (jsonfeed.org): the entries of a site or channel, as a list of items.

What the feed says of all its items (its name, who writes it, its language) counts for each that
does not say otherwise. The version of the feed is the sign by which it is known.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats.document import HEAD, Content, Document, Format, Options
from service.formats.page.linked import NOT_READ, with_page
from service.formats.records.json_articles import find_list, from_list
from service.formats.records.pieces import opening
from service.formats.records.reader import RecordReader, read_record

_VERSION = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org\\?/version\\?/')

_CONTENT = ("content_html", "content_text")


def _recognises(document: Document) -> bool:
    head = opening(document)
    return head.lstrip()[:1] == b"{" and bool(_VERSION.search(head))


def _read(document: Document, options: Options) -> Iterator[Content]:
    head = opening(document)
    found = find_list(head, Options())
    if found is None:
        raise Unreadable("is a JSON Feed, but its list of items is missing or comes too late")
    feed = found.around
    if len(document.head) < HEAD:
        feed = _whole(head) or feed
    reader = RecordReader(document, options, article=lambda item: _article(item, feed, options))
    return from_list(document, reader, found.start)


def _whole(head: bytes) -> dict[str, Any] | None:
    """All of a small feed, since its name may stand behind its items."""
    try:
        feed = json.loads(head)
    except (ValueError, RecursionError):
        return None
    return feed if isinstance(feed, dict) else None


def _article(item: Mapping[str, Any], feed: Mapping[str, Any], options: Options) -> Article:
    """With the page that it links to, where it has no content and pages are fetched."""
    record, url = _record(item, feed), item.get("url")
    has_content = any(_is_text(item.get(name)) for name in _CONTENT)
    if has_content or options.fetch is None or not isinstance(url, str):
        if not _is_text(record.get("body")):
            raise Unreadable("has neither content nor a summary")
        return read_record(record, options.fields)
    if _is_text(record.get("body")):
        return with_page(read_record(record, options.fields), url, options)
    # The feed's word on title, date and identity counts, though the text is the page's.
    bare = replace(read_record({**record, "body": "-"}, options.fields), body="")
    article = with_page(bare, url, options)
    if not article.body:
        raise Unreadable(f"has no text, and its page {article.extra[NOT_READ]}")
    return article


def _record(item: Mapping[str, Any], feed: Mapping[str, Any]) -> dict[str, Any]:
    """An item under our names; what else it has goes with it."""
    record = dict(item)
    content = [record.pop(name, None) for name in _CONTENT]
    summary = record.pop("summary", None)
    # The summary of an entry without content is all the text that it has.
    body = next((text for text in content if _is_text(text)), None) or summary
    taken = {
        "uri": record.pop("id", None),
        "body": body,
        "standfirst": None if body is summary else summary,
        "authors": _authors(record) or _authors(dict(feed)),
        "topics": record.pop("tags", None),
        "language": record.get("language") or feed.get("language"),
        "source": feed.get("title"),
    }
    return record | {name: value for name, value in taken.items() if value not in (None, "", [])}


def _authors(record: dict[str, Any]) -> Any:
    """`authors` of 1.1, `author` of 1."""
    listed, single = record.pop("authors", None), record.pop("author", None)
    return listed or ([single] if single else None)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


FORMAT = Format("JSON Feed", _recognises, _read)
