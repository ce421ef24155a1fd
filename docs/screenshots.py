"""Takes the pictures in docs/pictures: the pages over the two seeds, as Chromium shows them."""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from service.database import archive_database, private_database
from service.engines.sqlite.engine import SqliteEngine
from service.extract import load_tagger
from service.ingest import Ingest
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.quarantine import QuarantineStore
from service.web.app import create_app

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
DESK, TALL, PHONE = (1440, 900), (1440, 1200), (390, 844)
# A picture of more would be too much for a page of documentation.
LARGEST = 250_000
_FLAGS = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none")
_QUIET = ("--no-first-run", "--disable-sync", "--disable-background-networking")


def main() -> None:
    """Every picture, over an archive that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(db=Path(folder) / "cuttings.db")
        one, other = _ingest(settings)
        shots = {
            "search": ("/?q=jo+song-gil+rome", DESK),
            "person": ("/entities/person-josonggil", DESK),
            "compare": (f"/compare?a={one}&b={other}", TALL),
            "phone": ("/?q=jo+song-gil+rome", PHONE),
        }
        with _served(settings) as address, _chromium() as browser:
            for name, (path, size) in shots.items():
                _take(browser, f"{address}{path}", size, PICTURES / f"{name}.png")


def _ingest(settings: Settings) -> tuple[str, ...]:
    """The keys of the seeds, in the order of their files."""
    archive, private = archive_database(settings), private_database(settings)
    archive.migrate()
    embargoes, quarantine = EmbargoStore(private, archive), QuarantineStore(private)
    job = Ingest(archive, SqliteEngine(archive), embargoes, quarantine, lambda: load_tagger("auto"))
    report = job.run([str(ROOT / "seeds")])
    if report.failed:
        raise SystemExit(f"not all seeds were read: {report.failed}")
    with archive.read() as conn:
        return tuple(row[0] for row in conn.execute("SELECT key FROM articles ORDER BY origin"))


@contextmanager
def _served(settings: Settings) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise SystemExit("the server has not started")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launch = playwright.chromium.launch
        yield launch(executable_path=shutil.which("chromium"), args=[*_FLAGS, *_QUIET])


def _take(browser: Browser, address: str, size: tuple[int, int], path: Path) -> None:
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="light", locale="en-GB"
    )
    page.goto(address, wait_until="networkidle")
    page.screenshot(path=path, animations="disabled", caret="hide")
    page.close()
    taken = path.stat().st_size
    if taken > LARGEST:
        raise SystemExit(f"{path.name} has {taken:,} bytes, more than {LARGEST:,}")
    print(f"{path.relative_to(ROOT)}: {taken:,} bytes")


if __name__ == "__main__":
    main()
