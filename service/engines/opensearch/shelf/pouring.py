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
from service.engines.opensearch.shelf.applying import line, requests, sent
from service.engines.opensearch.shelf.bodies import body_of
from service.engines.opensearch.shelf.indices import Indices
from service.working.documents import Document

# So many are made ready while those before are on their way.
_TOGETHER = 100
_ON_THEIR_WAY = 2
_LONGEST = 600.0


def pour(client: Client, indices: Indices, documents: Iterable[Document], number: int) -> None:
    """Write documents as of the change with that number; searches find all of them in the end."""
    with client.without_copies(indices.of_documents):
        _send(client, indices, iter(documents), number)
        for index in indices.of_documents:
            client.refresh(index)


def _send(client: Client, indices: Indices, documents: Iterator[Document], number: int) -> None:
    under_way: deque[Future[None]] = deque()
    with ThreadPoolExecutor(_ON_THEIR_WAY) as threads:
        while some := list(islice(documents, _TOGETHER)):
            for request in requests(_lines(indices, some, number)):
                while len(under_way) >= _ON_THEIR_WAY:
                    under_way.popleft().result()
                end = time.monotonic() + _LONGEST
                under_way.append(threads.submit(sent, client, request, end, visible=False))
        for each in under_way:
            each.result()


def _lines(indices: Indices, documents: Iterable[Document], number: int) -> Iterator[str]:
    for document in documents:
        index = indices.of(document)
        place = index, indices.id_in(index, document.name)
        yield line("index", place, number, body_of(document))
