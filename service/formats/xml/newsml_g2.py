"""NewsML-G2, the IPTC's envelope of news: one item, or a message with many.

Its metadata come before those of the NITF in it. What is no text (a picture, a package, an event)
is refused by its kind.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from service.article import Article
from service.errors import Unreadable
from service.formats.document import (
    Content,
    Document,
    Format,
    Found,
    Options,
    Refused,
    Withdrawn,
)
from service.formats.plain_text.byline import read_byline
from service.formats.stated_loosely import article_of, embargo
from service.formats.xml.newsml_g2_content import content_of
from service.formats.xml.newsml_g2_names import Names
from service.formats.xml.safely import local, parse_xml, root_name, written
from service.formats.xml.text import (
    LANGUAGE,
    attribute,
    children,
    first,
    line,
    lines,
)

_ITEMS = {
    "newsItem": "",
    "packageItem": "is a package without a text of its own",
    "conceptItem": "is a concept, not an article",
    "knowledgeItem": "is a list of concepts, not an article",
    "catalogItem": "is a catalogue of vocabularies, not an article",
    "planningItem": "is a planning item, not an article",
}
# Of the IPTC's vocabulary “news item nature”.
_KINDS = {
    "picture": "is a picture, not an article",
    "graphic": "is a graphic, not an article",
    "video": "is a video, not an article",
    "audio": "is a sound recording, not an article",
    "animated": "is an animation, not an article",
    "composite": "is a composite without a text of its own",
}


def _recognises(document: Document) -> bool:
    return root_name(document.head) in (*_ITEMS, "newsMessage")


def _read(document: Document, _options: Options) -> Iterator[Content]:
    root = parse_xml(document.whole())
    if local(root) != "newsMessage":
        yield _content(root, None)
        return
    items = list(first(root, "itemSet") or ())
    if not items:
        raise Unreadable("is a message without items")
    for number, item in enumerate(items, 1):
        try:
            yield _content(item, number)
        except Unreadable as fault:
            yield Refused(fault.detail, number, written(item))


FORMAT = Format("NewsML-G2", _recognises, _read)


def _content(item: Element, number: int | None) -> Content:
    reason = _ITEMS.get(local(item), f"is a <{local(item)}>, not an article")
    status = _code(first(item, "itemMeta", "pubStatus"))
    if status in ("canceled", "cancelled"):
        # The guid is one of the whole world, and a cancelled item may not name its source.
        if not (uri := attribute(item, "guid")):
            raise Unreadable("is withdrawn by its source, but does not say which item it is")
        return Withdrawn("withdrawn by its source", uri=uri, number=number)
    if reason:
        raise Unreadable(reason)
    if status == "withheld":
        raise Unreadable("is withheld by its source until further notice")
    return Found(_article(item), number)


def _article(item: Element) -> Article:
    kind = _code(first(item, "itemMeta", "itemClass"))
    if kind in _KINDS and kind != "composite":
        raise Unreadable(_KINDS[kind])
    inside = content_of(item)
    if not inside.get("body"):
        reason = inside.get("reason") or _KINDS.get(kind) or "has no text"
        raise Unreadable(reason)
    stated = _stated(item)
    for name in ("captions", "credits"):
        stated[name] = list(dict.fromkeys(stated[name] + inside.get(name, [])))
    extra = {**inside.pop("extra", {}), **_extra(item, inside)}
    said = inside | {name: value for name, value in stated.items() if value}
    said["language"] = said.get("language") or item.get(LANGUAGE)
    if not said.get("authors"):
        extra["creators"] = lines(
            name
            for party in children(first(item, "contentMeta"), "creator")
            for name in children(party, "name")
        )
    return article_of(said | {"extra": extra})


def _stated(item: Element) -> dict[str, Any]:
    """What the item says of itself, under the names of our fields."""
    meta, about = first(item, "itemMeta"), first(item, "contentMeta")
    names = Names(item)
    return {
        "uri": attribute(item, "guid"),
        "version": attribute(item, "version"),
        "title": names.text(about, "headline") or line(first(meta, "title")),
        "standfirst": _description(about, "summary"),
        "captions": [_description(about, "caption")] if _description(about, "caption") else [],
        "authors": _authors(about),
        "credits": lines(children(about, "creditline")),
        "dateline": line(first(about, "dateline")),
        "language": attribute(first(about, "language"), "tag"),
        "source": names.source(about, meta),
        "topics": names.topics(about),
        "rights": _rights(item),
        "published": line(first(meta, "firstCreated")) or line(first(about, "contentCreated")),
        "updated": line(first(meta, "versionCreated")),
        **_embargo(meta),
        **_correction(meta),
    }


def _embargo(meta: Element | None) -> dict[str, Any]:
    """An empty one holds until the agency says otherwise."""
    stated = first(meta, "embargoed")
    return {"embargoed_until": embargo(line(stated))} if stated is not None else {}


def _correction(meta: Element | None) -> dict[str, str]:
    """An update adds to a story; only a correction says that something was wrong."""
    if "correction" not in {_code(signal) for signal in children(meta, "signal")}:
        return {}
    return {"status": "corrected", "correction": "\n".join(lines(children(meta, "edNote")))}


def _authors(about: Element | None) -> list[str]:
    """Of the byline, or else the creators that are said to be people."""
    authors: list[str] = []
    for text in lines(children(about, "by")):
        byline = read_byline(text) or read_byline(f"By {text}")
        authors += byline.authors if byline and not byline.says_more else [text]
    people = (
        first(party, "name")
        for party in children(about, "creator")
        if _code(party, "type") == "person"
    )
    return list(dict.fromkeys(authors)) or lines(name for name in people if name is not None)


def _description(about: Element | None, role: str) -> str:
    found = (text for text in children(about, "description") if _code(text, "role") == role)
    return line(next(found, None))


def _rights(item: Element) -> str:
    parts: list[str] = []
    for rights in children(item, "rightsInfo"):
        notices = lines(children(rights, "copyrightNotice"))
        holders = lines(children(rights, "copyrightHolder"))
        parts += (notices or holders) + lines(children(rights, "usageTerms"))
    return "\n".join(dict.fromkeys(parts))


def _extra(item: Element, inside: dict[str, Any]) -> dict[str, Any]:
    """What has no place of its own, and what the text says otherwise than the envelope."""
    meta, about = first(item, "itemMeta"), first(item, "contentMeta")
    located = (first(place, "name") for place in children(about, "located"))
    genres = (first(genre, "name") for genre in children(about, "genre"))
    title = line(first(about, "headline"))
    return {
        "notes": lines(children(meta, "edNote")),
        "urgency": line(first(about, "urgency")),
        "slugline": line(first(about, "slugline")),
        "located": lines(place for place in located if place is not None),
        "genres": lines(genre for genre in genres if genre is not None),
        "signals": [_code(signal) for signal in children(meta, "signal")],
        "content_created": line(first(about, "contentCreated")),
        "content_modified": line(first(about, "contentModified")),
        "headline": inside.get("title") if title and inside.get("title") != title else "",
    }


def _code(element: Element | None, name: str = "qcode") -> str:
    """`usable` of `stat:usable`, or the end of the whole address of a term."""
    code = attribute(element, name)
    if not code and name == "qcode":
        code = attribute(element, "uri").replace("/", ":")
    return code.rpartition(":")[2].lower()
