"""What lists look for, beside what searches do: fields of the documents in the indices.

The document of an article, of an entity and of what is neither has the object `lists`, made by
`fields_of`; LISTED_OF_ARTICLES, LISTED_OF_ENTITIES and LISTED_OF_OTHERS are how it is indexed. An
index of articles has the analyzers of `mapping.index_of_articles`, `terms` and `counted_terms`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from service.engines.fields import nocase
from service.working.documents import Document

LISTS = "lists"
# Lucene takes no longer term; who looks for more of a name has typed a text.
_LONGEST = 4_000
_LONGEST_WORDS = 200

_KEYWORD: dict[str, Any] = {"type": "keyword"}
_NUMBER: dict[str, Any] = {"type": "long"}
_SHOWN: dict[str, Any] = {"type": "object", "enabled": False}
# A name of which any part may be asked for.
_IN_PARTS: dict[str, Any] = {**_KEYWORD, "fields": {"parts": {"type": "wildcard"}}}
# How often each term is there: a query's score, which aggregations add up.
_COUNTS: dict[str, Any] = {
    "type": "text",
    "analyzer": "counted_terms",
    "search_analyzer": "terms",
    "similarity": "counted",
    "norms": False,
    "index_options": "freqs",
}

_KILLS = {"killed_at": _KEYWORD, "killed": _SHOWN, "erasing": {"type": "boolean"}}
LISTED_OF_ARTICLES: dict[str, Any] = {
    "properties": {
        # Mentions by entity, quotes by who says them and how.
        **dict.fromkeys(("mentions", "quotes"), _COUNTS),
        **dict.fromkeys(("quoted", "earlier"), _NUMBER),
        "tagger": _KEYWORD,
        "came": _SHOWN,
        **_KILLS,
    }
}
LISTED_OF_ENTITIES: dict[str, Any] = {
    "properties": {
        **dict.fromkeys(("key", "type", "begins"), _KEYWORD),
        **dict.fromkeys(("folded", "spellings"), _IN_PARTS),
        **dict.fromkeys(("articles", "mentions"), _NUMBER),
        "added": {"type": "boolean"},
        "shown": _SHOWN,
    }
}
LISTED_OF_OTHERS: dict[str, Any] = {"properties": _KILLS}

# Everybody's quotes, whoever says them.
ANYBODY = "*"


def fields_of(document: Document) -> dict[str, Any]:
    """The object `lists` of any document, wherever it is indexed."""
    if document.kind == "entity":
        return _of_entity(document)
    if document.kind != "article":
        return {}
    return {**_of_article(document), **_of_kill(document)}


def term_of(key: str) -> str:
    """What an entity is called in counts: keys have spaces, and may have signs with a meaning."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def speaker_of(name: str) -> str:
    """The same of somebody who is no entity, without regard to capitals."""
    return hashlib.sha256(nocase(name)).hexdigest()[:32] + "~"


def quote_term(speaker: str, *, direct: bool | None) -> str:
    """Of quotes by one speaker, or ANYBODY; of either kind, or only of one."""
    return speaker if direct is None else f"{speaker}{'+' if direct else '-'}"


def lowered(text: str) -> str:
    """As SQLite's LIKE compares: only ASCII has no case there."""
    return nocase(text).decode("utf-8", "surrogatepass")


def shortened(text: str) -> str:
    return text[:_LONGEST]


def _of_article(document: Document) -> dict[str, Any]:
    if "articles" not in document.rows:
        return {}
    columns = ("entity_id", "mentions")
    values = (document.texts("article_entities", column) for column in columns)
    named = zip(*values, strict=True)
    quotes = Counter(_quotes(document))
    return {
        "mentions": " ".join(f"{term_of(key)}|{count}" for key, count in named),
        "quotes": " ".join(f"{term}|{count}" for term, count in quotes.items()),
        "quoted": len(document.rows.get("quotes", ())),
        "earlier": len(document.rows.get("versions", ())),
        "tagger": next(iter(document.texts("articles", "tagger")), None),
        "came": {
            "at": next(iter(document.texts("articles", "ingested_at")), None),
            "origin": next(iter(document.texts("articles", "origin")), None),
        },
    }


def _quotes(document: Document) -> Iterator[str]:
    columns = ("entity_id", "speaker_name", "direct")
    values = [document.values("quotes", column) for column in columns]
    for entity, name, direct in zip(*values, strict=True):
        speakers = [ANYBODY]
        if entity is not None:
            speakers.append(term_of(str(entity)))
        elif name is not None:
            speakers.append(speaker_of(str(name)))
        for speaker in speakers:
            yield quote_term(speaker, direct=None)
            yield quote_term(speaker, direct=bool(direct))


def _of_entity(document: Document) -> dict[str, Any]:
    type_, _, folded = document.key.partition("-")
    name = next(iter(document.texts("entities", "name")), "")
    columns = ("text", "folded", "mentions", "added")
    aliases = [*zip(*(document.values("aliases", each) for each in columns), strict=True)]
    return {
        "key": document.key,
        "type": type_,
        "folded": folded,
        "begins": [*_beginnings(name)],
        "spellings": sorted({shortened(str(alias[1])) for alias in aliases}),
        "articles": document.number("entities", "articles"),
        "mentions": document.number("entities", "mentions"),
        "added": any(alias[3] for alias in aliases),
        "shown": {"name": name, "aliases": [list(alias) for alias in aliases]},
    }


def _beginnings(name: str) -> Iterator[str]:
    """A name from each of its words on, to be found by its beginning."""
    words = lowered(name.replace("-", " ")).split(" ")
    for number in range(len(words)):
        yield " ".join(words[number:])[:_LONGEST_WORDS]


def _of_kill(document: Document) -> Mapping[str, Any]:
    for at, reason in zip(
        document.texts("tombstones", "killed_at"),
        document.texts("tombstones", "reason"),
        strict=True,
    ):
        erasing = bool(document.rows.get("erasures"))
        told = {"key": document.key, "reason": reason}
        return {"killed_at": at, "killed": told, "erasing": erasing}
    return {}
