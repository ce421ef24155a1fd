"""Text -> tree. Every string is a query; `strict` refuses what `lenient` mends.

    query     = branch ("OR" branch)*
    branch    = linked+                      words side by side: all of them (or any: `match`)
    linked    = part ("AND" part)*
    part      = ("-" | "NOT") part | field ":" operand | operand
    operand   = "(" query ")" | phrase | word
    phrase    = quote text quote ["~" number]
    word      = any run without white space, quotes and parentheses; a final "*" makes a prefix
    field     = title standfirst body caption            limits a part to a field of text
              | person organization place source author topic language      is a filter
              | after before                             with a year, a month or a day

Quotes may be straight or curly. Operators are written in capitals: `or` is a word, and in a long
query that is all in capitals so is OR.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from service.errors import InvalidQuery, Problem
from service.query import (
    FACET_FIELDS,
    TEXT_FIELDS,
    And,
    Dated,
    Diagnostic,
    Filter,
    In,
    Near,
    Node,
    Or,
    Phrase,
    Prefix,
    Without,
    Word,
)

MAX_LENGTH = 10_000
MAX_DEPTH = 32
# Beyond this a query costs more than any reader could mean; a long question has a few hundred.
MAX_WORDS = 500
# A sentence in capitals has at least so many words, and two of them longer than most acronyms.
FEWEST_SHOUTED = 5
LONG_WORD = 4
_OPERATORS = {"OR": "or", "AND": "and", "NOT": "not"}

_QUOTES = '"“”„‟«»＂'
_NAMES = "|".join((*TEXT_FIELDS, *FACET_FIELDS, "after", "before"))
_TOKEN = re.compile(
    rf"""(?P<space>[\s\x00-\x1f\x7f]+)
    |(?P<field>(?:{_NAMES}):)
    |(?P<quote>[{_QUOTES}])
    |(?P<open>\()|(?P<close>\))
    |(?P<not>-+(?=[^\s-]))
    |(?P<word>[^\s\x00-\x1f\x7f{_QUOTES}()]+)""",
    re.VERBOSE,
)
_RUN = re.compile(r"[^\W_]+")
_SLOP = re.compile(r"~([0-9]{1,4})")
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree (None for everything) and what was mended on the way to it."""

    tree: Node | None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int
    distance: int | None = None


def parse_lenient(text: str) -> Parsed:
    """The best reading of any text of up to MAX_LENGTH characters, and diagnostics."""
    return _Parser(text).run()


def parse_strict(text: str) -> Parsed:
    """The tree of a query without mistakes; InvalidQuery with each mistake's place otherwise."""
    parsed = parse_lenient(text)
    if parsed.diagnostics:
        problems = tuple(Problem("q", d.message, d.offset, d.length) for d in parsed.diagnostics)
        raise InvalidQuery("The query has a mistake: see `errors` for the place", problems=problems)
    return parsed


def has_word(text: str) -> bool:
    """Whether the index would find a token here: a letter, a number or a private-use character."""
    return any(unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "Co" for c in text)


