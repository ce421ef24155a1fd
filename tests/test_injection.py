"""Whatever is stored, asked for or sent in a header stays what it is: no markup, header or path, no
SQL, no formula, no sign that moves a terminal, whichever way it comes out again.

The ways out are those of read_paths.py, so that a new one is looked at too.
"""

import ast
import asyncio
import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest
from click.testing import CliRunner
from conftest import LONG, Archive, Client, examples, open_archive
from lxml import html
from read_paths import ROUTES, Known, Question, calls
from test_nothing_leaks import _asked as asked

from service.article import Article, Subheading
from service.cli import main
from service.cli.terminal import one_line, say, say_json, say_lines, underlined, write
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.findings import Findings, Quote
from service.result import Snippet
from service.spreadsheets import armed
from service.stores.edits import Author, EditStore
from service.stores.keys import KeyStore
from service.web.app import create_app

ROOT = Path(__file__).parent.parent
HEADER = "\r\nSet-Cookie: injected=1\r\n\r\n"
TERMINAL = "\x1b[2J\x1b]0;title\x07\x9b31m\x08\x7f\u202e\u2066"
MARKUP = "\"'></script></title>]]><script>injected()</script><img src=x onerror=injected()>"
SQL = "'; DROP TABLE articles; -- \" OR 1=1 %_\\"
_PROBES = (SQL, "x' OR '1'='1", 'x") OR 1=1 --', "a'||(SELECT 1)||'")
PROBES = _PROBES[: examples(4 if LONG else 2, 1)]
FORMULA = '=HYPERLINK("https://injected.example")'
POISON = f"{FORMULA} {MARKUP} {SQL} {TERMINAL} {HEADER} ../../etc/passwd {{{{7*7}}}} \\u003cscript"
# FTS5 reads all of these as something.
SYNTAX = (
    '"',
    "NEAR(a b, 2",
    "{title}:a",
    "^a",
    "a AND",
    "* *",
    "title:",
    "a:b:c",
    "-",
    "(((",
    "OR",
    "+a",
)
KEY = "poisoned"
FORMULA_CELL = re.compile(r"[=+\-@\t\r\n]")
OURS = re.compile(r"\x1b\[(?:1|4|0)m")


def article(number: int) -> Article:
    return Article(
        key=f"{KEY}-{number}",
        title=POISON,
        standfirst=f"Standfirst {POISON}",
        body=f"The council met.\n\n{POISON}\n\n“{POISON}” was said.",
        subheadings=(Subheading(0, 3, "The"),),
        captions=(POISON,),
        credits=(POISON,),
        related=(POISON, f"javascript:{MARKUP}"),
        authors=(POISON,),
        dateline=POISON,
        source=POISON,
        url=f"https://a.example/{POISON}",
        uri=f"{number} {POISON}",
        origin=f"/srv/{POISON}",
        language="en",
        topics=(POISON,),
        rights=POISON,
        published=parse_moment("2019-01-03"),
        status="corrected",
        correction=POISON,
        extra={POISON: POISON},
    )


def findings() -> Findings:
    entity = EntityName("person-poisoned", POISON, "person")
    mention = Mention("title", 0, len(POISON), POISON, POISON, "person", entity, "model", 0.9)
    start = len("The council met.\n\n") + len(POISON) + 3
    return Findings(
        (mention,), (Quote("body", start, start + len(POISON), POISON, 0, POISON, "said"),)
    )


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Two articles that nobody's reader made: poison in every field, in two versions each."""
    archive = open_archive(tmp_path_factory.mktemp("poisoned"))
    for number in range(2):
        made = article(number)
        before = Article(key=made.key, title="Before", body="Nothing yet.")
        for version, found in ((before, Findings()), (made, findings())):
            archive.store(version, found)
    edits = EditStore(archive.database)
    edits.annotate("person-poisoned", f"{FORMULA} {MARKUP}", Author(MARKUP, f"{MARKUP} {SQL}"))
    edits.add_alias("person-poisoned", FORMULA, Author("desk"))
    broken = tmp_path_factory.mktemp("broken") / f"{TERMINAL}=1+1 <b>.json".replace("/", "")
    broken.write_text(json.dumps({POISON: POISON}))
    archive.ingest(broken)
    return archive


@pytest.fixture(scope="module")
def known(poisoned: Archive) -> Known:
    return Known(
        keys=(f"{KEY}-0", f"{KEY}-1"),
        numbers=(1, 2),
        entities=("person-poisoned",),
        uris=(f"0 {POISON}",),
        words=("council", "HYPERLINK"),
        asides=tuple(kept.id for kept in poisoned.quarantine.page(10).kept),
    )


@pytest.fixture(scope="module")
def answers(poisoned: Archive, known: Known) -> list[tuple[Question, httpx.Response]]:
    """Of every way to read over HTTP, by somebody who may see all."""
    app = create_app(poisoned.settings)
    key = KeyStore(poisoned.private).create("admin", POISON)
    every = [question for ask in ROUTES.values() for question in ask(known)]
    headers = {"Authorization": f"Bearer {key}"}
    return list(zip(every, asyncio.run(asked(app, [(q, headers) for q in every])), strict=True))


