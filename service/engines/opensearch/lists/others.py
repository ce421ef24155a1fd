"""Kills, spellings and articles to be read again: walks through all that there are of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from service.archive import Archive
from service.engines.opensearch.compiling import EVERYTHING, Query
from service.engines.opensearch.lists.asking import (
    OLDEST_FIRST,
    Hit,
    WholeArchive,
    steady,
    without,
)
from service.engines.opensearch.lists.known import KnownEntities
from service.needs import of_articles
from service.stores.aliases import AliasRow, AliasStore
from service.stores.articles import ArticleStore
from service.stores.kills import KillStore, Tombstone
from service.stores.rereading import Rereading, Standing

_KILLED = {"exists": {"field": "lists.killed_at"}}
_LAST_KILLED_FIRST = [{"lists.killed_at": "desc"}, {"key": "asc"}]


class OpenSearchKills(KillStore):
    """Reads the tombstones of the cluster, and takes them away."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._whole = whole

    def all(self) -> tuple[Tombstone, ...]:
        index = f"{self._whole.articles},{self._whole.others}"
        body = {"query": _KILLED, "sort": _LAST_KILLED_FIRST, "_source": _TOLD_OF_KILLS}
        found = map(_tombstone, self._whole.walk(index, body))
        # Keys that are very long are in another order there.
        by_key = sorted(found, key=lambda each: each.key)
        return tuple(sorted(by_key, key=lambda each: each.killed_at, reverse=True))


class OpenSearchAliases(AliasStore):
    """Reads spellings of the cluster."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._known = KnownEntities(whole)

    def _filed(self) -> Iterator[AliasRow]:
        for each in self._known.all(EVERYTHING):
            key, name, type_ = each.entity.key, each.entity.name, each.entity.type
            for spelling in sorted(each.spellings):
                yield AliasRow(key, name, type_, spelling.text, spelling.mentions, spelling.added)


class OpenSearchRereading(Rereading):
    """Gives out articles of the cluster to be read again, and files what is found."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._texts = ArticleStore(archive)
        self._kept = archive
        self._whole = whole

    def count(self, tagger: str, *, every: bool) -> int:
        return self._whole.count(self._whole.articles, _others(tagger, every=every))

    def batches(self, tagger: str, size: int, *, every: bool) -> Iterator[list[Standing]]:
        body = {"query": _others(tagger, every=every), "sort": OLDEST_FIRST, "_source": False}
        for piece in self._whole.pieces(self._whole.articles, body, steady(size)):
            if batch := self._standing(piece):
                yield batch

    def _standing(self, piece: Sequence[Hit]) -> list[Standing]:
        """As they are by now: some may be gone."""
        keys = [hit["_id"] for hit in piece]

        def look(conn: Any) -> list[Standing]:
            filed = ((key, self._texts.get(key)) for key in keys)
            return [
                Standing(each.article, key, conn.execute(HASH, {"key": key}).fetchone()[0])
                for key, each in filed
                if each is not None
            ]

        return self._kept.look(of_articles(keys), look)


HASH = "SELECT content_hash FROM articles WHERE key = :key"
_TOLD_OF_KILLS = ["lists.killed", "lists.killed_at"]


def _others(tagger: str, *, every: bool) -> Query:
    """Articles that another tagger has read, or none; or all of them."""
    return EVERYTHING if every else without(EVERYTHING, {"term": {"lists.tagger": tagger}})


def _tombstone(hit: Hit) -> Tombstone:
    told = hit["_source"]["lists"]
    return Tombstone(told["killed"]["key"], told["killed_at"], told["killed"]["reason"])
