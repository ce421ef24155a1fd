"""Front matter at the very beginning of a text: YAML between two lines of three dashes, or TOML
between two of three pluses (front_matter_toml.py).

YAML is read as text: dates, times, versions and country codes stay what was written. Only true,
false, null and whole numbers are told from text, and nothing is built from a tag.
"""

import re
from contextlib import suppress
from typing import Any

import yaml

from service.errors import Unreadable
from service.formats.front_matter_toml import first_name, split_toml

_FIRST_FIELD = re.compile(r"---[ \t]*[\r\n]+[ \t-]*(?P<name>[A-Za-z_]+)[ \t]*:(?:\s|$)")
_OPENING = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
# Not MULTILINE: there, ^ does not stand behind the line end of an old Mac.
_CLOSING = re.compile(r"(?:\A|(?<=[\r\n]))---[ \t]*(?:\r\n|\n|\r|\Z)")
# Nobody writes more by hand; behind that, a line of dashes is a rule in the text.
_LONGEST = 65_536
_FIELD = re.compile(r"(?:[^\W\d][\w .-]{0,60}|\"[^\"\n]{1,60}\"|'[^'\n]{1,60}')[ \t]*:(?:\s|$)")
_NAME = re.compile(r"[^\W\d][\w.-]*")
_LAYOUT = re.compile(r"\s|-\s|#|[\]}]|$")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_DEEPEST = 40
# libyaml where PyYAML has it: 0.1 ms for ten fields, which takes 1.3 ms without.
_QUICK = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# What libyaml takes where PyYAML does not (tabs, tags, `|#`, `[?`), and lists within lists on a
# line: it goes down as deep as they do, until the stack is full and the process ends.
_NOT_QUICK = re.compile(
    r"(?:[\[{][^\[{]*){40}|[-?:] +[-?:]\s|[\t\ufeff]|[\s,\[{]!|[|>][-+\d]{0,2}#|[\[{].*\?",
    re.DOTALL,
)


def split_front_matter(text: str) -> tuple[dict[str, Any] | None, str]:
    """The fields of the front matter (None without any) and the text behind it.

    A story may begin with a rule of dashes, so what is no mapping is text. A mapping with a mistake
    in it is Unreadable, by its line.
    """
    opening = _OPENING.match(text)
    if not opening:
        return split_toml(text)
    closing = _CLOSING.search(text, opening.end(), opening.end() + _LONGEST)
    if not closing:
        return None, text
    fields = _fields(text[opening.end() : closing.start()])
    return fields, text if fields is None else text[closing.end() :]


def first_field(text: str) -> str | None:
    """The name with which front matter begins, whether it has an end or not."""
    found = _FIRST_FIELD.match(text)
    return found["name"] if found else first_name(text)


def _fields(block: str) -> dict[str, Any] | None:
    lines = block.splitlines()
    filled = [line for line in lines if line.strip() and not line.startswith("#")]
    if not filled:
        return {}
    if not _FIELD.match(filled[0]) and not filled[0].startswith("{"):
        return None
    try:
        found = _value(_composed(block), set(), 0)
    except yaml.YAMLError as fault:
        if not _is_attempt(filled):
            return None
        raise Unreadable(f"its front matter is not valid YAML: {_told(fault)}") from fault
    except RecursionError as fault:
        raise Unreadable("its front matter is nested too deeply") from fault
    return found if isinstance(found, dict) and _are_names(found) else None


def _composed(block: str) -> yaml.Node | None:
    """What is odd or has a mistake is read without libyaml, whose messages say less."""
    if not _NOT_QUICK.search(block):
        with suppress(yaml.YAMLError, UnicodeEncodeError):
            return yaml.compose(block, Loader=_QUICK)
    return yaml.compose(block, Loader=yaml.BaseLoader)


def _is_attempt(filled: list[str]) -> bool:
    """Most lines look like YAML, so that it is worth telling which one is not."""
    proper = sum(bool(_FIELD.match(line) or _LAYOUT.match(line)) for line in filled)
    return bool(_FIELD.match(filled[0])) and proper * 2 >= len(filled)


def _are_names(found: dict[str, Any]) -> bool:
    """“The mayor said: no” between two rules of dashes is a mapping to YAML, but not to us."""
    return any(_NAME.fullmatch(name) for name in found)


def _told(fault: yaml.YAMLError) -> str:
    if not isinstance(fault, yaml.MarkedYAMLError) or not fault.problem_mark:
        return "it holds a character that YAML does not allow"
    # Lines count from 0, and the line of dashes stands above.
    return f"line {fault.problem_mark.line + 2}: {fault.problem}"


def _value(node: yaml.Node | None, seen: set[int], depth: int) -> Any:
    if node is None:
        return None
    if id(node) in seen or depth > _DEEPEST:
        problem = "nested too deeply" if depth > _DEEPEST else "references (*) are not read"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, seen, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, seen, depth + 1) for item in node.value]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, seen: set[int], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a name must be text", problem_mark=key.start_mark)
        if key.value in found:
            problem = f"“{key.value}” is stated twice"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        found[key.value] = _value(value, seen, depth + 1)
    return found


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if getattr(node, "style", None):  # plain is None, or "" from libyaml
        return text
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    return int(text) if _NUMBER.fullmatch(text) else text
