"""What else an entity is called, where editors have said so."""

import json
from collections.abc import Collection, Mapping

from service.database import Connection
from service.names import name_key

# Left to themselves, machine readings stay out: their spellings meet in the text index anyway, and
# short forms (`Kim`) are other people elsewhere.
OTHERS = """
SELECT typed.value AS typed, other.text
FROM json_each(:names) typed
CROSS JOIN aliases known ON known.folded = typed.value
CROSS JOIN aliases other ON other.entity_id = known.entity_id
WHERE (known.added OR known.whole IS NOT NULL) AND (other.added OR other.whole IS NOT NULL)
  AND other.folded <> known.folded
  AND EXISTS (SELECT 1 FROM aliases WHERE entity_id = known.entity_id AND added)
ORDER BY other.mentions DESC, other.text
"""
ANY_ADDED = "SELECT 1 FROM aliases INDEXED BY aliases_added WHERE added LIMIT 1"


def has_added(conn: Connection) -> bool:
    """Whether editors have given any name at all."""
    return conn.execute(ANY_ADDED).fetchone() is not None


def also_called(conn: Connection, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Other full names of whom a name stands for, of those names that have any."""
    folded = {name: name_key(name) for name in names}
    found: dict[str, dict[str, None]] = {}
    keys = sorted({key for key in folded.values() if key})
    for typed, text in conn.execute(OTHERS, {"names": json.dumps(keys)}):
        found.setdefault(typed, {})[text] = None
    return {name: tuple(found[key]) for name, key in folded.items() if key in found}
