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

Quotes may be straight or curly, and `organisation` is spelled with an s too. Operators are written
in capitals: `or` is a word, and in a long query that is all in capitals so is OR.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field, replace

from service.deadline import raise_if_late
from service.errors import InvalidQuery, Problem
from service.limits import AS_DELIVERED, Limits
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
from service.tokens import OTHER_NAMES, QUOTES, Token, has_word, scan, tidy

MAX_LENGTH = AS_DELIVERED.longest_query
MAX_DEPTH = AS_DELIVERED.deepest_query
# Beyond this a query costs more than any reader could mean; a long question has a few hundred.
MAX_WORDS = AS_DELIVERED.most_words
# More than anybody will mend; thousands of mistakes would make an answer of a megabyte.
MOST_DIAGNOSTICS = 100
_PARTS = ("word", "phrase", "field", "open", "not")

# What other archives and search engines call our fields, and how these are mistyped.
_NO_FIELDS = dict(
    pair.split("=")
    for pair in (
        "headline=title headlines=title heading=title titel=title titles=title lead=standfirst "
        "summary=standfirst text=body content=body captions=caption sources=source "
        "newspaper=source publisher=source site=source people=person persons=person "
        "org=organization organizations=organization organisations=organization location=place "
        "places=place country=place city=place topics=topic subject=topic tag=topic tags=topic "
        "section=topic keyword=topic authors=author byline=author by=author lang=language "
        "since=after from=after date=after until=before till=before to=before"
    ).split()
)
_NO_FIELD = re.compile(rf"({'|'.join(_NO_FIELDS)}):(?=[^\W_]|[{QUOTES}(])")
_RUN = re.compile(r"[^\W_]+")
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree (None for everything) and what was mended on the way to it."""

    tree: Node | None
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_lenient(text: str, limits: Limits = AS_DELIVERED) -> Parsed:
    """The best reading of any text of up to MAX_LENGTH characters, and diagnostics."""
    return _Parser(text, limits).run()


def parse_strict(text: str, limits: Limits = AS_DELIVERED) -> Parsed:
    """The tree of a query without mistakes; InvalidQuery with each mistake's place otherwise."""
    parsed = parse_lenient(text, limits)
    if parsed.diagnostics:
        problems = tuple(Problem("q", d.message, d.offset, d.length) for d in parsed.diagnostics)
        raise InvalidQuery("The query has a mistake: see `errors` for the place", problems=problems)
    return parsed


