"""An archive in the cluster of which snapshots are taken, and clients that die on their way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from secrets import token_hex
from typing import Any

from opensearchpy import OpenSearch
from varied_archives import a_mention

from cluster.processes import Cluster
from service.article import Article
from service.cluster import ClusterSettings
from service.engines.opensearch.client import Client
from service.engines.opensearch.home import ClusterHome
from service.engines.opensearch.nodes import Address
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import CuttingsError, NotReady
from service.findings import Findings
from service.near_copies import signature
from service.needs import Name
from service.settings import Settings
from service.stores.articles import put
from service.stores.recognition import of_input
from service.working.documents import Document

# What a restore changes: who is logged in, the archive's own number, lines of what was done.
_ITS_OWN = {"session", "archive", "line", "number", "sums"}


PEOPLE = ("Ann Boleyn", "Jane Seymour")


def beside(settings: Settings, name: str = "again") -> Settings:
    return called(settings, f"{settings.cluster.name}-{name}")


def quiet(_done: int, _all: int) -> None:
    """Nobody looks."""


@contextmanager
def repository_in(cluster: Cluster, opensearch: OpenSearch, **limits: str) -> Iterator[str]:
    """A new one, which is no more afterwards."""
    name = f"kept-{token_hex(4)}"
    place = {"location": str(cluster.snapshots / name), **limits}
    opensearch.snapshot.create_repository(repository=name, body={"type": "fs", "settings": place})
    try:
        yield name
    finally:
        opensearch.snapshot.delete_repository(repository=name)


@contextmanager
def settings_in(cluster: Cluster, opensearch: OpenSearch, repository: str) -> Iterator[Settings]:
    """Of an archive in the cluster that is not there yet; it and those named after it go."""
    name = f"snapped{token_hex(4)}"
    nodes = ClusterSettings(tuple(cluster.urls), name=name, shards=2, repository=repository)
    try:
        yield Settings(engine="opensearch", cluster=nodes)
    finally:
        opensearch.indices.delete(index=f"{name}*")


def called(settings: Settings, name: str, **changes: Any) -> Settings:
    """The same for another archive."""
    return replace(settings, cluster=replace(settings.cluster, name=name, **changes))


def made(settings: Settings) -> ClusterHome:
    home = ClusterHome(settings)
    home.migrate()
    return home


def add(home: ClusterHome, article: Article, names: tuple[str, ...] = ()) -> None:
    """One article that begins with all of these names of people."""
    mentions = tuple(a_mention(name, "person", article.body.index(name)) for name in names)
    text = signature(article.title, article.body)
    home.archive.change(
        of_input(article, article.content_hash(), mentions),
        lambda conn: put(conn, article, Findings(mentions), "test", signature=text),
    )


def story(number: int, names: tuple[str, ...] = (), **stated: Any) -> Article:
    """Of which there is no copy."""
    said = " ".join(f"word{number}x{each}" for each in range(30))
    body = f"{', '.join(names)} {said}"
    return Article(**{"key": f"a{number}", "title": f"Story {number}", "body": body, **stated})


def documents(home: ClusterHome) -> dict[Name, Document]:
    """All that an older state and what comes of it have in common."""
    found: dict[Name, Document] = {}
    for shelf in (home.shelf, home.private_shelf):
        shelf.number()
        kinds = [kind for kind in shelf.indices.schema.kinds if kind not in _ITS_OWN]
        found |= {each.name: each for kind in kinds for each in shelf.walk(kind)}
    return found


def fresh(shelf: OpenSearchShelf, settings: Settings) -> OpenSearchShelf:
    """The same as another process has it."""
    client = Client(Address(settings.cluster.urls))
    return OpenSearchShelf(client, settings.cluster.name, shelf.indices.schema)


class KilledError(CuttingsError):
    """Whoever asks, asks no more."""


class Mortal(Client):
    """Does so many requests and no further one."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.left = 1_000_000
        self.asked: list[str] = []
        for nodes in (self._nodes, self._nodes_once):
            ask = nodes.transport.perform_request
            nodes.transport.perform_request = partial(self._ask, ask)  # type: ignore[method-assign]

    def _ask(
        self, ask: Callable[..., Any], method: str, url: str, *args: Any, **options: Any
    ) -> Any:
        if self.left <= 0:
            raise KilledError("killed")
        self.left -= 1
        self.asked.append(f"{method} {url}")
        return ask(method, url, *args, **options)


def mortal(settings: Settings, requests: int) -> tuple[ClusterHome, Mortal]:
    """A home whose process is killed after so many requests."""
    client = Mortal(Address(settings.cluster.urls))
    client.left = requests
    home = ClusterHome(settings)
    home.__dict__["_client"] = client
    return home, client


def seen(settings: Settings) -> bool:
    """Whether the archive is there for others: as a whole, or not at all."""
    try:
        return ClusterHome(settings).is_there()
    except NotReady:
        return False
