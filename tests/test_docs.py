"""Documentation that fails the build: everything is documented, and every example runs."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from conftest import SEEDS, Archive, Client, open_archive

from service import errors
from service.cli import main
from service.parser import parse_strict
from service.query import FACET_FIELDS, TEXT_FIELDS, Node, Word
from service.settings import SETTINGS
from service.web.app import create_app
from service.web.parameters import SearchParams

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.name: page.read_text("utf-8") for page in PAGES}


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXTS[name], re.MULTILINE | re.DOTALL)


def rows(name: str) -> list[list[str]]:
    """The cells of every table row."""
    lines = [line for line in TEXTS[name].splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def commands(group: click.Group, path: str = "cuttings") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}", command


def test_every_command_and_option_is_documented() -> None:
    documented = {re.sub(r" [A-Z…]+", "", row[0].strip("`")): row[1] for row in rows("cli.md")}
    assert set(documented) == {name for name, _ in commands(main)}
    filters = {
        f"--{prefix}{name}".replace("_", "-") for prefix in ("", "not-") for name in FACET_FIELDS
    }
    for name, command in commands(main):
        for option in command.params:
            if isinstance(option, click.Option) and option.name != "db":
                named = set(option.opts) & set(re.findall(r"--[a-z-]+", documented[name]))
                assert named or set(option.opts) & filters, f"{name} {option.opts}"


def test_every_setting_is_documented() -> None:
    documented = [(row[0].strip("`"), row[1].strip("`"), row[2]) for row in rows("settings.md")]
    assert documented == list(SETTINGS)


def test_every_path_is_documented(seeded: Archive) -> None:
    document = Client(create_app(seeded.settings)).get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in TEXTS["api.md"], (method, path)


def test_every_parameter_is_documented() -> None:
    table = TEXTS["api.md"].partition("## Parameters of a search")[2].partition("## Answers")[0]
    documented = set(
        re.findall(
            r"`([a-z_.]+)`",
            "\n".join(r.split("|")[1] for r in table.splitlines() if r.startswith("| `")),
        )
    )
    fields = SearchParams.model_fields
    assert documented == {field.alias or name for name, field in fields.items()}


def test_every_operator_is_documented_and_means_something() -> None:
    typed = [row[0].strip("`") for row in rows("query.md")]
    for query in typed:
        assert parse_strict(query).tree is not None
    for name in (*TEXT_FIELDS, *FACET_FIELDS, "after", "before"):
        assert f"{name}:" in TEXTS["query.md"], name
    kinds = {type(parse_strict(query).tree) for query in typed} | {Word}  # in every one of them
    assert kinds == set(get_args(Node))


def test_every_error_is_documented() -> None:
    documented = {row[0].strip("`"): int(row[1]) for row in rows("errors.md")}
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.CuttingsError)
    ]
    assert documented == {f"/errors/{c.slug}": c.status for c in classes}


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lists = re.findall(r"^(?:dependencies|dev|build|bench) = \[(.*?)\]", text, re.M | re.S)
    named = {
        re.split(r"[<>=;\[]", line)[0] for part in lists for line in re.findall('"([^"]+)"', part)
    }
    documented = set(
        re.findall(r"`([A-Za-z0-9-]+)`", "".join(r[0] for r in rows("dependencies.md")))
    )
    assert documented == named
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text("utf-8"), f"{lock.name} names a host"


def test_the_drawn_rooms_are_the_rooms() -> None:
    drawing = blocks("design.md", "")[0].partition("service/\n")[2].partition("migrations/")[0]
    drawn = re.findall(r"^  ([a-z_]+(?:\.py|/))", drawing, re.MULTILINE)
    found = {p.name for p in (ROOT / "service").glob("*.py") if p.name != "__init__.py"}
    found |= {f"{p.name}/" for p in (ROOT / "service").iterdir() if (p / "__init__.py").exists()}
    assert set(drawn) == found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        if not target.startswith("https://"):  # the tests need no network
            assert (page.parent / target).exists(), target


def test_nothing_is_installed_by_a_name_under_which_nothing_is_published() -> None:
    sources = {path.name: path.read_text("utf-8") for path in (ROOT / "service").rglob("*.py")}
    for name, text in (TEXTS | sources).items():
        assert not re.search(r"pip install ['\"]?cuttings", text), name


def test_make_knows_the_commands_of_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"(?:`|^)make ([a-z]+)", "\n".join(TEXTS.values()), re.M)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


# Examples.


def alike(shown: Any, real: Any) -> bool:
    """Whether `real` holds all that is shown; … stands for anything."""
    if shown == "…":
        return real is not None
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(
            k in real and alike(v, real[k]) for k, v in shown.items()
        )
    if isinstance(shown, list):
        return isinstance(real, list) and all(any(alike(s, r) for r in real) for s in shown)
    return bool(shown == real)


def asked(line: str) -> tuple[str, dict[str, str]]:
    """The URL and parameters of a curl command."""
    words = shlex.split(line)
    url = next(word for word in words if word.startswith("http"))
    assert url.startswith("http://127.0.0.1:8000/")
    pairs = [words[i + 1] for i, word in enumerate(words) if word in ("-d", "--data-urlencode")]
    assert not pairs or "-G" in words
    return url.removeprefix("http://127.0.0.1:8000"), dict(p.split("=", 1) for p in pairs)


CALLS = re.findall(
    r"^```console\n\$ (curl [^\n]+)\n```\n```json\n(.*?)^```", TEXTS["README.md"], re.M | re.S
)


def test_the_readme_has_five_examples() -> None:
    assert len(CALLS) == TEXTS["README.md"].count("$ curl") == 5


@pytest.mark.parametrize(("line", "shown"), CALLS, ids=range(len(CALLS)))
def test_the_readmes_calls(api: Client, line: str, shown: str) -> None:
    url, params = asked(line)
    real = api.get(url, params=params or None).json()
    assert alike(json.loads(shown), real), json.dumps(real, ensure_ascii=False, indent=1)


def examples() -> Iterator[Any]:
    for name in TEXTS:
        for number, block in enumerate(blocks(name, "console")):
            if "$ cuttings" in block:
                yield pytest.param(block, id=f"{name}-{number}")


@pytest.mark.parametrize("block", list(examples()))
def test_every_command_line_example(block: str, tmp_path: Path) -> None:
    """Runs the commands of a block one after another in a folder with the seeds."""
    shutil.copytree(SEEDS, tmp_path / "seeds")
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CUTTINGS_DB": "",
    }
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        done = subprocess.run(
            shlex.split(line), cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        pattern = "".join(
            ".*" if piece == "…" else re.escape(piece)
            for piece in re.split("(…)", shown.rstrip("\n"))
        )
        assert re.fullmatch(pattern, done.stdout.rstrip("\n"), re.DOTALL), done.stdout


def test_json_examples_of_ingest_are_sidecars(tmp_path: Path) -> None:
    for number, text in enumerate(blocks("ingest.md", "json")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "story.txt").write_text("Some story.", "utf-8")
        (folder / "story.json").write_text(text, "utf-8")
        archive = open_archive(tmp_path / f"archive{number}")
        report = archive.ingest(folder)
        assert (report.added, report.failed) == (1, [])
