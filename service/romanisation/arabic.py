"""Arabic and Persian names: runs of parts that a table knows in all their spellings.

The article (al-, el-) is neither needed nor distinguishing; the order of the parts is, as Ali
Hassan is not Hassan Ali.
"""

import re
from collections.abc import Iterator, Sequence

from service.names import word_list
from service.romanisation.given_names import load
from service.romanisation.reading import Reading, joined, listed

_ARTICLES = frozenset({"al", "el", "ul", "ال"})
_SON = {"bin": 0.0, "ibn": 1.0, "ben": 1.5, "بن": 9.0}
_LATIN_SON = {text: cost for text, cost in _SON.items() if text.isascii()}
_BARE = frozenset({"", "bin", "abdul"})  # no article after these
# After an article, but no person's name.
_NOT_PERSONS = word_list("qaeda qaida jazeera arabiya shabab aqsa nusra ahram hayat salvador nino")
_MOST_PARTS = 5
_ABDUL = re.compile(r"(abd[aeuo]l)([a-z]{4,})")

_ROWS = load("arabic")
_BY_KEY = {row.key: row for row in _ROWS}
_BY_SPELLING = {
    text: row
    for row in reversed(_ROWS)
    for own in row.native
    for text in (*(s.replace("'", "") for s in row.spellings), own, own.removeprefix("ال"))
}


def readings(words: Sequence[Sequence[str]], any_order: bool = False) -> tuple[Reading, ...]:
    """The one name that words can be, if any; `any_order` changes nothing."""
    del any_order
    flat = _tokens([part for word in words for part in word])
    keys = [_key(word, before) for word, before in zip(flat, ["", *flat], strict=False)]
    named = [key for key in keys if key]
    if None in keys or not named or len(named) > _MOST_PARTS or not keys[-1] or keys[-1] == "bin":
        return ()
    return (Reading("ar", tuple({key: 0} for key in named)),) if _is_name(named) else ()


def _key(word: str, before: str) -> str | None:
    """A part of a name, the empty text for an article, None for any other word."""
    if word in _ARTICLES:
        return ""
    if word in _SON:
        return "bin"
    row = _BY_SPELLING.get(word)
    if row is None and before in _ARTICLES and len(word) > 3 and word.isascii():
        return None if word in _NOT_PERSONS else word
    return row.key if row else None


def _is_name(keys: Sequence[str]) -> bool:
    """Two parts, one of them known; or one that is unmistakable, as `laden` is after `bin`."""
    known = [row for key in keys if (row := _BY_KEY.get(key)) is not None]
    family = bool(known) and keys[0] != "bin" and len(keys) > 1
    return family or any(row.telling > 1 for row in known) or keys == ["bin", "laden"]


def _tokens(flat: Sequence[str]) -> list[str]:
    """`abd al-rahman` and `abdulrahman` as `abdul rahman`."""
    tokens: list[str] = []
    for word in flat:
        if tokens and tokens[-1] == "abd" and word in _ARTICLES:
            tokens[-1] = "abdul"
        elif (match := _ABDUL.fullmatch(word)) and match[2] in _BY_SPELLING:
            tokens.extend(match.groups())
        else:
            tokens.append(word)
    return tokens


def spellings(reading: Reading) -> Iterator[tuple[str, float]]:
    """Every part in each of its spellings, with and without an article, and in Arabic script."""
    keys = [key for part in reading.parts for key in part]
    before = ["", *keys]
    latin = [_written(key, before[place] not in _BARE) for place, key in enumerate(keys)]
    yield from joined(latin, " ", 90).items()
    native = ["بن" if key == "bin" else _native(key) for key in keys]
    if all(native):
        yield " ".join(native), 3


def _native(key: str) -> str:
    return _BY_KEY[key].native[0] if key in _BY_KEY else ""


def _written(key: str, article: bool) -> dict[str, float]:
    if key == "bin":
        return _LATIN_SON
    row = _BY_KEY.get(key)
    bare = listed([s.replace("'", " ") for s in row.spellings] if row else [key], step=0.7)
    if not article:
        return bare
    likely = row is None or row.native[0].startswith("ال")
    articles = {"al": 0.3 if likely else 3.0, "el": 1.0 if likely else 4.0}
    return bare | {f"{a} {t}": c + more for a, more in articles.items() for t, c in bare.items()}
