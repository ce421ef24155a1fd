"""What a snapshot says of itself, and how it is known that its parts fit together.

That is known only when all of them have begun, and nothing can be written into a snapshot then. So
a second one without any index, its seal, says it. Whoever is killed before leaves one without.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from service.engines.opensearch.snapshots.repository import Kept
from service.engines.snapshots import Snapshot, State
from service.errors import InvalidRequest

FORMAT = "cuttings snapshot 1"
_SEAL = ".seal"
_RUNNING = "IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class Facts:
    """As the archive was: with the numbers of the last changes, what the indices are laid out by
    (without spans of years, which their names tell) and how many documents each alias has, those
    of the private part the last. By its `token` it is known who takes it. The cluster takes a
    thousand bytes.
    """

    archive: str
    id: str
    generation: int
    taken_at: str
    cuttings: str
    schema: str
    numbers: tuple[int, ...]
    layouts: tuple[tuple[int, ...], ...]
    documents: tuple[int, ...]
    token: str = ""

    def told(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}


def facts_of(metadata: Mapping[str, Any]) -> Facts | None:
    """None for a snapshot that is none of ours."""
    said = dict(metadata)
    if said.pop("format", None) != FORMAT:
        return None
    try:
        layouts = tuple(tuple(map(int, each)) for each in said.pop("layouts"))
        numbers, documents = (tuple(said.pop(name)) for name in ("numbers", "documents"))
        return Facts(**said, numbers=numbers, layouts=layouts, documents=documents)
    except (KeyError, TypeError, ValueError):
        return None


def full_name(archive: str, name: str) -> str:
    """No archive's name has a dot."""
    return f"{archive}.{name}"


def parted(full: str) -> tuple[str, str]:
    """And back: archive and name."""
    archive, _, name = full.partition(".")
    return archive, name


def checked_name(name: str) -> str:
    """InvalidRequest for one that the cluster, or a pattern of names, would take otherwise."""
    letters = name.replace("-", "").replace("_", "")
    if not (name.isascii() and letters.isalnum() and name == name.lower() and len(name) <= 100):
        raise InvalidRequest(
            f"“{name}” is no name of a snapshot: small letters, digits, - and _, 100 at most"
        )
    return name


def seal_of(full: str) -> str:
    return f"{full}{_SEAL}"


def is_seal(full: str) -> bool:
    return full.endswith(_SEAL)


def is_running(kept: Kept) -> bool:
    return kept.state == _RUNNING


def snapshots_in(
    kept: Iterable[Kept], sizes: Mapping[str, int] | None = None
) -> list[tuple[Kept, Snapshot]]:
    """Those of ours, the newest first."""
    every = [(each, facts) for each in kept if (facts := facts_of(each.metadata)) is not None]
    # A seal of another one that had the same name says nothing.
    seals = {(each.name, facts.token) for each, facts in every if each.state == "SUCCESS"}
    found = [
        (each, _told(each, facts, (seal_of(each.name), facts.token) in seals, sizes or {}))
        for each, facts in every
        if not is_seal(each.name)
    ]
    # Of two in one second, the one that was done later.
    return sorted(found, key=lambda each: (each[1].taken_at, each[0].ended), reverse=True)


def _told(kept: Kept, facts: Facts, is_sealed: bool, sizes: Mapping[str, int]) -> Snapshot:
    archive, name = parted(kept.name)
    state: State = "being taken" if is_running(kept) else "not whole"
    if is_sealed and kept.state == "SUCCESS":
        state = "whole"
    articles, entities = facts.documents[:2]
    return Snapshot(
        archive=archive,
        name=name,
        state=state,
        taken_at=facts.taken_at,
        generation=facts.generation,
        articles=articles,
        entities=entities,
        cuttings=facts.cuttings,
        schema=facts.schema,
        bytes=sizes.get(kept.name),
    )
