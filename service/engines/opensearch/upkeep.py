"""What keeps an archive's indices in order: of what was killed nothing is left in their bytes."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from service.archive import Archive
from service.database import Connection
from service.engines.opensearch.client import Client
from service.engines.opensearch.engine import OpenSearchEngine
from service.engines.opensearch.facets import Names
from service.engines.opensearch.lists.numbers import ERASING
from service.engines.opensearch.shelf.bodies import body_of, from_record
from service.engines.opensearch.shelf.fields import RECORD
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.needs import of_articles

GENERATION = "SELECT archive, number FROM generation"
ERASED = "DELETE FROM erasures WHERE key = :key"
# A cluster takes so many from an index at once; there are never as many kills between two rounds.
_MOST_ERASED = 10_000


class Parts(NamedTuple):
    """Into how many parts indices are split, and how many copies there are of each beside it."""

    shards: int
    copies: int


class ClusterEngine(OpenSearchEngine):
    """Searches the articles of one archive. What is written is indexed with it, by the shelf."""

    def __init__(
        self,
        client: Client,
        shelf: OpenSearchShelf,
        archive: Archive,
        names: Names,
        parts: Parts,
    ) -> None:
        super().__init__(client, shelf.indices.articles, names)
        self._shelf = shelf
        self._indices = shelf.indices
        self._archive = archive
        self._parts = parts

    def files(self) -> frozenset[Path]:
        return frozenset()

    def generation(self) -> tuple[str, int]:
        with self._archive.read() as conn:
            archive, number = conn.execute(GENERATION).fetchone()
            return archive, number

    def index(self, least: int = 1) -> bool:  # noqa: ARG002 - nothing waits for it
        return False

    def index_in(self, conn: Connection, least: int = 1) -> None:
        pass

    def forget(self, conn: Connection, key: str) -> None:
        pass

    def tidy(self, added: int) -> None:  # noqa: ARG002 - the cluster merges by itself
        self._shelf.tidy()

    def pending_erasures(self) -> Sequence[str]:
        body = {
            "size": _MOST_ERASED,
            "query": ERASING,
            "_source": False,
            "stored_fields": [],
            "docvalue_fields": ["key"],
            "sort": ["key"],
        }
        index = ",".join((self._indices.articles, self._indices.others))
        hits = self._client.search(index, body)["hits"]["hits"]
        return [hit["fields"]["key"][0] for hit in hits]

    def may_erase(self) -> bool:
        return True

    def erase(self, keys: Sequence[str]) -> bool:
        """The cluster keeps what was deleted for copies that lag behind, some seconds or minutes
        long; as long as any of it is there it is tried again.
        """
        if not self._shelf.expunge():
            return False
        values = [{"key": key} for key in keys]
        self._archive.change(of_articles(keys), lambda conn: _erased(conn, values))
        return True

    def rebuild(self, tell: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        self._shelf.renew(self._parts.shards, self._parts.copies, tell)

    def faults(self) -> list[str]:
        """Of what the cluster gives back: what is indexed alone is made in the same moment."""
        self._shelf.number()
        return [*self._misfiled()]

    def _misfiled(self) -> Iterator[str]:
        for index in self._shelf.indices.of_documents:
            for kept in self._shelf.bodies(index):
                document = from_record(kept[RECORD])
                if self._shelf.indices.of(document) != index:
                    yield f"{document.kind} {document.key} is in the index {index}"
                elif not _agrees(kept, body_of(document)):
                    yield f"{document.kind} {document.key} is not indexed as it is"


def _agrees(kept: Any, made: Any) -> bool:
    """As far as it is kept beside the index."""
    match kept:
        case dict():
            return all(_agrees(value, (made or {}).get(name)) for name, value in kept.items())
        case list():
            made = [*(made or ())]
            return len(kept) == len(made) and all(map(_agrees, kept, made))
    return bool(kept == made)


def _erased(conn: Connection, values: Sequence[dict[str, str]]) -> None:
    conn.executemany(ERASED, values)
