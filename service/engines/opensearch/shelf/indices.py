"""The indices of one archive, and which document is in which.

Searches ask the index of articles, and nothing is in there but articles that may be seen: one that
was taken out, of which only its keys are left, stands among the others.

Each is asked by its alias, and written by its name, which has a version: all can be made anew
beside the old ones while these are asked and changed, and take their place in one moment.
"""

import hashlib
from collections.abc import Mapping
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
from service.needs import Name
from service.working.documents import Document
from service.working.schemas import ARCHIVE, Schema

FIRST = 1
ARTICLES, ENTITIES, OTHERS, HEAD = "articles", "entities", "others", "head"

# So long a deleted document holds its number against a writer who comes late.
_REMEMBERED = "1h"
_LONGEST_ID = 500
_SETTINGS: Mapping[str, Any] = {
    # What was killed is to leave no bytes, however little of an index it is.
    "merge.policy.expunge_deletes_allowed": 0,
    # A change is made visible by whoever made it, and by nobody before that.
    "refresh_interval": "-1",
    "gc_deletes": _REMEMBERED,
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
        return ",".join(f"{index}-v*" for index in self.of_documents)

    def version_of(self, name: str) -> int:
        """Of an index with a name that has one; 0 if it is not of this archive."""
        index, _, version = name.rpartition("-v")
        return int(version) if index in self.of_documents and version.isdecimal() else 0

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

    def places(self, name: Name) -> list[tuple[str, str]]:
        """Where a document may be: an index, and what it is called there."""
        return [(index, self.id_in(index, name)) for index in self.of_kind(name[0])]

    def id_in(self, index: str, name: Name) -> str:
        """Articles and entities are called by their keys, as far as the cluster takes them."""
        is_taken = 0 < len(name[1].encode("utf-8", "surrogatepass")) <= _LONGEST_ID
        return name[1] if index != self.others and is_taken else id_of(name)

    def create(self, client: Client, shards: int, copies: int) -> None:
        """Those that are not there yet; others get the fields that they lack."""
        for index, body in self._made(shards, copies).items():
            if client.exists(index):
                client.add_fields(index, body)
            else:
                client.create_missing(named(index, FIRST), {**body, "aliases": {index: {}}})
        client.create_missing(self.head, _head(copies))

    def create_beside(self, client: Client, version: int, shards: int, copies: int) -> None:
        """Those of another version, which nobody asks yet."""
        for index, body in self._made(shards, copies).items():
            client.create_missing(named(index, version), body)

    def _made(self, shards: int, copies: int) -> dict[str, dict[str, Any]]:
        made = {self.others: _index(1, copies, {**LOOKED_UP_OF_OTHERS, LISTS: LISTED_OF_OTHERS})}
        if self._has_articles:
            made[self.entities] = _index(shards, copies, {**LOOKED_UP, LISTS: LISTED_OF_ENTITIES})
            made[self.articles] = _articles(shards, copies)
        return made


def _articles(shards: int, copies: int) -> dict[str, Any]:
    made = index_of_articles(shards, copies)
    made["settings"] |= _SETTINGS
    made["mappings"]["properties"] |= {**LOOKED_UP, LISTS: LISTED_OF_ARTICLES}
    made["mappings"]["_source"]["excludes"] += NOT_KEPT
    return made


def _index(shards: int, copies: int, properties: Mapping[str, Any]) -> dict[str, Any]:
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


def named(index: str, version: int) -> str:
    """What an index of a version is called."""
    return f"{index}-v{version}"


def without_version(name: str) -> str:
    """And back: its alias."""
    return name.rpartition("-v")[0]


def id_of(name: Name) -> str:
    """What one of the others is called: a source may have a name of any length."""
    kind, key = name
    whole = f"{kind}/{key}"
    if len(whole.encode()) <= _LONGEST_ID:
        return whole
    return f"{kind}#{hashlib.sha256(key.encode()).hexdigest()}"
