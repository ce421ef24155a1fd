"""Every way to read an archive, each with requests that make it show as much as it can.

The ways are found (the app's routes, the commands, the tables of the file) and only how to ask them
is written down here, so that a new one cannot be forgotten: it has no entry, and that is an error.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import click
from click.testing import CliRunner
from fastapi import FastAPI

from service.cli import UNBUILT, main
from service.export import EXPORT_FORMATS
from service.web.gate import needed_scope
from service.web.pages.entities.entity import lists_of
from service.web.pages.paging import cursor_at
from service.web.parameters import FACETS
from service.web.sql_room_datasette import on_show, read_metadata


@dataclass(frozen=True)
class Known:
    """What may be asked for: everything that ever was in the archive, seen or not."""

    keys: tuple[str, ...]
    numbers: tuple[int, ...]  # of versions
    entities: tuple[str, ...]
    uris: tuple[str, ...]
    words: tuple[str, ...]  # each written in one text only
    asides: tuple[int, ...]  # numbers in the quarantine


@dataclass(frozen=True)
class Question:
    """A request. What it says itself (`told`) may be said back in its answer."""

    url: str
    method: str = "GET"
    body: Any = None
    form: Any = None

    @property
    def told(self) -> str:
        return json.dumps([self.url, self.body, self.form])

    @property
    def needs_key(self) -> bool:
        return self.url.startswith("/v1/quarantine") or self.url == "/v1/articles"

    @property
    def is_page(self) -> bool:
        """Shows most to an editor who is logged in."""
        return not self.url.startswith(("/v1/", "/sql/"))


Ask = Callable[[Known], Iterable[Question]]
# Nobody's routes of ours: what is served there, and where it is looked at instead.
MOUNTS = {
    "/docs/files": "files of a package",
    "/static": "files of ours",
    "/sql": "`rooms` below",
}
PAGE = {"limit": 100}


# Over HTTP ----------------------------------------------------------------------------------------


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of every route that reads: all of GET, and what else needs no right to write.

    A mount is (`MOUNT`, path).
    """
    return {
        (method, path)
        for method, path in all_routes(app.routes, "")
        if method == "GET" or (method != "HEAD" and needed_scope(method, path) == "read")
    }


def all_routes(found: Iterable[Any], prefix: str) -> Iterator[tuple[str, str]]:
    for route in found:
        # What is included keeps a router of its own in newer versions of FastAPI.
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from all_routes(inner.routes, prefix + route.include_context.prefix)
        elif getattr(route, "methods", None) is None:
            yield "MOUNT", prefix + route.path
        else:
            yield from ((method, prefix + route.path) for method in route.methods)


def _with(path: str, *params: dict[str, Any]) -> Iterator[Question]:
    for each in params or ({},):
        yield Question(f"{path}?{urlencode(each)}" if each else path)


def _static(path: str) -> Ask:
    return lambda _known: _with(path)


def _same(path: str, *params: dict[str, Any]) -> Ask:
    return lambda _known: _with(path, *params)


def _phrase(word: str) -> dict[str, Any]:
    return {"q": f'"{word}"', "versions": "all"}


def _mistyped(word: str) -> str:
    return word[:4] + word[5:]


def _search(path: str) -> Ask:
    def ask(known: Known) -> Iterator[Question]:
        yield from _with(path, PAGE, {"q": "council bridge", "versions": "all"} | PAGE)
        for word in known.words:
            yield from _with(path, _phrase(word), {"q": _mistyped(word), "versions": "all"})
            yield from _with(path, {"q": f"{word[:4]}*", "versions": "all"})

    return ask


def _searches(known: Known) -> Iterator[Question]:
    shown = {"facets": ",".join(FACETS), "facet_limit": 100, "explain": "true"} | PAGE
    yield from _with("/v1/search", shown, shown | {"versions": "all", "q": "council"})
    yield from _with("/v1/search", {"collapse": "true"} | PAGE, {"q": "rosa", "sort": "oldest"})
    for word in known.words:
        for field in ("person", "author", "topic", "source"):
            yield from _with("/v1/search", {field: f"Rosa {word}" if field == "person" else word})
    yield from _search("/v1/search")(known)


