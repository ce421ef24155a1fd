"""One Chromium and one served archive for all tests of a process that look at pages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsed_archive import browsed
from browsing import chromium, served
from conftest import Archive, open_archive
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled archive that nobody has open: to copy."""
    folder = tmp_path_factory.mktemp("filled")
    browsed(folder, "gazetteer").database.close()
    return folder


@pytest.fixture(scope="session")
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of this archive: to read, not to change."""
    archive = open_archive(copied(filled, tmp_path_factory.mktemp("site")))
    with served(archive.settings) as address:
        yield address


@pytest.fixture
def own(filled: Path, tmp_path: Path) -> Archive:
    """A copy of it that may be changed."""
    return open_archive(copied(filled, tmp_path))


def copied(folder: Path, goal: Path) -> Path:
    return Path(shutil.copytree(folder, goal, dirs_exist_ok=True))
