"""News feeds: RSS 0.9x, 1.0 and 2.0, Atom and CDF. Each entry is an article.

An entry may hold the whole text or a teaser: nothing tells which, so what there is counts as the
text, and a summary beside it as the standfirst.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats.document import Content, Document, Format, Found, Options, Refused
from service.formats.html_text import is_html, line_of_html, text_of_html
from service.formats.page.linked import NOT_READ, with_page
from service.formats.stated_loosely import article_of
from service.formats.xml.feed_parsing import parsed_feed
from service.formats.xml.safely import root_name
from service.formats.xml.text import squeezed
from service.formats.xml.wordpress import (
    display_names,
    is_exported,
    refuse_unpublished,
    text_as_shown,
)

_ROOTS = frozenset({"rss", "feed", "channel"})
# RDF is much else as well.
_RSS_IN_RDF = re.compile(
    rb"purl\.org/(?:rss|net/rss)|my\.netscape\.com/(?:rdf|publish)|channel\.netscape\.com|<item\b"
)
_MARKED_UP = ("text/html", "application/xhtml+xml")
_PLAIN = "text/plain"
# Feeds shorten: “The council met on […]”, “… Read more”.
_SHORTENED = re.compile(r"[\s.…\[\]()]*(?:(?:Read|Continue) [^.]{1,60})?[\s.…\[\]()→»]*$")


def _recognises(document: Document) -> bool:
    name = (root_name(document.head) or "").lower()
    return name in _ROOTS or (name == "rdf" and bool(_RSS_IN_RDF.search(document.head)))


def _read(document: Document, options: Options) -> Iterator[Content]:
    found = parsed_feed(document)
    if not found["entries"]:
        raise Unreadable("is a feed without entries" if found["version"] else "is no feed")
    feed = dict(found["feed"])
    mended = _mended(found)
    called = display_names(document.whole())
    for number, parsed in enumerate(found["entries"], 1):
        entry = dict(parsed)
        try:
            refuse_unpublished(entry)
            captions = _shown(entry)
            said = _said(entry, feed, found["version"] or "") | {"captions": captions}
            said["authors"] = [called.get(name, name) for name in said["authors"]]
            said["extra"] |= mended
            yield Found(_article(said, options), number)
        except Unreadable as fault:
            yield Refused(fault.detail, number, _kept(entry))


FORMAT = Format("feed", _recognises, _read)


def _article(said: Mapping[str, Any], options: Options) -> Article:
    """With the page that it links to, where pages are fetched."""
    if options.fetch is None or not said["url"]:
        return article_of(said)
    if said["body"]:
        return with_page(article_of(said), said["url"], options)
    # The feed's word on title, date and identity counts, though the text is the page's.
    bare = replace(article_of({**said, "body": said["title"] or "-"}), body="")
    article = with_page(bare, said["url"], options)
    if not article.body:
        raise Unreadable(f"has no text, and its page {article.extra.get(NOT_READ, 'has none')}")
    return article


def _said(entry: Mapping[str, Any], feed: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What an entry says, under the names of our fields."""
    body, standfirst = _texts(entry)
    link = _text(entry.get("feedburner_origlink")) or _text(entry.get("link"))
    return {
        "uri": _text(entry.get("id")) or link,
        "url": link,
        "title": _line(entry, "title"),
        "standfirst": standfirst,
        "body": body,
        # The author of a feed of Atom is that of each entry; in RSS it is the site's editor.
        "authors": _authors(entry) or (_authors(feed) if version.startswith("atom") else []),
        "topics": _topics(entry),
        "credits": [_text(credit.get("content")) for credit in _dicts(entry, "media_credit")],
        "source": _line(dict(entry.get("source") or {}), "title") or _line(feed, "title"),
        "rights": _line(entry, "rights") or _line(feed, "rights"),
        "language": _language(entry, feed),
        **_dates(entry, version),
        "extra": _extra(entry),
    }


