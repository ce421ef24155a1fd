"""Plain FTS5 and SQL, in process: what one would write by hand in an afternoon.

Articles, an external-content index with porter, values of facets and mentions as tables; filled by
executemany. A query is count(*), the ten best by bm25 and the ten most frequent values of each
field by one join and GROUP BY. Words, phrases and beginnings go to MATCH, a question's words with
OR; filters are subqueries. Ids grow with the date here too, so that newest first needs no sort.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

from speed.corpus import Item
from speed.mix import PAGE, Query
from speed.peers.peer import FACET_VALUES, Peer
from speed.sqlite import Connection, connect
from speed.stages import Stages

_BATCH = 5_000
SCHEMA = """
CREATE TABLE articles (id INTEGER PRIMARY KEY, key TEXT, title TEXT, body TEXT, published TEXT,
  source TEXT, authors TEXT, language TEXT);
CREATE VIRTUAL TABLE articles_fts USING fts5(title, body, content="articles", content_rowid="id",
  tokenize="porter unicode61 remove_diacritics 2");
CREATE TABLE facet_values (id INTEGER PRIMARY KEY, field TEXT, value TEXT, UNIQUE (field, value));
CREATE TABLE article_values (article_id INTEGER, value_id INTEGER,
  PRIMARY KEY (article_id, value_id)) WITHOUT ROWID;
CREATE TABLE mentions (article_id INTEGER, start_offset INTEGER, end_offset INTEGER,
  value_id INTEGER, PRIMARY KEY (article_id, start_offset)) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX articles_by_date ON articles(published);
CREATE INDEX article_values_by_value ON article_values(value_id, article_id);
"""
ADD_ARTICLE = "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
ADD_WORDS = "INSERT INTO articles_fts(rowid, title, body) VALUES (?, ?, ?)"
ADD_VALUE = "INSERT INTO facet_values VALUES (?, ?, ?)"
ADD_ARTICLE_VALUE = "INSERT INTO article_values VALUES (?, ?)"
ADD_MENTION = "INSERT INTO mentions VALUES (?, ?, ?, ?)"
OPTIMIZE = "INSERT INTO articles_fts(articles_fts) VALUES ('optimize')"


class Plain(Peer):
    """One SQLite file."""

    name: ClassVar[str] = "plain FTS5 + SQL"

    @property
    def file(self) -> Path:
        return self.folder / "plain.db"

    def build(self, items: Iterable[Item]) -> Mapping[str, float]:
        stages = Stages()
        self.folder.mkdir(parents=True, exist_ok=True)
        rest, values = iter(items), _Values()
        conn = connect(self.file)
        conn.executescript(SCHEMA)
        while batch := list(islice(rest, _BATCH)):
            with conn, stages.timed("articles"):
                conn.executemany(ADD_ARTICLE, map(_row, batch))
            with conn, stages.timed("full text"):
                words = ((item.number + 1, item.title, item.body) for item in batch)
                conn.executemany(ADD_WORDS, words)
            with conn, stages.timed("mentions and values"):
                values.add(conn, batch)
        with stages.timed("indexes"):
            conn.executescript(INDEXES)
        with conn, stages.timed("optimize"):
            conn.execute(OPTIMIZE)
        conn.close()
        return stages.seconds

    def open(self) -> None:
        self._conn = connect(self.file)

    def close(self) -> None:
        self._conn.close()

    def ask(self, query: Query) -> int:
        total = self.count(query)
        asked = _Asked(query)
        self._conn.execute(asked.page(), asked.values).fetchall()
        if query.facets:
            self._conn.execute(asked.facets(), asked.values).fetchall()
        return total

    def count(self, query: Query) -> int:
        """Nothing but how many."""
        asked = _Asked(query)
        return int(self._conn.execute(asked.count(), asked.values).fetchone()[0])


class _Asked:
    """A query as SQL."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.values: dict[str, object] = {
            "match": match_of(query),
            "first": query.first,
            "last": f"{query.last}T99" if query.last else None,
            "offset": (query.page - 1) * PAGE,
        }
        if query.entity:
            self.values |= {"field": query.entity[0], "value": query.entity[1]}

    def count(self) -> str:
        return f"SELECT count(*) FROM {self._found()}"

    def page(self) -> str:
        if self._query.newest or not self._query.words:
            ranked = (
                f"SELECT {self._id()} AS id, 0 AS s FROM {self._found()} ORDER BY {self._id()} DESC"
            )
        else:
            score = "bm25(articles_fts, 10, 1) AS s"
            ranked = f"SELECT rowid AS id, {score} FROM {self._found()} ORDER BY s"
        return f"""
SELECT a.id, a.title, a.published, a.source, s
FROM ({ranked} LIMIT {PAGE} OFFSET :offset) JOIN articles a USING (id) ORDER BY s
"""

    def facets(self) -> str:
        found = f"(SELECT {self._id()} AS id FROM {self._found()})"
        if self._query.facets == ("published",):
            return f"""
SELECT substr(a.published, 1, 7) AS month, count(*) FROM {found} f JOIN articles a USING (id)
GROUP BY month
"""
        return f"""
SELECT field, value, n FROM (
  SELECT v.field, v.value, n, row_number() OVER (PARTITION BY v.field ORDER BY n DESC) AS place
  FROM (
    SELECT av.value_id, count(*) AS n FROM {found} f
    JOIN article_values av ON av.article_id = f.id GROUP BY av.value_id
  ) JOIN facet_values v ON v.id = value_id
) WHERE place <= {FACET_VALUES}
"""

    def _id(self) -> str:
        return "rowid" if self._query.words else "id"

    def _found(self) -> str:
        table = "articles_fts WHERE articles_fts MATCH :match" if self._query.words else "articles"
        filters = ""
        if self._query.entity:
            filters += """ AND rowid IN (SELECT article_id FROM article_values
  WHERE value_id = (SELECT id FROM facet_values WHERE field = :field AND value = :value))"""
        if self._query.first:
            # The plus keeps SQLite from asking the index for each article of a long time.
            filters += """ AND +rowid IN (SELECT id FROM articles
  WHERE published >= :first AND published <= :last)"""
        return table + filters


