"""One record of a list, table or feed, as an article: its fields go by what they are called.

What a value under a guessed name cannot be (a language that is none, a number for a tag) stays in
`extra`; under a name of ours that others would not use, it is a fault.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats.decoding import record
from service.formats.document import Content, Document, Found, Options, Refused, Withdrawn
from service.formats.records.archived import is_archived, read_archived
from service.formats.records.field_names import Candidate, Named, named
from service.formats.records.field_values import says_more, shaped
from service.formats.records.json_values import text_in, values_in
from service.formats.records.ninjs import is_ninjs, read_ninjs
from service.formats.records.pieces import Piece
from service.formats.sidecar import from_body
from service.formats.stated_fields import check_text, checked, plain_name, read_fields

# An embargo that cannot be read must not be passed over, whatever it is called.
_STRICT = frozenset(
    "key body published_at updated_at subheadings title_derived source_derived".split()
)
_IDENTIFYING = re.compile(r"https?://[^/\s]+/\S+", re.IGNORECASE)
_SHOWN = 12


@dataclass(slots=True)
class RecordReader:
    """Reads the records of one document, counts them, and tells once what their names mean."""

    document: Document
    options: Options
    # How a format that has names of its own reads a record.
    article: Callable[[dict[str, Any]], Article] | None = None
    number: int = 0
    has_told: bool = False

    def contents(self, piece: Piece) -> Iterator[Content]:
        """What the bytes of a record give: mostly one article."""
        if piece.cut:
            yield self.refused(piece.cut, piece.data)
            return
        try:
            decoded = text_in(piece.data, self.document.charset)
            for value in values_in(decoded.text):
                yield self.content(value, piece.data, decoded.mended)
        except Unreadable as fault:
            yield self.refused(fault.detail, piece.data)
        except ValueError as fault:
            yield self.refused(f"is not valid JSON: {fault}", piece.data)

    def content(self, value: Any, data: bytes, mended: tuple[str, ...] = ()) -> Content:
        """The article of one record, or why there is none; `mended` is told of its text."""
        try:
            found = self._read(value)
        except Unreadable as fault:
            return self.refused(fault.detail, data)
        self.number += 1
        if isinstance(found, Article):
            return Found(record(found, mended), self.number)
        return replace(found, number=self.number)

    def refused(self, reason: str, data: bytes) -> Refused:
        self.number += 1
        return Refused(reason, self.number, data)

    def _read(self, value: Any) -> Article | Withdrawn:
        if not isinstance(value, dict):
            raise Unreadable("is no object with fields")
        if self.article:
            return self.article(value)
        if is_ninjs(value) and not self.options.fields:
            return read_ninjs(value)
        article = read_record(value, self.options.fields)
        if not self.has_told:
            self.tell(value)
        return article

    def tell(self, names: Mapping[str, Any]) -> None:
        """Says which names were taken for which fields, when any was guessed."""
        self.has_told = True
        if is_archived(names):
            return
        found = named(dict.fromkeys(names, ""), self.options.fields)
        guessed = [
            f"{candidate.name} -> {field}"
            for field, candidates in found.fields.items()
            for candidate in candidates[:1]
            if not candidate.told and plain_name(candidate.name) != field
        ]
        if guessed:
            kept = f"; kept as extra: {_listed(list(found.extra))}" if found.extra else ""
            self.options.tell(f"fields of {self.document.name}: {_listed(guessed)}{kept}")


def read_record(raw: Mapping[str, Any], mapping: Mapping[str, str]) -> Article:
    """The article that a record states; Unreadable, with the field, for what is none.

    `mapping` tells what a name of the record means, in place of guessing.
    """
    for name, value in raw.items():
        check_text(name, value)
    if is_archived(raw) and not mapping:
        return read_archived(raw)
    found = named(raw, mapping)
    stated = _stated(found)
    if "body" not in stated:
        raise Unreadable(_bodiless(raw, found))
    return from_body(read_fields(stated))


def _stated(found: Named) -> dict[str, Any]:
    """By our names, in the shapes that ours have; what does not fit goes to extra."""
    sent = found.extra.pop("extra", None)
    extra = dict(sent) if isinstance(sent, dict) else {}
    extra |= found.extra | ({"extra": sent} if sent and not isinstance(sent, dict) else {})
    stated: dict[str, Any] = {}
    for field, candidates in found.fields.items():
        for candidate in candidates:
            value = _value(field, candidate) if field == "topics" or field not in stated else None
            if value is None:
                _keep(extra, candidate)
            elif field == "topics":
                stated[field] = list(dict.fromkeys([*stated.get(field, ()), *value]))
            else:
                stated[field] = value
                if says_more(field, candidate.value):
                    _keep(extra, candidate)
    _identify(stated, extra, found)
    return stated | ({"extra": extra} if extra else {})


def _value(field: str, candidate: Candidate) -> Any:
    """The value in the shape of our field; None when it states nothing or is something else."""
    is_ours = plain_name(candidate.name) == field or candidate.told
    try:
        if is_ours and field in _STRICT and field.endswith("_at") and not candidate.told:
            checked(field, candidate.value)
            return candidate.value
        value = shaped(field, plain_name(candidate.name), candidate.value)
        return None if checked(field, value) in (None, ()) else value
    except (ValueError, Unreadable) as fault:
        if field == "embargoed_until" or (is_ours and field in _STRICT):
            said = fault.detail if isinstance(fault, Unreadable) else str(fault)
            raise Unreadable(f"{candidate.name[:60]}: {said}") from fault
        return None


def _keep(extra: dict[str, Any], candidate: Candidate) -> None:
    if candidate.value not in ("", [], {}):
        extra.setdefault(candidate.name, candidate.value)


def _identify(stated: dict[str, Any], extra: dict[str, Any], found: Named) -> None:
    """A bare number identifies only within a source; else the address does, if it has a path."""
    uri, url = stated.get("uri"), stated.get("url")
    if uri and uri.isdigit() and "source" not in stated and "key" not in stated:
        (candidate, *_) = found.fields["uri"]
        if plain_name(candidate.name) != "uri" and not candidate.told:
            extra.setdefault(candidate.name, candidate.value)
            del stated["uri"]
    if "uri" not in stated and "key" not in stated and url and _IDENTIFYING.fullmatch(url):
        stated["uri"] = url


def _bodiless(raw: Mapping[str, Any], found: Named) -> str:
    if "body" in found.fields:
        return f"{found.fields['body'][0].name[:60]}: is empty"
    names = _listed([str(name) for name in raw])
    return f"has no body: none of its fields is known as one ({names})" if names else "is empty"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    short = (name[:60].encode("utf-8", "backslashreplace").decode() for name in names[:_SHOWN])
    return ", ".join(short) + more
