"""Pages as trees, and what is in them by the CSS selectors that tests need."""

import re
from functools import cache

from conftest import Client
from lxml import html
from lxml.html import HtmlElement

_STEP = re.compile(
    r"(?P<joint>\s*[>~+]\s*|\s+)?(?P<tag>[a-z][a-z0-9]*|\*)?(?P<tests>(?:[.#][\w-]+|\[[^]]+\])*)"
)
_TEST = re.compile(
    r"\.(?P<css>[\w-]+)|#(?P<id>[\w-]+)|\[(?P<name>[\w-]+)(?:(?P<how>\^?=)(?P<value>[^]]+))?\]"
)
_AXES = {"": "//", ">": "/", "~": "/following-sibling::", "+": "/following-sibling::*[1]/self::"}


def page(client: Client, url: str) -> HtmlElement:
    """The page at an address, which must be there."""
    answer = client.get(url)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return html.document_fromstring(answer.text)


def found(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements that a selector is about, in the order of the page."""
    elements: list[HtmlElement] = tree.xpath(_xpath(selector))
    return elements


def texts(tree: HtmlElement, selector: str) -> list[str]:
    """What these elements say, each on one line."""
    return [" ".join(each.text_content().split()) for each in found(tree, selector)]


def hrefs(tree: HtmlElement, selector: str) -> list[str | None]:
    """Where these elements lead."""
    return [each.get("href") for each in found(tree, selector)]


@cache
def _xpath(selector: str) -> str:
    return " | ".join(f".{_path(each.strip())}" for each in selector.split(","))


def _path(selector: str) -> str:
    path, at = "", 0
    while at < len(selector):
        step = _STEP.match(selector, at)
        assert step is not None
        assert step.end() > at, selector
        axis = _AXES[(step["joint"] or "").strip()]
        tests = "".join(map(_condition, _TEST.finditer(step["tests"])))
        path += f"{axis}{step['tag'] or '*'}{tests}"
        at = step.end()
    return path


def _condition(test: re.Match[str]) -> str:
    if test["css"]:
        return f"[contains(concat(' ', normalize-space(@class), ' '), ' {test['css']} ')]"
    if test["id"]:
        return f"[@id='{test['id']}']"
    if test["how"] is None:
        return f"[@{test['name']}]"
    if test["how"] == "=":
        return f"[@{test['name']}='{test['value']}']"
    return f"[starts-with(@{test['name']}, '{test['value']}')]"
