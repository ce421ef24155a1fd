"""Who said what: reads quotes from the archive file, the newest article first.

A speaker is an entity, or else what articles call somebody whom they only describe.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from service.archive import Archive
from service.database import Row
from service.dates import Moment
from service.entity import ENTITY_TYPES
from service.needs import NOTHING, SPEAKER, Linked, Needs, of_articles
from service.stores.edits import EditStore
from service.stores.entities import EntityStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedQuote:
    """Speech at its place in an article.

    `speaker` is an entity's key and `name` its name; None when the speaker is described only
    (`speaker_name`), left open or not told at all. `number` counts the quotes of the article in
    reading order, from 0.
    """

    speaker: str | None
    name: str | None
    speaker_name: str | None
    verb: str | None
    text: str
    direct: bool
    article: str
    title: str
    source: str | None
    published: Moment | None
    field: str
    start: int
    end: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class QuotePage:
    total: int
    quotes: tuple[PlacedQuote, ...]
    more: bool


ANYBODY = "SELECT article_id, position FROM quotes WHERE {where}"
ENTITIES = """
SELECT article_id, position FROM quotes
WHERE entity_id IN (
  SELECT id FROM entities WHERE key IN (SELECT value FROM json_each(:keys))) AND {where}
"""
# The plus: the planner would read everything that no entity says.
DESCRIBED = """
SELECT article_id, position FROM quotes
WHERE +entity_id IS NULL
  AND speaker_name COLLATE NOCASE IN (SELECT value FROM json_each(:names)) AND {where}
"""
IN_ARTICLE = "article_id = (SELECT id FROM articles WHERE key = :article)"
DIRECT = "direct = :direct"
TOTAL = "SELECT count(*) FROM ({selected})"
# Ids grow with the publication time.
PAGE = """
SELECT e.key AS speaker, e.name, q.speaker_name, q.verb, q.text, q.direct, a.key AS article,
  a.title, s.name AS source, a.published_at, a.published_precision, q.field, q.start_offset,
  q.end_offset, q.position AS number
FROM (
  {selected} ORDER BY article_id DESC, position LIMIT :limit OFFSET :offset
) page
CROSS JOIN quotes q ON q.article_id = page.article_id AND q.position = page.position
CROSS JOIN articles a ON a.id = q.article_id
LEFT JOIN sources s ON s.id = a.source_id
LEFT JOIN entities e ON e.id = q.entity_id
ORDER BY page.article_id DESC, page.position
"""


class QuoteStore:
    """Reads quotes."""

    def __init__(self, archive: Archive, entities: EntityStore, edits: EditStore) -> None:
        self._archive = archive
        self._entities = entities
        self._edits = edits

    def page(
        self,
        *,
        speakers: Sequence[str] = (),
        article: str | None = None,
        direct: bool | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> QuotePage:
        """What any of the speakers says; without one everything, the unattributed included.

        A speaker is a key (also one that was merged into another), a name of an entity, or what
        articles call somebody who is no entity, without regard to capitals.
        """
        values: dict[str, Any] = {"article": article, "direct": direct}
        with self._archive.read(_of_article(article)) as conn:
            values |= self._meant(speakers)
            selected = _selected(bool(speakers), article is not None, direct is not None)
            total = conn.execute(TOTAL.replace("{selected}", selected), values).fetchone()[0]
            values |= {"limit": limit, "offset": offset}
            rows = conn.execute(PAGE.replace("{selected}", selected), values)
            quotes = tuple(map(_placed, rows))
        return QuotePage(total, quotes, offset + len(quotes) < total)

    def _meant(self, speakers: Iterable[str]) -> dict[str, str]:
        keys, names = self._speakers(speakers)
        return {"keys": json.dumps(keys), "names": json.dumps(names)}

    def _speakers(self, speakers: Iterable[str]) -> tuple[list[str], list[str]]:
        """Keys of the entities that the speakers are, and the names of the others."""
        keys: list[str] = []
        names: list[str] = []
        for speaker in speakers:
            found = self._keys(speaker)
            keys += found
            names += () if found else (" ".join(speaker.split()),)
        return keys, names

    def _keys(self, speaker: str) -> tuple[str, ...]:
        found = (key for type_ in ENTITY_TYPES for key in self._entities.keys_of(type_, speaker))
        if keys := tuple(found):
            return keys
        looks_like_a_key = speaker.partition("-")[0] in ENTITY_TYPES
        survivor = self._edits.survivor(speaker) if looks_like_a_key else None
        return (survivor,) if survivor is not None else ()


def _of_article(key: str | None) -> Needs:
    """Its quotes and who says them; those of a whole archive are in no few articles."""
    if key is None:
        return NOTHING
    return Needs(linked=frozenset({Linked(of_articles([key]), SPEAKER)}))


def _selected(by_speaker: bool, in_article: bool, by_directness: bool) -> str:
    """SQL: articles and positions of the quotes that are asked for."""
    conditions = [IN_ARTICLE] * in_article + [DIRECT] * by_directness
    parts = (ENTITIES, DESCRIBED) if by_speaker else (ANYBODY,)
    return " UNION ALL ".join(parts).replace("{where}", " AND ".join(conditions) or "1")


def _placed(row: Row) -> PlacedQuote:
    iso = row["published_at"]
    return PlacedQuote(
        speaker=row["speaker"],
        name=row["name"],
        speaker_name=row["speaker_name"],
        verb=row["verb"],
        text=row["text"],
        direct=bool(row["direct"]),
        article=row["article"],
        title=row["title"],
        source=row["source"],
        published=Moment(iso, row["published_precision"]) if iso is not None else None,
        field=row["field"],
        start=row["start_offset"],
        end=row["end_offset"],
        number=row["number"],
    )
