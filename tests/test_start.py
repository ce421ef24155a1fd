"""What `cuttings` loads when it starts: heavy libraries stay away until something needs them."""

import subprocess
import sys

import pytest

from service.cli import COMMANDS, main

# Each takes from a tenth of a second to two, or brings along one that does.
HEAVY = (
    "datasketch",
    "scipy",
    "trafilatura",
    "feedparser",
    "warcio",
    "spacy",
    "py3langid",
    "datasette",
)
READERS = ("service.formats.page.html", "service.formats.xml.feed", "service.formats.records.table")

APP = """
from pathlib import Path
from service.settings import Settings
from service.web.app import create_app
create_app(Settings(db=Path(sys.argv[1]) / "cuttings.db"))
"""


def loaded(statement: str, *args: object) -> set[str]:
    """The modules that a fresh Python has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    command = [sys.executable, "-c", code, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_server_loads_no_reader_of_documents(tmp_path: object) -> None:
    """Nor what finds near copies and names: the first article that is sent brings them."""
    modules = loaded(APP, tmp_path)
    assert "service.web.app" in modules
    assert not modules & {*HEAVY, *READERS}


def test_the_command_line_loads_one_command() -> None:
    modules = loaded("import service.cli.serve")
    others = {place.partition(":")[0] for place in COMMANDS.values()} - {"service.cli.serve"}
    assert not modules & {*HEAVY, *READERS, *others, "service.web.app", "fastapi"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_where_the_table_says(name: str) -> None:
    assert main.commands[name].name == name
