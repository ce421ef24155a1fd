"""How well speech and its speakers are found: spans exact and by overlap, speakers, verbs.

    python benchmarks/quotes.py FOLDER [--tagger auto] [--errors]

FOLDER has *.jsonl files, an article a line: id, text, and quotes [{start, end, speaker, verb,
direct}]; speaker is the full name that the text gives, or its words for who has no name, null for
who is not told; verb and direct may be left out.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.article import Article
from service.entity import Mention
from service.extract import extract_all, load_tagger
from service.findings import Quote
from service.names import name_key


@dataclass(frozen=True)
class Document:
    """A text with its labelled quotes, and what was found in it."""

    id: str
    gold: Sequence[dict[str, Any]]
    mentions: Sequence[Mention]
    found: Sequence[Quote]


def main() -> int:
    arguments = parser().parse_args()
    files = sorted(arguments.folder.glob("*.jsonl"))
    if not files:
        print(f"No *.jsonl in {arguments.folder}.")
        return 1
    print(f"{'file':16} {'':9}{'gold':>5} {'found':>6}  exact P/R    overlap P/R  speaker  verb")
    for file in files:
        documents = read(file, arguments.tagger)
        for kind in ("direct", "reported"):
            print(f"{file.stem:16} {kind:9}{row(documents, kind == 'direct')}")
        if arguments.errors:
            print_errors(documents)
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("folder", type=Path, help="a folder with *.jsonl")
    options.add_argument("--tagger", default="auto", help="auto, gazetteer, off or a model's name")
    options.add_argument("--errors", action="store_true", help="print what was missed and wrong")
    return options


def read(file: Path, tagger: str) -> list[Document]:
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    articles = [Article(body=record["text"]) for record in records]
    documents = []
    read_out = extract_all(articles, load_tagger(tagger))
    for record, findings in zip(records, read_out, strict=True):
        documents.append(
            Document(record["id"], record["quotes"], findings.mentions, findings.quotes)
        )
    return documents


def row(documents: Sequence[Document], direct: bool) -> str:
    """Counts and shares of one kind of speech; speakers and verbs over the spans that overlap."""
    gold = [(d, q) for d in documents for q in d.gold if q.get("direct", True) == direct]
    found = [(d, q) for d in documents for q in d.found if q.direct == direct]
    exact = sum(any(same(q, g) for g in d.gold) for d, q in found)
    overlap = sum(any(overlaps(q, g) for g in d.gold) for d, q in found)
    hit = sum(any(overlaps(q, g) for q in d.found if q.direct == direct) for d, g in gold)
    pairs = [(d, g, match) for d, g in gold if (match := best(d, g))]
    speakers = sum(right_speaker(d, g, q) for d, g, q in pairs)
    verbs = [(g["verb"], q.verb) for _, g, q in pairs if g.get("verb")]
    right = sum(name_key(asked) == name_key(given or "") for asked, given in verbs)
    return (
        f"{len(gold):5} {len(found):6}  {share(exact, len(found))} {share(exact, len(gold))}  "
        f"  {share(overlap, len(found))} {share(hit, len(gold))}   "
        f" {share(speakers, len(pairs))}    {share(right, len(verbs))}"
    )


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "    -"


def same(quote: Quote, gold: dict[str, Any]) -> bool:
    return (quote.start, quote.end, quote.direct) == (
        gold["start"],
        gold["end"],
        gold.get("direct", True),
    )


def overlaps(quote: Quote, gold: dict[str, Any]) -> bool:
    together = quote.start < gold["end"] and gold["start"] < quote.end
    return bool(together and quote.direct == gold.get("direct", True))


def best(document: Document, gold: dict[str, Any]) -> Quote | None:
    near = [quote for quote in document.found if overlaps(quote, gold)]
    return next((q for q in near if same(q, gold)), near[0] if near else None)


def right_speaker(document: Document, gold: dict[str, Any], quote: Quote) -> bool:
    """By the full name of the speaker, else by the words that the text has for it."""
    if gold["speaker"] is None:
        return quote.speaker is None and quote.speaker_name is None
    mention = None if quote.speaker is None else document.mentions[quote.speaker]
    names = [quote.speaker_name or "", mention.text if mention else ""]
    names += [mention.entity.name] if mention and mention.entity else []
    return bare(gold["speaker"]) in map(bare, names)


def bare(name: str) -> str:
    return name_key(name.lower().removeprefix("the "))


def print_errors(documents: Sequence[Document]) -> None:
    for document in documents:
        for gold in document.gold:
            quote = best(document, gold)
            if not quote or not same(quote, gold):
                print(f"- {document.id:12} {gold['text'][:80]!r} {gold['speaker']}")
        for quote in document.found:
            match = next((g for g in document.gold if overlaps(quote, g)), None)
            if match is None or not same(quote, match):
                print(f"+ {document.id:12} {quote.text[:80]!r} {quote.speaker_name} {quote.verb}")
            if match and not right_speaker(document, match, quote):
                said = f"{quote.speaker_name!r} instead of {match['speaker']!r}"
                print(f"! {document.id:12} {quote.text[:50]!r} {said}")


if __name__ == "__main__":
    sys.exit(main())
