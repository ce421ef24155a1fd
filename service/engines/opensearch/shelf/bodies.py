"""A document as the cluster has it, and back: rows as JSON, with all that it is found by."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, cast

from service.engines.opensearch.documents import Past, Searched, document_of
from service.engines.opensearch.lists.fields import LISTS, fields_of
from service.engines.opensearch.shelf.fields import RECORD, looked_up, ordered
from service.needs import Kind
from service.stores.article_rows import article_of
from service.stores.pieces import FIELDS
from service.working.documents import Document, Row, Value, columns

Json = dict[str, Any]
_BYTES = "base64"


def body_of(document: Document) -> Json:
    """What is indexed of a document."""
    made = {RECORD: record_of(document), **looked_up(document)}
    if document.kind not in ("article", "entity"):
        return made | ordered(document)
    made[LISTS] = fields_of(document)
    if "articles" in document.rows:
        return document_of(searched_of(document)) | made
    return made


def record_of(document: Document) -> Json:
    """The document alone, with nothing left out."""
    rows = {table: [_packed(row) for row in rows] for table, rows in document.rows.items()}
    return {"kind": document.kind, "key": document.key, "rows": rows}


def from_record(record: Mapping[str, Any]) -> Document:
    """Back again."""
    rows = {table: tuple(map(_unpacked, rows)) for table, rows in record["rows"].items()}
    return Document(cast("Kind", record["kind"]), record["key"], rows)


def from_hits(hits: Iterable[Mapping[str, Any]]) -> list[Document]:
    """The documents that the cluster has answered with."""
    return [from_record(each["_source"][RECORD]) for each in hits]


def _packed(row: Row) -> list[Any]:
    if not any(isinstance(value, bytes) for value in row):
        return [*row]
    return [
        {_BYTES: base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value
        for value in row
    ]


def _unpacked(row: Iterable[Any]) -> Row:
    return tuple(
        base64.b64decode(value[_BYTES]) if isinstance(value, dict) else value for value in row
    )


def searched_of(document: Document) -> Searched:
    """An article that may be seen, as searches have it."""
    row = _values(document, "articles")
    row |= {"key": document.key, "source": row["source_id"]}
    entities: dict[str, list[str]] = {}
    for key in document.texts("article_entities", "entity_id"):
        entities.setdefault(key.partition("-")[0], []).append(key)
    return Searched(
        article=article_of(
            row,
            tuple(document.texts("article_authors", "author")),
            tuple(document.texts("article_topics", "topic")),
        ),
        key=document.key,
        entities={type_: tuple(keys) for type_, keys in entities.items()},
        dates=tuple(dict.fromkeys(document.texts("mentioned_dates", "date"))),
        added_in=document.number("articles", "added_in"),
        arrival=document.number("articles", "dated_in"),
        group=next(iter(document.texts("copies", "group_id")), None),
        past=tuple(_past(document)),
    )


def _past(document: Document) -> Iterable[Past]:
    names = columns("versions")
    for row in document.rows.get("versions", ()):
        version = dict(zip(names, row, strict=True))
        yield Past(
            int(version["version"] or 0), {name: str(version[name] or "") for name in FIELDS}
        )


def _values(document: Document, table: str) -> dict[str, Value]:
    """Of its only row."""
    return dict(zip(columns(table), document.rows[table][0], strict=True))
