"""What articles used to say: which past texts match, as a truth value for each.

They are few beside articles and have no columns of their own: FTS5 finds words in them, and all
else is that of their article.
"""

from collections.abc import Collection

import numpy as np

from service.database import Connection
from service.dates import DateRange
from service.engines.leaves import Index
from service.engines.sqlite.columns.parts import Ids
from service.engines.sqlite.columns.view import Columns, Frequencies, Mask
from service.engines.sqlite.match import PAST
from service.engines.sqlite.matching import Matching
from service.engines.tokens import Tokens
from service.query import Node

TEXTS = """
SELECT v.id, a.id FROM versions v CROSS JOIN articles a ON a.key = v.article_key ORDER BY v.id
"""


class PastMatching(Matching):
    """The same trees over past texts, in the order of their ids."""

    def __init__(self, conn: Connection, columns: Columns, tokens: Tokens) -> None:
        super().__init__(conn, columns, tokens)
        rows = np.array([tuple(row) for row in conn.execute(TEXTS)], np.int64).reshape(-1, 2)
        self.ids, self.articles = rows[:, 0], rows[:, 1]
        every, places = np.unique(self.articles, return_inverse=True)
        # Both in the order of ids, since each of these articles stands alive somewhere once.
        positions = columns.positions_of(every)
        self._positions = positions[np.argsort(columns.ids[positions])][places]

    @property
    def everything(self) -> Mask:
        return np.ones(len(self.ids), np.bool_)

    @property
    def foreign(self) -> Mask | None:
        foreign = super().foreign
        return None if foreign is None else foreign[self._positions]

    def frequencies(self, node: Node) -> Frequencies | None:  # noqa: ARG002 - there is none
        return None

    def with_values(self, field: str, values: Collection[str]) -> Mask:
        return super().with_values(field, values)[self._positions]

    def published(self, dates: DateRange) -> Mask:
        return super().published(dates)[self._positions]

    def _by_index(self, index: Index, node: Node) -> Mask:
        return np.isin(self.ids, self.found(PAST[index], node))

    def of(self, mask: Mask, articles: Ids) -> Ids:
        """The texts that match, of some articles."""
        return self.ids[mask & np.isin(self.articles, articles)]
