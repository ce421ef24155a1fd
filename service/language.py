"""Which language a text is in, as py3langid tells it, and None where that cannot be told.

Its limits are set so that English is not called foreign, since the English model would then not
read it. Measured on news and abstracts: 2 of 34,000 texts of 200 bytes and more (tables of
figures), none of 4,400 of 100 to 200, 3 of 2,300 headlines and notes of less.
"""

import importlib
import re
from functools import cache
from threading import Lock
from typing import Any

# What follows in a long article changes nothing, but costs time.
_READ = 5_000
# Bytes in UTF-8: a headline in Latin letters, a short sentence in Korean. Of shorter headlines in
# English one in 200 would be called foreign.
_SHORTEST = 60
# Sister languages share the probability (Croatian and Bosnian, Indonesian and Malay: .4 to .7 for
# the likelier one). From 100 bytes on this leaves 1 of 100 foreign texts untold, and calls none
# English.
_SURE = 0.4
# Nigerian Pidgin claims tables of English figures (25 times as many errors), Wu what is written in
# Chinese; newspapers in either are rare.
_LEFT_OUT = frozenset(("pcm", "wuu"))
_NO_LANGUAGE = "zxx"

_ENGLISH = frozenset(("en", "eng", "english"))
_SUBTAGS = re.compile("[-_]")

_loading = Lock()


def detect(text: str) -> str | None:
    """The BCP 47 primary subtag of the language that most of the text is in.

    None for what is too short, too uncertain, or no language (figures, marks).
    """
    # In small letters: capitals are rare in what the model has learnt from.
    start = text[:_READ].strip().lower()
    if len(start.encode("utf-8", "surrogatepass")) < _SHORTEST:
        return None
    language, probability = _identifier().classify(start)
    return language if probability >= _SURE and language != _NO_LANGUAGE else None


def is_english(language: str | None) -> bool:
    """Whether a stated or detected language is English, in any spelling: `en-GB`, `EN_us`, `eng`.

    An unknown one counts as English, as most of what an English-language archive holds is.
    """
    return language is None or _SUBTAGS.split(language.strip())[0].casefold() in _ENGLISH


def _identifier() -> Any:
    with _loading:
        return _load()


@cache
def _load() -> Any:
    """A second and 100 MB, so at the first text only; importing it brings numpy along."""
    langid = importlib.import_module("py3langid.langid")
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages([name for name in identifier.labels if name not in _LEFT_OUT])
    return identifier
