"""All that is made of articles and of the editors' log, made anew while others read and write.

Ids, counts and near copies are looked through first, in a snapshot: only where something is wrong
it is put right, in one transaction. The indexes are made anew in any case, in short steps.
"""

from collections.abc import Callable, Collection

from service.checks import CHECKS
from service.database import Database
from service.engines import Engine
from service.stores.copies import rebuild_copies
from service.stores.counts import recount
from service.stores.slots import renumber

MADE_OF_NAMES = frozenset({"placed", "counts", "spellings", "names"})


def reindex(
    archive: Database,
    engine: Engine,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Until all agrees; killed at any instant it leaves a whole archive, and can begin anew."""
    archive = archive.unhurried()
    if _is_wrong(archive, {"order"}):
        with archive.write() as conn:
            renumber(conn)
    if _is_wrong(archive, MADE_OF_NAMES):
        with archive.write() as conn:
            recount(conn)
    if _is_wrong(archive, {"copies"}):
        with archive.write() as conn:
            rebuild_copies(conn)
    engine.rebuild(tell)


def _is_wrong(archive: Database, names: Collection[str]) -> bool:
    with archive.read() as conn:
        return any(next(each.look(conn), None) for each in CHECKS if each.name in names)