def of_type(answers: list[tuple[Question, httpx.Response]], kind: str) -> list[httpx.Response]:
    found = [a for _, a in answers if a.headers.get("content-type", "").startswith(kind)]
    assert found, kind
    return found


def test_no_answer_fails_and_no_header_is_injected(answers: Any) -> None:
    for question, answer in answers:
        assert answer.status_code < 500, question
        assert "injected" not in answer.headers.get("set-cookie", ""), question
        for name, value in answer.headers.raw:
            assert not re.search(rb"[\x00-\x1f\x7f]", name + value), question
        assert answer.headers["x-content-type-options"] == "nosniff", question


def test_json_is_json(answers: Any) -> None:
    for answer in of_type(answers, "application/json"):
        answer.json()
        assert not re.search("[\x00-\x08\x0b-\x1f]", answer.text)
    for answer in of_type(answers, "application/x-ndjson"):
        assert all(json.loads(line) for line in answer.text.split("\n") if line)


def test_pages_have_no_markup_but_ours(answers: Any) -> None:
    for answer in of_type(answers, "text/html"):
        if answer.url.path == "/docs":  # FastAPI's own, with nothing that is stored
            continue
        tree = html.document_fromstring(answer.text)
        assert not tree.xpath("//img[@src='x'] | //*[@onerror]"), answer.url
        for script in tree.xpath("//script[not(@src)]"):
            assert script.get("type") == "application/ld+json", answer.url
            json.loads(script.text)
        for link in tree.xpath("//@href | //@src | //@action"):
            assert urlsplit(link.strip()).scheme in ("", "http", "https", "data"), link


def test_xml_is_xml(answers: Any) -> None:
    for answer in of_type(answers, "application/atom+xml"):
        feed = ET.fromstring(answer.content)  # noqa: S314 - ours, of this very test
        assert {element.tag.partition("}")[2] for element in feed.iter()} <= {
            *("feed", "id", "title", "updated", "author", "name", "link", "totalResults"),
            *("itemsPerPage", "entry", "summary", "category", "rights", "issued", "published"),
        }


def test_no_table_holds_a_formula(answers: Any) -> None:
    tables = of_type(answers, "text/csv")
    assert len(tables) >= 2  # articles and spellings
    for answer in tables:
        for row in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")):
            for cell in row:
                assert not FORMULA_CELL.match(cell), cell
    spellings = next(a.text for a in tables if "alias" in a.text)
    cells = [row["alias"] for row in csv.DictReader(io.StringIO(spellings, newline=""))]
    assert {armed(cell) for cell in cells} >= {FORMULA, POISON}


def test_metrics_are_read_as_they_are_meant(answers: Any) -> None:
    (answer,) = (a for q, a in answers if q.url == "/metrics")
    assert all(
        line.startswith(("#", "cuttings_", "process_", "python_"))
        for line in answer.text.splitlines()
    )
    assert "injected" not in answer.text


# The terminal -------------------------------------------------------------------------------------


def _printed(archive: Archive, *call: str) -> str:
    return CliRunner().invoke(main, call, env=archive.environment, color=True).output


def assert_harmless(text: str) -> None:
    left = OURS.sub("", text)
    assert {char for char in left if one_line(char) != char} <= {"\n", "\u00a0"}, left[:2_000]


def test_no_command_moves_the_terminal(poisoned: Archive, known: Known) -> None:
    raw = ("export", "entity export", "--data")  # for other programs: see below
    said = ""
    for call in calls(known):
        if not any(name in " ".join(call) for name in raw):
            said = _printed(poisoned, *call)
            assert_harmless(said)
    assert_harmless(_printed(poisoned, "search", f"--{TERMINAL}"))
    assert_harmless(_printed(poisoned, "entity", "show", TERMINAL))
    assert_harmless(_printed(poisoned, "ingest", f"/no/{TERMINAL}"))


def test_json_on_a_terminal_says_the_same(poisoned: Archive) -> None:
    said = json.loads(_printed(poisoned, "search", "--json", "council"))
    assert said["hits"][0]["title"] == POISON


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_for_programs_is_harmless_on_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for out in (Screen(), io.StringIO()):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            write([f"a{TERMINAL}\n"])
        assert ("\x9b" in out.getvalue()) == (not out.isatty())


