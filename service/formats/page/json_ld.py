"""What a page says of its article in JSON-LD, by the names of schema.org.

Pages nest it in lists and graphs, refer from one node to another, and often break the JSON: what
can be mended is, and what cannot is passed over.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_ARTICLES = frozenset(
    "advertisercontentarticle analysisnewsarticle article askpublicnewsarticle"
    " backgroundnewsarticle blogposting liveblogposting newsarticle opinionnewsarticle report"
    " reportagenewsarticle reviewnewsarticle satiricalarticle scholarlyarticle socialmediaposting"
    " techarticle".split()
)
_MOST_NODES = 20_000
_DEEPEST = 30
_LARGEST_SCRIPT = 2 * 1024 * 1024
_MOST_WRAPPINGS = 4
_WRAPPING = re.compile(
    r"\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.{0,40}?\*/|//\s*\]\]>|\]\]>|-->|;)\s*"
)
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")

Node = Mapping[str, Any]


def article_node(scripts: list[str], url: str | None) -> Node:
    """The node of the page's article, references in it resolved; empty where there is none.

    Where a page describes several articles, it is that of its own address, else the first.
    """
    nodes = [node for script in scripts for node in _nodes(_parsed(script))]
    articles = [node for node in nodes if _types(node) & _ARTICLES]
    own = (node for node in articles if url and url in _addresses(node))
    node = next(own, articles[0] if articles else None)
    if node is None:
        return {}
    known = {name: other for other in nodes if isinstance(name := other.get("@id"), str)}
    return {name: _resolved(value, known) for name, value in node.items()}


def texts(value: object) -> tuple[str, ...]:
    """All texts that a value states: itself, its name where it is a node, or those of a list."""
    if isinstance(value, list):
        return tuple(text for item in value[:_DEEPEST] for text in _item_texts(item))
    return _item_texts(value)


def _item_texts(value: object) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        named = next(
            (value[key] for key in ("name", "@value", "alternateName") if value.get(key)), ""
        )
        return _item_texts(named[0] if isinstance(named, list) and named else named)
    if isinstance(value, int) and not isinstance(value, bool):
        return (str(value),)
    text = " ".join(html.unescape(value).split()) if isinstance(value, str) else ""
    return (text,) if text else ()


def _parsed(script: str) -> object:
    """The JSON, mended where it is broken in one of the usual ways; None where it is not JSON."""
    if len(script) > _LARGEST_SCRIPT:
        return None
    bare = _unwrapped(script)
    for attempt in (bare, _TRAILING_COMMA.sub("", bare), html.unescape(bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _unwrapped(script: str) -> str:
    """Without the comments that used to hide scripts from browsers."""
    text = script.strip().lstrip("\ufeff")
    for _ in range(_MOST_WRAPPINGS):
        wrapped = _WRAPPING.match(text)
        text = text[wrapped.end() :] if wrapped else text
    for end in (";", "-->", "]]>", "//", ";"):
        text = text.rstrip().removesuffix(end)
    return text


def _nodes(value: object) -> Iterator[Node]:
    """Every node, in the order of the page."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        item, depth = waiting.pop()
        if isinstance(item, dict):
            yield item
        if depth < _DEEPEST and isinstance(item, dict | list):
            parts = item.values() if isinstance(item, dict) else item
            nested = [(part, depth + 1) for part in parts if isinstance(part, dict | list)]
            waiting += reversed(nested)


def _types(node: Node) -> set[str]:
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return {re.split(r"[/#:]", name)[-1].lower() for name in names if isinstance(name, str)}


def _addresses(node: Node) -> set[str]:
    main = node.get("mainEntityOfPage")
    main = main.get("@id") if isinstance(main, Mapping) else main
    return {said for said in (node.get("url"), node.get("@id"), main) if isinstance(said, str)}


def _resolved(value: object, known: Mapping[str, Node]) -> object:
    """A reference replaced by what it refers to, also in a list."""
    if isinstance(value, list):
        return [_resolved(item, known) if isinstance(item, dict) else item for item in value]
    if isinstance(value, dict) and len(value) <= 2 and isinstance(value.get("@id"), str):
        return known.get(value["@id"], value)
    return value
