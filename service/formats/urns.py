"""What archives like this one call their articles in the whole world, so that they know them again.

It stands beside the readers, since what was given away comes back to them.
"""

import uuid

# Any would do, as long as it stays: identifiers that have been given away must not change.
_IDENTIFIERS = uuid.UUID("6f0c2b4e-2f6a-5d0e-9a53-1f2b8c7d4e90")


def urn_of(archive: str, what: str) -> str:
    """The same for the same thing of the same archive, and for no other (RFC 9562, version 5)."""
    name = f"{archive}\n{what}".encode("utf-8", "surrogatepass").hex()
    return uuid.uuid5(_IDENTIFIERS, name).urn
