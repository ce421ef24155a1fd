"""An article and its parts, as the archive keeps them: no I/O here.

Offsets are Unicode code points into plain text, the end exclusive. Text fields keep the characters
of the source unchanged, no-break and double spaces included.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from service.dates import Moment

Status = Literal["published", "corrected"]


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading inside the body; its text stays in the body as a paragraph of its own."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a newsroom published, read from one input. Only `body` is required.

    `origin` is where it was read (a resolved path or an archive member) and `record` which of many
    it is there, from 1; `key`, `uri` and `version` (the source's own number of this text) are given
    by the source or absent; `extra` keeps input fields that have no place of their own.
    """

    body: str
    title: str = ""
    title_derived: bool = False
    standfirst: str | None = None
    subheadings: tuple[Subheading, ...] = ()
    captions: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    dateline: str | None = None
    source: str | None = None
    source_derived: bool = False
    url: str | None = None
    uri: str | None = None
    key: str | None = None
    version: int | None = None
    origin: str | None = None
    record: int | None = None
    language: str | None = None
    language_detected: bool = False
    topics: tuple[str, ...] = ()
    rights: str | None = None
    published: Moment | None = None
    updated: Moment | None = None
    status: Status = "published"
    correction: str | None = None
    embargoed_until: Moment | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str | None:
        """Its origin, and which record of it."""
        return self.origin if self.record is None else f"{self.origin}#{self.record}"

    def passages(self) -> Iterator[tuple[str, str]]:
        """(field, text) of everything that is read for names, in reading order.

        A derived title repeats the body, so it is left out.
        """
        if self.title and not self.title_derived:
            yield "title", self.title
        if self.standfirst:
            yield "standfirst", self.standfirst
        yield "body", self.body
        for number, caption in enumerate(self.captions):
            yield f"captions[{number}]", caption

    def content_hash(self) -> str:
        """SHA-256 (hex) over all that the source said: not the origin, nor a detected language.

        So no article becomes a changed one because languages are detected better. Nor its key and
        version: they tell which text this is, and are no part of it.
        """
        said = {name: _plain(getattr(self, name)) for name in _CONTENT}
        if self.language_detected:
            said["language"] = None
        packed = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(packed.encode("utf-8", "surrogatepass")).hexdigest()


_OURS = ("origin", "record", "language_detected", "key", "version")
_CONTENT = tuple(name for name in Article.__dataclass_fields__ if name not in _OURS)


def _plain(value: object) -> object:
    if isinstance(value, Moment):
        return value.shown
    if isinstance(value, Subheading):
        return [value.start, value.end, value.text]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """An article as the archive keeps it: with its key, its version and what read its names."""

    article: Article
    key: str
    version: int
    ingested_at: str
    tagger: str | None


def web_address(text: str) -> str:
    """The text if it is an address on the web; nothing else may be followed."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    return text.strip() if parts.scheme in ("http", "https") and parts.netloc else ""
