"""Datasette over HTTP, on a copy of the plain file with what its facets need.

Its page of the table as JSON: the search box for words, phrases and beginnings, ten rows, the
count, and facets by `_facet` and `_facet_array`, with time limits that let it finish. It does not
rank: rows come in the order of ids. Of pages it knows the next one only, so deep ones are left out.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

from speed.client import Client
from speed.corpus import Item
from speed.mix import PAGE, Query
from speed.peers.peer import FACET_VALUES, Peer
from speed.peers.plain import match_of
from speed.server import free_port, serving
from speed.sqlite import connect
from speed.stages import Stages

_BATCH = 5_000
_LISTS = ("person", "organization", "place", "topic")
SCHEMA = """
CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT, published TEXT, month TEXT,
  source TEXT, person TEXT, organization TEXT, place TEXT, topic TEXT);
CREATE VIRTUAL TABLE articles_fts USING fts5(title, body, content="articles", content_rowid="id",
  tokenize="porter unicode61 remove_diacritics 2");
"""
ADD = "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INDEXES = """
CREATE INDEX articles_by_source ON articles(source);
CREATE INDEX articles_by_date ON articles(published);
INSERT INTO articles_fts(articles_fts) VALUES ('rebuild');
INSERT INTO articles_fts(articles_fts) VALUES ('optimize');
"""
_SETTINGS = {
    "sql_time_limit_ms": "600000",
    "facet_time_limit_ms": "600000",
    "facet_suggest_time_limit_ms": "1",
    "suggest_facets": "0",
    "default_cache_ttl": "0",
}


class OverDatasette(Peer):
    """A file of its own and a server."""

    name: ClassVar[str] = "Datasette over HTTP"
    most: ClassVar[int | None] = 100_000
    remote: ClassVar[bool] = True

    @property
    def file(self) -> Path:
        return self.folder / "datasette.db"

    def build(self, items: Iterable[Item]) -> Mapping[str, float]:
        stages = Stages()
        self.folder.mkdir(parents=True, exist_ok=True)
        conn = connect(self.file)
        conn.executescript(SCHEMA)
        rest = iter(items)
        while batch := list(islice(rest, _BATCH)):
            with conn, stages.timed("articles"):
                conn.executemany(ADD, map(_row, batch))
        with stages.timed("indexes"):
            conn.executescript(INDEXES)
        conn.close()
        return stages.seconds

    def open(self) -> None:
        self._open = ExitStack()
        port = free_port()
        settings = [part for pair in _SETTINGS.items() for part in ("--setting", *pair)]
        command = [sys.executable, "-m", "datasette", "serve", str(self.file), "--port", str(port)]
        server = serving([*command, *settings], "/-/versions.json", port, quiet=True)
        self._open.enter_context(server)
        self._client = self._open.enter_context(Client(port))

    def close(self) -> None:
        self._open.close()

    def ask(self, query: Query) -> int | None:
        if query.page > 1:
            return None
        answer = json.loads(self._client.get(f"/datasette/articles.json?{_parameters(query)}"))
        return int(answer["filtered_table_rows_count"])


def _parameters(query: Query) -> str:
    asked = [("_size", str(PAGE)), ("_facet_size", str(FACET_VALUES)), ("_shape", "objects")]
    if query.words:
        asked += [("_search", match_of(query)), ("_searchmode", "raw")]
    if query.entity:
        asked.append((f"{query.entity[0]}__arraycontains", query.entity[1]))
    if query.first and query.last:
        asked += [("published__gte", query.first), ("published__lte", f"{query.last}T99")]
    if query.newest:
        asked.append(("_sort_desc", "id"))
    for name in query.facets:
        asked.append(("_facet_array" if name in _LISTS else "_facet", _COLUMNS.get(name, name)))
    return urlencode(asked)


_COLUMNS = {"published": "month"}


def _row(item: Item) -> tuple[object, ...]:
    named: dict[str, set[str]] = {field: set() for field in _LISTS}
    named["topic"].update(item.topics)
    for name in item.names:
        named[name.type].add(name.text)
    lists = (json.dumps(sorted(named[field])) for field in _LISTS)
    published = (item.published, item.published[:7])
    return (item.number + 1, item.title, item.body, *published, item.source, *lists)