def _posted(known: Known) -> Iterator[Question]:
    for question in (PAGE | {"facets": list(FACETS)}, *map(_phrase, known.words)):
        yield Question("/v1/search", "POST", body=question)


def _search_pages(known: Known) -> Iterator[Question]:
    shown = {"q": "council bridge", "versions": "all"}
    yield from _with("/", {}, shown, shown | {"sort": "oldest"}, {"collapse": "true"})
    for field in ("person", "author", "topic", "source"):
        yield from _with("/", {"more": field}, {"more": field, "versions": "all"})
    for word in known.words:
        mistyped = {"q": _mistyped(word), "versions": "all"}
        yield from _with("/", _phrase(word), mistyped, {"q": f"{word[:4]}*", "versions": "all"})
        yield from _with("/", {"find.person": word[:4]}, {"find.author": word[:4]})
        yield from _with("/", {"person": f"Rosa {word}", "q": "bridge", "match": "all"})
    yield from _with("/", *({"compare": key} for key in known.keys))
    yield from _with("/", *({"person": key} for key in known.entities))


def _facets(known: Known) -> Iterator[Question]:
    full = {"facet_limit": 100}
    yield from _with("/v1/facets", full, full | {"versions": "all"})
    yield from _with("/v1/facets", *({"contains": word[:4]} for word in known.words))


def _one_facet(_known: Known) -> Iterator[Question]:
    for field in FACETS:
        yield from _with(f"/v1/facets/{field}", {"facet_limit": 100, "versions": "all"})


def _suggested(known: Known) -> Iterator[Question]:
    begun = ["", "r", "rosa ", *(word[:n] for word in known.words for n in (1, 3))]
    begun += [f"rosa {word[:2]}" for word in known.words]
    yield from _with("/v1/suggest", *({"q": text, "limit": 20} for text in begun))


def _forms(path: str) -> Ask:
    return lambda _known: [Question(path, "POST", form={"key": "", "form_token": ""})]


def _suggested_to_browsers(known: Known) -> Iterator[Question]:
    begun = ["rosa ", *(word[:3] for word in known.words)]
    yield from _with("/suggestions", *({"q": text} for text in begun))


def _by_uri(known: Known) -> Iterator[Question]:
    yield from _with("/v1/articles", *({"uri": uri} for uri in known.uris))


def _of_article(end: str, *params: dict[str, Any]) -> Ask:
    def ask(known: Known) -> Iterator[Question]:
        for key in known.keys:
            yield from _with(f"/v1/articles/{quote(key)}{end}", *params)

    return ask


def _article_pages(known: Known) -> Iterator[Question]:
    for key in known.keys:
        arrived = {"q": "council OR bridge", "versions": "all"}
        yield from _with(f"/articles/{quote(key)}", {}, arrived)


def _version_lists(known: Known) -> Iterator[Question]:
    for key in known.keys:
        yield from _with(f"/articles/{quote(key)}/versions")


def _version_pages(known: Known) -> Iterator[Question]:
    for key, number in product(known.keys, known.numbers):
        path = f"/articles/{quote(key)}/versions/{number}"
        yield from _with(path, {}, {"q": "council OR bridge", "versions": "all"})


def _difference_pages(known: Known) -> Iterator[Question]:
    for key, number in product(known.keys, known.numbers):
        against = ({"against": other} for other in known.numbers[:2])
        yield from _with(f"/articles/{quote(key)}/versions/{number}/diff", {}, *against)


def _of_version(end: str) -> Ask:
    def ask(known: Known) -> Iterator[Question]:
        for number in known.numbers:
            against = [{"against": other} for other in known.numbers[:2]] if end else []
            yield from _of_article(f"/versions/{number}{end}", {}, *against)(known)

    return ask


def _of_entity(end: str, *params: dict[str, Any]) -> Ask:
    def ask(known: Known) -> Iterator[Question]:
        for key in known.entities:
            yield from _with(f"/v1/entities/{quote(key)}{end}", *params)

    return ask


