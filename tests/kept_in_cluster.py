"""All that a cluster keeps of an archive: documents, terms, bytes on the disk."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch

from service.cluster import ClusterSettings

_MOST = 10_000
# An expression may be of 1,000 characters.
_WORDS_AT_ONCE = 50


class Kept:
    """The indices of an archive; those of its private part are named so."""

    def __init__(self, cluster: ClusterSettings) -> None:
        self._cluster = cluster

    def documents(self, *, private: bool) -> Iterator[tuple[str, str]]:
        """(index, a document with all that is kept beside it)."""
        names = self._names(private=private)
        with self._nodes() as nodes:
            # The service searches all but the register of changes, which it gets by its key.
            nodes.indices.refresh(index=f"{self._cluster.name}-*head")
            # Words of each article, which are listed and not searched.
            asked = {"size": _MOST, "docvalue_fields": ["said"]}
            hits = nodes.search(index=names, body=asked)["hits"]["hits"]
        assert 0 < len(hits) < _MOST
        for each in hits:
            said = [each["_id"], each["_source"], each.get("fields")]
            yield each["_index"], json.dumps(said, ensure_ascii=False)

    def found_by(self, words: Sequence[str], *, private: bool) -> Iterator[tuple[str, str]]:
        """(index, document) of those that have one of the words in any field that is searched."""
        with self._nodes() as nodes:
            mappings = nodes.indices.get_mapping(index=self._names(private=private))
            for index, about in mappings.items():
                fields = [*_searched(about["mappings"]["properties"])]
                for at in range(0, len(words), _WORDS_AT_ONCE) if fields else ():
                    some = words[at : at + _WORDS_AT_ONCE]
                    wanted = [_within(path, field, some) for path, field in fields]
                    query = {"bool": {"should": wanted}}
                    for each in nodes.search(index=index, body={"query": query})["hits"]["hits"]:
                        yield index, each["_id"]

    def files(self, *, private: bool) -> Iterator[Path]:
        """Those of the nodes in which the indices are, with those of the private part or without;
        a merge may take some away any time.
        """
        names = f"{self._cluster.name}-*" if private else self._names(private=False)
        with self._nodes() as nodes:
            told = nodes.nodes.info(metric="settings")["nodes"].values()
            found = nodes.indices.get_settings(index=names)
        ids = [each["settings"]["index"]["uuid"] for each in found.values()]
        for node in told:
            for data in node["settings"]["path"]["data"]:
                for id_ in ids:
                    yield from (p for p in Path(data).glob(f"**/{id_}/**/*") if p.is_file())

    def _names(self, *, private: bool) -> str:
        name = self._cluster.name
        return f"{name}-private-*" if private else f"{name}-*,-{name}-private-*"

    @contextmanager
    def _nodes(self) -> Iterator[OpenSearch]:
        with OpenSearch([*self._cluster.urls], timeout=60) as client:
            yield client


def _searched(
    properties: Mapping[str, Any], before: str = "", path: str = ""
) -> Iterator[tuple[str, str]]:
    """(what it is nested in, field) of every field of texts and words that is indexed."""
    for name, about in properties.items():
        field = f"{before}{name}"
        if "properties" in about:
            inner = field if about.get("type") == "nested" else path
            yield from _searched(about["properties"], f"{field}.", inner)
        elif about["type"] in ("text", "keyword") and about.get("index", True):
            yield path, field


def _within(path: str, field: str, words: Iterable[str]) -> dict[str, Any]:
    wanted = {"value": f".*({'|'.join(words)}).*", "case_insensitive": True}
    query: dict[str, Any] = {"regexp": {field: wanted}}
    return {"nested": {"path": path, "query": query}} if path else query
