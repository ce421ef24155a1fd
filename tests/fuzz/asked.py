"""What a reader types or an address holds: queries, parameters, cursors."""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from fuzz.target import Target, texts, typed, words
from service.database import Connection
from service.engines.leaves import index_of, unstemmed, wanted_leaves
from service.engines.sqlite.match import match_of, wanted
from service.errors import InvalidQuery, InvalidRequest
from service.parser import MAX_LENGTH, parse_lenient, parse_strict
from service.query import Node
from service.rewriting import (
    called,
    dated,
    expanded_by,
    expansions,
    has_unranked,
    loosened,
    spelled,
)
from service.tokens import scan, tidy
from service.web.pages.desk.queue_place import place_in, read_mark, written
from service.web.pages.paging import cursor_at, place_after
from service.web.pages.search.asked import asked_of
from service.web.pages.search.query_line import pointed, quoting
from service.web.parameters import (
    EntityParams,
    SearchParams,
    SuggestParams,
    UriParams,
    read_cursor,
    write_cursor,
)

_ZONE = ZoneInfo("Asia/Seoul")
_FIELDS = "title, standfirst, body, caption"


@cache
def _index() -> Connection:
    conn = Connection(":memory:")
    conn.execute(f"CREATE VIRTUAL TABLE texts USING fts5({_FIELDS})")
    conn.execute("INSERT INTO texts VALUES ('the envoy', 'left', 'Kim said so', 'a bridge')")
    return conn


def _matches(expression: str | None) -> None:
    """FTS5 takes it, whatever was typed."""
    if expression is not None:
        _index().execute("SELECT count(*) FROM texts WHERE texts MATCH ?", (expression,)).fetchone()


def _compiled(tree: Node) -> None:
    for kind in ("articles_fts", "articles_words", "articles_pieces"):
        _matches(wanted(tree, kind))
    for node in (tree, unstemmed(tree)):
        index = index_of(node)
        for leaf in wanted_leaves(node):
            if index_of(leaf) is not None:
                _matches(match_of(leaf))
        if index is not None:
            _matches(match_of(node))


def _rewritten(tree: Node) -> None:
    loose = loosened(tree)
    assert loose is None or parse_lenient(str(loose)).tree is not None
    has_unranked(tree)
    expanded_by(tree, (*expansions(tree), *called(tree, lambda _texts: {})))


def query(data: bytes) -> None:
    text = typed(data)[:MAX_LENGTH]
    parsed = parse_lenient(text)
    for found in parsed.diagnostics:
        assert 0 <= found.offset <= found.offset + found.length <= len(text)
        pointed(text, found.offset, found.length)
    with suppress(InvalidQuery):
        assert parse_strict(text) == parsed
        assert not parsed.diagnostics
    spelled(text)
    quoting(text, text[:20])
    if parsed.tree is None:
        return
    again = parse_lenient(str(parsed.tree))
    assert again.tree == parsed.tree
    # A hint is given again (there is no field `by`); what was mended once is sound.
    assert {found.message for found in again.diagnostics} <= {
        found.message for found in parsed.diagnostics
    }
    _rewritten(parsed.tree)
    with suppress(InvalidQuery, ValueError):
        dated(parsed.tree, _ZONE)
    if text.isprintable():
        _compiled(parsed.tree)


def tokens(data: bytes) -> None:
    text = typed(data)
    at = 0
    for token in scan(text).tokens:
        assert at <= token.start <= token.end <= len(text)
        at = token.end
    assert tidy(tidy(text)) == tidy(text)


def _validated(values: Mapping[str, object]) -> None:
    for model in (SearchParams, EntityParams, SuggestParams, UriParams):
        with suppress(ValidationError, InvalidRequest):
            model.model_validate(values)


def address(data: bytes) -> None:
    """A query string, or the JSON of a search that is posted."""
    text = typed(data)
    asked = asked_of(parse_qsl(text, keep_blank_values=True), "UTC")
    again = asked_of(asked.state.pairs, "UTC")
    assert again.state == asked.state
    _validated(dict(parse_qsl(text)))
    with suppress(ValueError, RecursionError):
        values = json.loads(text)
        if isinstance(values, dict):
            _validated(values)


def cursor(data: bytes) -> None:
    text = typed(data)
    with suppress(InvalidRequest):
        found = read_cursor(text)
        assert read_cursor(write_cursor(found)) == found
    with suppress(InvalidRequest):
        place_after(text, "things")
    mark = read_mark(text)
    if mark is not None and mark[0] == mark[0]:
        read_mark(written(mark))
    place_in({"type": text, "entity": text, "after": text})


_OPERATORS = words(
    """" “ ” « » ( ) ~2 ~9999 * - OR AND NOT NEAR title: body: person: source: after:2018
    before:2018-12-31 organisation: "a" (a 조성길 北京 U.S. co-operate Kim's ' ’ : :: ^ {a}
    + \\ %"""
)
TARGETS = (
    Target(
        "query",
        query,
        texts(
            'envoy "Jo Song-gil"~3 OR (title:defect* -source:"The Post") after:2018-12',
            "조성길 OR 北京 person:(Kim AND NOT Jong) U.S. “well known” co-operate",
            "body:(a OR -b) NOT (c d) AND before:2018",
        ),
        _OPERATORS,
    ),
    Target("tokens", tokens, texts('KIM OR "Jo (x:y"~3 a* -b'), _OPERATORS),
    Target(
        "address",
        address,
        texts(
            "q=envoy&person=Kim&person=Jo&after=2018-12-01&sort=newest&facets=person,topic",
            '{"q": "a", "limit": 10, "facets": ["person"], "person": ["Kim"], "match": "any"}',
            "q=a&cursor=WzAsMF0&find.person=x&compare=a&timezone=Asia/Seoul&versions=all",
        ),
        words(
            """q= & = % %00 + ; person= author= topic= source= language= after= before= sort=
            cursor= limit= facets= match= expand=false collapse=true near=1 versions=all interval=
            [] {} null true -1 1e999 " \\ud800"""
        ),
    ),
    Target(
        "cursor",
        cursor,
        texts(
            cursor_at("things", 40),
            "0.917 12 person-a person-b",
            "WzAsMSwiIiwwLG51bGwsImFsbCIsIiJd",
        ),
        words("W3 [] , 0 1 null nan inf -0 = == _ - 1e999"),
    ),
)
