"""Every consistency check there is: each has a name, tells its faults, and reads one snapshot.

So that a check runs beside a working server without crying wolf: what it compares was written
together.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

from service.checks import articles, entities, file, private
from service.checks.check import Check as Check
from service.checks.check import Fault as Fault
from service.checks.check import Progress as Progress
from service.database import Connection, Database
from service.engines import Engine
from service.errors import CuttingsError
from service.storage_faults import WHAT_TO_DO
from service.stores.copies import faults as copy_faults

_log = logging.getLogger("cuttings")
CHECKS = (
    Check(
        "file", "SQLite itself finds the file whole, and every value within its rules", file.damage
    ),
    Check(
        "schema", "tables, indexes, triggers and views are as the migrations make them", file.schema
    ),
    Check("references", "no row names a row that is not there", file.references),
    Check("single-rows", "what is there once is there once", file.single_rows),
    Check("order", "ids follow dates, and arrivals the generation", articles.order),
    Check("values", "flags, lists and positions are such as are written", articles.values),
    Check("findings", "names, quotes and dates stand where they say", articles.findings),
    Check(
        "versions", "earlier texts are numbered, and what their documents say", articles.versions
    ),
    Check("visibility", "nothing killed or under embargo is there", articles.visibility),
    Check("log", "the editors' log has no gaps and can be replayed", entities.log),
    Check("placed", "each mention stands for whom reading and log say", entities.placed),
    Check("counts", "each count is what a recount gives", entities.counts),
    Check("spellings", "each spelling is filed as its text says", entities.spellings),
    Check("names", "each entity is called as it has to be", entities.names),
    Check("copies", "near copies are those that the texts give", copy_faults),
    Check("text-indexes", "settings and pages of the text indexes are whole", file.text_indexes),
)
# The engine's own: FTS5's check of every index against its articles, words, columns.
INDEX = ("index", "the text indexes, words and columns say what the articles say")
PRIVATE = (
    Check("private-file", "the private file is whole", file.damage),
    Check("private-references", "no row of it names a row that is not there", private.references),
    Check("private-schema", "its schema is as the migrations make it", private.schema),
    Check(
        "embargoes",
        "what is under embargo can be read and does not wait for nothing",
        private.embargoes,
    ),
    Check("quarantine", "the quarantine is as large as it says", private.quarantine),
)
MODE = ("private-mode", "only its owner may read the private file")
HIDDEN = ("hidden", "what is under embargo is nowhere else")
NAMES = (*((c.name, c.about) for c in (*CHECKS, *PRIVATE)), INDEX, MODE, HIDDEN)
# What is released this moment is in both files for as long.
SECONDS_FOR_A_RELEASE = 1.0


def check(archive: Database, engine: Engine) -> list[str]:
    """Everything that is wrong with the archive's own file, a sentence each; empty when sound."""
    return [fault.message for fault in inspect(archive, engine)]


def inspect(
    archive: Database,
    engine: Engine,
    beside: Database | None = None,
    tell: Progress = lambda _name, _done, _all: None,
) -> list[Fault]:
    """The same with names, also of the private file `beside`; a damaged file is asked no more."""
    # A connection of its own: FTS5 remembers an index that another one has made anew. And without
    # a time limit: a check of a large archive takes its time.
    with closing(archive.unhurried()) as fresh:
        steps: list[Callable[[], list[Fault]]] = []
        steps += [partial(_of_archive, fresh, each) for each in CHECKS]
        names = [each.name for each in CHECKS]
        steps.append(partial(_of_engine, engine))
        names.append(INDEX[0])
        if beside is not None:
            steps += _beside(fresh, beside.unhurried())
            names += [*(each.name for each in PRIVATE), MODE[0], HIDDEN[0]]
        faults: list[Fault] = []
        for done, (name, step) in enumerate(zip(names, steps, strict=True)):
            tell(name, done, len(names))
            faults += step()
            if faults and name == CHECKS[0].name and not _is_readable(faults):
                break
        return faults


def _is_readable(faults: list[Fault]) -> bool:
    """A value outside its rules is no damage to the pages."""
    return not any(file.is_damage(fault.message) for fault in faults)


def _of_archive(fresh: Database, each: Check) -> list[Fault]:
    with (
        _guarded(each.name) as faults,
        _snapshot(fresh, may_write=each.look is file.damage) as conn,
    ):
        faults.extend(Fault(each.name, message) for message in each.look(conn))
    return faults


def _of_engine(engine: Engine) -> list[Fault]:
    with _guarded(INDEX[0]) as faults:
        faults.extend(Fault(INDEX[0], message) for message in engine.faults())
    return faults


def _beside(fresh: Database, private_file: Database) -> list[Callable[[], list[Fault]]]:
    steps = [partial(_of_archive, private_file, each) for each in PRIVATE]
    return [*steps, partial(_mode, private_file), partial(_hidden, fresh, private_file)]


def _mode(private_file: Database) -> list[Fault]:
    return [Fault(MODE[0], message) for message in private.mode(private_file.path)]


def _hidden(fresh: Database, private_file: Database) -> list[Fault]:
    """Looked at twice: the second time a release that was going on is over."""
    found: list[str] = []
    for again in (False, True):
        if again and found:
            time.sleep(SECONDS_FOR_A_RELEASE)
        if again and not found:
            break
        with _guarded(HIDDEN[0]) as faults, private_file.read() as other, fresh.read() as conn:
            found = list(private.waiting_and_seen(conn, other))
        if faults:
            return faults
    return [Fault(HIDDEN[0], message) for message in found]


@contextmanager
def _snapshot(fresh: Database, *, may_write: bool) -> Iterator[Connection]:
    """SQLite looks at the rules of columns only in a connection that might write."""
    if not may_write:
        with fresh.read() as conn:
            yield conn
        return
    with fresh.alone() as conn:
        conn.execute("PRAGMA query_only = ON")
        conn.execute("BEGIN")
        yield conn


@contextmanager
def _guarded(name: str) -> Iterator[list[Fault]]:
    """A file too broken to be asked is a fault, not a crash."""
    faults: list[Fault] = []
    try:
        yield faults
    except CuttingsError as exc:
        faults.append(Fault(name, exc.detail.removesuffix(WHAT_TO_DO)))
    except Exception as exc:
        _log.debug("the check %s failed", name, exc_info=True)
        faults.append(Fault(name, f"this cannot be checked, so broken is it: {exc!r}"))
