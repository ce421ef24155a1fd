"""Entities that a name may stand for, with the spelling that says so.

Every statement reads a few rows off an index, or a stated number of the most mentioned: no look-up
may read all names, since a table that is reconciled asks for thousands.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.archive import Archive
from service.database import Row
from service.entity import EntityType
from service.needs import NOTHING, Needs, of_entities, of_names
from service.stores.entities import EntityRow
from service.stores.mentions import decisions

# A surname alone may stand for thousands: the most mentioned of them are whom somebody means.
MOST_CALLED_SO = 50
# Spellings that are read to each side of a name in the alphabet.
NEIGHBOURS = 30
# Neighbours share this beginning: others are in the same place of the alphabet by chance.
SHARED_LETTERS = 2
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Spelled:
    """An entity and one of its spellings."""

    entity: EntityRow
    spelling: str


# `+type` keeps the planner from reading all of a type instead of the few with the spelling.
SPELLED = """
SELECT key, name, type, articles, mentions, min(spelling) AS spelling FROM (
  SELECT e.key, e.name, e.type, e.articles, e.mentions, al.text AS spelling
  FROM aliases al JOIN entities e ON e.id = al.entity_id
  WHERE al.folded IN (SELECT value FROM json_each(:folded))
    AND +e.type IN (SELECT value FROM json_each(:types))
  UNION ALL
  SELECT key, name, type, articles, mentions, name FROM entities
  WHERE folded IN (SELECT value FROM json_each(:folded))
    AND +type IN (SELECT value FROM json_each(:types))
  UNION ALL
  SELECT key, name, type, articles, mentions, name FROM entities
  WHERE key = CASE WHEN EXISTS (SELECT 1 FROM entities WHERE key = :key) THEN :key
      ELSE :survivor END
    AND +type IN (SELECT value FROM json_each(:types))
) GROUP BY key ORDER BY mentions DESC, key LIMIT :limit
"""
BEFORE = """
SELECT e.key, e.name, e.type, e.articles, e.mentions, al.text AS spelling
FROM (SELECT entity_id, text FROM aliases WHERE folded >= :start AND folded < :folded
  ORDER BY folded DESC LIMIT :limit) al
JOIN entities e ON e.id = al.entity_id
WHERE +e.type IN (SELECT value FROM json_each(:types))
"""
AFTER = """
SELECT e.key, e.name, e.type, e.articles, e.mentions, al.text AS spelling
FROM (SELECT entity_id, text FROM aliases WHERE folded >= :folded AND folded < :end
  ORDER BY folded LIMIT :limit) al
JOIN entities e ON e.id = al.entity_id
WHERE +e.type IN (SELECT value FROM json_each(:types))
"""
# The planner would rather sort all entities than put those with equal mentions into order.
MOST_MENTIONED = """
SELECT key, name, type, articles, mentions, folded AS spelling
FROM entities INDEXED BY entities_by_mentions ORDER BY mentions DESC, key LIMIT :limit
"""


class CandidateStore:
    """Reads entities by what their spellings have in common with a name."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def spelled(
        self, folded: Iterable[str], types: Sequence[EntityType], key: str = ""
    ) -> tuple[Spelled, ...]:
        """Those with any of these folded spellings, or with this key, each once; at most 50.

        The key of an entity that editors have merged into another stands for that one.
        """
        folded = list(folded)
        values = {"folded": json.dumps(folded), "key": key, "types": json.dumps(types)}
        needs = of_names(folded) | of_entities([key] if key else [])
        with self._archive.read(needs) as conn:
            survivor = decisions(conn).survivor(key) if key else None
            return self._read(
                SPELLED, values | {"survivor": survivor, "limit": MOST_CALLED_SO}, needs
            )

    def beside(self, folded: str, types: Sequence[EntityType]) -> tuple[Spelled, ...]:
        """Those with the spellings next to this one in the alphabet (sorted neighbourhood)."""
        start = folded[:SHARED_LETTERS]
        values = {"start": start, "folded": folded, "end": start + _LAST, "limit": NEIGHBOURS}
        values["types"] = json.dumps(types)
        return (*self._read(BEFORE, values), *self._read(AFTER, values))

    def most_mentioned(self, limit: int) -> tuple[Spelled, ...]:
        """So many entities, each with its folded name for a spelling."""
        return self._read(MOST_MENTIONED, {"limit": limit})

    def _read(
        self, statement: str, values: dict[str, object], needs: Needs = NOTHING
    ) -> tuple[Spelled, ...]:
        with self._archive.read(needs) as conn:
            return tuple(_spelled(row) for row in conn.execute(statement, values))


def _spelled(row: Row) -> Spelled:
    key, name, type_, articles, mentions, spelling = row
    return Spelled(EntityRow(key, name, type_, articles, mentions), spelling)
