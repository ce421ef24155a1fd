"""Members of archives: which are passed over, which are refused, and what they are called."""

import io
import re
from typing import BinaryIO

from service.errors import Unreadable
from service.formats.archives.bounded import Faulty
from service.formats.document import Document

# An archive in an archive is common, a fifth level is a trap.
DEEPEST = 4
_DRIVE = re.compile(r"[A-Za-z]:")


def check_depth(document: Document) -> None:
    """Unreadable for an archive that lies in too many others, as one that holds itself does."""
    if document.depth >= DEEPEST:
        raise Unreadable(f"lies in {document.depth} archives, one in the other, and is one too")


def climbs(name: str) -> bool:
    """Whether a path means a place outside the archive. Nothing is ever written there."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or bool(_DRIVE.match(name))


def is_passed_over(name: str) -> bool:
    """Hidden files, and what a Mac adds to an archive."""
    return any(
        part == "__MACOSX" or (part.startswith(".") and part not in (".", ".."))
        for part in name.split("/")
    )


def member(
    document: Document, name: str, stream: BinaryIO, sidecar: bytes | None = None
) -> Document:
    """A document in another one."""
    path = "/".join(part for part in name.split("/") if part not in ("", ".")) or name
    origin = f"{document.origin}!{name if climbs(name) else path}"
    last = path.rsplit("/", 1)[-1]
    return Document(origin, last, stream, sidecar=sidecar, depth=document.depth + 1)


def refused(document: Document, name: str, reason: str) -> Document:
    """A member that gives its reason to whoever wants to read it."""
    return member(document, name, io.BufferedReader(Faulty(reason)))
