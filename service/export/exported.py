"""What every format writes: an article as it is kept, the names in it, and one identifier.

A format is how its file begins and how one article is written: so a file of any length is made of
pieces, and nothing has to know how many there will be.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.article import Filed
from service.formats.urns import urn_of
from service.stores.entities import EntityRow

__all__ = ["ExportFormat", "Exported", "urn_of"]


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
