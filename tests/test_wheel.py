"""The wheel carries all that the program needs, and works away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest
from conftest import LONG, SEEDS
from serving import free_port

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


@pytest.mark.skipif(not LONG, reason="installs all that runs, from the registry")
def test_it_runs_where_nothing_else_is_installed(tmp_path: Path) -> None:
    """A clean environment with what the lock file pins by hash, and no package for tests."""
    run([sys.executable, "-m", "venv", "clean"], tmp_path)
    pip = [str(tmp_path / "clean/bin/python"), "-m", "pip", "install", "--quiet"]
    run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], tmp_path)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    run(build, ROOT)
    (wheel,) = tmp_path.glob("cuttings-*.whl")
    run([*pip, "--no-deps", str(wheel)], tmp_path)
    program = str(tmp_path / "clean/bin/cuttings")
    for words in ("--help", "migrate", f"ingest {SEEDS}", "search envoy"):
        run([program, *words.split()], tmp_path)
    port = free_port()
    server = subprocess.Popen([program, "serve", "--port", str(port)], cwd=tmp_path)
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            client.get(f"http://127.0.0.1:{port}/readyz").raise_for_status()
    finally:
        server.terminate()
    assert server.wait(60) == 0
    assert run([program, "check"], tmp_path).endswith("sound\n")


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
