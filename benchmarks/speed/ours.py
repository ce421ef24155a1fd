"""Cuttings: filled through its own stores with what is read out of each article, asked over HTTP.

    python -m speed.ours ARCHIVE FIRST STOP [--texts FOLDER]     more of the corpus into an archive

A query is what a person types (`q`), with its filters, order, page and facets as parameters, and
everything else as it is for everyone: snippets, other spellings, `match=auto`. Only a question says
`match=any`, since the others look for any of its words too. No answer comes out of a cache: no
ETag is sent along.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

from service.article import Article
from service.database import Database
from service.dates import Moment
from service.engines import load_engine
from service.entity import EntityName, Mention, entity_key
from service.findings import Findings
from service.stores.batches import Stored, store_batch
from service.stores.text_indexes import optimize_in_steps
from speed.client import Client
from speed.corpus import Item, open_corpus
from speed.mix import PAGE, Query
from speed.peers.peer import FACET_VALUES, Peer
from speed.server import Server, serving_ours
from speed.stages import Stages
from speed.texts import Name

BATCH = 1_000
_TOTAL = re.compile(rb'"total": ?(\d+)')
_LONGEST_PAGE = 100


class Ours(Peer):
    """An archive and a server with so many workers."""

    name: ClassVar[str] = "Cuttings over HTTP"
    remote: ClassVar[bool] = True

    def __init__(self, folder: Path, workers: int = 1) -> None:
        super().__init__(folder)
        self._workers = workers
        self._paths: dict[Query, str] = {}

    @property
    def file(self) -> Path:
        return self.folder / "cuttings.db"

    def build(self, items: Iterable[Item]) -> Mapping[str, float]:
        database = Database(self.file, query_seconds=0)
        database.migrate()
        return load(database, items)

    def prepare(self, mix: Sequence[Query]) -> None:
        with self:
            self._paths |= {query: self._walked(query) for query in mix}

    def open(self) -> None:
        self._open = ExitStack()
        self.server: Server = self._open.enter_context(serving_ours(self.file, self._workers))
        self.client = self._open.enter_context(Client(self.server.port))

    def close(self) -> None:
        self._open.close()

    def ask(self, query: Query) -> int:
        total = _TOTAL.search(self.client.get(self.path(query)))
        assert total is not None
        return int(total[1])

    def path(self, query: Query) -> str:
        return self._paths.get(query) or path_of(query)

    def _walked(self, query: Query) -> str:
        """With the cursor of the page before, by way of pages as long as they may be."""
        before = (query.page - 1) * PAGE
        cursor: str | None = None
        while before > 0:
            limit = min(before, _LONGEST_PAGE)
            page = json.loads(self.client.get(path_of(query, limit, cursor, facets=False)))
            cursor, before = page["next"], before - limit
            if cursor is None:
                raise ValueError(f"{query.text}: there is no page {query.page}")
        return path_of(query, cursor=cursor)


def path_of(
    query: Query, limit: int = PAGE, cursor: str | None = None, *, facets: bool = True
) -> str:
    """The request."""
    asked: dict[str, str | int] = {"q": query.text, "limit": limit}
    if query.match == "any":
        asked["match"] = "any"
    if query.newest:
        asked["sort"] = "newest"
    if query.entity:
        asked[query.entity[0]] = query.entity[1]
    if query.first and query.last:
        asked |= {"from": query.first, "to": query.last}
    if query.facets and facets:
        asked |= {"facets": ",".join(query.facets), "facet_limit": FACET_VALUES}
    if cursor:
        asked["cursor"] = cursor
    return f"/v1/search?{urlencode(asked)}"


def load(
    archive: Database, items: Iterable[Item], batch: int = BATCH, *, with_names: bool = True
) -> Mapping[str, float]:
    """Articles, perhaps with ready-made findings, into an archive; the seconds of each stage."""
    stages, engine = Stages(), load_engine("sqlite", archive)
    rest = iter(items)
    while chunk := list(islice(rest, batch)):
        with stages.timed("making articles of them"):
            findings = (findings_of(item) if with_names else Findings() for item in chunk)
            pairs = zip(map(article_of, chunk), findings, strict=True)
            stored = [Stored(article, found, "bench") for article, found in pairs]
        with archive.write() as conn:
            with stages.timed("storing"):
                store_batch(conn, stored)
            with stages.timed("columns"):
                engine.index_in(conn)
        with stages.timed("columns"):
            engine.index()
    with stages.timed("columns"):
        engine.index()
    with stages.timed("optimize"):
        optimize_in_steps(archive)
    with stages.timed("log into the file"):
        archive.empty_log()
    return stages.seconds


def article_of(item: Item) -> Article:
    return Article(
        key=item.key,
        title=item.title,
        body=item.body,
        published=Moment(item.published, "second"),
        source=item.source,
        authors=item.authors,
        topics=item.topics,
        language=item.language,
    )


def findings_of(item: Item) -> Findings:
    return Findings(mentions=tuple(_mentions(item.names)))


def _mentions(names: Iterable[Name]) -> Iterator[Mention]:
    for name in names:
        key = entity_key(name.type, name.text)
        entity = EntityName(key, name.text, name.type) if key else None
        place = ("body", name.start, name.end)
        yield Mention(*place, name.text, name.text, name.type, entity, "corpus", 1.0)


def main() -> int:
    options = argparse.ArgumentParser(description="More of the corpus into an archive")
    options.add_argument("archive", type=Path)
    options.add_argument("first", type=int)
    options.add_argument("stop", type=int)
    options.add_argument("--texts", type=Path, help="a folder of articles")
    arguments = options.parse_args()
    items = open_corpus(arguments.texts).articles(arguments.first, arguments.stop)
    print("begun", flush=True)
    started = time.perf_counter()
    stages = load(Database(arguments.archive), items)
    seconds = {stage: round(spent, 1) for stage, spent in stages.items()}
    print(json.dumps({"seconds": round(time.perf_counter() - started, 1), "stages": seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
