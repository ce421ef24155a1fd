"""Whose the rows of every table are: an article's, an entity's, a source's, an edit's; and beside
the archive a key's, a session's, a held article's and so on.

What belongs to one owner is one document. Documents call each other by keys: ids of rows are given
anew whenever documents are laid into a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.needs import Kind

Referred = Literal["article", "entity", "source", "reading"]


@dataclass(frozen=True, slots=True)
class Owned:
    """A table whose rows belong to documents of a `kind`, as the column `owner` says.

    `by_id` tells that this column holds an id and no key; `given_id` that others refer to the rows
    by id. `refers` are columns with ids of what else is called by a key, `anew` those whose
    numbers mean nothing outside of a database. Rows that are not `kept` are nobody's. The first
    column that is left tells an owner's rows apart. `number` tells that the owner is called by one;
    `begun` that an empty copy has rows already, which the laid ones replace;
    `read_from` what to ask instead of the table itself.
    """

    table: str
    kind: Kind
    owner: str
    by_id: Referred | None = None
    given_id: Referred | None = None
    refers: Mapping[str, Referred] = field(default_factory=dict)
    anew: tuple[str, ...] = ()
    kept: str = "true"
    number: bool = False
    begun: bool = False
    read_from: str = ""


def _of_article(table: str, kept: str = "true", **refers: Referred) -> Owned:
    return Owned(table, "article", "article_id", by_id="article", refers=refers, kept=kept)


IDS: Mapping[Referred, tuple[str, str]] = {
    "article": ("articles", "key"),
    "entity": ("entities", "key"),
    "source": ("sources", "name"),
    "reading": ("readings", "key"),
}
"""Tables of what others refer to by id, with the column that has the key."""
# Nobody is a source without an article: one that a correction has left alone waits in a file for
# the next withdrawal to be forgotten.
OWNED = (
    Owned("sources", "source", "name", given_id="source", anew=("id",), kept="articles > 0"),
    Owned("entities", "entity", "key", given_id="entity", anew=("id",)),
    Owned("aliases", "entity", "entity_id", by_id="entity"),
    Owned("edits", "edit", "id", number=True),
    Owned(
        *("articles", "article", "key"),
        given_id="article",
        refers={"source_id": "source"},
        anew=("id",),
    ),
    _of_article("article_authors"),
    _of_article("article_topics"),
    _of_article("mentions", reading_id="reading", entity_id="entity"),
    _of_article("article_entities", entity_id="entity"),
    _of_article("quotes", entity_id="entity"),
    _of_article("mentioned_dates"),
    # Without an article: another program has deleted it.
    _of_article("copy_signatures", kept="article_id IS NOT NULL"),
    _of_article("copy_pairs", other_id="article"),
    _of_article("copies", group_id="article"),
    Owned("origins", "article", "article_key"),
    Owned("versions", "article", "article_key", anew=("id",)),
    Owned("former_keys", "article", "key"),
    Owned("tombstones", "article", "key"),
    Owned("killed_identities", "article", "key"),
    Owned("erasures", "article", "key"),
    # Last, since it tells that all are laid.
    Owned("generation", "archive", "id", anew=("in_bulk",), begun=True),
)
# Of the documents themselves: a reading is there as long as a mention has it, and a signature says
# which places it has.
MADE_OF_DOCUMENTS = ("readings", "copy_bands")
# Of their texts and fields, by whatever engine answers searches.
MADE_BY_ENGINES = (
    *("words", "words_folded", "segments", "segment_columns", "postings", "filing", "unfiled"),
)

NUMBERED = ("api_keys", "audit", "quarantine", "slow_queries")
"""Tables whose rows get numbers that people see, or that tell their order."""
# How the last of them is known in a file, where only the audit log counts them.
_LAST_NUMBERS = f"""(
  SELECT name, max(seq) AS seq FROM (
    SELECT name, seq FROM sqlite_sequence
    {"".join(f"UNION ALL SELECT '{table}', max(id) FROM {table} " for table in NUMBERED)}
  ) WHERE seq IS NOT NULL GROUP BY name
)"""  # noqa: S608 - fixed names
BESIDE = (
    Owned("api_keys", "key", "id", number=True),
    Owned("sessions", "session", "hash"),
    Owned("embargoed", "held", "key"),
    Owned("quarantine", "aside", "id", number=True),
    Owned("fetches", "fetch", "url"),
    Owned("ingests", "ingest", "id", number=True),
    Owned("audit", "line", "id", number=True),
    Owned("slow_queries", "slow", "id", number=True),
    # After those that triggers count.
    Owned("quarantine_size", "sums", "id", begun=True),
    Owned("audit_kept", "sums", "id", begun=True),
    Owned("sqlite_sequence", "number", "name", read_from=_LAST_NUMBERS, begun=True),
)
