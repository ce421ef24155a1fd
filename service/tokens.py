"""A query's characters -> tokens: words, phrases, fields, operators and parentheses.

In a long query that is all in capitals an OR is a word: nobody shouts formulas.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from service.query import FACET_FIELDS, TEXT_FIELDS, Diagnostic

# A sentence in capitals has at least so many words, and two of them longer than most acronyms.
FEWEST_SHOUTED = 5
LONG_WORD = 4
_OPERATORS = {"OR": "or", "AND": "and", "NOT": "not"}

QUOTES = '"“”„‟«»＂'
OTHER_NAMES = {"organisation": "organization"}
_NAMES = "|".join((*TEXT_FIELDS, *FACET_FIELDS, *OTHER_NAMES, "after", "before"))
_TOKEN = re.compile(
    rf"""(?P<space>[\s\x00-\x1f\x7f]+)
    |(?P<field>(?:{_NAMES}):)
    |(?P<quote>[{QUOTES}])
    |(?P<open>\()|(?P<close>\))
    |(?P<not>-+(?=[^\s-]))
    |(?P<word>[^\s\x00-\x1f\x7f{QUOTES}()]+)""",
    re.VERBOSE,
)
_SLOP = re.compile(r"~([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int
    distance: int | None = None


class Scanned(NamedTuple):
    """The tokens, and what was mended on the way to them."""

    tokens: list[Token]
    diagnostics: list[Diagnostic]


def scan(text: str) -> Scanned:
    """The tokens of a query; phrases in quotes are one token each."""
    found: list[Diagnostic] = []
    tokens: list[Token] = []
    at = 0
    while match := _TOKEN.match(text, at):  # the classes cover every character
        kind = match.lastgroup or ""
        token = Token(kind, match.group(), at, match.end())
        if kind == "quote":
            token = _quoted(text, at, found)
        elif kind == "not" and tokens and tokens[-1].end == at and tokens[-1].kind == "word":
            token = Token("word", token.text, at, token.end)
        if kind != "space":
            tokens.append(token)
        at = token.end
    return Scanned(_with_operators(tokens, found), found)


def _with_operators(tokens: list[Token], found: list[Diagnostic]) -> list[Token]:
    read = [_operator(token) for token in tokens]
    operators = [new for new, old in zip(read, tokens, strict=True) if new is not old]
    if not operators or not _is_shouted(read):
        return read
    first = operators[0]
    message = "all in capitals, so AND, OR and NOT are taken for words"
    found.append(Diagnostic(message, first.start, first.end - first.start))
    return [
        old if new is old else Token("word", old.text.lower(), old.start, old.end)
        for new, old in zip(read, tokens, strict=True)
    ]


def _is_shouted(tokens: list[Token]) -> bool:
    """A sentence in capitals, and no formula of acronyms or of a script without capitals."""
    words = [t.text for t in tokens if t.kind == "word" and t.text.lower() != t.text.upper()]
    operators = sum(token.kind in _OPERATORS.values() for token in tokens)
    long = sum(len(word) > LONG_WORD for word in words)
    sentence = len(words) >= FEWEST_SHOUTED and long >= 2 and operators * 3 <= len(words)
    shouted = sentence and all(word == word.upper() for word in words)
    return shouted and not any(map(_is_formula, _runs(tokens)))


def _quoted(text: str, start: int, found: list[Diagnostic]) -> Token:
    end = start + 1
    while end < len(text) and text[end] not in QUOTES:
        end += 1
    inside = text[start + 1 : end]
    if end == len(text):
        if has_word(inside):
            message = f"unclosed quote: searched as “{tidy(inside)}”"
            found.append(Diagnostic(message, start, end - start))
        return Token("phrase", inside, start, end)
    slop = _SLOP.match(text, end + 1)
    stop = slop.end() if slop else end + 1
    return Token("phrase", inside, start, stop, int(slop[1]) if slop else None)


def _runs(tokens: list[Token]) -> list[list[str]]:
    """The kinds of three tokens in a row, and of all between two parentheses."""
    kinds = ["", *(token.kind for token in tokens), ""]
    rows = [kinds[place : place + 3] for place in range(len(tokens))]
    opened = [place for place, kind in enumerate(kinds) if kind == "open"]
    closed = [place for place, kind in enumerate(kinds) if kind == "close"]
    return rows + [["open", *kinds[a:b]] for a, b in zip(opened, closed, strict=False)]


def _is_formula(kinds: list[str]) -> bool:
    """Whether an operator stands beside or between parentheses or quotes, or there is a field."""
    signs = {"open", "close", "phrase"} & set(kinds)
    return "field" in kinds or bool(signs and set(_OPERATORS.values()) & set(kinds))


def _operator(token: Token) -> Token:
    kind = _OPERATORS.get(token.text) if token.kind == "word" else None
    return Token(kind, token.text, token.start, token.end) if kind else token


def tidy(text: str) -> str:
    return " ".join("".join(c if c >= " " and c != "\x7f" else " " for c in text).split())


def has_word(text: str) -> bool:
    """Whether the index would find a token here: a letter, a number or a private-use character."""
    return any(unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "Co" for c in text)
