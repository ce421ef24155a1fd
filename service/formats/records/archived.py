"""An article that an archive like this one has given away, as it was there.

It comes in unchanged, so nothing in it is guessed or tidied: null means that the article has no
such field, and what the archive itself had made (names, a detected language, its own count of the
texts) is made anew.
"""

from collections.abc import Mapping
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats.plain_text.headline import derived_title
from service.formats.sidecar import read_subheadings
from service.formats.stated_fields import is_version, read_fields

# No other input has fields of these names.
_TELLING = frozenset(("ingested_at", "published_precision", "language_detected", "stated_version"))
_MADE = frozenset(
    "ingested_at published_precision language_detected origin version stated_version tagger"
    " entities mentions copies copy_of near_copies".split()
)
_TEXTS = ("standfirst", "body", "dateline", "source", "uri", "rights", "correction")
_LISTS = ("captions", "credits", "related", "authors", "topics")


def is_archived(raw: Mapping[str, Any]) -> bool:
    """Whether an archive has written the record."""
    return not _TELLING.isdisjoint(raw) and "body" in raw


def read_archived(raw: Mapping[str, Any]) -> Article:
    """The article in it; Unreadable, with the field, where somebody has broken it."""
    sent = {name: value for name, value in raw.items() if name not in _MADE}
    if raw.get("language_detected") is True:
        sent.pop("language", None)
    stated = read_fields(sent | _version(raw.get("stated_version")))
    if "body" not in stated:
        raise Unreadable("body: is empty")
    # Checked, but as they were sent: checked texts are tidied.
    stated |= {name: sent[name] for name in _TEXTS if isinstance(sent.get(name), str)}
    stated |= {name: tuple(sent[name]) for name in _LISTS if isinstance(sent.get(name), list)}
    if isinstance(sent.get("title"), str):
        stated["title"] = sent["title"]
    else:
        stated |= {"title": derived_title(stated["body"]), "title_derived": True}
    if "subheadings" in stated:
        stated["subheadings"] = read_subheadings(stated["subheadings"], stated["body"])
    return Article(**stated)


def _version(stated: object) -> dict[str, Any]:
    """The source's own number, which others compare theirs with; the archive's count is none."""
    if stated is None:
        return {}
    if not is_version(stated):
        raise Unreadable("stated_version: must be a whole number from 1 on")
    return {"version": stated}
