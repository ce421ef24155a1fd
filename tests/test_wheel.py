"""The wheel carries all that the program needs, and works away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import SEEDS

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("cuttings-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_package_and_every_migration_is_in_it(unpacked: Path) -> None:
    packed = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    for folder in ("service", "migrations"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                name = str(path.relative_to(ROOT))
                expected = f"service/{name}" if folder == "migrations" else name
                assert expected in packed
    assert not any(name.startswith(("tests", "seeds", "benchmarks")) for name in packed)


def test_it_runs_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    program = (
        "import service, sys; from service.cli import main; "
        f"assert service.__file__.startswith({str(unpacked)!r}); main()"
    )
    # -P keeps the current folder off the path; the folder given comes before the checkout's.
    env = os.environ | {"PYTHONPATH": str(unpacked), "CUTTINGS_TAGGER": "gazetteer"}
    command = [sys.executable, "-P", "-c", program]
    for arguments in (["ingest", str(SEEDS)], ["search", "jo song-gil"], ["check"]):
        done = subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "sound\n"
