"""tantivy in process: a search engine library in Rust, through its Python binding.

Title and body with English stems, the five fields and the month as columns. A query is one search
(ten hits with their titles, and the count) and one aggregation over all fields (ten values each).
Words of any field must all be there, of a question any; a beginning is a regular expression over
stems, as its parser knows none; filters are terms and a range of days.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import tantivy

from speed.corpus import Item
from speed.mix import FIVE, PAGE, Query
from speed.peers.peer import FACET_VALUES, Peer
from speed.peers.plain import values_of

_FIELDS = ("title", "body")
_BOOSTS = {"title": 10.0, "body": 1.0}
_HEAP = 256 << 20


class Tantivy(Peer):
    """One index in a folder."""

    name: ClassVar[str] = "tantivy in process"

    def build(self, items: Iterable[Item]) -> Mapping[str, float]:
        self.folder.mkdir(parents=True, exist_ok=True)
        writer = tantivy.Index(_schema(), path=str(self.folder)).writer(heap_size=_HEAP)
        for item in items:
            writer.add_document(_document(item))
        writer.commit()
        writer.wait_merging_threads()
        return {}

    def open(self) -> None:
        self._index = tantivy.Index.open(str(self.folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def close(self) -> None:
        del self._searcher, self._index

    def ask(self, query: Query) -> int:
        asked = self._query(query)
        newest = "number" if query.newest or not query.words else None
        offset = (query.page - 1) * PAGE
        # Its stubs do not know the count.
        found: Any = self._searcher.search(asked, PAGE, True, newest, offset)
        for _, address in found.hits:
            self._searcher.doc(address)["title"]
        if query.facets:
            self._searcher.aggregate(asked, {name: _counted(name) for name in query.facets})
        return int(found.count)

    def _query(self, query: Query) -> Any:
        must = [self._words(query)]
        if query.entity:
            field, value = query.entity
            must.append(tantivy.Query.term_query(self._schema, field, value))
        if query.first and query.last:
            first, last = (int(day.replace("-", "")) for day in (query.first, query.last))
            kind = tantivy.FieldType.Integer
            must.append(tantivy.Query.range_query(self._schema, "day", kind, first, last))
        if len(must) == 1:
            return must[0]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, each) for each in must])

    def _words(self, query: Query) -> Any:
        if not query.words:
            return tantivy.Query.all_query()
        if query.match == "prefix":
            pattern = f"{query.words[0]}.*"
            either = [tantivy.Query.regex_query(self._schema, name, pattern) for name in _FIELDS]
            return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in either])
        sign = {"all": "+", "any": ""}
        text = (
            f'"{" ".join(query.words)}"'
            if query.match == "phrase"
            else " ".join(f"{sign[query.match]}{word}" for word in query.words)
        )
        return self._index.parse_query(text, list(_FIELDS), field_boosts=_BOOSTS)


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
    builder.add_text_field("body", tokenizer_name="en_stem")
    builder.add_integer_field("number", stored=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_integer_field("month", fast=True)
    for name in FIVE:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _document(item: Item) -> Any:
    document = tantivy.Document()
    document.add_text("title", item.title)
    document.add_text("body", item.body)
    document.add_integer("number", item.number)
    document.add_integer("day", int(item.published[:10].replace("-", "")))
    document.add_integer("month", _month(item.published))
    for field, value in values_of(item):
        document.add_text(field, value)
    return document


def _month(published: str) -> int:
    return int(published[:4]) * 12 + int(published[5:7]) - 1


def _counted(field: str) -> dict[str, Any]:
    if field == "published":
        return {"histogram": {"field": "month", "interval": 1}}
    return {"terms": {"field": field, "size": FACET_VALUES}}
