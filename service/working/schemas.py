"""The schemas that documents are laid into: the archive's, and that of what stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from service.needs import Kind, Needs
from service.schema_versions import migrations_folder
from service.working.owners import BESIDE, IDS, NUMBERED, OWNED, Owned, Referred


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """Tables, whose their rows are, and what a working copy of them has from its beginning.

    `always` are documents that every piece of work needs. `begun` fills an empty copy, `opened`
    ends the laying. Rows of `numbered` tables never get a number that another one had.
    """

    migrations: Path
    owned: tuple[Owned, ...]
    ids: Mapping[Referred, tuple[str, str]]
    always: Needs
    begun: str
    opened: str = ""
    numbered: tuple[str, ...] = ()
    # Triggers of the file's own, and what is asked otherwise where most rows are not there.
    without: tuple[str, ...] = ()
    otherwise: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(owned.kind for owned in self.owned))


# Most mentions of an entity are not in a working copy: whether any is left is told by their count.
_ASKED_OF_MENTIONS = "NOT EXISTS (SELECT 1 FROM mentions WHERE entity_id = old.entity_id)"
_ASKED_OF_THE_COUNT = "mentions = 0"
ARCHIVE = Schema(
    migrations_folder(),
    OWNED,
    IDS,
    # The number that changes raise, and the log that says where mentions belong.
    Needs(kinds=frozenset({"archive", "edit"})),
    """
    INSERT INTO generation (id, number, archive, in_bulk)
    VALUES (1, 0, lower(hex(randomblob(16))), 1);
    INSERT INTO filing VALUES (1, 0);
    """,
    "UPDATE generation SET in_bulk = 0",
    without=("_unfiled",),
    otherwise={_ASKED_OF_MENTIONS: _ASKED_OF_THE_COUNT},
)
PRIVATE = Schema(
    migrations_folder() / "private",
    BESIDE,
    {},
    Needs(frozenset({("sums", "1"), *(("number", table) for table in NUMBERED)})),
    "INSERT INTO quarantine_size VALUES (1, 0, 0); INSERT INTO audit_kept VALUES (1, '');",
    numbered=NUMBERED,
)
SCHEMAS = (ARCHIVE, PRIVATE)


@cache
def owned_by_table() -> Mapping[str, Owned]:
    """No table has a name that another schema's has."""
    return {owned.table: owned for schema in SCHEMAS for owned in schema.owned}


@cache
def schema_of(table: str) -> Schema:
    return next(s for s in SCHEMAS if any(owned.table == table for owned in s.owned))
