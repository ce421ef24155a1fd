"""Which dates an article's text mentions, as they were read out of it."""

from service.archive import Archive
from service.findings import MentionedDate
from service.needs import of_articles

DATES = """
SELECT field, start_offset, end_offset, text, date, precision FROM mentioned_dates
WHERE article_id = (SELECT id FROM articles WHERE key = :key) ORDER BY position
"""


class MentionedDateStore:
    """Reads mentioned dates."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def in_article(self, key: str) -> tuple[MentionedDate, ...]:
        """Every absolute date that an article mentions, in reading order."""
        with self._archive.read(of_articles([key])) as conn:
            return tuple(MentionedDate(*row) for row in conn.execute(DATES, {"key": key}))
