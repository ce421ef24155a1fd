"""An index that holds what an archive file holds, to ask both the same."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from conftest import Archive

from service.engines.opensearch.client import Client
from service.engines.opensearch.documents import Past, Searched, document_of
from service.engines.opensearch.engine import OpenSearchEngine
from service.engines.opensearch.mapping import index_of_articles
from service.stores.articles import ArticleStore
from service.stores.pieces import FIELDS

ARTICLES = """
SELECT a.key, a.added_in, a.dated_in, c.group_id
FROM articles a LEFT JOIN copies c ON c.article_id = a.id
"""
ENTITIES = """
SELECT a.key, e.type, e.key FROM article_entities ae
JOIN articles a ON a.id = ae.article_id JOIN entities e ON e.id = ae.entity_id
"""
DATES = (
    "SELECT DISTINCT a.key, d.date FROM mentioned_dates d JOIN articles a ON a.id = d.article_id"
)
TEXTS = "SELECT article_key, version, title, standfirst, body, captions, credits FROM versions"
SHARDS = 3


class FilledEngine(OpenSearchEngine):
    """Searches an index that holds what the archive holds."""

    def __init__(self, client: Client, index: str, archive: Archive) -> None:
        super().__init__(client, index, names_in(archive))
        self._archive = archive

    def generation(self) -> tuple[str, int]:
        return self._archive.engine.generation()


@contextmanager
def filled(client: Client, index: str, archive: Archive) -> Iterator[FilledEngine]:
    """What searches an index with every article of the archive while the block lasts."""
    fill(client, index, archive)
    yield FilledEngine(client, index, archive)
    client.delete(index)


def fill(client: Client, index: str, archive: Archive, shards: int = SHARDS) -> None:
    """An index with every article of the archive, and no other."""
    client.create_missing(index, index_of_articles(shards=shards, copies=1))
    documents = {each.key: document_of(each) for each in searched_in(archive)}
    found = client.search(index, {"size": 10_000, "_source": False})["hits"]["hits"]
    gone = [each["_id"] for each in found if each["_id"] not in documents]
    lines = [json.dumps({"delete": {"_index": index, "_id": key}}) for key in gone]
    if lines:
        client.apply("\n".join((*lines, "")), visible=True)
    client.put(index, [*documents.items()])
    client.refresh(index)


def searched_in(archive: Archive) -> Iterator[Searched]:
    """The articles of an archive with all that they are found by."""
    entities: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for article, type_, key in archive.rows(ENTITIES):
        entities[article][type_].append(key)
    dates: dict[str, list[str]] = defaultdict(list)
    for article, date in archive.rows(DATES):
        dates[article].append(date)
    past: dict[str, list[Past]] = defaultdict(list)
    for article, version, *texts in archive.rows(TEXTS):
        past[article].append(Past(version, dict(zip(FIELDS, texts, strict=True))))
    store = ArticleStore(archive.database)
    for key, added_in, dated_in, group in archive.rows(ARTICLES):
        filed = store.get(key)
        assert filed is not None
        yield Searched(
            article=filed.article,
            key=key,
            entities={type_: tuple(keys) for type_, keys in entities[key].items()},
            dates=tuple(dates[key]),
            added_in=added_in,
            arrival=dated_in,
            group=str(group) if group is not None else None,
            past=tuple(past[key]),
        )


def names_in(archive: Archive) -> Callable[[Collection[str]], Mapping[str, str]]:
    """What the entities of an archive are called."""
    return lambda keys: {
        key: name for key, name in archive.rows("SELECT key, name FROM entities") if key in keys
    }
