"""Whether the service can answer, and if not, why: each condition by name.

Probes need no key, so what is behind a condition is told on this machine only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from service.cluster import EngineName
from service.errors import CuttingsError
from service.web.desk import Desk

# What a home is made of, as the condition is called.
_PLACE: Mapping[EngineName, str] = {"sqlite": "disk", "opensearch": "cluster"}
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
    yield _place(desk)


def without_details(found: Condition) -> Condition:
    return replace(found, detail="")


def _archive(desk: Desk) -> Iterator[Condition]:
    try:
        missing = desk.home.pending()
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
        missing = desk.home.pending_private()
    except CuttingsError as exc:
        return Condition("private", ok=False, needed=True, detail=exc.detail)
    return Condition("private", not missing, needed=True, detail="run `cuttings migrate`")


def _place(desk: Desk) -> Condition:
    try:
        weakness = desk.home.weakness()
    except CuttingsError as exc:
        weakness = exc.detail
    return Condition(_PLACE[desk.settings.engine], not weakness, needed=False, detail=weakness)
