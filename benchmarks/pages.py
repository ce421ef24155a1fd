"""How well the article is read out of its page: bodies beside gold, titles and bylines.

    python benchmarks/pages.py DATA

DATA is a folder with article_extraction/ (ground-truth.json and html/ID.html.gz: bodies copied by
hand) or readability_pages/ (a folder a page with source.html.gz and expected-metadata.json, the
reviewed output of a browser's reading view). Bodies are compared by the shingles of four words that
both have, as article extractors usually are; beside them stands bare trafilatura.
"""

import argparse
import gzip
import io
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import trafilatura

from service.article import Article
from service.errors import Unreadable
from service.formats.document import Document
from service.formats.page.html import read_page

_WORD = re.compile(r"\w+")
_SHINGLE = 4

Reader = Callable[[bytes], str]


class Score(NamedTuple):
    """Precision and recall are means over pages, F1 that of the two means."""

    precision: float
    recall: float
    seconds: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("data", type=Path)
    options.add_argument("--show", action="store_true", help="print what differs")
    arguments = options.parse_args()
    bodies = arguments.data / "article_extraction"
    pages = arguments.data / "readability_pages"
    if not bodies.is_dir() and not pages.is_dir():
        print(f"No pages at {arguments.data}.")
        return 1
    if bodies.is_dir():
        report_bodies(bodies, arguments.show)
    if pages.is_dir():
        report_metadata(pages, arguments.show)
    return 0


def report_bodies(folder: Path, show: bool) -> None:
    gold = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    pages = {name: page(folder / "html" / f"{name}.html.gz") for name in gold}
    wanted = {name: said["articleBody"] for name, said in gold.items()}
    readers: dict[str, Reader] = {
        "trafilatura": lambda data: trafilatura.extract(data, include_comments=False) or "",
        "ours": lambda data: body(read(data)),
    }
    for name, reader in readers.items():
        score = scored(pages, wanted, reader, show and name == "ours")
        print(
            f"{name}: F1 {score.f1:.3f}, precision {score.precision:.3f},"
            f" recall {score.recall:.3f}; {len(pages) / score.seconds:.0f} pages a second"
        )


def scored(pages: dict[str, bytes], wanted: dict[str, str], reader: Reader, show: bool) -> Score:
    precisions: list[float] = []
    recalls: list[float] = []
    spent = 0.0
    for name, data in pages.items():
        began = time.perf_counter()
        text = reader(data)
        spent += time.perf_counter() - began
        right, found = shingles(wanted[name]), shingles(text)
        both = (right & found).total()
        precisions += [both / found.total()] if found else []
        recalls.append(both / right.total())
        if show and min(recalls[-1], precisions[-1] if found else 0) < 0.9:
            print(f"  {name[:8]} precision {precisions[-1]:.2f} recall {recalls[-1]:.2f}")
    return Score(mean(precisions), mean(recalls), spent)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words; a shorter text is one run."""
    words = _WORD.findall(text)
    last = max(1, len(words) - _SHINGLE + 1)
    return Counter(tuple(words[start : start + _SHINGLE]) for start in range(last if words else 0))


def report_metadata(folder: Path, show: bool) -> None:
    """By field: how often it is as expected, and how often it is where none is."""
    tally: dict[str, Counter[str]] = {}
    for place in sorted(folder.iterdir()):
        expected = place / "expected-metadata.json"
        if expected.is_file():
            wanted = json.loads(expected.read_text("utf-8"))
            article = read(page(place / "source.html.gz"))
            for field, right, found in compared(wanted, article):
                verdict = judged(right, found)
                tally.setdefault(field, Counter())[verdict] += 1
                if show and verdict != "right":
                    print(f"  {place.name} {field} {verdict}: {found!r} for {right!r}")
    for field, verdicts in tally.items():
        print(f"{field}: " + ", ".join(f"{name} {count}" for name, count in verdicts.most_common()))


def compared(wanted: dict[str, Any], article: Article | None) -> Iterator[tuple[str, str, str]]:
    found = article or Article(body="")
    yield "title", wanted.get("title") or "", "" if found.title_derived else found.title
    yield "byline", wanted.get("byline") or "", ", ".join(found.authors)
    yield "outlet", wanted.get("siteName") or "", found.source or ""
    yield "language", wanted.get("lang") or "", found.language or ""
    published = found.published.iso[:10] if found.published else ""
    yield "day", (wanted.get("publishedTime") or "")[:10], published


def judged(right: str, found: str) -> str:
    if folded(right) == folded(found):
        return "right" if right else "rightly none"
    if not right or not found:
        return "found where none is expected" if found else "missed"
    inside = folded(right) in folded(found) or folded(found) in folded(right)
    return "in part" if inside else "other"


def folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold().removeprefix("by ")))


def read(data: bytes) -> Article | None:
    try:
        return read_page(Document("page.html", "page.html", io.BytesIO(data)))
    except Unreadable:
        return None


def body(article: Article | None) -> str:
    return article.body if article else ""


def page(path: Path) -> bytes:
    with gzip.open(path) as packed:
        return packed.read()


if __name__ == "__main__":
    sys.exit(main())
