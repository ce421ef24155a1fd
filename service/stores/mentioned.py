"""Who and what articles name most, many articles at once; and what keys of entities stand for."""

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from service.database import Connection
from service.entity import EntityType
from service.needs import Needs, of_articles, with_entities

# Article by article, which is faster than a window over all of them.
MOST_MENTIONED = """
SELECT a.key AS article, e.key, e.name, e.type
FROM json_each(:articles) asked CROSS JOIN articles a ON a.key = asked.value
CROSS JOIN json_each((SELECT json_group_array(id) FROM (
  SELECT named.id FROM article_entities ae CROSS JOIN entities named ON named.id = ae.entity_id
  WHERE ae.article_id = a.id ORDER BY ae.mentions DESC, named.key LIMIT :each
))) best
CROSS JOIN entities e ON e.id = best.value ORDER BY a.key, best.key
"""
CALLED = "SELECT key, name FROM entities WHERE key IN (SELECT value FROM json_each(:keys))"


class Mentioned(NamedTuple):
    """An entity that an article names."""

    key: str
    name: str
    type: EntityType


def of_most_mentioned(articles: Collection[str], each: int) -> Needs:
    """To tell at most `each` entities of every article."""
    return with_entities(of_articles(articles), each)


def most_mentioned(
    conn: Connection, articles: Collection[str], each: int
) -> Mapping[str, tuple[Mentioned, ...]]:
    """By key of the article at most `each` entities that it names most often, the most first.

    Equals come in the order of their keys.
    """
    found: dict[str, list[Mentioned]] = {}
    asked = {"articles": json.dumps([*articles]), "each": each}
    for article, *entity in conn.execute(MOST_MENTIONED, asked):
        found.setdefault(article, []).append(Mentioned(*entity))
    return {article: tuple(entities) for article, entities in found.items()}


def names_of(conn: Connection, keys: Collection[str]) -> Mapping[str, str]:
    """What the entities with these keys are called; a key that none has is left out."""
    asked = {"keys": json.dumps([*keys])}
    return {row["key"]: row["name"] for row in conn.execute(CALLED, asked)} if keys else {}
