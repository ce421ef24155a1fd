"""How well names are found and told apart: typed F1, B-cubed and words a second.

    python benchmarks/entities.py GOLD [--tagger auto] [--seeds seeds]

GOLD is a gold.json (file -> entities with mentions, offsets into the whole file, the files being
in the folder `--seeds`) or a folder of *.jsonl.gz with id, text and entities[start, end, type].
"""

import argparse
import gzip
import io
import json
import re
import sys
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from service.article import Article
from service.entity import Mention
from service.extract import Tagger, extract_all, load_tagger
from service.formats import read
from service.formats.document import Document as Input
from service.formats.document import Found
from service.names import name_key

TYPES = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organization",
    "PLACE": "place",
    "LOC": "place",
}


class Named(NamedTuple):
    """A name in the whole text of a document."""

    start: int
    end: int
    type: str


@dataclass
class Document:
    """A text with its gold names; `identity` where the gold says which entity each is."""

    id: str
    genre: str
    text: str
    article: Article
    asked: set[Named]
    optional: list[tuple[int, int]] = field(default_factory=list)
    identity: dict[Named, str] = field(default_factory=dict)


def main() -> int:
    arguments = parser().parse_args()
    documents = load(arguments.gold, arguments.seeds)
    if not documents:
        print(f"No gold set at {arguments.gold} (or no seeds at {arguments.seeds}).")
        return 1
    tagger = load_tagger(arguments.tagger)
    print(f"{arguments.gold}: {len(documents)} documents, tagger {tagger.id}")
    report(documents, tagger, show=arguments.errors)
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("gold", type=Path, help="a gold.json, or a folder with *.jsonl.gz")
    options.add_argument("--tagger", default="auto", help="auto, gazetteer, off or a model's name")
    options.add_argument("--seeds", type=Path, default=Path("seeds"), help="files of a gold.json")
    options.add_argument("--errors", action="store_true", help="print what was missed and wrong")
    return options


def load(gold: Path, seeds: Path) -> list[Document]:
    if (gold / "gold.json").is_file():
        gold = gold / "gold.json"
    if gold.is_file():
        entities = json.loads(gold.read_text(encoding="utf-8"))
        present = [name for name in entities if (seeds / name).is_file()]
        return [seed(seeds / name, entities[name]) for name in present]
    return [
        labelled(json.loads(line))
        for file in sorted(gold.glob("*.jsonl.gz"))
        for line in gzip.decompress(file.read_bytes()).decode().splitlines()
    ]


def article_in(file: Path) -> Article:
    """The article of a text file."""
    (found,) = read(Input(file.name, file.name, io.BytesIO(file.read_bytes())))
    assert isinstance(found, Found)
    return found.article


def seed(file: Path, entities: Iterable[Any]) -> Document:
    text = file.read_bytes().decode()
    document = Document(file.name, "", text, article_in(file), set())
    for entity in entities:
        for mention in entity["mentions"]:
            named = Named(mention["start"], mention["end"], TYPES[entity["type"]])
            if mention.get("optional"):
                document.optional.append((named.start, named.end))
            else:
                document.asked.add(named)
                document.identity[named] = f"{entity['type']} {entity['canonical']}"
    return document


def labelled(record: Any) -> Document:
    names = {
        Named(entity["start"], entity["end"], TYPES[entity["type"]])
        for entity in record["entities"]
        if entity["type"] in TYPES
    }
    text = record["text"]
    return Document(record["id"], record.get("genre", ""), text, Article(body=text), names)


def report(documents: Sequence[Document], tagger: Tagger, *, show: bool) -> None:
    articles = [document.article for document in documents]
    extract_all(articles[:1], tagger)  # the first call pays for what is loaded late
    started = time.perf_counter()
    found = [findings.mentions for findings in extract_all(articles, tagger)]
    seconds = time.perf_counter() - started
    placed = [list(in_whole_text(*pair)) for pair in zip(documents, found, strict=True)]
    for genre in ["", *sorted({document.genre for document in documents} - {""})]:
        pairs = [p for p in zip(documents, placed, strict=True) if genre in ("", p[0].genre)]
        print_scores(genre or "all", pairs)
    if any(document.identity for document in documents):
        print_b_cubed(documents, placed)
    if show:
        print_errors(documents, placed)
    words = sum(len(document.text.split()) for document in documents)
    print(f"{words / seconds:,.0f} words/s")


