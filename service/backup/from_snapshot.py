"""A snapshot of a cluster brought back, without what was taken back since it was taken."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.backup.carrying import (
    Carried,
    Carrying,
    Known,
    Row,
    TakenBack,
    digests_of,
    forget_sessions,
    held_in,
    revoked_in,
)
from service.backup.restoring import FAR_AHEAD, RAISE
from service.cluster import archive_name
from service.database import Connection
from service.engines.snapshots import Snapshot, Tell
from service.errors import CuttingsError, Misconfigured
from service.home import ClusteredHome, clustered_home
from service.killing import Killing
from service.needs import ENDS, NOTHING, Name, Needs, Span
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.quarantine import QuarantineStore
from service.working.documents import Document, columns

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RestoredSnapshot:
    """What stands there now: `carried` was taken back since and stays so; `lacks` says what is not
    known of that, a sentence each.
    """

    snapshot: Snapshot
    carried: Carried
    lacks: tuple[str, ...]
    seconds: float


def restore(
    settings: Settings, name: str, newer: Sequence[str], tell: Tell = lambda _done, _all: None
) -> RestoredSnapshot:
    """Into the archive that the settings name, where none may stand.

    What was killed, put under embargo or revoked since is read from the archives called `newer`, or
    from the one that it is a snapshot of, if that is there.
    """
    began = time.monotonic()
    sources = [(each, _opened(settings, each)) for each in newer]
    for each, home in sources:
        if not home.is_there():
            raise Misconfigured(f"--newer {each}: there is no such archive in the cluster")
    lacks: list[str] = []
    with clustered_home(settings).restored(name, tell) as (snapshot, made):
        if not newer and snapshot.archive != settings.cluster.name:
            sources = [(snapshot.archive, _opened(settings, snapshot.archive))]
        carrying, carried, reached = _into(made), Carried(), [0]
        made.private.change(Needs(spans=frozenset({Span(ENDS)})), forget_sessions)
        for source, home in sources:
            try:
                _refuse_another(made, home)
                carried += carrying.from_newer(_told_by(home))
                reached.append(_generation(home)[1])
            except CuttingsError as exc:
                if newer:
                    raise
                lacks.append(_unknown(source, exc))
        if not sources:
            lacks.append(_UNKNOWN)
        _keep_back(carrying)
        _go_ahead(made, max(reached))
    return RestoredSnapshot(snapshot, carried, tuple(lacks), time.monotonic() - began)


def _opened(settings: Settings, name: str) -> ClusteredHome:
    """Another archive of the cluster."""
    cluster = replace(settings.cluster, name=archive_name(name, "--newer"))
    return clustered_home(replace(settings, cluster=cluster))


def _generation(home: ClusteredHome) -> tuple[str, int]:
    return home.engine.generation()


def _refuse_another(made: ClusteredHome, source: ClusteredHome) -> None:
    if not source.is_there():
        raise Misconfigured("it is not there")
    if _generation(source)[0] != _generation(made)[0]:
        raise Misconfigured("it is another archive")


def _into(home: ClusteredHome) -> Carrying:
    embargoes = EmbargoStore(home.private, home.archive)
    quarantine = QuarantineStore(home.private)
    killing = Killing(home.archive, home.engine, embargoes, quarantine)
    return Carrying(home.archive, home.private, killing, lambda: _known_in(home))


def _keep_back(carrying: Carrying) -> None:
    """What was about to be taken out of sight when the snapshot was taken is."""
    held = held_in(carrying.archive, carrying.private)
    carrying.embargoes((each, False) for each, is_seen in held if is_seen)


def _go_ahead(home: ClusteredHome, reached: int) -> None:
    """No reader takes an answer for unchanged whose number the archive had before."""
    least = reached or _generation(home)[1] + FAR_AHEAD

    def work(conn: Connection) -> None:
        conn.execute(RAISE, {"least": least})

    home.archive.change(NOTHING, work)


# What an archive in a cluster says --------------------------------------------------------------


def _told_by(home: ClusteredHome) -> TakenBack:
    names: list[Name] = [("article", each.key) for each in home.lists.kills.all()]
    stones: list[Row] = []
    identities: list[Row] = []
    for at in range(0, len(names), _AT_ONCE):
        for each in home.shelf.get(names[at : at + _AT_ONCE]):
            stones += (
                {"key": each.key, **_only(row, "killed_at", "reason", "later_key")}
                for row in _rows(each, "tombstones")
            )
            identities += (
                {"digest": row["digest"], "key": each.key}
                for row in _rows(each, "killed_identities")
            )
    held = held_in(home.archive, home.private)
    return TakenBack(stones, identities, held, revoked_in(home.private))


def _known_in(home: ClusteredHome) -> Iterator[Known]:
    for each in home.shelf.walk("article"):
        for row in _rows(each, "articles"):
            article = _only(row, "uri", "content_hash", "source_id", "key_made")
            origins = [o["origin"] for o in _rows(each, "origins") if o["record"] is None]
            for origin in origins or [None]:
                known = {**article, "key": each.key, "source": row["source_id"], "origin": origin}
                yield each.key, digests_of(known)


def _rows(document: Document, table: str) -> Iterator[Row]:
    names = columns(table)
    for values in document.rows.get(table, ()):
        yield dict(zip(names, values, strict=True))  # type: ignore[arg-type]  # texts alone are read


def _only(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names}


_KILL_AGAIN = "kill, put under embargo and revoke again what was since, or restore with --newer"
_UNKNOWN = f"What was taken back since the snapshot is not known: {_KILL_AGAIN}"


def _unknown(source: str, exc: CuttingsError) -> str:
    return f"What was taken back in {source} is not known ({exc.detail}): {_KILL_AGAIN}"