def _shown(entry: dict[str, Any]) -> list[str]:
    """Puts the content of an export into the form that its site shows; the captions in it."""
    captions: list[str] = []
    if is_exported(entry):
        for part in (contents := _dicts(entry, "content")):
            part["value"], found = text_as_shown(_text(part.get("value")))
            captions += found
        entry["content"] = contents
        summary = _text(entry.get("excerpt_encoded")) or _text(entry.get("summary"))
        entry["summary_detail"] = {"type": "text/html", "value": text_as_shown(summary)[0]}
    return captions


def _texts(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The text, and the standfirst unless the text begins with it."""
    contents = [text for part in _dicts(entry, "content") if (text := _plain(part))]
    body = max(contents, key=len, default="")
    stated = {"value": entry.get("summary"), **(entry.get("summary_detail") or {})}
    summary = _plain(stated)
    if not body:
        return summary, ""
    opening = _SHORTENED.sub("", squeezed(summary)[-400:])
    opening = squeezed(summary)[:-400] + opening
    return body, "" if squeezed(body).startswith(opening) else summary


def _plain(part: Mapping[str, Any]) -> str:
    """The text of content that is one: Atom may carry pictures or other XML as well."""
    value, kind = _text(part.get("value")), _text(part.get("type")) or _PLAIN
    if kind in _MARKED_UP or is_html(value):
        return text_of_html(value)
    rows = [squeezed(row) for row in value.split("\n")] if kind == _PLAIN else []
    return "\n".join(rows).strip("\n")


def _line(said: Mapping[str, Any], name: str) -> str:
    """A title or a name in one line, without its markup."""
    value = _text(said.get(name))
    kind = dict(said.get(f"{name}_detail") or {}).get("type")
    if kind in _MARKED_UP:
        return " ".join(text_of_html(value).split())
    return squeezed(line_of_html(value)) if kind != _PLAIN or is_html(value) else squeezed(value)


def _authors(said: Mapping[str, Any]) -> list[str]:
    """Names, or else what stands in the place of one; an address is no name."""
    people = [_text(author.get("name")) for author in _dicts(said, "authors")]
    named = list(dict.fromkeys(name for name in people if name))
    stated = _text(said.get("author"))
    return named or ([stated] if stated and "@" not in stated else [])


def _topics(entry: Mapping[str, Any]) -> list[str]:
    tags = (_text(tag.get("label")) or _text(tag.get("term")) for tag in _dicts(entry, "tags"))
    return list(dict.fromkeys(line_of_html(squeezed(tag)) for tag in tags if tag))


def _language(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    parts = [*_dicts(entry, "content"), dict(entry.get("title_detail") or {}), entry, feed]
    stated = (_text(part.get("language")) for part in parts)
    return next((language for language in stated if language), "").replace("_", "-")


def _dates(entry: Mapping[str, Any], version: str) -> dict[str, str]:
    """The one date of an entry of RSS is that of its publication; Atom tells them apart."""
    published, updated = _text(entry.get("published")), _text(entry.get("updated"))
    if not published and not version.startswith("atom"):
        return {"published": updated}
    return {"published": published, "updated": updated}


def _extra(entry: Mapping[str, Any]) -> dict[str, Any]:
    links = [link for link in _dicts(entry, "links") if link.get("rel") == "enclosure"]
    pictures = links + _dicts(entry, "media_content")
    return {
        "enclosures": [_text(found.get("href") or found.get("url")) for found in pictures],
        "comments_url": _text(entry.get("comments")),
        "expires": _text(entry.get("expired")),
        "publisher": _text(entry.get("publisher")),
    }


def _mended(found: Mapping[str, Any]) -> dict[str, Any]:
    """An encoding that was another than stated may have changed letters."""
    fault = type(found.get("bozo_exception")).__name__
    told = f"read as {found.get('encoding')}, not in the encoding that it states"
    return {"mended": [told]} if fault == "CharacterEncodingOverride" else {}


def _kept(entry: Mapping[str, Any]) -> bytes:
    told = {name: value for name, value in entry.items() if not name.endswith("_parsed")}
    return json.dumps(told, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _dicts(said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """As plain dictionaries: those of feedparser invent values for names that are missing."""
    listed = said.get(name)
    items = listed if isinstance(listed, list) else []
    return [dict(item) for item in items if isinstance(item, dict)]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