def in_whole_text(
    document: Document, mentions: Iterable[Mention]
) -> Iterator[tuple[Named, Mention]]:
    """Mentions with offsets into the file, whose words the fields of the article are made of."""
    moved = {name: moves(document.text, text) for name, text in document.article.passages()}
    for mention in mentions:
        starts, distances = moved[mention.field]
        distance = distances[bisect_right(starts, mention.start) - 1]
        yield Named(mention.start + distance, mention.end + distance, mention.type), mention


def moves(whole: str, text: str) -> tuple[list[int], list[int]]:
    """Where each word of a field starts, and how far from there it stands in the whole text.

    Lines may be joined and others left out between them, so white space is not compared.
    """
    starts: list[int] = []
    distances: list[int] = []
    searched = 0
    for line in re.finditer(r"[^\n]+", text):
        words = list(re.finditer(r"\S+", line[0]))
        spaced = r"\s+".join(re.escape(word[0]) for word in words)
        found = re.compile(spaced).search(whole, searched)
        if found and words:
            searched = found.end()
            for word, same in zip(words, re.finditer(r"\S+", found[0]), strict=False):
                starts.append(line.start() + word.start())
                distances.append(found.start() + same.start() - starts[-1])
    return starts, distances


Pairs = Sequence[tuple[Document, Sequence[tuple[Named, Mention]]]]
Clusters = dict[tuple[str, Named], str]  # (document, name) -> entity


def print_scores(title: str, pairs: Pairs) -> None:
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for document, placed in pairs:
        counted = {named for named, _ in placed if not is_optional(document, named)}
        asked.update(named.type for named in document.asked)
        given.update(named.type for named in counted)
        right.update(named.type for named in counted & document.asked)
    print(f"{title:14} {scores(right.total(), given.total(), asked.total())}")
    for kind in sorted(asked):
        print(f"  {kind:12} {scores(right[kind], given[kind], asked[kind])}")


def is_optional(document: Document, named: Named) -> bool:
    return any(named.start < end and start < named.end for start, end in document.optional)


def scores(right: int, given: int, asked: int) -> str:
    f1 = 2 * right / ((given + asked) or 1)
    return (
        f"F1 {f1:.3f}  precision {right / (given or 1):.3f}  recall {right / (asked or 1):.3f}"
        f"  ({right} right of {given} given, {asked} asked)"
    )


def print_b_cubed(
    documents: Sequence[Document], placed: Sequence[Sequence[tuple[Named, Mention]]]
) -> None:
    ours: Clusters = {}
    gold: Clusters = {}
    for document, row in zip(documents, placed, strict=True):
        for named, mention in row:
            if named in document.identity:
                apart = f"{document.id} {name_key(mention.text)}"
                ours[document.id, named] = mention.entity.key if mention.entity else apart
                gold[document.id, named] = document.identity[named]
    precision, recall = overlap(ours, gold), overlap(gold, ours)
    f1 = 2 * precision * recall / (precision + recall) if ours else 0.0
    print(f"B-cubed        F1 {f1:.3f}  precision {precision:.3f}  recall {recall:.3f}")


def overlap(one: Clusters, other: Clusters) -> float:
    """Mean share of an item's cluster in `one` that is in its cluster in `other` too."""
    clusters: dict[str, list[tuple[str, Named]]] = defaultdict(list)
    for item, cluster in one.items():
        clusters[cluster].append(item)
    shares = [
        sum(other[mate] == other[item] for mate in clusters[one[item]]) / len(clusters[one[item]])
        for item in one
    ]
    return sum(shares) / (len(shares) or 1)


def print_errors(
    documents: Sequence[Document], placed: Sequence[Sequence[tuple[Named, Mention]]]
) -> None:
    for document, row in zip(documents, placed, strict=True):
        given = {named for named, _ in row if not is_optional(document, named)}
        for sign, names in (("-", document.asked - given), ("+", given - document.asked)):
            for named in sorted(names):
                print(
                    f"{sign} {named.type:12} {document.text[named.start : named.end]!r}", end="  "
                )
                print(repr(document.text[max(0, named.start - 30) : named.end + 20]))


if __name__ == "__main__":
    sys.exit(main())
