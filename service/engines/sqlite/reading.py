"""A query's tree as an archive reads it: in its spellings, and without stems where not English."""

from service.database import Connection
from service.engines.leaves import unstemmed
from service.engines.reading import Reading
from service.engines.sqlite.respelling import respelled
from service.query import Node


def read_in(
    conn: Connection, tree: Node | None, *, any_foreign: bool, is_past: bool = False
) -> Reading:
    """The tree in the archive's spellings, or in those of what its articles used to say."""
    if tree is None:
        return Reading(None)
    written = respelled(conn, tree, is_past)
    exact = unstemmed(written) if any_foreign else written
    return Reading(written, exact if exact != written else None)
