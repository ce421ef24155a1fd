"""The indices of one archive, and which document is in which.

Searches ask the index of articles, and nothing is in there but articles that may be seen: one that
was taken out, of which only its keys are left, stands among the others.

Each is asked by its alias, and written by its name, which has a version: all can be made anew
beside the old ones while these are asked and changed, and take their place in one moment. Behind
the alias of the articles there may be an index for each span of years.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.engines.opensearch.client import Client
from service.engines.opensearch.lists.fields import (
    LISTED_OF_ARTICLES,
    LISTED_OF_ENTITIES,
    LISTED_OF_OTHERS,
    LISTS,
)
from service.engines.opensearch.mapping import index_of_articles
from service.engines.opensearch.shelf.fields import (
    LOOKED_UP,
    LOOKED_UP_OF_OTHERS,
    NOT_KEPT,
)
from service.engines.opensearch.shelf.layouts import Layout, Parts, laid_out
from service.needs import Name
from service.working.documents import Document
from service.working.schemas import ARCHIVE, Schema

ARTICLES, ENTITIES, OTHERS, HEAD = "articles", "entities", "others", "head"

# So long a deleted document holds its number against a writer who comes late.
_REMEMBERED = "1h"
_LONGEST_ID = 500
# Behind the alias a span of years, which no name of an archive can contain, and the version.
_NAMED = re.compile(r"(?P<alias>[^.]+)(\.(?P<span>\d{4}|undated))?-v(?P<version>\d+)", re.ASCII)
_SETTINGS: Mapping[str, Any] = {
    # What was killed is to leave no bytes, however little of an index it is.
    "merge.policy.expunge_deletes_allowed": 0,
    # A change is made visible by whoever made it, and by nobody before that.
    "refresh_interval": "-1",
    "gc_deletes": _REMEMBERED,
    # Each former version of an article is one; 10,000 of these would be the most.
    "mapping.nested_objects.limit": 1_000_000,
    # With copies of whole segments a document that was written would be found later on some nodes.
    "replication.type": "DOCUMENT",
}


class Indices:
    """Their names, all of which begin with the archive's."""

    def __init__(self, name: str, schema: Schema = ARCHIVE) -> None:
        self.articles, self.entities = f"{name}-{ARTICLES}", f"{name}-{ENTITIES}"
        self.others, self.head = f"{name}-{OTHERS}", f"{name}-{HEAD}"
        self.schema = schema
        self._has_articles = "article" in schema.kinds

    @property
    def every(self) -> tuple[str, ...]:
        """All that belong to the archive."""
        return (*self.of_documents, self.head)

    @property
    def of_any_version(self) -> str:
        """A pattern for the names of all but the register."""
        spans = (f"{self.articles}.*-v*",) if self._has_articles else ()
        return ",".join((*(f"{index}-v*" for index in self.of_documents), *spans))

    def read(self, name: str) -> tuple[str, int] | None:
        """The alias of an index and its version; None if it is not of this archive."""
        found = _NAMED.fullmatch(name)
        if found is None or found["alias"] not in self.of_documents:
            return None
        return found["alias"], int(found["version"])

    def name_in(self, layout: Layout, index: str, published: str = "") -> str:
        """What an index is called that is asked by this alias: of articles by their date."""
        span = layout.span_of(published) if index == self.articles else ""
        return _name(index, span, layout.version)

    def names_in(self, layout: Layout, index: str) -> tuple[str, ...]:
        """The same of all of them."""
        spans = layout.spans if index == self.articles else ("",)
        return tuple(_name(index, span, layout.version) for span in spans)

    def every_name_in(self, layout: Layout) -> list[tuple[str, str]]:
        """All indices of documents: by which alias each is asked, and what it is called."""
        return [(index, n) for index in self.of_documents for n in self.names_in(layout, index)]

    @property
    def of_documents(self) -> tuple[str, ...]:
        articles = (self.articles, self.entities) if self._has_articles else ()
        return (*articles, self.others)

    def of(self, document: Document) -> str:
        """Where a document belongs."""
        if document.kind == "article":
            return self.articles if "articles" in document.rows else self.others
        return self.entities if document.kind == "entity" else self.others

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Where documents of a kind may be."""
        if kind == "article":
            return (self.articles, self.others)
        return (self.entities,) if kind == "entity" else (self.others,)

    def places(self, layout: Layout, name: Name) -> Iterator[tuple[str, str]]:
        """Where a document may be: what the index is called, and the document there."""
        for alias in self.of_kind(name[0]):
            key = self.id_in(alias, name)
            yield from ((index, key) for index in self.names_in(layout, alias))

    def id_in(self, index: str, name: Name) -> str:
        """Articles and entities are called by their keys, as far as the cluster takes them."""
        is_taken = 0 < len(name[1].encode("utf-8", "surrogatepass")) <= _LONGEST_ID
        return name[1] if index != self.others and is_taken else id_of(name)

    def create(self, client: Client, parts: Parts) -> None:
        """Those that are not there yet; others, of any version, get the fields that they lack."""
        bodies = self._made(parts)
        for name, fields in self._lacking(client):
            client.add_fields(name, fields)
        for index, name in self.every_name_in(laid_out(parts)):
            if not client.exists(index):
                client.create_missing(name, {**bodies[index], "aliases": {index: {}}})
        self.create_head(client, parts.copies)

    def lacking(self, client: Client) -> list[str]:
        """Names of indices that another version of Cuttings has made, with fewer fields."""
        return [name for name, _ in self._lacking(client)]

    def _lacking(self, client: Client) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """With all the fields that they should have."""
        bodies = self._made(Parts())
        for name, there in sorted(client.fields(self.of_any_version).items()):
            alias, _ = self.read(name) or ("", 0)
            wanted = bodies[alias]["mappings"]["properties"] if alias else {}
            if not _has_all(there, wanted):
                yield name, wanted

    def create_head(self, client: Client, copies: int) -> None:
        """The register's alone, empty."""
        client.create_missing(self.head, _head(copies))

    def create_beside(self, client: Client, layout: Layout) -> None:
        """Those of another version, which nobody asks yet."""
        bodies = self._made(layout.parts)
        for index, name in self.every_name_in(layout):
            client.create_missing(name, bodies[index])

    def body_of_articles(self, parts: Parts) -> dict[str, Any]:
        """What an index of articles is made of."""
        made = index_of_articles(parts.shards, parts.copies)
        made["settings"] |= _SETTINGS
        made["mappings"]["properties"] |= {**LOOKED_UP, LISTS: LISTED_OF_ARTICLES}
        made["mappings"]["_source"]["excludes"] += NOT_KEPT
        return made

    def _made(self, parts: Parts) -> dict[str, dict[str, Any]]:
        others = {**LOOKED_UP_OF_OTHERS, LISTS: LISTED_OF_OTHERS}
        made = {self.others: _index(Parts(1, parts.copies), others)}
        if self._has_articles:
            made[self.entities] = _index(parts, {**LOOKED_UP, LISTS: LISTED_OF_ENTITIES})
            made[self.articles] = self.body_of_articles(parts)
        return made


