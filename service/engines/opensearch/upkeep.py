"""What keeps an archive's indices in order: of what was killed nothing is left in their bytes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from service.archive import Archive
from service.database import Connection
from service.engines.opensearch.client import Client
from service.engines.opensearch.engine import OpenSearchEngine
from service.engines.opensearch.facets import Names
from service.engines.opensearch.lists.numbers import ERASING
from service.engines.opensearch.outliving import Outliving
from service.engines.opensearch.shelf.applying import place_of
from service.engines.opensearch.shelf.bodies import body_of, from_record
from service.engines.opensearch.shelf.fields import RECORD
from service.engines.opensearch.shelf.layouts import Parts
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import Busy
from service.needs import of_articles

_LOG = logging.getLogger(__name__)
GENERATION = "SELECT archive, number FROM generation"
ERASED = "DELETE FROM erasures WHERE key = :key"
# A cluster takes so many from an index at once; there are never as many kills between two rounds.
_MOST_ERASED = 10_000


class ClusterEngine(OpenSearchEngine):
    """Searches the articles of one archive. What is written is indexed with it, by the shelf."""

    def __init__(
        self,
        client: Client,
        shelf: OpenSearchShelf,
        private_shelf: OpenSearchShelf,
        archive: Archive,
        names: Names,
        parts: Parts,
    ) -> None:
        super().__init__(client, shelf.indices.articles, names)
        self._shelf = shelf
        self._private_shelf = private_shelf
        self._indices = shelf.indices
        self._archive = archive
        self._parts = parts
        self._outliving = Outliving(client, (shelf.indices, private_shelf.indices))

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
        if any(shelf.holds_pieces() for shelf in (self._shelf, self._private_shelf)):
            return False
        try:
            erased = self._outliving.erased(keys, self._expunge)
        except Busy as exc:
            _LOG.info("%d kills are erased later: %s", len(keys), exc.detail)
            return False
        if erased:
            values = [{"key": key} for key in erased]
            self._archive.change(of_articles(erased), lambda conn: _erased(conn, values))
        return len(erased) == len(keys)

    def _expunge(self) -> bool:
        """What was killed under embargo, or set aside, was beside the archive."""
        done = [shelf.expunge() for shelf in (self._shelf, self._private_shelf)]
        return all(done)

    def rebuild(self, tell: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        # These are not made anew: they need not be cut otherwise.
        beside = (self._indices.head, *self._private_shelf.indices.every)
        self._client.have_copies(beside, self._parts.copies)
        self._shelf.renew(self._parts, tell)

    def faults(self) -> list[str]:
        """Of what the cluster gives back: what is indexed alone is made in the same moment."""
        self._shelf.number()
        return [*self._misfiled()]

    def _misfiled(self) -> Iterator[str]:
        indices, layout = self._shelf.indices, self._shelf.layout
        for _, index in indices.every_name_in(layout):
            for kept in self._shelf.bodies(index):
                document = from_record(kept[RECORD])
                place = place_of(indices, document)
                if indices.name_in(layout, place.alias, place.published) != index:
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
