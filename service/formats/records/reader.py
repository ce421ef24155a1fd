"""One record of a list, table or feed, as an article: its fields go by what they are called.

What a value under a guessed name cannot be (a language that is none, a number for a tag) stays in
`extra`; under a name of ours that others would not use, it is a fault.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats.decoding import record
from service.formats.document import Content, Document, Found, Options, Refused, Withdrawn
from service.formats.records.archived import is_archived, read_archived
from service.formats.records.field_names import (
    Candidate,
    Named,
    field_of,
    flat,
    is_name_in,
    named,
    wrapped,
)
from service.formats.records.field_values import left_of, shaped
from service.formats.records.json_values import text_in, values_in
from service.formats.records.ninjs import is_ninjs, read_ninjs
from service.formats.records.pieces import Piece
from service.formats.release import refuse_unfit_status, refuse_unreleased
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
    # The names of a table's columns, and of the mapping those that no record has had yet.
    columns: frozenset[str] = frozenset()
    missing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.missing = set(self.options.fields)

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
        if self.missing:
            self.missing -= {name for name in self.missing if is_name_in(value, name)}
        if self.article:
            return self.article(value)
        if is_ninjs(value) and not self.options.fields:
            found = read_ninjs(value, self.options.archive)
            if isinstance(found, Article):
                refuse_unreleased(value)
            return found
        article = read_record(value, self.options.fields, self.columns)
        if not self.has_told:
            self._tell(value)
        return article

    def tell(self, names: Mapping[str, Any]) -> None:
        """Says what the names of a table's columns were taken for, before its records."""
        self.columns = frozenset(names)
        self.missing -= self.columns
        self._tell(dict.fromkeys(names, ""))
        self.tell_missing()

    def tell_missing(self) -> None:
        """Says which names of the mapping no record had, since a typing error changes nothing."""
        if self.missing:
            told = [f"{name} -> {self.options.fields[name]}" for name in sorted(self.missing)]
            self.options.tell(
                f"fields of {self.document.name}: none is called as --map says: {_listed(told)}"
            )

    def _tell(self, values: Mapping[str, Any]) -> None:
        """Says which names were taken for which fields, when any was guessed."""
        self.has_told = True
        if is_archived(values) and not self.options.fields:
            return
        found = named(values, self.options.fields, self.columns)
        guessed = [
            f"{candidate.name} -> {field}"
            for field, candidates in found.fields.items()
            for candidate in candidates[:1]
            if not candidate.told and plain_name(candidate.name) != field
        ]
        if guessed:
            kept = f"; kept as extra: {_listed(list(found.extra))}" if found.extra else ""
            self.options.tell(f"fields of {self.document.name}: {_listed(guessed)}{kept}")


def read_record(
    raw: Mapping[str, Any], mapping: Mapping[str, str], columns: Iterable[str] = ()
) -> Article:
    """The article that a record states; Unreadable, with the field, for what is none.

    `mapping` tells what a name of the record means, in place of guessing; `columns` are the names
    that the table of the record has.
    """
    for name, value in raw.items():
        check_text(name, value)
    fields = flat(raw)
    for stated in (fields, *wrapped(fields)):
        refuse_unreleased(stated)
    if is_archived(raw) and not mapping:
        return read_archived(raw)
    found = named(raw, mapping, columns)
    values = _stated(found)
    if "body" not in values:
        raise Unreadable(_bodiless(fields, found))
    return from_body(read_fields(values))


def _stated(found: Named) -> dict[str, Any]:
    """By our names, in the shapes that ours have; what does not fit goes to extra."""
    sent = found.extra.pop("extra", None)
    extra = dict(sent) if isinstance(sent, dict) else {}
    extra |= found.extra | ({"extra": sent} if sent and not isinstance(sent, dict) else {})
    stated: dict[str, Any] = {}
    for ours, candidates in found.fields.items():
        for candidate in candidates:
            value = _value(ours, candidate) if ours == "topics" or ours not in stated else None
            if value is None:
                _keep(extra, candidate)
            else:
                if ours == "topics":
                    value = list(dict.fromkeys([*stated.get(ours, ()), *value]))
                stated[ours] = value
                _keep(extra, candidate._replace(value=left_of(ours, candidate.value)))
    _identify(stated, extra, found)
    return stated | ({"extra": extra} if extra else {})


def _value(field: str, candidate: Candidate) -> Any:
    """The value in the shape of our field; None when it states nothing or is something else."""
    is_ours = plain_name(candidate.name) == field or candidate.told
    if field == "status" and candidate.told:
        refuse_unfit_status(candidate.value)
    try:
        if is_ours and field in _STRICT and field.endswith("_at") and not candidate.told:
            checked(field, candidate.value)
            return candidate.value
        value = shaped(field, plain_name(candidate.name), candidate.value)
        return None if checked(field, value) in (None, ()) else value
    except (ValueError, Unreadable) as fault:
        if field == "embargoed_until" or (is_ours and field in _STRICT):
            said = fault.detail if isinstance(fault, Unreadable) else str(fault)
            raise Unreadable(f"{_shown(candidate.name)}: {said}") from fault
        return None


def _keep(extra: dict[str, Any], candidate: Candidate) -> None:
    if candidate.value not in (None, "", [], {}):
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
    bodies = [candidate.name for candidate in found.fields.get("body", ())]
    bodies += [name for name in raw if field_of(name, {}) == "body"]
    if bodies:
        return f"{_shown(bodies[0])}: is empty"
    names = _listed([str(name) for name in raw])
    return f"has no body: none of its fields is known as one ({names})" if names else "is empty"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(_shown, names[:_SHOWN])) + more


def _shown(name: str) -> str:
    """A reason is one line, whatever a field is called."""
    return " ".join(name[:60].split()).encode("utf-8", "backslashreplace").decode()
