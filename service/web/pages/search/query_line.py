"""What was understood of a search, in plain words, each part with a link that takes it back."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from service.query import Diagnostic
from service.result import Expansion, Results
from service.rewriting import loosened
from service.tokens import Token, scan
from service.web.export import ExportParams, FeedParams
from service.web.pages.addresses import Address
from service.web.pages.moments import day, period
from service.web.pages.search.asked import Asked, parameters_of
from service.web.pages.search.narrowing import FIELDS, Chosen

MOST_MISTAKES = 3
# Of a long query so much is shown on either side of a mistake, in columns of a line.
_BESIDE = 32
_EXACTLY = " (rank=exact"
_WHY = {
    "alias": "another name",
    "romanisation": "another romanisation",
    "spelling": "another spelling",
    "initials": "initials",
    "name": "another form of the name",
}
_ORDERS = (("relevance", "best match"), ("newest", "newest"), ("oldest", "oldest"))


@dataclass(frozen=True, slots=True)
class Link:
    """`current` is what holds already."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What was looked for beside some words, and the address where only these are."""

    typed: str
    also: tuple[tuple[str, str], ...]
    undo: str


@dataclass(frozen=True, slots=True)
class Held:
    """A filter that holds, in words; `undo` lets go of it, `turned` asks for the opposite."""

    what: str
    name: str
    undo: str
    turned: str = ""
    turned_text: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a query, and the line that shows where; no line if it has no place."""

    message: str
    line: str = ""
    caret: str = ""
    place: int = 0
    exactly: str = ""


def has_any_mode(asked: Asked) -> bool:
    """Whether any of the words could be enough instead of all of them."""
    return asked.tree is not None and loosened(asked.tree) is not None


def pinned(asked: Asked, results: Results) -> Address:
    """The state in which words match as they did here, so that what narrows it finds no more."""
    state = asked.state
    if asked.ask.match != "auto" or not has_any_mode(asked):
        return state
    return state.setting({"match": results.match})


def word_modes(asked: Asked, results: Results) -> tuple[str, Link | None]:
    """How the words matched, and a link to the other way; nothing for a single word."""
    if not has_any_mode(asked):
        return "", None
    if results.match == "all":
        return "all words", Link("any word is enough", str(asked.state.setting({"match": "any"})))
    others = Link("only with all words", str(asked.state.setting({"match": "all"})))
    return "any of the words, those with all of them first", others


def orders(asked: Asked) -> tuple[Link, ...]:
    """The orders that there are; without words there is no best match."""
    has_words = asked.tree is not None
    now = asked.ask.sort or ("relevance" if has_words else "newest")
    offered = _ORDERS if has_words or now == "relevance" else _ORDERS[1:]
    return tuple(
        Link(text, str(asked.state.setting({"sort": name})), name == now) for name, text in offered
    )


def forms(asked: Asked) -> tuple[Link, ...]:
    """The very search as a feed, as JSON, and as a table."""
    search = asked.search
    feed = _known(search, parameters_of(FeedParams)).at("/v1/search.atom")
    table = _known(search, parameters_of(ExportParams)).at("/v1/export").setting({"format": "csv"})
    if table.value("sort") == "relevance":
        table = table.without("sort")
    return (
        Link("Atom", str(feed)),
        Link("JSON", str(search.at("/v1/search"))),
        Link("CSV", str(table)),
    )


def _known(address: Address, names: frozenset[str]) -> Address:
    return address.without_all({name for name, _ in address.pairs} - names)


def held(asked: Asked, chosen: Sequence[Chosen]) -> tuple[Held, ...]:
    """Every filter, and what else is not as it is by default."""
    return (*_filters(asked.state, chosen), *_dates(asked.state), *_switches(asked.state))


def _filters(state: Address, chosen: Sequence[Chosen]) -> Iterator[Held]:
    for each in chosen:
        one, _ = FIELDS.get(each.field, ("date in the text", ""))
        what = f"not {one}" if each.left_out else one
        undone = state.without(each.parameter, each.given)
        opposite = each.field if each.left_out else f"not.{each.field}"
        turned = str(undone.adding(opposite, each.given))
        text = "look for" if each.left_out else "leave out"
        yield Held(what, each.name, str(undone), turned, text)


def _dates(state: Address) -> Iterator[Held]:
    first, last = state.value("from"), state.value("to")
    if first or last:
        yield Held("published", dates_in_words(first, last), str(state.without_all(("from", "to"))))


def dates_in_words(first: str, last: str) -> str:
    """`in December 2018`, `since 16 December 2018`: dates, or times of day as they were given."""
    start, end = (day(d) if len(d) == len("2018-12-16") else d for d in (first, last))
    if first and not last:
        return f"since {start}"
    if last and not first:
        return f"until {end}"
    if (start, end) == (first, last):
        return f"{first} to {last}"
    whole = period(first, last) if len(first) == len(last) == len("2018-12-16") else ""
    if not whole or " to " in whole:
        return whole or f"{start} to {end}"
    return f"on {whole}" if first == last else f"in {whole}"


def _switches(state: Address) -> Iterator[Held]:
    for name, value, words in (
        ("versions", "all", "also in past versions"),
        ("collapse", "true", "copies together"),
        ("expand", "false", "only as spelled"),
        ("rank", "exact", "every match ranked"),
    ):
        if state.value(name) == value:
            yield Held("", words, str(state.without(name)))


def beside(asked: Asked, expanded: Sequence[Expansion]) -> tuple[Beside, ...]:
    """What was looked for beside the words as typed, by those words."""
    by_source = groupby(sorted(expanded, key=lambda e: e.source), key=lambda e: e.source)
    return tuple(
        Beside(
            typed=source,
            also=tuple((text, _WHY.get(e.why, e.why)) for e in found for text in e.to),
            undo=str(_as_typed(asked, source)),
        )
        for source, found in by_source
    )


def _as_typed(asked: Asked, source: str) -> Address:
    """With the words quoted, which are then looked for as they are; else nothing is expanded."""
    quoted = quoting(asked.ask.q, source)
    changed = {"q": quoted} if quoted != asked.ask.q else {"expand": "false"}
    return asked.state.setting(changed)


def quoting(q: str, words: str) -> str:
    """The query with these words in quotes wherever they stand so."""
    wanted = words.split()
    tokens = scan(q).tokens
    pieces, at = [], 0
    for start in range(len(tokens)):
        run = tokens[start : start + len(wanted)]
        if wanted and _is_run(run, wanted) and run[0].start >= at:
            pieces += [q[at : run[0].start], f'"{words}"']
            at = run[-1].end
    return "".join([*pieces, q[at:]])


def _is_run(run: Sequence[Token], wanted: Sequence[str]) -> bool:
    return [token.text for token in run if token.kind == "word"] == [*wanted]


def mistakes(asked: Asked, found: Sequence[Diagnostic]) -> tuple[Mistake, ...]:
    """What was mended in the query or has to be known of the answer; the first few of them."""
    made = [_mistake(asked, each) for each in found[:MOST_MISTAKES]]
    if len(found) > MOST_MISTAKES:
        made.append(Mistake(f"And {len(found) - MOST_MISTAKES} more like these."))
    return tuple(made)


def _mistake(asked: Asked, found: Diagnostic) -> Mistake:
    message, bounded, _ = found.message.partition(_EXACTLY)
    message = f"{message[:1].upper()}{message[1:]}."
    if bounded:
        return Mistake(message, exactly=str(asked.state.setting({"rank": "exact"})))
    if not found.length or not asked.ask.q:
        return Mistake(message)
    line, caret = pointed(asked.ask.q, found.offset, found.length)
    return Mistake(message, line, caret, found.offset + 1)


def pointed(q: str, offset: int, length: int) -> tuple[str, str]:
    """The part of a query around a mistake, and the line below it with carets at the place."""
    text = "".join(c if c.isprintable() else " " for c in q)
    start = max(0, offset - _BESIDE)
    end = min(len(text), offset + min(length, _BESIDE) + _BESIDE)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    fault = text[offset : min(offset + length, end)]
    carets = "^" * max(1, _columns(fault))
    return (
        f"{before}{text[start:end]}{after}",
        " " * (len(before) + _columns(text[start:offset])) + carets,
    )


def _columns(text: str) -> int:
    """How wide a text is in letters of one width: Chinese ones take two, accents none."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)
