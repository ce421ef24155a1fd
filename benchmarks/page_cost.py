"""What a page of results costs beside the JSON of the same search, in processor time.

    python benchmarks/page_cost.py ARCHIVE [WORD …]

Both are asked of the app itself, in turns, so that neither the network nor what else the machine
does is in it; the medians count. Without words it takes the archive at rest and some of its
commonest words.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import httpx

from service.settings import Settings
from service.web.app import create_app
from service.web.pages.search.asked import HITS
from service.web.pages.search.narrowing import SHOWN
from service.web.pages.search.page import FACETS

TIMES = 50
COMMON = ("", "company", "oil price", "president", "market")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("archive", type=Path)
    options.add_argument("queries", nargs="*", default=COMMON)
    arguments = options.parse_args()
    asyncio.run(report(arguments.archive, arguments.queries))
    return 0


async def report(archive: Path, queries: Sequence[str]) -> None:
    app = create_app(Settings(db=archive))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        print("| query | page, ms | JSON, ms | ratio | page, kB |\n|---|--:|--:|--:|--:|")
        for query in queries:
            pages, answers, size = await _timed(client, query)
            page, answer = median(pages) * 1e3, median(answers) * 1e3
            name = f"`{query}`" if query else "(at rest)"
            kilobytes = size / 1e3
            print(f"| {name} | {page:.1f} | {answer:.1f} | {page / answer:.2f} | {kilobytes:.0f} |")


async def _timed(client: httpx.AsyncClient, query: str) -> tuple[list[float], list[float], int]:
    asked: dict[str, Any] = {"q": query} if query else {}
    page = f"/?{urlencode(asked)}"
    shown = {"limit": HITS, "facets": ",".join(FACETS), "facet_limit": SHOWN}
    answer = f"/v1/search?{urlencode(asked | shown)}"
    pages: list[float] = []
    answers: list[float] = []
    for _ in range(TIMES):
        for path, spent in ((page, pages), (answer, answers)):
            started = time.process_time()
            response = await client.get(path, headers={"Accept": "text/html"})
            spent.append(time.process_time() - started)
            response.raise_for_status()
    return pages, answers, len((await client.get(page)).content)


if __name__ == "__main__":
    raise SystemExit(main())
