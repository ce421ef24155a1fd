"""How well names are told apart when they are given: B-cubed, beside `same surface, same entity`.

    python benchmarks/identity.py GOLD [--type person] [--errors] [--seeds seeds]

GOLD is a folder (or file) of *.jsonl.gz with id, text, perhaps evaluation_span [start, end], and
entities[start, end, type, entity_id, perhaps coref and optional], or a gold.json as entities.py
reads it. Clusters run across the whole set; what has no identity in the gold is left out.
"""

import argparse
import gzip
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from service.entity import ENTITY_TYPES, EntityType, Mention, Span
from service.extract.gazetteer import well_known
from service.extract.rules import refine
from service.identity import Tagged, resolve
from service.names import name_key, squeeze
from service.titles import without_courtesy

TYPES: dict[str | None, EntityType] = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organization",
    "PLACE": "place",
    "LOC": "place",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its names, with the entity that each is in the gold."""

    id: str
    text: str
    spans: tuple[Span, ...]
    gold: tuple[str, ...]


class Item(NamedTuple):
    """A name with its entity in the gold, in ours, and as its mere surface has it."""

    document: str
    mention: Mention
    gold: str
    ours: Hashable
    surface: Hashable


class Score(NamedTuple):
    precision: float
    recall: float

    def __str__(self) -> str:
        f1 = 2 * self.precision * self.recall / ((self.precision + self.recall) or 1.0)
        return f"F1 {f1:.3f}  precision {self.precision:.3f}  recall {self.recall:.3f}"


def main() -> int:
    arguments = parser().parse_args()
    sets = dict(load(arguments.gold, arguments.seeds))
    if not any(sets.values()):
        print(f"No gold set at {arguments.gold} (or no seeds at {arguments.seeds}).")
        return 1
    kinds = [arguments.type] if arguments.type else list(ENTITY_TYPES)
    for name, documents in sets.items():
        print(f"{name}: {len(documents)} documents")
        report(documents, kinds, errors=arguments.errors)
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("gold", type=Path, help="a folder or file of *.jsonl.gz, or a gold.json")
    options.add_argument("--type", choices=ENTITY_TYPES, help="only names of this type")
    options.add_argument("--seeds", type=Path, default=Path("seeds"), help="files of a gold.json")
    options.add_argument("--errors", action="store_true", help="print clusters that are not right")
    return options


def load(gold: Path, seeds: Path) -> Iterator[tuple[str, list[Document]]]:
    """Each set with its documents."""
    if (gold / "gold.json").is_file():
        gold = gold / "gold.json"
    if gold.suffix == ".json" and gold.is_file():
        entities = json.loads(gold.read_text(encoding="utf-8"))
        files = [(seeds / name, rows) for name, rows in entities.items()]
        yield gold.name, [document(seed(file, rows)) for file, rows in files if file.is_file()]
        return
    for file in [gold] if gold.is_file() else sorted(gold.glob("*.jsonl.gz")):
        lines = gzip.decompress(file.read_bytes()).decode().splitlines()
        yield file.name, [document(json.loads(line)) for line in lines if line.strip()]


def seed(file: Path, entities: Iterable[Any]) -> dict[str, Any]:
    """A file of a gold.json as a record of the other format."""
    rows = [
        mention | {"type": entity["type"], "entity_id": entity["canonical"]}
        for entity in entities
        for mention in entity["mentions"]
    ]
    return {"id": file.name, "text": file.read_bytes().decode(), "entities": rows}


def document(record: Any) -> Document:
    text = record["text"]
    asked = [entity for entity in record["entities"] if is_asked(entity, record)]
    spans = tuple(
        Span(e["start"], e["end"], text[e["start"] : e["end"]], TYPES[e["type"]], "gold", 1.0)
        for e in asked
    )
    return Document(record["id"], text, spans, tuple(str(e["entity_id"]) for e in asked))


def is_asked(entity: Any, record: Any) -> bool:
    """Whether it is a name (no pronoun, none of doubt) in the part that was read by somebody."""
    first, last = record.get("evaluation_span") or (0, len(record["text"]))
    return (
        entity["type"] in TYPES
        and entity.get("entity_id") is not None
        and not entity.get("coref")
        and not entity.get("optional")
        and first <= entity["start"] < entity["end"] <= last
    )


def report(documents: Sequence[Document], kinds: Sequence[EntityType], *, errors: bool) -> None:
    resolved = [(document, *resolve_one(document)) for document in documents]
    items = [item for document, mentions, _ in resolved for item in told(document, mentions)]
    for kind in kinds:
        chosen = [item for item in items if item.mention.type == kind]
        gold = [item.gold for item in chosen]
        print(f"  {kind:12} {b_cubed([item.ours for item in chosen], gold)}", end="")
        print(f"  ({len(chosen)} names of {len(set(gold))})")
        print(f"    as written {b_cubed([item.surface for item in chosen], gold)}")
        if errors:
            print_errors(chosen)
    seconds = sum(spent for _, _, spent in resolved)
    words = sum(len(document.text.split()) for document in documents)
    print(f"  {1000 * seconds / (words or 1) * 300:.2f} ms for 300 words")


def resolve_one(document: Document) -> tuple[tuple[Mention, ...], float]:
    """The mentions, and the seconds that telling them apart took."""
    known = well_known()
    definitions = refine([document.text], [document.spans], known).definitions
    tagged = Tagged("body", document.text, document.spans)
    started = time.perf_counter()
    mentions = resolve([tagged], definitions, known.name)
    return mentions, time.perf_counter() - started


def told(document: Document, mentions: Iterable[Mention]) -> Iterator[Item]:
    gold = {(s.start, s.end, s.type): g for s, g in zip(document.spans, document.gold, strict=True)}
    for mention in mentions:
        surface = squeeze(mention.text)
        apart = (document.id, name_key(without_courtesy(surface)))
        ours = mention.entity.key if mention.entity else apart
        of_gold = gold[mention.start, mention.end, mention.type]
        yield Item(document.id, mention, of_gold, ours, surface)


def b_cubed(ours: Sequence[Hashable], gold: Sequence[Hashable]) -> Score:
    """Bagga and Baldwin 1998: over all names, how much of the cluster each is in is right."""
    return Score(mean_share(ours, gold), mean_share(gold, ours))


def mean_share(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Mean share of a name's cluster in `one` that is in its cluster in `other` too."""
    sizes = Counter(one)
    both = Counter(zip(one, other, strict=True))
    return sum(n * n / sizes[cluster] for (cluster, _), n in both.items()) / (len(one) or 1)


def print_errors(items: Sequence[Item]) -> None:
    """What is one entity and was told apart (-), and what is not and was joined (+)."""
    for sign, by, parts in (("-", "gold", "ours"), ("+", "ours", "gold")):
        clusters: dict[Hashable, dict[Hashable, Counter[str]]] = defaultdict(dict)
        for item in items:
            seen = clusters[getattr(item, by)].setdefault(getattr(item, parts), Counter())
            seen[f"{item.mention.text!r} {item.mention.method} in {item.document}"] += 1
        for cluster, found in clusters.items():
            if len(found) > 1:
                print(f"    {sign} {cluster}")
                for part, names in found.items():
                    print(f"        {part}: " + "; ".join(f"{n} x {t}" for t, n in names.items()))


if __name__ == "__main__":
    sys.exit(main())
