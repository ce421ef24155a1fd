"""The texts that articles of the corpus are joined from, each with the names that stand in it.

They come from a folder of articles: `*.jsonl`, `*.jsonl.gz` with `title` and `body`, and if there
`topics`, `places`, `author` and `dateline`. Without one, `made_up.py` makes them.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.entity import EntityType

FEWEST_WORDS = 25
# What a name of more than one word is known by. Rough, but the same for everyone who is measured.
_ORGANIZATION = re.compile(
    r"\b(?:Corp|Inc|Co|Ltd|Plc|Group|Bank|Ministry|Commission|Department|Board|Association|"
    r"Exchange|University|Institute|Industries|Systems|Organization|Council|Committee|Fund|"
    r"Reserve|Congress|Senate|House|Union|Agency|Treasury|Airlines|Court|Party)\b"
)
_TITLE = (
    r"(?:Prime |Finance |Foreign |Trade |Deputy |Vice |Treasury |Agriculture |Energy )*"
    r"(?:Minister|President|Secretary|Chairman|Representative|Senator|Governor|Mr|Sir|Senate|Rep|"
    r"chairman|president|analyst|spokesman|spokeswoman|economist|director|executive) "
)
_OFFICE = re.compile(rf"{_TITLE}$")
_OFFICES = re.compile(rf"(?:{_TITLE})+")
_RUN = re.compile(r"\b[A-Z][a-z]+(?: (?:[A-Z]\. )?[A-Z][a-z]+){0,3}\b")
_AMERICA = re.compile(r"\bU\.S\.")
_WORD = re.compile(r"[a-z]+")
_TAG = re.compile(r"<[^>]*>")
# Tags of an agency, by what they are about.
_BRANCHES = {
    "companies": "acq earn",
    "economy": "bop trade cpi wpi jobs ipi cpu gnp money-supply reserves lei housing income "
    "inventories instal-debt retail interest money-fx dlr yen dmk stg",
    "economy/energy": "crude heat gas fuel naphtha nat-gas jet propane pet-chem",
}
_BRANCH_OF = {tag: branch for branch, tags in _BRANCHES.items() for tag in tags.split()}


@dataclass(frozen=True, slots=True)
class Name:
    """A name at a place in a text; offsets in code points."""

    start: int
    end: int
    text: str
    type: EntityType


@dataclass(frozen=True, slots=True)
class Text:
    """A body with all that an article takes over from it."""

    title: str
    body: str
    names: tuple[Name, ...]
    topics: tuple[str, ...]
    author: str
    city: str


def read_texts(folder: Path) -> list[Text]:
    """All articles of the folder that are long enough, in the order of its files."""
    records = list(_records(folder))
    texts = [_paragraphs(record["body"]) for record in records]
    names = _names(texts, _places(records))
    return [
        Text(
            title=" ".join(_TAG.sub("", record.get("title") or "").split()) or text[:60],
            body=text,
            names=found,
            topics=tuple(_topic(tag) for tag in record.get("topics") or ()),
            author=_author(record.get("author") or ""),
            city=_city(record),
        )
        for record, text, found in zip(records, texts, names, strict=True)
    ]


def _records(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if len((record.get("body") or "").split()) >= FEWEST_WORDS:
                    yield record


def _paragraphs(body: str) -> str:
    """Lines that a wire broke, joined; what is indented or follows an empty line is a paragraph."""
    pieces = re.split(r"\n(?: {4}|\s*\n)", body)
    return "\n\n".join(" ".join(piece.split()) for piece in pieces if piece.strip())


def _topic(tag: str) -> str:
    return f"{_BRANCH_OF.get(tag, 'commodities')}/{tag}"


def _author(byline: str) -> str:
    return byline.removeprefix("By ").removesuffix(", Reuters").strip()


def _city(record: dict[str, Any]) -> str:
    return str(record.get("dateline") or "").split(",")[0].strip().title()


def _places(records: Iterable[dict[str, Any]]) -> set[str]:
    """Names of places by the data's own word: its tags, and where its reports were written."""
    found = {tag.replace("-", " ").title() for r in records for tag in r.get("places") or ()}
    return found | {city for r in records if _RUN.fullmatch(city := _city(r))}


def _names(texts: Sequence[str], places: set[str]) -> list[tuple[Name, ...]]:
    """Capitalised runs; a name has the type that most of its places speak for."""
    common = {word for text in texts for word in _WORD.findall(text)}
    spans = [list(_spans(text, common)) for text in texts]
    given = _given_names(texts, spans)
    votes: dict[str, Counter[EntityType]] = {}
    for text, found in zip(texts, spans, strict=True):
        for start, end in found:
            name = text[start:end]
            vote = _type(name, text[max(0, start - 16) : start], places, given)
            if vote is not None:
                votes.setdefault(name, Counter())[vote] += 1
    types = {name: counts.most_common(1)[0][0] for name, counts in votes.items()}
    return [
        tuple(
            Name(start, end, text[start:end], types[text[start:end]])
            for start, end in found
            if text[start:end] in types
        )
        for text, found in zip(texts, spans, strict=True)
    ]


def _given_names(texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> set[str]:
    """What stands first in the names behind an office: Paul, in `Chairman Paul Volcker`."""
    return {
        text[start:end].split()[0]
        for text, found in zip(texts, spans, strict=True)
        for start, end in found
        if " " in text[start:end]
        and _OFFICE.search(text, max(0, start - 16), start)
        and not _ORGANIZATION.search(text[start:end])
    }


def _spans(text: str, common: set[str]) -> Iterator[tuple[int, int]]:
    yield from sorted((*_runs(text, common), *(m.span() for m in _AMERICA.finditer(text))))


def _runs(text: str, common: set[str]) -> Iterator[tuple[int, int]]:
    """Without the word that only begins a sentence, and without an office."""
    for match in _RUN.finditer(text):
        start, end = match.span()
        first, _, rest = match[0].partition(" ")
        if first.lower() in common and (start == 0 or text[start - 2 : start] in (". ", "\n\n")):
            start += len(first) + 1
            if not rest:
                continue
        offices = _OFFICES.match(text, start, end)
        yield offices.end() if offices and offices.end() < end else start, end


def _type(name: str, before: str, places: set[str], given: set[str]) -> EntityType | None:
    if name in ("U.S.", "United States", "Soviet Union") or name in places:
        return "place"
    words = name.split()
    if len(words) == 1:
        return None
    if _ORGANIZATION.search(name):
        return None if _ORGANIZATION.match(words[0]) else "organization"
    if words[0] in given or _OFFICE.search(before):
        return "person"
    return "organization"
