"""A whole article as one JSON text, for where no statement looks into its fields."""

import json
from dataclasses import asdict, replace
from typing import Any

from service.article import Article, Subheading
from service.dates import Moment

_DATES = ("published", "updated", "embargoed_until")


def packed(article: Article) -> str:
    return json.dumps(as_json(article), ensure_ascii=False)


def unpacked(document: str) -> Article:
    return article_of(json.loads(document))


def as_json(article: Article) -> dict[str, Any]:
    """What JSON can hold; `extra` may be any mapping, which asdict would not copy."""
    return asdict(replace(article, extra={})) | {"extra": dict(article.extra)}


def article_of(values: dict[str, Any]) -> Article:
    moments = {name: values[name] and Moment(**values[name]) for name in _DATES}
    lists = {n: tuple(v) for n, v in values.items() if isinstance(v, list)}
    headings = tuple(Subheading(**heading) for heading in values["subheadings"])
    return Article(**{**values, **lists, **moments, "subheadings": headings})
