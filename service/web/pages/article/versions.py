"""The pages of an article's versions: all of them, one as it stays, and what was changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from service.article import Filed
from service.errors import NotFound
from service.web.answers.versions import TEXTS, DifferencesOut, differences_out
from service.web.api import At, Key
from service.web.desk import Desk
from service.web.pages.addresses import article_page, version_page
from service.web.pages.article.readable_differences import Run, changes, paragraphs, runs
from service.web.pages.article.reading_text import Noted
from service.web.pages.article.shown_text import (
    arrival,
    places_in,
    shown_text,
)
from service.web.pages.article_lines import headline
from service.web.pages.moments import when
from service.web.pages.rendering import base_of, count, page
from service.web.present_keys import about_article
from service.web.versions import place_of

# What a field is called where it was changed.
_CALLED: Mapping[str, str] = {
    **{"title": "Headline", "standfirst": "Standfirst", "body": "Text", "captions": "Captions"},
    **{"uri": "Source's identifier", "authors": "Authors", "credits": "Credits"},
    **{"dateline": "Dateline", "related": "Related", "source": "Source", "url": "Original address"},
    **{"language": "Language", "topics": "Topics", "rights": "Rights", "status": "Status"},
    **{"published_at": "Published", "updated_at": "Updated", "correction": "Correction"},
    **{"embargoed_until": "Embargoed until", "extra": "Other fields"},
}
_DATES = frozenset(("published_at", "updated_at", "embargoed_until"))

router = APIRouter(prefix="/articles/{key}/versions", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a list; `changes` is where is told what was changed, empty for the first."""

    number: int
    href: str
    is_current: bool
    headline: str
    date: str
    archived: str
    is_corrected: bool
    correction: str
    changes: str


@dataclass(frozen=True, slots=True)
class ChangedText:
    """A text that was changed, by paragraph."""

    name: str
    number: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ChangedField:
    name: str
    old: str
    new: str


@router.get("")
def versions(request: Request, desk: At, key: Key) -> Response:
    """All versions of an article, the newest first."""

    def found() -> Response:
        rows = version_rows(desk.versions.all(key))
        values = {"path": article_page(key), "rows": rows}
        return page(request, "versions.html", values)

    return about_article(desk, request, key, found)


@router.get("/{number}")
def version(request: Request, desk: At, key: Key, number: str) -> Response:
    """What an article said, which stays as it is."""
    return about_article(desk, request, key, lambda: _version(desk, request, key, number))


@router.get("/{number}/diff")
def differences(request: Request, desk: At, key: Key, number: str) -> Response:
    """What was changed since the version before, or since `against`."""
    return about_article(desk, request, key, lambda: _differences(desk, request, key, number))


def version_rows(every: Sequence[Filed]) -> tuple[VersionRow, ...]:
    """The versions of an article, which come with the current one first."""
    return tuple(_row(filed, place, len(every)) for place, filed in enumerate(every))


def _row(filed: Filed, place: int, number: int) -> VersionRow:
    article, href = filed.article, version_page(filed.key, filed.version)
    return VersionRow(
        number=filed.version,
        href=href,
        is_current=place == 0,
        headline=headline(article),
        date=when(article.updated or article.published),
        archived=when(filed.ingested_at),
        is_corrected=article.status == "corrected",
        correction=article.correction or "",
        changes=f"{href}/diff" if place + 1 < number else "",
    )


def _version(desk: Desk, request: Request, key: str, number: str) -> Response:
    every = desk.versions.all(key)
    place = place_of(every, number_of(number))
    asked, came_from = arrival(request, desk.settings)
    filed = every[place]
    is_current = place == 0
    values = {
        "shown": shown_text(
            filed,
            Noted(),
            places_in(desk, asked, filed.article, is_past=not is_current),
            content_hash=_hash(desk, filed, is_current=is_current),
            is_current=is_current,
            base=base_of(request),
        ),
        "came_from": came_from,
        "path": article_page(key),
        "row": version_rows(every)[place],
        "current": every[0].version,
        "total": len(every),
    }
    return page(request, "version.html", values)


def _hash(desk: Desk, filed: Filed, *, is_current: bool) -> str:
    return desk.articles.text_of(filed.key) if is_current else filed.article.content_hash()


def number_of(text: str) -> int:
    """The number of a version as an address says it; NotFound for what is none."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise NotFound(f"“{text}” is no number of a version")
    return int(text)


def _differences(desk: Desk, request: Request, key: str, number: str) -> Response:
    every = desk.versions.all(key)
    place = place_of(every, number_of(number))
    against = request.query_params.get("against", "")
    if not against and place + 1 == len(every):
        raise NotFound(f"Nothing is known from before version {number}")
    before = place_of(every, number_of(against)) if against else place + 1
    made = differences_out(every[before], every[place])
    rows = version_rows(every)
    values = {
        "path": article_page(key),
        "rows": rows,
        "old": rows[before],
        "new": rows[place],
        "texts": changed_texts(made),
        "fields": changed_fields(made),
        "summary": summary(made),
    }
    return page(request, "differences.html", values)


def changed_texts(made: DifferencesOut) -> tuple[ChangedText, ...]:
    """The running texts that differ, in the order of the page."""
    return tuple(
        ChangedText(
            _CALLED[name],
            changes(made["texts"][name]),
            runs(paragraphs(made["texts"][name], by_line=name == "captions")),
        )
        for name in TEXTS
        if name in made["texts"]
    )


def changed_fields(made: DifferencesOut) -> tuple[ChangedField, ...]:
    """All else that differs."""
    return tuple(
        ChangedField(_CALLED[name], _said(name, changed["old"]), _said(name, changed["new"]))
        for name, changed in made["fields"].items()
    )


def _said(name: str, value: Any) -> str:
    """A field's value in words; empty for none."""
    if value in (None, [], {}):
        return ""
    if name in _DATES:
        return when(value)
    if isinstance(value, list):
        return "; ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def summary(made: DifferencesOut) -> str:
    """What was changed, in a sentence."""
    in_texts = sum(map(changes, made["texts"].values()))
    fields = len(made["fields"])
    told = [count(in_texts, "place in the text", "places in the text")] if in_texts else []
    told += [count(fields, "other field")] if fields else []
    return f"{' and '.join(told)} changed." if told else "Nothing is different."
