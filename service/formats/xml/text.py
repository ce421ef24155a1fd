"""Elements found and read by their names alone: one vocabulary comes in many namespaces."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from service.formats.xml.safely import local

# White space of the layout; a no-break space is text.
_SPACE = re.compile(r"[ \t\r\n]+")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children of one of these names, in their order."""
    for child in element if element is not None else ():
        if local(child) in names:
            yield child


def first(element: Element | None, *path: str) -> Element | None:
    """What the path leads to, the first child of the name at each step."""
    for name in path:
        element = next(children(element, name), None)
    return element


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    for found in element.iter() if element is not None else ():
        if local(found) in names:
            yield found


def line(element: Element | None) -> str:
    """All text in it, in one line."""
    return squeezed("".join(element.itertext())) if element is not None else ""


def lines(elements: Iterator[Element]) -> list[str]:
    """The text of each that has one, none of them twice."""
    return list(dict.fromkeys(text for element in elements if (text := line(element))))


def squeezed(text: str) -> str:
    return _SPACE.sub(" ", text).strip(" ")


def attribute(element: Element | None, name: str) -> str:
    return squeezed(element.get(name, "")) if element is not None else ""
