"""Whether the service can answer, and if not, why: each condition by name.

Probes need no key, so what is behind a condition is told on this machine only.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.errors import CuttingsError
from service.web.desk import Desk

# Bytes: with less, the next ingest may not find the room for its log.
LEAST_ROOM = 200_000_000
# So many articles are read from the tables for each search without a delay that anybody notices.
MOST_UNFILED = 5_000


@dataclass(frozen=True, slots=True)
class Condition:
    """`needed` for any answer; what else is off is worth knowing, but reading goes on."""

    name: str
    ok: bool
    needed: bool
    detail: str = ""


def conditions(desk: Desk, *, is_stopping: bool) -> Iterator[Condition]:
    """All of them, whether they hold or not."""
    yield Condition("running", not is_stopping, needed=True, detail="the server is stopping")
    yield from _archive(desk)
    yield _private(desk)
    yield _disk(desk)


def without_details(found: Condition) -> Condition:
    return replace(found, detail="")


def _archive(desk: Desk) -> Iterator[Condition]:
    try:
        missing = desk.archive.pending()
        lag = desk.measures.unfiled(MOST_UNFILED + 1) if not missing else 0
    except CuttingsError as exc:
        yield Condition("archive", ok=False, needed=True, detail=exc.detail)
        return
    yield Condition("archive", ok=True, needed=True)
    yield Condition("schema", not missing, needed=True, detail="run `cuttings migrate`")
    detail = f"more than {MOST_UNFILED:,} articles are not in the index yet: searches are slower"
    yield Condition("index", lag <= MOST_UNFILED, needed=False, detail=detail)


def _private(desk: Desk) -> Condition:
    try:
        missing = desk.private.pending()
    except CuttingsError as exc:
        return Condition("private", ok=False, needed=True, detail=exc.detail)
    return Condition("private", not missing, needed=True, detail="run `cuttings migrate`")


def _disk(desk: Desk) -> Condition:
    try:
        free = shutil.disk_usage(desk.archive.path.absolute().parent).free
    except OSError as exc:
        return Condition("disk", ok=False, needed=False, detail=exc.strerror or str(exc))
    detail = f"{free // 1_000_000:,} MB are free: soon nothing more can be stored"
    return Condition("disk", free >= LEAST_ROOM, needed=False, detail=detail)
