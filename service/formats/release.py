"""Whether an input may be read by its own word: what says that it is not public is refused.

A status tells that by a word of a closed set, since any other (“final”, “approved”, “ok”) may mean
anything; `draft: true` and `published: false` tell it by themselves.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import Unreadable
from service.formats.stated_fields import plain_name

_WORDS = {
    "is a draft, by its own status": "draft drafts auto_draft draft_autosave autosave",
    "is private, by its own status": "private internal hidden confidential restricted",
    "is not released, by its own status": (
        "pending pending_review in_review review needs_review submitted unapproved unreviewed"
        " in_progress not_published unpublished hold on_hold withheld embargoed"
    ),
    "is scheduled for later, by its own status": "future scheduled",
    "was deleted, by its own status": "trash trashed deleted removed",
    "was taken back, by its own status": (
        "killed kill withdrawn canceled cancelled retracted recalled spiked revoked"
    ),
}
_REASONS = {word: reason for reason, words in _WORDS.items() for word in words.split()}
# What says that a text is out says no more than that it is here.
_PUBLIC = frozenset("published publish public usable live released active posted final".split())
_STATUSES = frozenset(
    "status post_status article_status content_status pubstatus pub_status publish_status"
    " publication_status published_status publishing_status workflow_status workflow_state state"
    " visibility".split()
)
# Flags that keep an article back when they are set, and those that do when they are not.
_SET = {
    "draft": "is a draft, by its own word",
    "is_draft": "is a draft, by its own word",
    "private": "is private, by its own word",
    "is_private": "is private, by its own word",
    "deleted": "was deleted, by its own word",
    "is_deleted": "was deleted, by its own word",
    "withdrawn": "was taken back, by its own word",
    "retracted": "was taken back, by its own word",
    "unpublished": "is not published, by its own word",
}
_UNSET = frozenset("published is_published public is_public publish".split())
_NOT_PUBLISHED = "is not published, by its own word"
# When it was deleted; without a time it was not.
_DELETIONS = frozenset({"deleted_at", "deleted_on", "date_deleted", "trashed_at"})
_NOTHING = frozenset({"", "0", "none", "null", "nan", "false"})
_PASSWORDS = frozenset({"post_password"})
_YES = frozenset({"true", "yes", "1", "on", "y", "t"})
_NO = frozenset({"false", "no", "0", "off", "n", "f"})
# What other types of a WordPress site hold: pictures, menus, orders, letters to the editor.
_TYPES = frozenset(
    "post page article articles news story stories opinion column review interview report"
    " press_release blog".split()
)


def refuse_unreleased(fields: Mapping[str, Any]) -> None:
    """Unreadable for an input whose fields say that it is a draft, private or taken back."""
    for name, value in fields.items():
        plain = plain_name(name) if isinstance(name, str) else ""
        reason = _reason(plain, value)
        # An embargo with an end is kept until then.
        if reason and not (_is(value, "embargoed") and _has_embargo(fields)):
            raise Unreadable(reason)


def refuse_unfit_status(value: object) -> None:
    """The same for the word of a status alone, whatever its field is called."""
    if reason := _reason("status", value):
        raise Unreadable(reason)


def is_public(value: object) -> bool:
    """Whether a status says, in one of the usual words, that the text is out."""
    return _word(value) in _PUBLIC


def is_flag(value: object) -> bool:
    """Whether a value says yes or no, or nothing."""
    return value in (None, "") or isinstance(value, bool) or _word(value) in _YES | _NO


def _reason(name: str, value: object) -> str | None:
    if name in _STATUSES:
        return _NOT_PUBLISHED if value is False else _REASONS.get(_word(value))
    if name == "post_type" and _word(value) and _word(value) not in _TYPES:
        return f"is a WordPress “{_word(value)[:40]}”, not an article"
    if name in _PASSWORDS and _word(value):
        return "is protected by a password"
    if isinstance(value, dict) and value.get("protected") is True:
        return "is protected by a password"
    return _flag_reason(name, value)


def _flag_reason(name: str, value: object) -> str | None:
    if name in _SET and (value is True or _word(value) in _YES):
        return _SET[name]
    if name in _DELETIONS and value and str(value).strip().lower() not in _NOTHING:
        return "was deleted, by its own word"
    if name in _UNSET and (value is False or _word(value) in _NO):
        return _NOT_PUBLISHED
    return None


def _is(value: object, word: str) -> bool:
    return _word(value) == word


def _has_embargo(fields: Iterable[str]) -> bool:
    return any("embargo" in name.lower() for name in fields if isinstance(name, str))


def _word(value: object) -> str:
    """`stat:canceled`, `On Hold` and 1 as one word each; a value that is none as none."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("value")
    if type(value) is int:
        return str(value)
    return plain_name(value.rpartition(":")[2]) if isinstance(value, str) else ""
