"""Exports of WordPress, which are RSS with everything that a site holds: drafts and pictures too.

The classic editor keeps paragraphs as blank lines and captions in square brackets; WordPress makes
HTML of both only when it shows a page.
"""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from service.formats.html_text import line_of_html
from service.formats.release import refuse_unreleased

# The names that feedparser gives to elements of `wp:`; an entry of Atom may be a draft as well.
_RELEASE = {
    "wp_post_type": "post_type",
    "wp_status": "status",
    "wp_post_password": "post_password",
    "app_draft": "draft",
}
_EXPORTED = "wp_post_type"
_PARAGRAPHED = re.compile(r"<(?:p|br)[\s/>]", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
_CAPTION = re.compile(
    r"\[caption\b(?P<stated>[^\[\]]*+)\](?P<shown>(?:(?!\[/?caption\b).)*)\[/caption\]", re.DOTALL
)
_STATED_CAPTION = re.compile(r"""\bcaption\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_AUTHOR = re.compile(r"<wp:author>(?P<said>(?:(?!<wp:author>).)*)", re.DOTALL)
_SAID = re.compile(
    r"<wp:author_(login|display_name)>\s*(?:<!\[CDATA\[)?([^<\]]{1,200})(?:\]\]>)?\s*</wp:author_"
)


def refuse_unpublished(entry: Mapping[str, Any]) -> None:
    """Unreadable for an entry that its site does not show to everybody, or that is no article."""
    stated = {name: entry[said] for said, name in _RELEASE.items() if entry.get(said)}
    refuse_unreleased(stated)


def is_exported(entry: Mapping[str, Any]) -> bool:
    return _EXPORTED in entry


def text_as_shown(content: str) -> tuple[str, list[str]]:
    """The content with its paragraphs marked, and the captions that stood in it."""
    captions: list[str] = []

    def caption(found: re.Match[str]) -> str:
        stated = _STATED_CAPTION.search(found["stated"])
        text = (stated[1] or stated[2]) if stated else found["shown"]
        captions.append(" ".join(line_of_html(text or "").split()))
        return "\n\n"

    content = _CAPTION.sub(caption, content)
    if not _PARAGRAPHED.search(content):
        content = _BLANK_LINES.sub("\n<br><br>\n", content).strip()
    return content, [text for text in captions if text]


def display_names(data: bytes) -> dict[str, str]:
    """By their logins what the authors of a site are called on it."""
    start, end = data.find(b"<wp:author>"), data.find(b"<item>")
    if start < 0 or end < start:
        return {}
    names: dict[str, str] = {}
    for author in _AUTHOR.finditer(data[start:end].decode("utf-8", "replace")):
        said = {name: unescape(text).strip() for name, text in _SAID.findall(author["said"])}
        if said.get("login") and said.get("display_name"):
            names[said["login"]] = said["display_name"]
    return names
