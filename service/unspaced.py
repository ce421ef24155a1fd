"""Pieces of text without spaces between words: Han, kana, Hangul, Thai, Lao, Khmer and Burmese.

unicode61 takes a run of them as one token, so that no part of it is found. Here a run becomes its
overlapping pairs and its last character alone (`조성길` -> `조성 성길 길`), so that any part of
it is a phrase. Pieces of three would not find the many words of two.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import accumulate

Range = tuple[int, int]

# Classes of regular expressions. These are only characters that unicode61 keeps in a token when its
# categories are L*, N*, Co and M*, as 。 and ・ are not.
_SCRIPTS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59"  # Thai with its digits
    "\u0e81-\u0ebd\u0ec0-\u0ec4\u0ec6\u0ec8-\u0ecd\u0ed0-\u0ed9\u0edc-\u0edf"  # Lao
    "\u1000-\u1049\u1050-\u109d\ua9e0-\ua9fe\uaa60-\uaa76\uaa7a-\uaa7f"  # Burmese
    "\u1780-\u17b3\u17b6-\u17d3\u17d7\u17dc\u17dd\u17e0-\u17e9\u17f0-\u17f9"  # Khmer
    "\u1100-\u115e\u1161-\u11ff\u3131-\u3163\u3165-\u318e"  # Hangul letters, without the fillers
    "\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"  # Hangul syllables and old letters
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana, ー, ヽ
    "\U0001aff0-\U0001affe\U0001b000-\U0001b122\U0001b150-\U0001b167"  # old kana
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"  # 々, 〆, 〇 and Suzhou numerals
    "\u3105-\u312f\u31a0-\u31bf"  # bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9"  # Han
    "\U00020000-\U0002a6df\U0002a700-\U0002b738\U0002b740-\U0002b81d\U0002b820-\U0002cea1"
    "\U0002ceb0-\U0002ebe0\U0002f800-\U0002fa1d\U00030000-\U0003134a"  # Han, rarer
)
# What NFKC turns into the above: ㍿, ㈱, ㋿, ｱ, Kangxi radicals.
_COMPATIBLE = (
    "\u2e9f\u2ef3\u2f00-\u2fd5\u309b\u309c\u3192-\u319f"
    "\u3200-\u321e\u3220-\u3247\u3260-\u327e\u3280-\u32b0\u32c0-\u32cb\u32d0-\u3370\u337b-\u337f"
    "\u33e0-\u33fe\uff66-\uff9f\uffa1-\uffdc"
    "\U0001f200-\U0001f202\U0001f210-\U0001f23b\U0001f240-\U0001f248\U0001f250\U0001f251"
)
# Soft hyphen, zero-width characters, marks of direction, fillers of Hangul and Khmer.
_INVISIBLE = (
    "\xad\u061c\u115f\u1160\u17b4\u17b5\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff\uffa0"
)
_VARIATION_SELECTORS = "\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# What NFKC joins with the character before it, or puts into another order after it.
_JOINING = (
    _ACCENTS + _VARIATION_SELECTORS + "\u0653-\u0655"  # accents of Arabic
    "\u3099\u309a\uff9e\uff9f\u1161-\u1175\u11a8-\u11c2"  # dakuten; vowels and finals of Hangul
    "\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba\u0ec8-\u0ecb"  # Thai, Lao
    "\u102e\u1037\u1039\u103a\u108d\u17d2\u17dd"  # Burmese, Khmer
)
_CLUSTER = re.compile(rf"(?s:.)(?:[{_INVISIBLE}]*[{_JOINING}])*")
_DROPPED = re.compile(f"[\ue000{_INVISIBLE}{_VARIATION_SELECTORS}]")
_LONE_ACCENT = re.compile(f"[{_ACCENTS}]")
_ACCENTED_LATIN = re.compile(r"[\xc0-\u024f\u1e00-\u1eff]")
# NFKC would make ㅏ a vowel that joins what stands before it, and of ㄱㅏ one syllable.
_HANGUL_LETTERS = range(0x3131, 0x318F)
_NARROW_LETTERS = {
    code: int(wide.split()[1], 16)
    for code in range(0xFFA1, 0xFFDD)
    if (wide := unicodedata.decomposition(chr(code)))
}

# Tokens that no query has: for lines that are left out, in the index and in a text.
LEFT_OUT, _BLANK = "\ue000", "\ufdd6"

# The common ranges first: 5,000 characters of English take 11 us with them and 160 us without.
_SPACED = re.compile(rf"(?:[\x00-\u0e00\u1e00-\u2e7f]++|[^{_SCRIPTS}{_COMPATIBLE}])*+")
_PIECE = re.compile(rf"(?P<run>[{_SCRIPTS}]+)|[^\W_{_SCRIPTS}]+")
_PIECE_OR_BLANK = re.compile(f"{_PIECE.pattern}|{_BLANK}+")


def has_unspaced(text: str) -> bool:
    """Whether a character of these scripts stands in the text."""
    return not text.isascii() and _SPACED.fullmatch(text) is None


def cut(text: str) -> str:
    """What is indexed of a text: its lines with such a script, as tokens with single spaces.

    `BTS는 2020年` -> `bts 는 2020 年`; other words are whole. Empty when no line has any.
    """
    if not has_unspaced(text):
        return ""
    lines = [_fold(line) if has_unspaced(line) else None for line in text.split("\n") if line]
    # Of the lines left out in a row one mark stays, so that no phrase runs across them.
    cuts = [" ".join(_tokens(line)) if line is not None else LEFT_OUT for line in lines]
    pairs = zip(cuts, [LEFT_OUT, *cuts], strict=False)
    kept = [line for line, before in pairs if not line == before == LEFT_OUT]
    return "\n".join(kept).removesuffix(f"\n{LEFT_OUT}")


def phrase(text: str) -> tuple[tuple[str, ...], bool]:
    """The tokens of the phrase that finds a text, and whether the last is only a beginning.

    A run at the end may go on in a document, so its last character does not stand alone there:
    `조성길` -> `조성 성길`, but `조` -> `조*`, which is the first of a pair or alone.
    """
    folded = _fold(text)
    tokens = tuple(_tokens(folded))
    last = _pieces(folded)[-1:]
    if not last or not has_unspaced(last[0]):
        return tokens, False
    is_single = len(last[0]) == 1
    return (tokens if is_single else tokens[:-1]), is_single


def occurrences(text: str, query: str) -> list[Range]:
    """Where the query stands in the text, as ranges of code points: in order, none overlapping.

    There is one exactly when the phrase of the query finds what `cut` makes of the text.
    """
    return FoldedText(text).occurrences(query)


class FoldedText:
    """A text that is folded once, however many queries are looked for in it."""

    def __init__(self, text: str) -> None:
        # What is not indexed is blank, so that every offset stays.
        lines = (line if has_unspaced(line) else _BLANK * len(line) for line in text.split("\n"))
        self._clusters = _CLUSTER.findall("\n".join(lines)) if has_unspaced(text) else []
        self._folded = list(map(_fold_cluster, self._clusters))
        pieces = list(_PIECE_OR_BLANK.finditer("".join(self._folded)))
        self._starts = [piece.start() for piece in pieces]
        # With a space on either side of each piece the whole row of them is one string to look in.
        self._row = "".join([f" {piece[0]}" for piece in pieces]) + " "
        self._in_row = list(accumulate((len(piece[0]) + 1 for piece in pieces), initial=1))

    def occurrences(self, query: str) -> list[Range]:
        """As the function of this name."""
        found: list[Range] = []
        for first, last in self._hits(_in_a_row(query)):
            start, end = self._place(first)[0], self._place(last)[1]
            if not found or start >= found[-1][1]:
                found.append((start, end))
        return found

    def _hits(self, wanted: str) -> Iterator[Range]:
        """The first and the last character of each place in the row, without the spaces around."""
        start, end = int(wanted.startswith(" ")), len(wanted) - wanted.endswith(" ")
        at = self._row.find(wanted) if wanted else -1
        while at >= 0:
            yield at + start, at + end - 1
            at = self._row.find(wanted, at + end)

    def _place(self, in_row: int) -> Range:
        """From a character of the row to the range in the text that it comes from."""
        piece = bisect_right(self._in_row, in_row) - 1
        at = self._starts[piece] + in_row - self._in_row[piece]
        ends, folded_ends = self._ends
        number = bisect_right(folded_ends, at)
        if self._clusters[number] == self._folded[number]:
            exact = ends[number] - folded_ends[number] + at
            return exact, exact + 1
        return ends[number] - len(self._clusters[number]), ends[number]

    @cached_property
    def _ends(self) -> tuple[list[int], list[int]]:
        """Where each cluster ends, in the text and in the folded text."""
        return list(accumulate(map(len, self._clusters))), list(accumulate(map(len, self._folded)))


@lru_cache(maxsize=1024)
def _in_a_row(query: str) -> str:
    """Its pieces with single spaces; at the ends too, but where a run may go on.

    So `AI` is not in `AIR`, but `中` is in `中国`.
    """
    wanted = _pieces(_fold(query))
    if not wanted:
        return ""
    before, after = ("" if has_unspaced(wanted[at]) else " " for at in (0, -1))
    return before + " ".join(wanted) + after


def _pieces(folded: str) -> list[str]:
    """The runs and the other words."""
    return [piece[0] for piece in _PIECE.finditer(folded)]


def _tokens(folded: str) -> list[str]:
    """The pairs and the last character of each run, and the other words."""
    tokens: list[str] = []
    for piece in _PIECE.finditer(folded):
        if run := piece["run"]:
            tokens += [run[at : at + 2] for at in range(len(run))]
        else:
            tokens.append(piece[0])
    return tokens


def _fold(text: str) -> str:
    """As documents and queries are compared: NFKC, lower case, Latin letters without accents.

    Hiragana and katakana stay two. What shows nothing is dropped: ZWSP, variation selectors.
    """
    return "".join(map(_fold_cluster, _CLUSTER.findall(text)))


@lru_cache(maxsize=16384)
def _fold_cluster(cluster: str) -> str:
    """A character with what joins it: none when it shows nothing, several for ㍿."""
    kept = _DROPPED.sub("", cluster).translate(_NARROW_LETTERS)
    if kept and ord(kept[0]) in _HANGUL_LETTERS:
        return kept
    # unicode61 takes the sigma at the end of a word for any other.
    lower = unicodedata.normalize("NFKC", kept).lower().replace("ς", "σ")
    whole = unicodedata.normalize("NFC", lower)
    plain = _ACCENTED_LATIN.sub(lambda found: unicodedata.normalize("NFD", found[0])[0], whole)
    return _LONE_ACCENT.sub("", plain)
