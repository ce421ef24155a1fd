"""PostgreSQL full text, where it is installed: a cluster of its own in the folder.

A GIN index over weighted tsvectors, values as a table; a query is count(*), the ten best by ts_rank
and the ten most frequent values of each field by one join and GROUP BY. Asked through one psql that
stays open, since that needs no library; a question's words are joined by OR.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, ClassVar

from speed.corpus import Item
from speed.mix import PAGE, Query
from speed.peers.peer import FACET_VALUES, Peer
from speed.peers.plain import values_of
from speed.stages import Stages

_USER = "postgres"
_DONE = "--done--"
SCHEMA = """
CREATE TABLE articles (id int PRIMARY KEY, title text, body text, published timestamptz,
  source text);
CREATE TABLE article_values (article_id int, field text, value text);
"""
INDEXES = """
ALTER TABLE articles ADD words tsvector GENERATED ALWAYS AS
  (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'D'))
  STORED;
CREATE INDEX articles_words ON articles USING gin(words);
CREATE INDEX articles_published ON articles(published);
CREATE TABLE facet_values AS SELECT row_number() OVER () AS id, field, value
  FROM (SELECT DISTINCT field, value FROM article_values) v;
CREATE UNIQUE INDEX facet_values_by_value ON facet_values(field, value);
CREATE TABLE value_ids AS SELECT article_id, id AS value_id
  FROM article_values JOIN facet_values USING (field, value);
DROP TABLE article_values;
CREATE UNIQUE INDEX value_ids_by_article ON value_ids(article_id, value_id);
CREATE INDEX value_ids_by_value ON value_ids(value_id, article_id);
VACUUM ANALYZE;
"""


class Postgres(Peer):
    """A cluster of its own, on a socket in its folder."""

    name: ClassVar[str] = "PostgreSQL full text"

    @classmethod
    def lacks(cls) -> str:
        if _program("initdb") is None or shutil.which("psql") is None:
            return "apt-get install postgresql"
        return ""

    @property
    def data(self) -> Path:
        return self.folder.resolve() / "data"

    def build(self, items: Iterable[Item]) -> Mapping[str, float]:
        stages = Stages()
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, _USER)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", _USER, "--no-sync")
        self.open()
        try:
            with stages.timed("articles"):
                self._load(items)
            with stages.timed("indexes"):
                self._said(INDEXES)
        finally:
            self.close()
        return stages.seconds

    def open(self) -> None:
        options = (
            f"-k {self.data} -c listen_addresses='' -c shared_buffers=1GB -c work_mem=256MB "
            "-c client_min_messages=error"
        )
        self._run(
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-o",
            options,
            "-l",
            str(self.data / "log"),
            "start",
        )
        command = ["psql", "-h", str(self.data), "-U", _USER, "-qAtX", "-v", "ON_ERROR_STOP=1"]
        self._psql = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        self._psql.communicate()
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def ask(self, query: Query) -> int:
        found = _found(query)
        (total,) = self._said(f"SELECT count(*) FROM articles a {found};")
        order, by = "a.id DESC", "0"
        if query.words and not query.newest:
            order, by = "s DESC", f"ts_rank(words, {_tsquery(query)})"
        self._said(
            f"SELECT id, title, published, source, {by} AS s FROM articles a {found} "
            f"ORDER BY {order} LIMIT {PAGE} OFFSET {(query.page - 1) * PAGE};"
        )
        if query.facets:
            self._said(_facets(query, found))
        return int(total)

    def _load(self, items: Iterable[Item]) -> None:
        """By COPY, the fastest way in; the values aside, since COPY fills one table at a time."""
        self._said(SCHEMA)
        values = self.folder / "values.tsv"
        psql = self._psql.stdin
        assert psql is not None
        psql.write("COPY articles FROM STDIN;\n")
        with values.open("w", encoding="utf-8") as aside:
            for item in items:
                row = (item.number + 1, item.title, item.body, item.published, item.source)
                psql.write(_line(row))
                aside.writelines(_line((item.number + 1, *value)) for value in values_of(item))
        psql.write("\\.\n")
        self._said(f"\\copy article_values FROM '{values.resolve()}'")
        values.unlink()

    def _said(self, statement: str) -> list[str]:
        """The lines of the answer."""
        asked, answered = self._psql.stdin, self._psql.stdout
        assert asked is not None
        assert answered is not None
        asked.write(f"{statement}\n\\echo {_DONE}\n")
        asked.flush()
        return list(_until_done(answered))

    def _run(self, program: str, *arguments: str) -> None:
        """As a user that PostgreSQL agrees to: never root."""
        path = _program(program)
        assert path is not None
        user = _USER if os.getuid() == 0 else None
        subprocess.run(
            [path, *arguments],
            user=user,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )


def _program(name: str) -> str | None:
    """Debian keeps those of the server out of PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name) or next(
        (p for b in places if (p := shutil.which(name, path=b))), None
    )


def _until_done(lines: IO[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() == _DONE:
            return
        yield line.rstrip("\n")
    raise RuntimeError("psql has ended")


def _line(row: Sequence[object]) -> str:
    cells = (
        str(cell).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", " ") for cell in row
    )
    return "\t".join(cells) + "\n"


def _tsquery(query: Query) -> str:
    quoted = [f"''{word}''" for word in query.words]
    joined = {"all": " & ", "any": " | ", "phrase": " <-> ", "prefix": ""}[query.match]
    return f"to_tsquery('english', '{joined.join(quoted)}{':*' * (query.match == 'prefix')}')"


def _found(query: Query) -> str:
    parts = []
    if query.words:
        parts.append(f"words @@ {_tsquery(query)}")
    if query.entity:
        field, value = query.entity
        escaped = value.replace("'", "''")
        parts.append(
            "a.id IN (SELECT article_id FROM value_ids WHERE value_id = (SELECT id FROM "
            f"facet_values WHERE field = '{field}' AND value = '{escaped}'))"
        )
    if query.first:
        parts.append(f"published >= '{query.first}' AND published < '{query.last} 24:00'")
    return f"WHERE {' AND '.join(parts)}" if parts else ""


def _facets(query: Query, found: str) -> str:
    if query.facets == ("published",):
        month = "date_trunc('month', published) AS month"
        return f"SELECT {month}, count(*) FROM articles a {found} GROUP BY month;"
    return f"""
SELECT field, value, n FROM (
  SELECT field, value, n, row_number() OVER (PARTITION BY field ORDER BY n DESC) AS place FROM (
    SELECT value_id, count(*) AS n FROM value_ids v
    JOIN (SELECT id FROM articles a {found}) f ON f.id = v.article_id GROUP BY value_id
  ) c JOIN facet_values ON id = value_id
) p WHERE place <= {FACET_VALUES};"""
