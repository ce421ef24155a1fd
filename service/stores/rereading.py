"""Articles that another tagger has read, and what a new one finds in them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from service.archive import Archive
from service.article import Article
from service.database import Connection
from service.findings import Findings
from service.needs import NOTHING, Needs, of_articles, of_mentions
from service.stores.articles import ArticleStore
from service.stores.findings import file_findings

OTHERS = "SELECT count(*) FROM articles WHERE tagger IS NOT :tagger OR :all"
NEXT = """
SELECT id, key, content_hash FROM articles
WHERE id > :after AND (tagger IS NOT :tagger OR :all) ORDER BY id LIMIT :limit
"""
STILL = "SELECT id FROM articles WHERE key = :key AND content_hash = :hash"
READ_BY = "UPDATE articles SET tagger = :tagger WHERE id = :id"


class Standing(NamedTuple):
    """An article as it stands, and the hash that tells whether it still does."""

    article: Article
    key: str
    content_hash: str


class Reread(NamedTuple):
    """What was found in an article, and by which tagger."""

    standing: Standing
    findings: Findings
    tagger: str


class Rereading:
    """Gives out articles to be read again, and files what is found."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._articles = ArticleStore(archive)

    def count(self, tagger: str, *, every: bool) -> int:
        """How many articles another tagger has read, or all of them."""
        with self._archive.read() as conn:
            found = conn.execute(OTHERS, {"tagger": tagger, "all": every}).fetchone()[0]
            return int(found)

    def batches(self, tagger: str, size: int, *, every: bool) -> Iterator[list[Standing]]:
        """Those articles, oldest first; one that moves meanwhile may be given twice."""
        values = {"tagger": tagger, "all": every, "limit": size, "after": -1}
        while True:
            with self._archive.read() as conn:
                rows = conn.execute(NEXT, values).fetchall()
                filed = [self._articles.get(row["key"]) for row in rows]
            if not rows:
                return
            yield [
                Standing(each.article, row["key"], row["content_hash"])
                for row, each in zip(rows, filed, strict=True)
                if each is not None
            ]
            values["after"] = rows[-1]["id"]

    def file(self, found: Sequence[Reread]) -> int:
        """Write it; how many articles still stand as they were read, and have it now."""
        needs = NOTHING if self._archive.has_all else _needs(found)
        return self._archive.change(needs, lambda conn: sum(_file(conn, each) for each in found))


def _needs(found: Sequence[Reread]) -> Needs:
    mentions = (mention for each in found for mention in each.findings.mentions)
    return of_articles(each.standing.key for each in found) | of_mentions(mentions)


def _file(conn: Connection, found: Reread) -> bool:
    standing, findings, tagger = found
    same = {"key": standing.key, "hash": standing.content_hash}
    row = conn.execute(STILL, same).fetchone()
    if row is None:
        return False
    file_findings(conn, row["id"], findings)
    conn.execute(READ_BY, {"tagger": tagger, "id": row["id"]})
    return True
