"""Documents drawn at random, and shelves to put them on."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from hypothesis import strategies as st

from cluster.processes import Cluster
from service.engines.opensearch.client import Client
from service.engines.opensearch.nodes import Address
from service.engines.opensearch.shelf.layouts import Parts
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.needs import ORDERED, Condition, Kind, Span
from service.working.documents import Document, Row, columns
from service.working.schemas import ARCHIVE, PRIVATE, Schema
from service.working.shelf import Changes, MemoryShelf

PARTS = Parts(2, 1)
BY_DECADES = Parts(2, 1, 10)
_C = TypeVar("_C", bound=Client)
_names = itertools.count()


@contextmanager
def connected(cluster: Cluster, way: type[_C]) -> Iterator[_C]:
    """A client of the nodes, closed behind the block."""
    with closing(way(Address(tuple(cluster.urls)))) as made:
        yield made


@contextmanager
def empty_shelf(
    client: Client, schema: Schema = ARCHIVE, parts: Parts = PARTS
) -> Iterator[OpenSearchShelf]:
    """A new one, which is no more afterwards."""
    shelf = OpenSearchShelf(client, f"shelf{next(_names)}", schema)
    shelf.create(parts)
    try:
        yield shelf
    finally:
        client.delete(f"{shelf.indices.of_any_version},{shelf.indices.head}")


def name_of(shelf: OpenSearchShelf) -> str:
    """That of its archive."""
    return shelf.indices.others.removesuffix("-others")


def in_order(documents: Iterable[Document]) -> list[Document]:
    return sorted(documents, key=lambda each: each.name)


def compare(shelf: OpenSearchShelf, memory: MemoryShelf) -> None:
    """On both is the same."""
    shelf.number()
    for kind in ARCHIVE.kinds:
        assert in_order(shelf.walk(kind)) == in_order(memory.every(kind))


def emptied(shelf: OpenSearchShelf, schema: Schema = ARCHIVE) -> None:
    """As it was at first, but for its number."""
    number = shelf.number()
    there = frozenset(each.name for kind in schema.kinds for each in shelf.every(kind))
    assert shelf.commit(number, Changes({}, there))


def row(table: str, **values: Any) -> Row:
    """With something in every column that nothing is said of."""
    return tuple(values.get(column, _USUAL.get(column)) for column in columns(table))


_USUAL = {
    **dict.fromkeys(("title", "body", "captions", "credits", "related", "text", "alias"), ""),
    **dict.fromkeys(("title_derived", "source_derived", "language_detected", "stale"), 0),
    **dict.fromkeys(("added_in", "dated_in", "version", "mentions", "position"), 1),
    **{"subheadings": "[]", "extra": "{}", "status": "published", "content_hash": ""},
    **{"ingested_at": "2026-01-01T00:00:00Z", "killed_at": "2026-01-01T00:00:00Z"},
}

LONG = "ü" * 20_000
short = st.sampled_from(["x", "X", "", "y z", "\x00", "é", "e\u0301", "😀"])
keys = st.sampled_from(["a1", "a2", "b.3", "c~4", "d5", "e6", "f7"])
entities = st.sampled_from(["person-kim", "person-jo", "organization-un", "place-rome"])
texts = short | st.sampled_from([LONG, LONG + "1"])
moments = st.sampled_from([None, "2018-12-16", "2018-12-16T01:30:00Z", "1999-01-01"])
# Few hashes, so that texts stand beside and upon each other.
signatures = st.lists(st.sampled_from([0, 1, 2]), min_size=28, max_size=28).map(
    lambda hashes: b"".join(each.to_bytes(2, "little") for each in hashes)
)


@st.composite
def seen_articles(draw: st.DrawFn) -> Document:
    published = draw(moments)
    rows = {
        "articles": (
            row(
                "articles",
                uri=draw(st.none() | texts),
                source_id=draw(st.none() | texts),
                body=draw(texts),
                content_hash=draw(texts),
                published_at=published,
                published_precision=published and ("second" if "T" in published else "day"),
                dated_in=draw(st.integers(0, 3)),
            ),
        ),
        "article_entities": tuple(
            row("article_entities", entity_id=key) for key in sorted(draw(st.sets(entities)))
        ),
        "mentions": tuple(
            row("mentions", position=at, reading_id=key, type="person", confidence=1.0)
            for at, key in enumerate(draw(st.lists(entities, max_size=3)))
        ),
        "copies": tuple(row("copies", group_id=key) for key in draw(st.lists(keys, max_size=1))),
        "copy_signatures": tuple(
            row("copy_signatures", number=draw(st.integers(0, 2**63 - 1)), signature=made)
            for made in draw(st.lists(signatures, max_size=1))
        ),
    }
    key = draw(keys)
    return Document("article", key, {table: each for table, each in rows.items() if each})


@st.composite
def former_articles(draw: st.DrawFn) -> Document:
    rows = {
        "former_keys": tuple(row("former_keys", former=key) for key in draw(st.sets(keys))),
        "tombstones": (row("tombstones", later_key=draw(st.none() | keys), reason=""),),
        "killed_identities": tuple(
            row("killed_identities", digest=text) for text in sorted(draw(st.sets(texts)))
        ),
    }
    return Document("article", draw(keys), {table: each for table, each in rows.items() if each})


@st.composite
def known_entities(draw: st.DrawFn) -> Document:
    key = draw(entities)
    aliases = draw(st.lists(texts, max_size=3, unique=True))
    rows = {
        "entities": (row("entities", name=key, type=key.partition("-")[0], folded="", articles=1),),
        "aliases": tuple(row("aliases", text=each, folded=each, added=0) for each in aliases),
    }
    return Document("entity", key, {table: each for table, each in rows.items() if each})


def plain(kind: Kind, table: str, keys: st.SearchStrategy[str]) -> st.SearchStrategy[Document]:
    return keys.map(lambda key: Document(kind, key, {table: (row(table, articles=1, number=7),)}))


documents = st.one_of(
    seen_articles(),
    seen_articles(),
    former_articles(),
    known_entities(),
    plain("source", "sources", texts),
    plain("edit", "edits", st.sampled_from(["1", "2", "3"])),
    plain("archive", "generation", st.just("1")),
)


@st.composite
def changes(draw: st.DrawFn, some: st.SearchStrategy[Document] = documents) -> Changes:
    put = {each.name: each for each in draw(st.lists(some, max_size=8))}
    gone = {each.name for each in draw(st.lists(some, max_size=3))} - put.keys()
    return Changes(put, frozenset(gone))


# What stands beside an archive -----------------------------------------------------------------

ORDERED_BY_TABLE: dict[str, list[str]] = {}
for _table, _column in ORDERED:
    ORDERED_BY_TABLE.setdefault(_table, []).append(_column)
# `10` is behind `9` as a number, and before it as a key.
some_numbers = st.integers(-1, 12)
OF_NUMBERS = ("ingest", "number", "key", "public_key", "id")
orders = st.sampled_from(ORDERED)


@st.composite
def private_documents(draw: st.DrawFn) -> Document:
    owned = draw(st.sampled_from([owned for owned in PRIVATE.owned if not owned.read_from]))
    key = str(draw(st.integers(1, 12))) if owned.number else draw(short)
    values = {
        column: draw(st.none() | (some_numbers if column in OF_NUMBERS else short))
        for column in columns(owned.table)
    }
    # What is looked up alone may be of any length; an order looks at the beginning.
    values |= {"hash": draw(texts)} if owned.table == "api_keys" else {}
    return Document(owned.kind, key, {owned.table: (row(owned.table, **values),)})


@st.composite
def conditions(draw: st.DrawFn, table: str) -> Condition:
    field = table, draw(st.sampled_from(ORDERED_BY_TABLE[table]))
    bound = some_numbers if field[1] in OF_NUMBERS else texts
    return draw(
        st.one_of(
            st.builds(Condition, st.just(field), st.none() | bound, st.none() | bound),
            st.builds(
                lambda some: Condition(field, one_of=some),
                st.frozensets(texts | some_numbers.map(str), max_size=4),
            ),
            st.just(Condition(field, nothing=True)),
        )
    )


@st.composite
def spans(draw: st.DrawFn) -> Span:
    order = draw(orders)
    where = draw(st.lists(conditions(order[0]), max_size=2))
    return Span(order, draw(st.integers(0, 5)), tuple(where), draw(st.booleans()))