def _index(parts: Parts, properties: Mapping[str, Any]) -> dict[str, Any]:
    shards, copies, _ = parts
    return {
        "settings": {"number_of_shards": shards, "number_of_replicas": copies, **_SETTINGS},
        "mappings": {
            "dynamic": "strict",
            "_source": {"excludes": [*NOT_KEPT]},
            "properties": properties,
        },
    }


def _head(copies: int) -> dict[str, Any]:
    """Nothing in it is searched but how old left pieces are."""
    return {
        "settings": {"number_of_shards": 1, "number_of_replicas": copies, **_SETTINGS},
        "mappings": {"dynamic": False, "properties": {"made_at": {"type": "long"}}},
    }


def _name(index: str, span: str, version: int) -> str:
    return f"{index}{'.' if span else ''}{span}-v{version}"


def _has_all(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Of fields by their names, and of those inside them."""
    return all(
        name in there
        and all(
            _has_all(there[name].get(kind, {}), field[kind])
            for kind in ("properties", "fields")
            if kind in field
        )
        for name, field in wanted.items()
    )


def id_of(name: Name) -> str:
    """What one of the others is called: a source may have a name of any length."""
    kind, key = name
    whole = f"{kind}/{key}"
    if len(whole.encode()) <= _LONGEST_ID:
        return whole
    return f"{kind}#{hashlib.sha256(key.encode()).hexdigest()}"
