"""What was read out of an article into the archive file: mentions, quotes and dates."""

from collections.abc import Sequence
from typing import Any

from service.database import Connection
from service.findings import Findings, MentionedDate, Quote
from service.stores.mentions import file_mentions

ADD_QUOTE = """
INSERT INTO quotes (article_id, position, speaker, entity_id, speaker_name, verb, direct, field,
  start_offset, end_offset, text)
VALUES (:article, :position, :speaker,
  (SELECT entity_id FROM mentions WHERE article_id = :article AND position = :speaker),
  :speaker_name, :verb, :direct, :field, :start, :end, :text)
"""
ADD_DATE = """
INSERT INTO mentioned_dates (article_id, position, date, precision, field, start_offset, end_offset,
  text)
VALUES (:article, :position, :date, :precision, :field, :start, :end, :text)
"""


def file_findings(conn: Connection, article_id: int, findings: Findings) -> None:
    """Make `findings` those of the article, instead of any it had."""
    article = {"article": article_id}
    # Before the mentions, whose entities they name.
    conn.execute("DELETE FROM quotes WHERE article_id = :article", article)
    conn.execute("DELETE FROM mentioned_dates WHERE article_id = :article", article)
    file_mentions(conn, article_id, findings.mentions)
    add_speech_and_dates(conn, [(article_id, findings)])


def add_speech_and_dates(conn: Connection, read: Sequence[tuple[int, Findings]]) -> None:
    """The quotes and dates of articles that have none yet; their mentions must be there."""
    conn.executemany(ADD_QUOTE, [row for id_, f in read for row in _rows(id_, f.quotes)])
    conn.executemany(ADD_DATE, [row for id_, f in read for row in _rows(id_, f.dates)])


def _rows(article: int, found: Sequence[Quote | MentionedDate]) -> list[dict[str, Any]]:
    place = {"article": article}
    return [place | {"position": at} | _values(each) for at, each in enumerate(found)]


def _values(each: Quote | MentionedDate) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__slots__}  # asdict copies every string