@dataclass(slots=True)
class _Parser:
    text: str
    at: int = 0
    depth: int = 0
    words: int = 0
    tokens: list[_Token] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)

    def run(self) -> Parsed:
        self.tokens = self._scan()
        branches = [self._query()]
        while self.at < len(self.tokens):  # a closing parenthesis too many
            token = self._take()
            self._mend("“)” without “(”: left out", token)
            branches.append(self._query())
        tree = _less_unwanted([b for b in branches if b is not None])
        if tree is None and self.text.strip() and not self.found:
            self._report("no word to search for: everything is shown", 0, len(self.text))
        found = sorted(self.found, key=lambda d: (d.offset, d.length))
        return Parsed(tree, tuple(found))

    # Productions, in the order of the grammar.

    def _query(self) -> Node | None:
        branches = [self._branch()]
        while self._peek("or"):
            operator = self._take()
            branches.append(self._branch())
            if branches[-2] is None or branches[-1] is None:
                self._mend("OR needs something on both sides: left out", operator)
        return _joined(Or, [b for b in branches if b is not None])

    def _branch(self) -> Node | None:
        parts: list[Node] = []
        while self._peek("word", "phrase", "field", "open", "not", "and"):
            if (node := self._linked()) is not None:
                parts.append(node)
        return _less_unwanted(parts)

    def _linked(self) -> Node | None:
        parts = [None if self._peek("and") else self._part()]
        while self._peek("and"):
            operator = self._take()
            parts.append(
                self._part() if self._peek("word", "phrase", "field", "open", "not") else None
            )
            if parts[-2] is None or parts[-1] is None:
                self._mend("AND needs something on both sides: left out", operator)
        found = [p for p in parts if p is not None]
        # `a AND -b` is a without b.
        return found[0] if len(found) == 1 else _less_unwanted(found, typed=True)

    def _part(self) -> Node | None:
        if self._peek("not"):
            return self._negated()
        if self._peek("field"):
            return self._fielded()
        return self._operand()

    def _negated(self) -> Node | None:
        operator = self._take()
        if not self._peek("word", "phrase", "field", "open", "not") or self.depth >= MAX_DEPTH:
            self._mend(f"nothing to exclude after “{operator.text}”: left out", operator)
            return None
        self.depth += 1
        part = self._part()
        self.depth -= 1
        if part is None:
            return None
        if isinstance(part, Without) and part.match is None:
            return part.excluded  # not not
        return Without(None, part)

    def _fielded(self) -> Node | None:
        token = self._take()
        name = token.text[:-1]
        if not self._peek("word", "phrase", "open"):
            self._mend(f"nothing after “{token.text}”: left out", token)
            return None
        if name in TEXT_FIELDS:
            part = self._operand()
            return self._within(name, part, token)
        value = self._take()
        if value.kind == "open":
            self.at -= 1
            self._mend(f"“{token.text}” takes one value, not a group: searched as words", token)
            return self._operand()
        if name in FACET_FIELDS:
            return self._filter(name, value)
        return self._dated(name, value)

    def _operand(self) -> Node | None:
        token = self._take()
        if token.kind == "open":
            return self._group(token)
        token = self._within_measure(token)
        if not has_word(token.text):
            # A lone sign among words is punctuation, not a mistake; run() speaks up if it is all.
            if token.kind == "phrase" and len(self.tokens) > 1:
                self._mend("nothing to search for between the quotes: left out", token)
            return None
        if token.kind == "phrase":
            text = _tidy(token.text)
            return Phrase(text) if token.distance is None else Near(text, token.distance)
        return _word(token.text)

    def _within_measure(self, token: _Token) -> _Token:
        """The token, or what of it is left when the query has had MAX_WORDS words."""
        words = list(_RUN.finditer(token.text))
        room = MAX_WORDS - self.words
        self.words += len(words)
        if len(words) <= room:
            return token
        if room > 0 or self.words - len(words) == MAX_WORDS:
            self._mend(f"more than {MAX_WORDS} words: the rest was left out", token)
        kept = token.text[: words[room - 1].end()] if room > 0 else ""
        return _Token(token.kind, kept, token.start, token.end, token.distance)

    def _group(self, token: _Token) -> Node | None:
        if self.depth >= MAX_DEPTH:
            self._mend(f"more than {MAX_DEPTH} levels of “(”: left out", token)
            return None
        self.depth += 1
        node = self._query()
        self.depth -= 1
        if self._peek("close"):
            self._take()
        else:
            self._mend("“(” is never closed: closed at the end", token)
        return node

    # Parts of productions.

    def _within(self, name: str, part: Node | None, token: _Token) -> Node | None:
        if part is None:
            return None
        if not _is_text(part):
            self._mend(f"“{token.text}” takes words only: the field was left out", token)
            return part
        return In(name, part)

    def _filter(self, name: str, value: _Token) -> Node | None:
        if not value.text.strip():
            self._mend(f"nothing to look for in “{name}:”: left out", value)
            return None
        return Filter(name, _tidy(value.text))

    def _dated(self, name: str, value: _Token) -> Node | None:
        text = value.text.strip()
        if not _DATE.fullmatch(text) or text.startswith("0000"):
            self._mend(f"“{name}:{text}” is no date: write 2018, 2018-11 or 2018-11-01", value)
            return None
        return Dated("after" if name == "after" else "before", text)

    # Tokens.

    def _scan(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:  # cannot happen: the classes cover every character
                break
            kind = match.lastgroup or ""
            token = _Token(kind, match.group(), at, match.end())
            if kind == "quote":
                token = self._quoted(at)
            elif kind == "not" and tokens and tokens[-1].end == at and tokens[-1].kind == "word":
                token = _Token("word", token.text, at, token.end)
            if kind != "space":
                tokens.append(token)
            at = token.end
        return self._with_operators(tokens)

    def _with_operators(self, tokens: list[_Token]) -> list[_Token]:
        read = [_operator(token) for token in tokens]
        operators = [new for new, old in zip(read, tokens, strict=True) if new is not old]
        if not operators or not self._is_shouted(read):
            return read
        self._mend("all in capitals, so AND, OR and NOT are taken for words", operators[0])
        return [
            old if new is old else _Token("word", old.text.lower(), old.start, old.end)
            for new, old in zip(read, tokens, strict=True)
        ]

    def _is_shouted(self, tokens: list[_Token]) -> bool:
        """A sentence in capitals, and no formula of acronyms or of a script without capitals."""
        words = [t.text for t in tokens if t.kind == "word" and t.text.lower() != t.text.upper()]
        operators = sum(token.kind in _OPERATORS.values() for token in tokens)
        long = sum(len(word) > LONG_WORD for word in words)
        sentence = len(words) >= FEWEST_SHOUTED and long >= 2 and operators * 3 <= len(words)
        return (
            sentence
            and all(w == w.upper() for w in words)
            and not any(map(_is_formula, _runs(tokens)))
        )

    def _quoted(self, start: int) -> _Token:
        end = start + 1
        while end < len(self.text) and self.text[end] not in _QUOTES:
            end += 1
        inside = self.text[start + 1 : end]
        if end == len(self.text):
            if has_word(inside):
                hint = f"unclosed quote: searched as “{_tidy(inside)}”"
                self._report(hint, start, end - start)
            return _Token("phrase", inside, start, end)
        slop = _SLOP.match(self.text, end + 1)
        stop = slop.end() if slop else end + 1
        return _Token("phrase", inside, start, stop, int(slop[1]) if slop else None)

    def _peek(self, *kinds: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind in kinds

    def _take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _mend(self, message: str, token: _Token) -> None:
        self._report(message, token.start, token.end - token.start)

    def _report(self, message: str, offset: int, length: int) -> None:
        self.found.append(Diagnostic(message, offset, length))


def _runs(tokens: list[_Token]) -> list[list[str]]:
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


def _operator(token: _Token) -> _Token:
    kind = _OPERATORS.get(token.text) if token.kind == "word" else None
    return _Token(kind, token.text, token.start, token.end) if kind else token


def _word(text: str) -> Node:
    bare = text.rstrip("*")
    return Prefix(bare) if bare != text and has_word(bare[-1:]) else Word(text)


def _tidy(text: str) -> str:
    return " ".join("".join(c if c >= " " and c != "\x7f" else " " for c in text).split())


def _is_text(node: Node) -> bool:
    match node:
        case Filter() | Dated() | In():
            return False
        case And(parts) | Or(parts):
            return all(_is_text(part) for part in parts)
        case Without(kept, excluded):
            return kept is not None and _is_text(kept) and _is_text(excluded)
        case _:
            return True


def _less_unwanted(parts: list[Node], typed: bool = False) -> Node | None:
    """All that is wanted, less all that is not: a long list of these must not make a deep tree."""
    wanted: list[Node] = []
    unwanted: list[Node] = []
    for part in parts:
        if isinstance(part, Without) and part.match is None:
            unwanted.append(part.excluded)
        else:
            wanted.append(part)
    tree = _joined(And, wanted)
    tree = And(tree.parts, typed) if isinstance(tree, And) and typed else tree
    excluded = _joined(Or, unwanted)
    return Without(tree, excluded) if excluded is not None else tree


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    flat: list[Node] = []
    for part in parts:
        flat.extend(
            part.parts if isinstance(part, kind) and not getattr(part, "typed", False) else [part]
        )
    return kind(tuple(flat))
