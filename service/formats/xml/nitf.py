"""NITF 2.5 and 3, the IPTC's mark-up of a story: alone in a file, or inside NewsML-G2.

`del-list` is the trail of its delivery, not a list of what to delete; only its management status
takes a story back.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from service.dates import utc_now
from service.errors import Unreadable
from service.formats.document import Content, Document, Format, Found, Options, Withdrawn
from service.formats.page.dates import stated_moment
from service.formats.plain_text.byline import read_byline
from service.formats.stated_loosely import article_of, embargo, has_clock
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

# What joins one name of a byline to another.
_JOINED = re.compile(
    r"^(?:by\b|and\b|et\b|und\b|y\b|[\s,;|&])+|(?:\band|[\s,;|&])+$", re.IGNORECASE
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
        **_embargo(head),
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
    yield Found(article_of(said))


FORMAT = Format("NITF", _recognises, _read)


def _embargo(head: Element | None) -> dict[str, Any]:
    docdata = first(head, "docdata")
    release = _release(docdata)
    is_held = attribute(docdata, "management-status").lower() == "embargoed"
    return {"embargoed_until": embargo(release)} if is_held or _is_to_come(release) else {}


def _release(docdata: Element | None) -> str:
    return attribute(first(docdata, "date.release"), "norm")


def _is_to_come(release: str) -> bool:
    """A time of release is the embargo of a wire, whether its status says so or not."""
    found = stated_moment(release)
    if found is None:
        return False
    # Where its zone is missing, all of the day counts.
    is_vague = found.precision == "day" and has_clock(release)
    return found.iso >= utc_now()[:10] if is_vague else found.start > utc_now()


def _standfirst(above: Element | None) -> str:
    """The abstract, or else the second headline."""
    abstract = read_body(first(above, "abstract")).text
    return abstract or "\n".join(lines(children(first(above, "hedline"), "hl2")))


def _authors(above: Element | None) -> list[str]:
    """People who are marked as such, and those whom the byline names beside them."""
    authors: list[str] = []
    for byline in children(above, "byline"):
        parts = list(_byline_parts(byline))
        if not any(is_person for _, is_person in parts):
            authors += _named("".join(text for text, _ in parts))
            continue
        for text, is_person in parts:
            authors += [squeezed(text)] if is_person else _beside(text)
    return list(dict.fromkeys(filter(None, authors)))


def _byline_parts(element: Element) -> Iterator[tuple[str, bool]]:
    """(text, whether it is marked as a person) of a byline, without what these people are."""
    yield element.text or "", False
    for child in element:
        if local(child) == "person":
            yield line(child), True
        elif local(child) != "byttl":
            yield from _byline_parts(child)
        yield child.tail or "", False


def _beside(text: str) -> list[str]:
    """The people in the words around others: “ and John Roe in Seoul”."""
    byline = read_byline(f"By {_JOINED.sub('', squeezed(text))}")
    return list(byline.authors) if byline else []


def _named(text: str) -> list[str]:
    text = squeezed(text).strip(" ,;|")
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
        "released": "" if _embargo(head) else _release(docdata),
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
