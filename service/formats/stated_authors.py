"""The people in a field for authors: “By Jane Doe and John Roe”, “Jane Doe; John Roe”.

Exports write words for nobody, and some sites the address of a profile: those name no author.
"""

import re

from service.formats.plain_text.byline import bare_authors, read_byline

_LISTED = re.compile(r"\s*[;|]\s*")
_NOBODY = frozenset({"nan", "none", "null", "n/a", "undefined", "by", "by:"})
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)


def authors_in(text: str) -> tuple[str, ...]:
    """The names in one text, the text itself if it is of no known form; none for nobody's."""
    text = text.strip()
    if is_nobody(text):
        return ()
    byline = read_byline(text)
    if byline:
        return byline.authors
    parts = (part for part in _LISTED.split(text) if part and not is_nobody(part))
    return bare_authors(text) or tuple(parts)


def is_nobody(text: str) -> bool:
    bare = text.strip()
    return bare.casefold() in _NOBODY or bool(_ADDRESS.fullmatch(bare))
