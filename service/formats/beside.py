"""Which files are texts by their names, and which JSON beside one is its sidecar."""

from collections.abc import Collection
from pathlib import PurePosixPath

MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd"})
TEXTS = frozenset({".txt", ".text"}) | MARKDOWN


def ending(name: str) -> str:
    """`.txt`, in small letters; empty without one."""
    return PurePosixPath(name).suffix.lower()


def sidecar_names(name: str) -> tuple[str, ...]:
    """The names under which the sidecar of a text is looked for, the preferred one first."""
    bare = name[: len(name) - len(ending(name))]
    return tuple(dict.fromkeys((f"{name}.json", f"{bare}.json")))


def is_sidecar(name: str, text: str) -> bool:
    """Whether a file of this name states what goes with a text of the other."""
    return ending(text) in TEXTS and name in sidecar_names(text)


def sidecars_among(names: Collection[str]) -> frozenset[str]:
    """Those of the names that are sidecars of others, and so no inputs of their own."""
    tables = {name for name in names if name.endswith(".json")}
    if not tables:
        return frozenset()
    texts = (name for name in names if ending(name) in TEXTS)
    return frozenset(side for name in texts for side in sidecar_names(name) if side in tables)
