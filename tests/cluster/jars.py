"""OpenSearch's jars: fetched once by Maven, held against jars.lock, and our one class beside them.
After a new version in pom.xml: (cd .cluster/jars && sha256sum *) > tests/cluster/jars.lock
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

HERE = Path(__file__).parent
KEPT = HERE.parent.parent / ".cluster"
JARS = KEPT / "jars"
LOCK = HERE / "jars.lock"
SOURCE = HERE / "ClusterNode.java"
COMPILED = KEPT / "node.jar"
_VERSION = re.compile(r"-\d")
_PROGRAMS = ("java", "javac", "mvn")


class NotHereError(Exception):
    """What this machine lacks, in one line."""


def class_path() -> str:
    """As java takes it; what is not there yet is fetched and compiled, by one process at a time."""
    if missing := [name for name in _PROGRAMS if shutil.which(name) is None]:
        raise NotHereError(
            f"The cluster needs {' and '.join(missing)}: apt-get install default-jdk-headless maven"
        )
    KEPT.mkdir(exist_ok=True)
    with alone(KEPT / "jars.busy"):
        if differing(JARS):
            _fetch()
        if not COMPILED.exists() or COMPILED.stat().st_mtime < SOURCE.stat().st_mtime:
            _compile()
    return _joined([COMPILED, *_jars()])


def plugin(name: str) -> tuple[str, Path]:
    """The class path of a plugin beside that of the nodes, and the folder of all that it has."""
    (archive,) = JARS.glob(f"{name}-*.zip")
    folder, half = KEPT / archive.stem, KEPT / f"{archive.stem}.half"
    with alone(KEPT / "jars.busy"):
        if not folder.exists():
            with ZipFile(archive) as packed:
                packed.extractall(half)
            half.rename(folder)
    there = {_artifact(path) for path in _jars()}
    own = [path for path in sorted(folder.glob("*.jar")) if _artifact(path) not in there]
    return _joined(own), folder


@contextmanager
def alone(file: Path) -> Iterator[None]:
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def differing(folder: Path) -> list[str]:
    """The jars that are missing, are too many, or hold something else than jars.lock says."""
    locked = {name: digest for digest, name in _locked()}
    found = {path.name: _digest(path) for path in folder.glob("*")}
    return sorted(name for name in locked | found if locked.get(name) != found.get(name))


def _locked() -> Iterator[tuple[str, str]]:
    for line in LOCK.read_text("utf-8").splitlines():
        digest, name = line.split()
        yield digest, name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch() -> None:
    print("Fetching OpenSearch (once, about 100 MB) …", flush=True)
    shutil.rmtree(JARS, ignore_errors=True)
    words = ["mvn", "--batch-mode", "--quiet", "--file", str(HERE / "pom.xml")]
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={JARS}"]
    subprocess.run([*words, *goal], check=True)
    if wrong := differing(JARS):
        raise NotHereError(f"Not what jars.lock says: {', '.join(wrong)}")


def _compile() -> None:
    """To a jar, as Java shares its loaded classes between processes only from jars."""
    with TemporaryDirectory() as folder:
        words = ["javac", "--release", "17", "-d", folder, "-cp", _joined(_jars()), str(SOURCE)]
        subprocess.run(words, check=True)
        with ZipFile(COMPILED, "w") as jar:
            for path in Path(folder).glob("*.class"):
                jar.write(path, path.name)


def _artifact(path: Path) -> str:
    """What it is, without its version."""
    return _VERSION.split(path.name)[0]


def _jars() -> list[Path]:
    return sorted(JARS.glob("*.jar"))


def _joined(paths: list[Path]) -> str:
    return os.pathsep.join(map(str, paths))
