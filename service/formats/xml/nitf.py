"""NITF 2.5 and 3, the IPTC's mark-up of a story: alone in a file, or inside NewsML-G2.

`del-list` is the trail of its delivery, not a list of what to delete; only its management status
takes a story back.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from service.errors import Unreadable
from service.formats.document import Content, Document, Format, Found, Options, Withdrawn
from service.formats.plain_text.byline import read_byline
from service.formats.stated_loosely import article_of, embargo
from service.formats.xml.nitf_body import read_body
from service.formats.xml.safely import local, parse_xml, root_name
from service.formats.xml.text import (
    LANGUAGE,
    attribute,
    children,
    descendants,
    first,
    line,
    lines,
    squeezed,
)


def said_in(root: Element) -> dict[str, Any]:
    """What a story says, under the names of our fields; empty where it says nothing."""
    head, body = first(root, "head"), first(root, "body")
    above = first(body, "body.head")
    text = read_body(first(body, "body.content"))
    titles = lines(descendants(first(above, "hedline"), "hl1"))
    return {
        "title": " ".join(titles) or line(first(head, "title")),
        "standfirst": _standfirst(above),
        "body": text.text,
        "subheadings": text.subheadings,
        "captions": text.captions,
        "credits": list(dict.fromkeys(text.credits)),
        "authors": _authors(above),
        "dateline": line(first(above, "dateline")),
        "language": root.get(LANGUAGE) or (body is not None and body.get(LANGUAGE)) or "",
        "source": _source(head, above),
        "rights": _rights(head) or line(first(above, "rights")),
        "topics": _topics(head),
        **_identity(head),
        "extra": _extra(head, body),
    }


def _recognises(document: Document) -> bool:
    return root_name(document.head) == "nitf"


def _read(document: Document, _options: Options) -> Iterator[Content]:
    root = parse_xml(document.whole())
    docdata = first(root, "head", "docdata")
    said = said_in(root)
    status = attribute(docdata, "management-status").lower()
    if status in ("canceled", "cancelled"):
        if not said["uri"]:
            raise Unreadable("is withdrawn by its source, but does not say which story it is")
        yield Withdrawn("withdrawn by its source", uri=said["uri"], source=said["source"] or None)
        return
    if status == "withheld":
        raise Unreadable("is withheld by its source until further notice")
    release = attribute(first(docdata, "date.release"), "norm")
    if status == "embargoed":
        said["embargoed_until"] = embargo(release)
    else:
        said["extra"]["released"] = release
    yield Found(article_of(said))


FORMAT = Format("NITF", _recognises, _read)


def _standfirst(above: Element | None) -> str:
    """The abstract, or else the second headline."""
    abstract = read_body(first(above, "abstract")).text
    return abstract or "\n".join(lines(children(first(above, "hedline"), "hl2")))


def _authors(above: Element | None) -> list[str]:
    """People who are marked as such, or what the byline says without their titles."""
    authors: list[str] = []
    for byline in children(above, "byline"):
        people = lines(descendants(byline, "person"))
        authors += people or _named(byline)
    return list(dict.fromkeys(authors))


def _named(byline: Element) -> list[str]:
    parts = [byline.text or ""]
    for child in byline:
        parts += ("" if local(child) == "byttl" else line(child), child.tail or "")
    text = squeezed("".join(parts)).strip(" ,;|")
    read = read_byline(text) or read_byline(f"By {text}")
    if read and not read.says_more:
        return list(read.authors)
    return [text] if text else []


def _source(head: Element | None, above: Element | None) -> str:
    published_in = next(descendants(head, "pubdata"), None)
    distributor = first(above, "distributor")
    return attribute(published_in, "name") or line(first(distributor, "org")) or line(distributor)


def _rights(head: Element | None) -> str:
    docdata = first(head, "docdata")
    copyrighted = first(docdata, "doc.copyright")
    owned = first(docdata, "doc.rights")
    holder, owner = attribute(copyrighted, "holder"), attribute(owned, "owner")
    dated = " ".join(filter(None, ("©", attribute(copyrighted, "year"), holder)))
    return "\n".join(dict.fromkeys(filter(None, (dated if holder else "", owner))))


def _topics(head: Element | None) -> list[str]:
    docdata = first(head, "docdata")
    keywords = [
        attribute(word, "key") for word in descendants(first(docdata, "key-list"), "keyword")
    ]
    subjects = [_subject(found) for found in descendants(head, "tobject.subject")]
    return list(dict.fromkeys(filter(None, keywords + subjects)))


def _subject(subject: Element) -> str:
    """The narrowest of its names."""
    levels = ("detail", "matter", "type")
    names = (attribute(subject, f"tobject.subject.{level}") for level in levels)
    return next((name for name in names if name), "")


def _identity(head: Element | None) -> dict[str, Any]:
    docdata = first(head, "docdata")
    published_in = next(descendants(head, "pubdata"), None)
    correction = first(docdata, "correction")
    return {
        "uri": attribute(first(docdata, "doc-id"), "id-string"),
        "url": attribute(published_in, "ex-ref"),
        "version": attribute(first(docdata, "du-key"), "version"),
        "published": attribute(first(docdata, "date.issue"), "norm")
        or attribute(published_in, "date.publication"),
        "status": "corrected" if correction is not None else "",
        "correction": attribute(correction, "info"),
    }


def _extra(head: Element | None, body: Element | None) -> dict[str, Any]:
    docdata = first(head, "docdata")
    notes = [attribute(message, "info") for message in children(docdata, "ed-msg")]
    notes += lines(children(first(body, "body.head"), "note"))
    return {
        "notes": [note for note in notes if note],
        "corrects": attribute(first(docdata, "correction"), "id-string"),
        "expires": attribute(first(docdata, "date.expire"), "norm"),
        "urgency": attribute(first(docdata, "urgency"), "ed-urg"),
        "series": attribute(first(docdata, "series"), "series.name"),
        "scope": [attribute(scope, "scope") for scope in children(docdata, "doc-scope")],
        "slugline": attribute(first(docdata, "du-key"), "key"),
        "registered_by": attribute(first(docdata, "doc-id"), "regsrc"),
        "page": attribute(next(descendants(head, "pubdata"), None), "position.sequence"),
        "section": attribute(next(descendants(head, "pubdata"), None), "position.section"),
        "revisions": [dict(revision.attrib) for revision in children(head, "revision-history")],
        "tagline": line(first(body, "body.end", "tagline")),
    }