def test_lines_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo\x1b[2J\u202e")
    say_lines("one\ntwo\x07")
    say(underlined(Snippet("body", "a\nKim \x1b[0m", ((2, 5),))))
    say_json('"\u202e\x9b"')
    assert capsys.readouterr().out.splitlines() == [
        *("one two\\x1b[2J\\u202e", "one", "two\\x07", "a Kim \\x1b[0m", '"\\u202e\\u009b"')
    ]
    assert one_line("naïve 👩\u200d👩 می\u200cخواهم\u00a0x") == "naïve 👩\u200d👩 می\u200cخواهم x"


def test_everything_is_printed_through_one_place() -> None:
    """A `click.echo` of its own would print what is in an article as it is."""
    for path in sorted((ROOT / "service" / "cli").glob("*.py")):
        if path.name != "terminal.py":
            tree = ast.parse(path.read_text("utf-8"))
            names = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
            assert not names & {"echo", "secho", "style"}, path.name


# What is asked ------------------------------------------------------------------------------------


def _parameters(api: Client) -> Iterator[tuple[str, str, list[str]]]:
    """(path, name, its fellows that must be there) of each parameter of a query that is text."""
    document = api.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if parameter["in"] == "query" and "string" in json.dumps(parameter["schema"]):
                yield path, parameter["name"], []


@pytest.fixture(scope="module")
def local(poisoned: Archive) -> Client:
    return Client(create_app(poisoned.settings))


def _state(archive: Archive) -> Any:
    tables = archive.rows("SELECT name, sql FROM sqlite_master ORDER BY name")
    return tables, archive.rows("SELECT count(*), max(id) FROM articles")


def test_no_parameter_is_sql(poisoned: Archive, local: Client) -> None:
    before = _state(poisoned)
    paths = {"key": f"{KEY}-0", "field": "person", "version": "1", "number": "1", "id": "1"}
    for path, name, _ in _parameters(local):
        for text in PROBES:
            answer = local.get(f"{path.format(**paths)}?{urlencode({name: text})}")
            assert answer.status_code < 500, (path, name, answer.text)
            assert "syntax error" not in answer.text, (path, name)
    for segment in (SQL, "' OR '1'='1"):
        for path in ("/v1/articles/", "/v1/entities/", "/v1/facets/", "/articles/", "/entities/"):
            assert local.get(path + quote(segment, safe="")).status_code in (404, 422)
    assert _state(poisoned) == before


def test_a_condition_in_a_filter_finds_nothing(local: Client) -> None:
    for name in ("person", "source", "topic", "language", "author"):
        found = local.get("/v1/search?" + urlencode({name: "x' OR '1'='1"})).json()
        assert found["total"] == 0, name


@pytest.mark.parametrize("text", SYNTAX)
def test_no_query_is_syntax_of_the_index(local: Client, text: str) -> None:
    for q in (text, f"council {text}", f'"{text}', f"title:({text}"):
        for path in ("/v1/search", "/v1/search.atom", "/v1/facets", "/v1/suggest", "/"):
            assert local.get(f"{path}?{urlencode({'q': q})}").status_code == 200


def test_no_text_ends_a_header(poisoned: Archive, local: Client) -> None:
    key = KeyStore(poisoned.private).create("write")
    headers = {"Authorization": f"Bearer {key}"}
    for text in (HEADER, f"a{HEADER}", 'a>; rel="x", <https://injected.example', POISON):
        found = local.get(
            f"/v1/search?{urlencode({'q': f'council {text}', 'match': 'any', 'limit': 1})}"
        )
        link = found.headers.get("link", "")
        assert re.fullmatch(r'(<[^<>"\s]+>; rel="next")?', link), link
        sent = local.post("/v1/articles", json={"key": text, "body": "A."}, headers=headers)
        assert sent.status_code == 422
        put_there = local(
            "PUT", f"/v1/articles/{quote(text, safe='')}", json={"body": "A."}, headers=headers
        )
        assert put_there.status_code in (404, 422)
        for answer in (
            found,
            sent,
            put_there,
            local.get("/v1/search", headers={"If-None-Match": repr(text).encode()}),
        ):
            assert "set-cookie" not in answer.headers
            assert b"\n" not in b"".join(value for _, value in answer.headers.raw)


@pytest.mark.parametrize(
    "path",
    [
        *("//injected.example/", "//injected.example/..", "/\\injected.example/", "/v1/search/"),
        *(
            "/articles//injected.example/",
            "/%0d%0aSet-Cookie:%20a=b/",
            "/login/?next=//injected.example",
        ),
    ],
)
def test_nothing_leads_to_another_site(local: Client, path: str) -> None:
    answer = local.get(f"http://localhost{path}")
    assert urlsplit(answer.headers.get("location", "")).netloc in ("", "localhost")
    assert answer.status_code < 500
    assert "set-cookie" not in answer.headers


OUTSIDE = (
    *("../web/app.py", "..%2fweb%2fapp.py", "%2e%2e/%2e%2e/pyproject.toml", "....//app.py"),
    *(
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..\\..\\app.py",
        "C:\\Windows\\win.ini",
        "C:/x",
        "a%00.css",
    ),
    *("file:///etc/passwd", "..;/etc/passwd", "%c0%ae%c0%ae/etc/passwd", "CON", "~/.ssh/id_rsa"),
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_path_leads_out_of_a_folder(local: Client, name: str) -> None:
    for folder in ("/static/", "/docs/files/", "/sql/-/static/", "/articles/", "/v1/articles/"):
        answer = local.get(f"http://localhost{folder}{name}")
        assert answer.status_code in (301, 307, 400, 404, 405), (folder, name)
        assert "root:" not in answer.text
        assert "def " not in answer.text
