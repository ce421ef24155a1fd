"""A query's tree as an archive reads it, so that what is shown is what was found."""

from dataclasses import dataclass

from service.query import Node


@dataclass(frozen=True, slots=True)
class Reading:
    """A tree as this archive reads it; `foreign` is how it reads what is not English.

    That is None when it is no other tree, or when all is English.
    """

    tree: Node | None
    foreign: Node | None = None
