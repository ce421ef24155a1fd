"""Imports only point up the list, so that a reader can start at the top and never look down."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICE = Path(__file__).parent.parent / "service"

# From the bottom of the world to the top. A folder is one layer; its files may import each other
# (without a cycle), and nothing may import what stands after it.
LAYERS = (
    "errors",
    "deadline",
    "dates",
    "limits",
    "env_file",
    "cluster",
    "settings",
    "logs",
    "stages",
    "memory",
    "article",
    "language",
    "names",
    "titles",
    "east_asian_names",
    "person_names",
    "organization_names",
    "spelling",
    "letters",
    "stop_words",
    "romanisation",
    "nicknames",
    "persons",
    "other_names",
    "histogram",
    "unspaced",
    "entity",
    "identity",
    "twins",
    "findings",
    "edits",
    "sentences",
    "query",
    "tokens",
    "parser",
    "result",
    "rewriting",
    "passages",
    "formats",
    "near_copies",
    "extract",
    "needs",
    "differences",
    "swapping",
    "sqlite_library",
    "storage_faults",
    "schema_versions",
    "write_queue",
    "vacuum",
    "write_log",
    "database",
    "in_memory",
    "archive",
    "stores",
    "working",
    "engines",
    "home",
    "spreadsheets",
    "alias_table",
    "fetching",
    "inbox",
    "arrivals",
    "killing",
    "gathering",
    "storing",
    "intake",
    "ingest",
    "rehearsal",
    "watching",
    "retag",
    "checks",
    "reindexing",
    "backup",
    "moving",
    "correction",
    "search",
    "suggestion",
    "similarity",
    "comparing",
    "reconciliation",
    "merging",
    "export",
    "web",
    "serving",
    "cli",
)
FILES = sorted(SERVICE.rglob("*.py"))
NAMES = [str(path.relative_to(SERVICE)) for path in FILES]


def layer(module: str) -> str:
    """`service.web.app` -> `web`; the package itself holds the version only."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "service"


def module_of(path: Path) -> str:
    parts = path.relative_to(SERVICE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("service"))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the whole name"
            name = node.module or ""
            if name.split(".")[0] == "service":
                yield name
                yield from (
                    f"{name}.{alias.name}"
                    for alias in node.names
                    if (SERVICE.parent / name.replace(".", "/") / f"{alias.name}.py").exists()
                )


def test_every_file_has_a_layer() -> None:
    found = {layer(module_of(path)) for path in FILES} - {"service"}
    assert found == set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_point_up(path: Path) -> None:
    own = layer(module_of(path))
    for name in imports_of(path):
        other = layer(name)
        if "service" not in (own, other):
            assert LAYERS.index(other) <= LAYERS.index(own), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_own_import_stands_inside_a_function(path: Path) -> None:
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                assert not (
                    isinstance(node, ast.ImportFrom) and (node.module or "").startswith("service")
                ), f"{path.name}:{node.lineno}"


def test_no_cycle_within_a_folder() -> None:
    graph = {
        module_of(path): {n for n in imports_of(path) if n != module_of(path)} for path in FILES
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for other in graph.get(module, ()):
                if other in graph and not module.startswith(other + "."):
                    visit(other, (*trail, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_files_say_what_they_are_for_and_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{path.name} has no docstring"
    assert text.count("\n") <= 400, f"{path.name} has outgrown its name"
    assert path.stem not in {"utils", "common", "helpers", "helper", "misc", "models", "core"}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_functions_fit_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 40, f"{path.name}:{node.lineno} {node.name} has {length} lines"


def test_pydantic_stays_at_the_door() -> None:
    """The rest of the service works on its own dataclasses."""
    for path in FILES:
        text = path.read_text("utf-8")
        if "from pydantic" in text:
            assert {"web", "cli"} & set(path.parts), path