def match_of(query: Query) -> str:
    """The query for FTS5, every word quoted."""
    quoted = [f'"{word}"' for word in query.words]
    match query.match:
        case "all":
            return " ".join(quoted)
        case "any":
            return " OR ".join(quoted)
        case "phrase":
            return f'"{" ".join(query.words)}"'
        case "prefix":
            return f"{quoted[0]}*"


def values_of(item: Item) -> Iterator[tuple[str, str]]:
    """Every value that a facet counts the article under, each once."""
    yield "source", item.source
    yield from {("topic", topic) for topic in item.topics}
    yield from {(name.type, name.text) for name in item.names}


def _row(item: Item) -> tuple[object, ...]:
    authors = "\n".join(item.authors)
    about = (item.published, item.source, authors, item.language)
    return (item.number + 1, item.key, item.title, item.body, *about)


class _Values:
    """Values by number, made as they come."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}

    def add(self, conn: Connection, items: Sequence[Item]) -> None:
        known = len(self._ids)
        of_articles = [(i.number + 1, self._id(value)) for i in items for value in values_of(i)]
        mentions = [
            (i.number + 1, name.start, name.end, self._id((name.type, name.text)))
            for i in items
            for name in i.names
        ]
        new = list(islice(self._ids.items(), known, None))
        conn.executemany(ADD_VALUE, ((id_, *value) for value, id_ in new))
        conn.executemany(ADD_ARTICLE_VALUE, of_articles)
        conn.executemany(ADD_MENTION, mentions)

    def _id(self, value: tuple[str, str]) -> int:
        return self._ids.setdefault(value, len(self._ids) + 1)