def _entities(known: Known) -> Iterator[Question]:
    yield from _with("/v1/entities", PAGE, PAGE | {"sort": "recent"}, {"name": "rosa"} | PAGE)
    for word in known.words:
        yield from _with("/v1/entities", {"name": word[:5]}, {"name": f"Rosa {_mistyped(word)}"})


def _compared(known: Known) -> Iterator[Question]:
    others = known.keys[1:] + known.keys[:1]
    yield from _with("/compare", {}, *({"a": key} for key in known.keys))
    pairs = zip(known.keys, others, strict=True)
    yield from _with("/compare", *({"a": one, "b": other} for one, other in pairs))
    yield from _with("/compare", *({"q": f"{word[:4]}*"} for word in known.words))


def _entity_lists(known: Known) -> Iterator[Question]:
    yield from _with("/entities", *({"sort": sort} for sort in ("mentions", "recent")))
    yield from _with("/entities", {"type": "person"}, {"name": "rosa"})
    for word in known.words:
        yield from _with("/entities", {"name": word[:5]}, {"name": f"Rosa {_mistyped(word)}"})


def _entity_pages(known: Known) -> Iterator[Question]:
    for key in known.entities:
        lists = lists_of(key, None)
        later = {name: cursor_at(lists[name], 6) for name in ("beside", "quotes")}
        yield from _with(f"/entities/{quote(key)}", {}, later, {"kind": "person"})


def _queues(known: Known) -> Iterator[Question]:
    yield from _with("/desk", {}, {"type": "person"}, {"after": "0.99 0 a b"})
    yield from _with("/desk", *({"entity": key} for key in known.entities))


def _histories(known: Known) -> Iterator[Question]:
    yield from _with("/desk/history", {}, *({"done": number} for number in range(1, 9)))
    yield from _with("/desk/history", *({"entity": key} for key in known.entities))


def _entity_desks(known: Known) -> Iterator[Question]:
    for key in known.entities:
        yield from _with(f"/desk/entities/{quote(key)}", {}, {"name": "rosa"}, {"done": 1})


def _batches(known: Known) -> Iterator[dict[str, str]]:
    queries = {f"q{n}": {"query": f"Rosa {w[:5]}", "limit": 50} for n, w in enumerate(known.words)}
    yield {"queries": json.dumps(queries | {"q": {"query": "Rosa", "limit": 100}})}
    properties = [{"id": name} for name in ("aliases", "name", "type", "articles", "note")]
    yield {"extend": json.dumps({"ids": list(known.entities), "properties": properties})}


def _reconciled(known: Known) -> Iterator[Question]:
    yield from _with("/v1/reconcile", {}, *_batches(known))


def _reconciled_by_post(known: Known) -> Iterator[Question]:
    yield from (Question("/v1/reconcile", "POST", form=batch) for batch in _batches(known))


def _suggested_entities(known: Known) -> Iterator[Question]:
    begun = ["rosa", *(f"rosa {word[:2]}" for word in known.words)]
    yield from _with("/v1/reconcile/suggest/entity", *({"prefix": text} for text in begun))


def _previews(known: Known) -> Iterator[Question]:
    yield from _with("/v1/reconcile/preview", *({"id": key} for key in known.entities))


def _quotes(known: Known) -> Iterator[Question]:
    yield from _with("/v1/quotes", PAGE, *({"article": key} for key in known.keys))
    yield from _with("/v1/quotes", *({"speaker": key} for key in known.entities))


def _merges(known: Known) -> Iterator[Question]:
    yield from _with("/v1/merges", PAGE, *({"entity": key} for key in known.entities))


def _edits(known: Known) -> Iterator[Question]:
    yield from _with("/v1/edits", PAGE, *({"entity": key} for key in known.entities))


def _exports(_known: Known) -> Iterator[Question]:
    for form in EXPORT_FORMATS:
        yield from _with("/v1/export", {"format": form})
    yield from _with("/v1/export", {"q": "council", "versions": "all", "sort": "oldest"})


def _aside(known: Known) -> Iterator[Question]:
    for number in known.asides:
        yield from _with(f"/v1/quarantine/{number}")


