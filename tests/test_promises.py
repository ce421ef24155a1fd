"""Every promise names a test that is there, so that none is only words."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "promises.md").read_text("utf-8")
TEST = re.compile(r"\[([\w/]+\.py)::(\w+)\]\((\.\./tests/[\w/]+\.py)\)")


def promises() -> list[str]:
    """Every bullet before the figures, each on one line."""
    told = PAGE.partition("## Figures")[0]
    bullets = re.findall(r"^- (.*(?:\n  .*)*)", told, re.MULTILINE)
    return [re.sub(r"\s+", " ", bullet) for bullet in bullets]


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("promise", promises())
def test_each_promise_names_tests_that_are_there(promise: str) -> None:
    named = TEST.findall(promise)
    assert named, promise
    for file, function, link in named:
        path = ROOT / "tests" / file
        assert link == f"../tests/{file}"
        assert function in functions(path), f"{file} has no {function}"


def test_nothing_is_promised_beside_the_list() -> None:
    """A paragraph among the promises would be a promise without a test."""
    for section in PAGE.partition("## Figures")[0].split("\n## ")[1:]:
        lines = section.splitlines()[1:]
        assert all(not line or line.startswith(("- ", "  ")) for line in lines), section
