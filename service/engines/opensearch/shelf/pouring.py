"""Very many documents into an archive that is not in use yet: past the register, without copies.

Copies are made at the end, of whole segments: to index each document on two nodes takes more than
twice as long. Whoever is cut off leaves a part of them there, as after a part of many changes.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf.applying import (
    dates_of,
    lines_of,
    raise_if_too_large,
    requests,
    sent,
)
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout
from service.engines.opensearch.shelf.opening import Opening
from service.engines.opensearch.shelf.register import Head, Register
from service.errors import Busy
from service.working.documents import Document

# So many are made ready while those before are on their way.
_TOGETHER = 100
_ON_THEIR_WAY = 2
_LONGEST = 600.0
_TRIES = 100


class Pouring:
    """Into the indices of one archive."""

    def __init__(
        self, client: Client, indices: Indices, register: Register, opening: Opening
    ) -> None:
        self._client = client
        self._indices = indices
        self._register = register
        self._opening = opening

    def pour(self, documents: Iterable[Document], number: int) -> None:
        """Write documents as of the change with that number; searches find all in the end."""
        copies = self._register.read().layout.parts.copies
        with self._client.without_copies(self._indices.of_documents, copies):
            self._send(iter(documents), number)
            for index in self._indices.of_documents:
                self._client.refresh(index)

    def _send(self, documents: Iterator[Document], number: int) -> None:
        under_way: deque[Future[None]] = deque()
        with ThreadPoolExecutor(_ON_THEIR_WAY) as threads:
            while some := list(islice(documents, _TOGETHER)):
                layouts = self._opened(some).layouts
                for request in requests(self._lines(some, layouts, number)):
                    raise_if_too_large(request)
                    while len(under_way) >= _ON_THEIR_WAY:
                        under_way.popleft().result()
                    end = time.monotonic() + _LONGEST
                    under_way.append(
                        threads.submit(sent, self._client, request, end, visible=False)
                    )
            for each in under_way:
                each.result()

    def _opened(self, documents: Iterable[Document]) -> Head:
        dates = dates_of(documents)
        for _ in range(_TRIES):
            head = self._register.read(whole=True)
            if opened := self._opening.opened(head, dates, copies=0):
                return opened
        raise Busy("Others have changed the archive all the time: try again")

    def _lines(
        self, documents: Iterable[Document], layouts: Iterable[Layout], number: int
    ) -> Iterator[str]:
        for document in documents:
            for _, said in lines_of(self._indices, layouts, document, number):
                yield said