ROUTES: dict[tuple[str, str], Ask] = {
    **{
        ("GET", path): _static(path)
        for path in (
            *("/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"),
            *("/login", "/favicon.ico", "/opensearch.xml", "/robots.txt"),
            *("/v1/reconcile/properties", "/v1/reconcile/suggest/type"),
            *("/v1/reconcile/suggest/property", "/v1/aliases.csv"),
        )
    },
    ("GET", "/v1/search"): _searches,
    ("POST", "/v1/search"): _posted,
    ("GET", "/v1/search.atom"): _search("/v1/search.atom"),
    ("GET", "/v1/export"): _exports,
    ("GET", "/v1/facets"): _facets,
    ("GET", "/v1/facets/{field}"): _one_facet,
    ("GET", "/v1/suggest"): _suggested,
    ("GET", "/"): _search_pages,
    ("GET", "/how-to-search"): _static("/how-to-search"),
    ("GET", "/suggestions"): _suggested_to_browsers,
    ("POST", "/login"): _forms("/login"),
    ("POST", "/logout"): _forms("/logout"),
    ("GET", "/articles/{key}"): _article_pages,
    ("GET", "/articles/{key}/versions"): _version_lists,
    ("GET", "/articles/{key}/versions/{number}"): _version_pages,
    ("GET", "/articles/{key}/versions/{number}/diff"): _difference_pages,
    ("GET", "/v1/articles"): _by_uri,
    ("GET", "/v1/articles/{key}"): _of_article(""),
    ("GET", "/v1/articles/{key}/similar"): _of_article("/similar", PAGE),
    ("GET", "/v1/articles/{key}/versions"): _of_article("/versions", PAGE),
    ("GET", "/v1/articles/{key}/versions/{version}"): _of_version(""),
    ("GET", "/v1/articles/{key}/versions/{version}/diff"): _of_version("/diff"),
    ("GET", "/v1/entities"): _entities,
    ("GET", "/v1/entities/{key}"): _of_entity(""),
    ("GET", "/v1/entities/{key}/related"): _of_entity("/related", PAGE),
    ("GET", "/v1/entities/{key}/mentions"): _of_entity("/mentions", PAGE),
    ("GET", "/archive"): _static("/archive"),
    ("GET", "/compare"): _compared,
    ("GET", "/desk"): _queues,
    ("GET", "/desk/entities/{key}"): _entity_desks,
    ("GET", "/desk/history"): _histories,
    ("GET", "/entities"): _entity_lists,
    ("GET", "/entities/{key}"): _entity_pages,
    ("GET", "/v1/edits"): _edits,
    ("GET", "/v1/merges"): _merges,
    ("GET", "/v1/quotes"): _quotes,
    ("GET", "/v1/reconcile"): _reconciled,
    ("POST", "/v1/reconcile"): _reconciled_by_post,
    ("GET", "/v1/reconcile/suggest/entity"): _suggested_entities,
    ("GET", "/v1/reconcile/preview"): _previews,
    ("GET", "/v1/quarantine"): _same("/v1/quarantine", PAGE),
    ("GET", "/v1/quarantine/{id}"): _aside,
}


# The SQL room -------------------------------------------------------------------------------------

# What the parameters of its own queries are given; a page is asked for with a full table.
ASKED = {
    "name": "Rosa Parks",
    "phrase": "the council",
    "date": "2018-06-12",
    "source": "Gazette",
}
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_VOCABULARY = "select term from articles_vocabulary"


@cache
def rooms() -> tuple[Question, ...]:
    """A page of every table, view and query on show."""
    about = read_metadata()["databases"]["cuttings"]
    pages = ["/sql/", "/sql/cuttings", f"/sql/cuttings?{urlencode({'sql': _VOCABULARY})}"]
    for name in sorted(on_show()):
        pages += [f"/sql/cuttings/{name}?_size=max", f"/sql/cuttings/{name}.json?_size=max"]
    for name, query in about["queries"].items():
        asked = {each: ASKED[each] for each in _PARAMETER.findall(query["sql"])}
        pages.append(f"/sql/cuttings/{name}?{urlencode(asked)}")
    return tuple(Question(page) for page in pages)


