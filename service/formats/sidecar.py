"""Lays what a sidecar or front matter states over the article that a text shows.

Nothing that the text showed gets lost: a headline or standfirst that differs from the stated one
goes back into the body, and other fields that were replaced go to `extra` under `text_said`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.article import Article, Subheading
from service.errors import Unreadable
from service.formats.plain_text.headline import derived_title
from service.formats.plain_text.outlet import dateline, source_of
from service.formats.records.json_values import strict_value
from service.formats.release import refuse_unreleased
from service.formats.stated_fields import read_fields

TEXT_SAID = "text_said"
_LISTS = ("captions", "credits", "related", "authors")


def read_sidecar(data: bytes, names: Sequence[str]) -> dict[str, Any]:
    """The checked fields of a JSON sidecar; Unreadable for what is none."""
    which = f"its sidecar {' or '.join(names)}"
    try:
        raw = strict_value(data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise Unreadable(f"{which} is not UTF-8: byte at offset {fault.start}") from fault
    except RecursionError as fault:
        raise Unreadable(f"{which} is nested too deeply") from fault
    except ValueError as fault:
        raise Unreadable(f"{which} is not valid JSON: {fault}") from fault
    if not isinstance(raw, dict):
        raise Unreadable(f"{which} must hold one JSON object")
    refuse_unreleased(raw)
    return read_fields(raw)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Fields stated twice: those of `above` count, also one by one inside `extra`."""
    extra = {**below.get("extra", {}), **above.get("extra", {})}
    return {**below, **above, **({"extra": extra} if extra else {})}


def overlaid(article: Article, stated: Mapping[str, Any]) -> Article:
    """The article of a text with the stated fields in place of those that the text showed."""
    if not stated:
        return article
    said = _replaced(article, stated)
    fields = {name: value for name, value in stated.items() if name not in ("subheadings", "extra")}
    # What is stated is no longer derived, unless that is stated too.
    fields = {f"{name}_derived": False for name in ("title", "source") if name in stated} | fields
    based = _with_body(article, stated["body"]) if "body" in stated else _with_head(article, stated)
    result = replace(based, **fields)
    if result.title_derived and "title" not in stated:
        result = replace(result, title=derived_title(result.body))
    if "subheadings" in stated:
        result = replace(result, subheadings=read_subheadings(stated["subheadings"], result.body))
    return replace(result, extra=_extra(article, stated, said))


def from_body(stated: Mapping[str, Any]) -> Article:
    """The article of an input that states its body and has no text of its own."""
    body = stated["body"]
    return overlaid(Article(body=body, title=derived_title(body), title_derived=True), stated)


def _extra(article: Article, stated: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    return {**article.extra, **stated.get("extra", {}), **({TEXT_SAID: said} if said else {})}


def _with_body(article: Article, body: str) -> Article:
    """All that was read from the old body is read from the new one."""
    opening = dateline(body.lstrip())
    source = source_of(body.split("\n"), opening.agency if opening else None)
    return replace(
        article,
        body=body,
        subheadings=(),
        dateline=opening.text if opening else None,
        source=source,
        source_derived=source is not None,
    )


def _with_head(article: Article, stated: Mapping[str, Any]) -> Article:
    """The body with the headline and standfirst that are not the article's any more, and without
    a first paragraph that is one of the stated ones.
    """
    shown = {
        "title": "" if article.title_derived else article.title,
        "standfirst": article.standfirst,
    }
    final = [_plain(stated.get(name, shown[name]) or "") for name in shown]
    article = replace(article, standfirst=stated.get("standfirst", article.standfirst))
    displaced = [text for text in shown.values() if text and _plain(text) not in final]
    if shown["standfirst"] and _plain(shown["standfirst"]) == final[0]:
        article = replace(article, standfirst=stated.get("standfirst"))
    if displaced:
        return _moved(article, "\n\n".join(displaced) + "\n\n" + article.body)
    for name in ("title", "standfirst"):
        first, rest = _first_paragraph(article.body)
        if name in stated and rest and _plain(first) == _plain(stated[name]):
            article = _moved(article, rest)
    return article


def _first_paragraph(body: str) -> tuple[str, str]:
    first, _, rest = body.partition("\n")
    lines = rest.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return first, "\n".join(lines[start:])


def _moved(article: Article, body: str) -> Article:
    """The body with paragraphs put before it or taken from its start; subheadings move along."""
    by = len(body) - len(article.body)
    moved = (
        Subheading(heading.start + by, heading.end + by, heading.text)
        for heading in article.subheadings
        if heading.start + by >= 0
    )
    return replace(article, body=body, subheadings=tuple(moved))


def _plain(text: str) -> str:
    """For comparing: one line, no difference between capitals and small letters."""
    return " ".join(text.split()).casefold()


def _replaced(article: Article, stated: Mapping[str, Any]) -> dict[str, Any]:
    """What the text showed and the stated fields do not repeat, by field."""
    said: dict[str, Any] = {}
    for name in _LISTS:
        shown = getattr(article, name)
        repeated = _plain(" ".join(stated.get(name, shown)))
        if not all(_plain(item) in repeated for item in shown):
            said[name] = list(shown)
    # The headline and standfirst go back into the body, unless the body is stated as well.
    lone = ["rights", "correction"]
    lone += ["body", "title", "standfirst"] if "body" in stated else []
    for name in lone:
        shown = "" if name == "title" and article.title_derived else getattr(article, name)
        if name in stated and shown and _plain(shown) != _plain(stated[name]):
            said[name] = shown
    clashing = article.extra.keys() & stated.get("extra", {}).keys()
    return said | {name: article.extra[name] for name in sorted(clashing)}


def read_subheadings(raw: Sequence[Mapping[str, Any]], body: str) -> tuple[Subheading, ...]:
    """Checked against the body in which they stand."""
    return tuple(_subheading(f"subheadings[{n}]", item, body) for n, item in enumerate(raw))


def _subheading(where: str, item: Mapping[str, Any], body: str) -> Subheading:
    start, end = item.get("start"), item.get("end")
    whole = type(start) is int and type(end) is int
    if not isinstance(start, int) or not isinstance(end, int) or not whole:
        raise Unreadable(f"{where}: start and end must be whole numbers")
    if not 0 <= start < end <= len(body):
        raise Unreadable(
            f"{where}: {start} to {end} lies outside the body of {len(body)} characters"
        )
    text = body[start:end]
    if item.get("text", text) != text:
        raise Unreadable(f"{where}: its text is not what stands in the body at {start} to {end}")
    return Subheading(start, end, text)
