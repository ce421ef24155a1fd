"""What an editor says about a story above or under it: a correction, a warning, a note."""

import re

from service.formats.plain_text.prose import ends_in_full_stop

_LONGEST = 1200
_BULLET = r"(?:[•*■▪-]\s*)?[(\[]?"
_CORRECTION = re.compile(
    rf"{_BULLET}(?:(?:corrections?|clarifications?|corrections? and clarifications?)"
    r"(?:\s\([^()]{4,30}\)|,?\s\w{3,9}\.?\s\d{1,2},?\s\d{4})?\s*[:：—–]"
    r"|this (?:article|story|report|piece) (?:was|has been) (?:amended|corrected|clarified)\b"
    r"|an earlier version of this (?:article|story|report|piece|headline)\b)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    rf"{_BULLET}(?:(?:editor[’'s]{{0,3}}|author[’'s]{{0,3}}|publisher[’'s]{{0,3}}) note"
    r"|note to (?:readers|editors)|(?:content|trigger) warning)\s*[:：—–-]",
    re.IGNORECASE,
)


def is_correction(text: str) -> bool:
    """“Correction: An earlier version of this article …”; without a full stop it is a headline."""
    return len(text) <= _LONGEST and bool(_CORRECTION.match(text)) and _is_closed(text)


def is_note(text: str) -> bool:
    """A correction, or “Editor’s note: …” and the like."""
    noted = len(text) <= _LONGEST and _NOTE.match(text) and _is_closed(text)
    return bool(noted) or is_correction(text)


def _is_closed(text: str) -> bool:
    return ends_in_full_stop(text.rstrip("_* "))