# The file -----------------------------------------------------------------------------------------

# What is in these is bytes of an index, which the words of the index stand for.
_INSIDE_AN_INDEX = ("_data", "_idx", "_docsize")


def tables(conn: Any) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
    return [row[0] for row in conn.execute(sql)]


def is_inside_an_index(table: str) -> bool:
    return table.endswith(_INSIDE_AN_INDEX)


def rows(conn: Any) -> Iterator[tuple[str, str]]:
    """(table, all that is in it) of each table, view and index of words in the file."""
    for table in tables(conn):
        if not is_inside_an_index(table):
            found = conn.execute(f'SELECT * FROM "{table}"').fetchall()
            yield table, " ".join(str(value) for row in found for value in row)
    for index in indexes(conn):
        conn.execute(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {index}, row)")
        terms = conn.execute("SELECT term FROM temp.terms").fetchall()
        conn.execute("DROP TABLE temp.terms")
        yield f"words of {index}", " ".join(row[0] for row in terms)


def indexes(conn: Any) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5(%'"
    return [row[0] for row in conn.execute(sql)]


# Commands -----------------------------------------------------------------------------------------

_WRITES = "writes"
Said = str | Callable[[Known], Iterable[tuple[str, ...]]]


def _called(*calls: tuple[str, ...]) -> Said:
    return lambda _known: calls


def _show(known: Known) -> Iterator[tuple[str, ...]]:
    for key in known.entities:
        yield from ((key,), (key, "--json"))


def _found(known: Known) -> Iterator[tuple[str, ...]]:
    shown = ("--facets", ",".join(FACETS), "--limit", "100")
    yield from (shown, ("--json", *shown), ("--versions", "all", "--explain", "council"))
    yield from ((f"{word[:4]}*",) for word in known.words)
    yield from ((_mistyped(word),) for word in known.words)


def _aside_shown(known: Known) -> Iterator[tuple[str, ...]]:
    for number in map(str, known.asides):
        yield from ((number,), (number, "--json"), (number, "--data"))


_EDITS = "merge split rename retype dismiss alias unalias note distinct undo import".split()
COMMANDS: dict[str, Said] = {
    **dict.fromkeys(("ingest", "retag", "reindex", "migrate", "kill", "revive"), _WRITES),
    "backup": "is the file",
    "move": "is all documents, hidden ones too, for its owner",
    "restore": _WRITES,
    **{f"snapshot {name}": _WRITES for name in ("take", "restore", "delete")},
    "snapshot list": "is about copies of a cluster",
    **{f"entity {name}": _WRITES for name in _EDITS},
    **{f"key {name}": "is about keys" for name in ("create", "list", "revoke")},
    **{f"quarantine {name}": _WRITES for name in ("retry", "drop")},
    **dict.fromkeys(UNBUILT, "is not built"),
    "serve": "is the API",
    "search": _found,
    "audit": _called((), ("--json", "--limit", "1000")),
    "export": _called(*(("--format", form) for form in EXPORT_FORMATS), ("--versions", "all")),
    "check": _called((), ("--json",), ("--list",)),
    "slow": "is what was asked for",
    "entity list": _called((), ("rosa",), ("--json", "--limit", "1000")),
    "entity show": _show,
    "entity log": _called((), ("--json", "--limit", "1000")),
    "entity suggest": _called((), ("--json",)),
    "entity export": _called(()),
    "quarantine list": _called((), ("--json",)),
    "quarantine show": _aside_shown,
}


def commands(group: click.Group = main, before: str = "") -> Iterator[str]:
    """Every command there is, as it is called."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def calls(known: Known) -> list[tuple[str, ...]]:
    """Every call of a command that reads."""
    return [
        (*name.split(), *args)
        for name, said in COMMANDS.items()
        if not isinstance(said, str)
        for args in said(known)
    ]


def printed(call: tuple[str, ...], environment: Mapping[str, str]) -> str:
    settings = {**environment, "CUTTINGS_TAGGER": "gazetteer"}
    result = CliRunner().invoke(main, list(call), env=settings)
    return f"{result.output}{result.exception or ''}"