@dataclass(slots=True)
class _Parser:
    text: str
    limits: Limits
    at: int = 0
    depth: int = 0
    words: int = 0
    tokens: list[Token] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)

    def run(self) -> Parsed:
        self.tokens, found = scan(self.text)
        self.found.extend(found)
        branches = [self._query()]
        while self.at < len(self.tokens):  # a closing parenthesis too many
            token = self._take()
            self._mend("“)” without “(”: left out", token)
            branches.append(self._query())
        tree = _less_unwanted([b for b in branches if b is not None])
        if tree is None and self.text.strip() and not self.found:
            self._report("no word to search for: everything is shown", 0, len(self.text))
        found = sorted(self.found, key=lambda d: (d.offset, d.length))
        if len(found) > MOST_DIAGNOSTICS:
            more = f"{len(found) - MOST_DIAGNOSTICS + 1} more mistakes are not listed"
            found[MOST_DIAGNOSTICS - 1 :] = [replace(found[MOST_DIAGNOSTICS - 1], message=more)]
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
        while self._peek(*_PARTS, "and"):
            if (node := self._linked()) is not None:
                parts.append(node)
        return _less_unwanted(parts)

    def _linked(self) -> Node | None:
        raise_if_late()
        parts = [None if self._peek("and") else self._part()]
        while self._peek("and"):
            operator = self._take()
            parts.append(self._part() if self._peek(*_PARTS) else None)
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
        if not self._peek(*_PARTS) or self.depth >= self.limits.deepest_query:
            self._mend(f"nothing to exclude after “{operator.text}”: left out", operator)
            return None
        self.depth += 1
        part = self._part()
        self.depth -= 1
        if isinstance(part, Without) and part.match is None:
            return part.excluded  # not not
        return Without(None, part) if part is not None else None

    def _fielded(self) -> Node | None:
        token = self._take()
        name = OTHER_NAMES.get(token.text[:-1], token.text[:-1])
        if not self._peek("word", "phrase", "open"):
            self._mend(f"nothing after “{token.text}”: left out", token)
            return None
        if name in TEXT_FIELDS:
            return self._within(name, self._operand(), token)
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
            text = tidy(token.text)
            return Phrase(text) if token.distance is None else Near(text, token.distance)
        if meant := _NO_FIELD.match(self.text, token.start):
            hint = f"“{meant[0]}” is no field: did you mean “{_NO_FIELDS[meant[1]]}:”?"
            self._report(hint, token.start, len(meant[0]))
        return _word(token.text)

    def _within_measure(self, token: Token) -> Token:
        """The token, or what of it is left when the query has had as many words as it may."""
        words = list(_RUN.finditer(token.text))
        most = self.limits.most_words
        room = most - self.words
        self.words += len(words)
        if len(words) <= room:
            return token
        if room > 0 or self.words - len(words) == most:
            self._mend(f"more than {most} words: the rest was left out", token)
        kept = token.text[: words[room - 1].end()] if room > 0 else ""
        return Token(token.kind, kept, token.start, token.end, token.distance)

    def _group(self, token: Token) -> Node | None:
        if self.depth >= self.limits.deepest_query:
            told = f"more than {self.limits.deepest_query} levels of “(”: left out"
            self._mend(told, token)
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

    def _within(self, name: str, part: Node | None, token: Token) -> Node | None:
        if part is not None and not _is_text(part):
            self._mend(f"“{token.text}” takes words only: the field was left out", token)
            return part
        return In(name, part) if part is not None else None

    def _filter(self, name: str, value: Token) -> Node | None:
        text = tidy(value.text)
        if not text:
            self._mend(f"nothing to look for in “{name}:”: left out", value)
            return None
        return Filter(name, text)

    def _dated(self, name: str, value: Token) -> Node | None:
        text = value.text.strip()
        if not _DATE.fullmatch(text) or text.startswith("0000"):
            self._mend(f"“{name}:{text}” is no date: write 2018, 2018-11 or 2018-11-01", value)
            return None
        last = monthrange(int(text[:4]), int(text[5:7] or 1))[1]
        if text[8:] > str(last):
            taken = f"{text[:8]}{last}"
            self._mend(f"“{name}:{text}”: there is no such day, {taken} was taken", value)
            text = taken
        return Dated("after" if name == "after" else "before", text)

    def _peek(self, *kinds: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind in kinds

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _mend(self, message: str, token: Token) -> None:
        self._report(message, token.start, token.end - token.start)

    def _report(self, message: str, offset: int, length: int) -> None:
        self.found.append(Diagnostic(message, offset, length))


def _word(text: str) -> Node:
    bare = text.rstrip("*")
    return Prefix(bare) if bare != text and has_word(bare[-1:]) else Word(text)


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
    unwanted = [p.excluded for p in parts if isinstance(p, Without) and p.match is None]
    wanted = [p for p in parts if not isinstance(p, Without) or p.match is not None]
    tree = _joined(And, wanted)
    tree = And(tree.parts, typed) if isinstance(tree, And) and typed else tree
    excluded = _joined(Or, unwanted)
    return Without(tree, excluded) if excluded is not None else tree


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    flat: list[Node] = []
    for p in parts:
        flat += p.parts if isinstance(p, kind) and not getattr(p, "typed", False) else [p]
    return kind(tuple(flat))
