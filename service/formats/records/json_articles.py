"""Articles as JSON: one object, a list of them (also inside an object), or one a line (NDJSON).

Lists and lines may be far larger than the memory. An object may be an item of ninjs, an article
that an archive like this one has given away, or the row of somebody's export or dataset.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from service.errors import Unreadable
from service.formats.document import Content, Document, Format, Options, Refused
from service.formats.records.field_names import names_body
from service.formats.records.json_values import text_in, values_in
from service.formats.records.pieces import Broken, JsonCutter, chunks, lines, opening
from service.formats.records.reader import RecordReader

_LINED_NAMES = (".ndjson", ".jsonl", ".jsonlines", ".json-seq")
_LINED_TYPES = ("application/x-ndjson", "application/jsonl", "application/json-seq")
_OPENING = re.compile(rb'[\s\x1e]*(?:\{\s*["}]|\[\s*[\[{\]])')
_LISTS = frozenset(
    "articles items results docs documents hits data entries posts stories records rows news"
    " @graph".split()
)
# What a list may lie in, besides a list's own name: `response.results`, `hits.hits`.
_HOLDERS = _LISTS | {"response", "result", "feed", "payload", "channel"}
_TOKEN = re.compile(rb'"(?P<text>(?:[^"\\]|\\.)*+)"|["{}\[\]:]', re.DOTALL)
_RECORD = re.compile(rb"\s*(?:[\[{\]]|$)")


class _List(NamedTuple):
    """Where the records begin, and what the object around them states before."""

    start: int
    around: dict[str, Any]


def _recognises(document: Document) -> bool:
    named = document.name.lower().endswith((".json", *_LINED_NAMES))
    return named or _is_json(document.media_type) or bool(_OPENING.match(opening(document)))


def _is_json(media_type: str | None) -> bool:
    kind = (media_type or "").partition(";")[0].strip().lower()
    return kind in ("application/json", "text/json", *_LINED_TYPES) or kind.endswith("+json")


def _read(document: Document, options: Options) -> Iterator[Content]:
    reader = RecordReader(document, options)
    if _is_lined(document):
        return _from_lines(document, reader)
    found = find_list(opening(document), options)
    if found is None:
        return _from_values(document, reader)
    return from_list(document, reader, found.start)


def _is_lined(document: Document) -> bool:
    """Whether each line is a record; so many a record is found behind one that is broken."""
    head = opening(document)
    if head.lstrip()[:1] == b"\x1e":
        return True
    kind = (document.media_type or "").partition(";")[0].strip().lower()
    if document.name.lower().endswith(_LINED_NAMES) or kind in _LINED_TYPES:
        return True
    first, second = ([line for line in head.split(b"\n") if line.strip()] + [b"", b""])[:2]
    if first.lstrip()[:1] != b"{" or not second or find_list(first, Options()):
        return False
    return _is_whole(first) or _is_whole(second)


def _is_whole(line: bytes) -> bool:
    try:
        return all(isinstance(value, dict) for value in values_in(text_in(line).text))
    except (ValueError, Unreadable):
        return False


def _from_lines(document: Document, reader: RecordReader) -> Iterator[Content]:
    separator = b"\x1e" if opening(document).lstrip()[:1] == b"\x1e" else b"\n"
    for line in lines(chunks(document), separator):
        if line.data.strip(b" \t\r\n\x1e"):
            yield from reader.contents(line)
    if not reader.number:
        raise Unreadable("is empty")
    reader.tell_missing()


def _from_values(document: Document, reader: RecordReader) -> Iterator[Content]:
    """The objects that stand one behind another: mostly one, which is all of the document."""
    cutter = JsonCutter(chunks(document))
    pieces = cutter.pieces()
    try:
        first = next(pieces, None)
        if first is None:
            raise Unreadable("is empty")
        found = list(reader.contents(first))
        second = next(pieces, None)
        yield from found if second else [_alone(content) for content in found]
        while second:
            yield from reader.contents(second)
            second = next(pieces, None)
    except Broken:
        raise _broken(reader.number) from None
    reader.tell_missing()


def _alone(content: Content) -> Content:
    """What is the only one of its document needs no number; what gives no article is the fault."""
    if isinstance(content, Refused):
        raise Unreadable(content.reason)
    return content if isinstance(content, Document) else replace(content, number=None)


def from_list(document: Document, reader: RecordReader, start: int) -> Iterator[Content]:
    """The records of the list that opens before the byte `start`."""
    cutter = JsonCutter(chunks(document), start, in_list=True)
    try:
        for piece in cutter.pieces():
            yield from reader.contents(piece)
    except Broken:
        raise _broken(reader.number) from None
    if not cutter.closed:
        raise Unreadable(f"ends inside its list, after record {reader.number}")
    if not reader.number:
        raise Unreadable("holds an empty list")
    reader.tell_missing()


def _broken(number: int) -> Unreadable:
    return Unreadable(f"is not valid JSON behind record {number}; what follows is not read")


def find_list(head: bytes, options: Options) -> _List | None:
    """The list of records that a document opens: all of it, or under a usual name in its object.

    None where the object is an article itself, or the list opens later than its first 64 kB.
    """
    bare = head.lstrip()
    if bare[:1] == b"[":
        return _List(len(head) - len(bare) + 1, {})
    names = [""] * 4
    depth, name = 0, ""
    for token in _TOKEN.finditer(head):
        mark = token[0]
        if mark == b'"':  # a text goes on behind the head
            return None
        if mark == b":":
            names[min(depth, 3)] = name
        elif mark == b"[" and _holds_records(names, depth) and _RECORD.match(head, token.end()):
            around = _around(head[: token.end()], depth)
            is_article = around is None or _has_body(around, options.fields)
            return None if is_article else _List(token.end(), around or {})
        elif mark in (b"{", b"["):
            depth += 1
            names[min(depth, 3)] = ""
        elif mark in (b"}", b"]"):
            if not depth:
                return None
            depth -= 1
        else:
            name = token["text"].decode("utf-8", "replace")
    return None


def _has_body(around: dict[str, Any], mapping: Mapping[str, str]) -> bool:
    """A name that is told for the body is looked for alone: the list's own text is not it."""
    told = [name for name, field in mapping.items() if field == "body"]
    return any(name in around for name in told) if told else names_body(around, mapping)


def _holds_records(names: list[str], depth: int) -> bool:
    if depth == 1:
        return names[1] in _LISTS
    return depth == 2 and names[2] in _LISTS and names[1] in _HOLDERS


def _around(opened: bytes, depth: int) -> dict[str, Any] | None:
    """The object up to its list, closed by force; None if it is broken."""
    try:
        around = json.loads(opened + b"]" + b"}" * depth)
    except (ValueError, RecursionError):
        return None
    return around if isinstance(around, dict) else None


FORMAT = Format("json", _recognises, _read)
