"""What every format writes: an article as it is kept, the names in it, and one identifier.

A format is how its file begins and how one article is written: so a file of any length is made of
pieces, and nothing has to know how many there will be.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from service.article import Filed
from service.stores.entities import EntityRow

# Any would do, as long as it stays: identifiers that have been given away must not change.
_IDENTIFIERS = uuid.UUID("6f0c2b4e-2f6a-5d0e-9a53-1f2b8c7d4e90")


@dataclass(frozen=True, slots=True)
class Exported:
    """An article on its way out of the archive that is called `archive`."""

    filed: Filed
    entities: tuple[EntityRow, ...]
    archive: str

    @property
    def urn(self) -> str:
        """Its own in the whole world, and it stays."""
        return urn_of(self.archive, self.filed.key)


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """`beginning` comes once, then `write` makes a piece of each article."""

    name: str
    media_type: str
    file_name: str
    write: Callable[[Exported], str]
    beginning: str = ""


def urn_of(archive: str, what: str) -> str:
    """The same for the same thing of the same archive, and for no other (RFC 9562, version 5)."""
    name = f"{archive}\n{what}".encode("utf-8", "surrogatepass").hex()
    return uuid.uuid5(_IDENTIFIERS, name).urn
