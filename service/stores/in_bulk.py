"""Numbers out of SQLite in bulk: one row of long texts costs a third of as many rows of numbers."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from service.database import Connection

Numbers = npt.NDArray[np.int64]

# Counts are kept by source; to count the articles themselves is to walk through an index of them.
ARTICLES = """
SELECT (SELECT coalesce(sum(articles), 0) FROM sources)
  + (SELECT count(*) FROM articles WHERE source_id IS NULL)
"""


def numbers(conn: Connection, sql: str, values: Mapping[str, object]) -> tuple[Numbers, ...]:
    """The columns of a statement's one row, each a group_concat() of whole numbers."""
    row = conn.execute(sql, dict(values)).fetchone()
    return tuple(map(numbers_in, row))


def numbers_in(text: str | None) -> Numbers:
    """What group_concat() made of whole numbers; nothing of none."""
    return np.fromstring(text or "", np.int64, sep=",")


def article_count(conn: Connection) -> int:
    """The number of articles in the archive."""
    return int(conn.execute(ARTICLES).fetchone()[0])
