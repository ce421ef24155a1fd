"""Which dates an article's text mentions, as they were read out of it."""

from service.database import Database
from service.findings import MentionedDate

DATES = """
SELECT field, start_offset, end_offset, text, date, precision FROM mentioned_dates
WHERE article_id = (SELECT id FROM articles WHERE key = :key) ORDER BY position
"""


class MentionedDateStore:
    """Reads mentioned dates."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_article(self, key: str) -> tuple[MentionedDate, ...]:
        """Every absolute date that an article mentions, in reading order."""
        with self._database.read() as conn:
            return tuple(MentionedDate(*row) for row in conn.execute(DATES, {"key": key}))
