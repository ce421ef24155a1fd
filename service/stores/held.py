"""An article that waits under embargo: as its row has it, and what has to be looked at for it."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from service.article import Article
from service.entity import EntityName, Mention
from service.findings import Findings, MentionedDate, Quote
from service.needs import HELD_ORIGIN, HELD_TEXT, HELD_URI, Field, Name, Needs
from service.stores.documents import article_of, as_json
from service.stores.recognition import of_input


@dataclass(frozen=True, slots=True)
class Held:
    """What waits: an article, what was read out of it, and what it said when it was published.

    `key` is that of its row, `public_key` the one under which it was and will be published.
    """

    article: Article
    findings: Findings
    tagger: str
    signature: bytes | None = None
    earlier: tuple[Article, ...] = ()
    key: str | None = None
    public_key: str | None = None


def pack(held: Held, mark: str | None = None) -> str:
    """As its row has it: all but when it was held, and under which keys.

    A `mark` says nothing, and makes it another text than the same without it.
    """
    document = {
        **({"mark": mark} if mark is not None else {}),
        "article": as_json(held.article),
        "findings": asdict(held.findings),
        "tagger": held.tagger,
        "signature": held.signature.hex() if held.signature is not None else None,
        "earlier": [as_json(article) for article in held.earlier],
    }
    return json.dumps(document, ensure_ascii=False)


def taken_over(document: str, content_hash: str, earlier: Sequence[Article]) -> str:
    """The same, held by another one now, with all that this one knows it to have said before."""
    held = unpack(document)
    known = {content_hash, *(text.content_hash() for text in held.earlier)}
    more = [text for text in earlier if text.content_hash() not in known]
    return pack(replace(held, earlier=(*held.earlier, *more)), secrets.token_urlsafe(8))


def unpack(document: str) -> Held:
    """What `pack` made a text of."""
    data = json.loads(document)
    return Held(
        article=article_of(data["article"]),
        findings=_findings(data["findings"]),
        tagger=data["tagger"],
        signature=bytes.fromhex(data["signature"]) if data["signature"] is not None else None,
        earlier=tuple(map(article_of, data["earlier"])),
    )


def _findings(values: dict[str, Any]) -> Findings:
    return Findings(
        mentions=tuple(map(_mention, values["mentions"])),
        quotes=tuple(Quote(**quote) for quote in values["quotes"]),
        dates=tuple(MentionedDate(**date) for date in values["dates"]),
    )


def _mention(values: dict[str, Any]) -> Mention:
    entity = values["entity"] and EntityName(**values["entity"])
    return Mention(**{**values, "entity": entity})


def identity(article: Article) -> dict[str, Any]:
    """What it is known by; a record of many has no path of its own."""
    names = ("key", "uri", "source")
    stated = article.key is not None or article.uri is not None
    origin = article.origin if article.record is None else None
    return {name: getattr(article, name) for name in names} | {"origin": origin, "stated": stated}


def known_as(article: Article) -> dict[str, Any]:
    """The same with its text."""
    return identity(article) | {"hash": article.content_hash()}


def of_article(article: Article) -> Needs:
    """All texts of an article that wait, and the keys under which it may."""
    known = known_as(article)
    asked: list[tuple[Field, str | None]] = [
        (HELD_TEXT, known["hash"]),
        (HELD_URI, known["uri"]),
        (HELD_ORIGIN, known["origin"]),
    ]
    names: frozenset[Name] = frozenset(
        ("held", key) for key in (known["key"], known["hash"][:16]) if key is not None
    )
    return Needs(names, frozenset((field, value) for field, value in asked if value is not None))


def to_publish(held: Held, public_key: str | None) -> Needs:
    """Of the archive: all that it says now and said before."""
    article = held.article
    needs = of_input(article, article.content_hash(), held.findings.mentions, public_key)
    for text in held.earlier:
        needs |= of_input(text, text.content_hash(), (), public_key)
    return needs
