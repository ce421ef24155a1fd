"""The SQL room: everything in it can be reached, and nothing outside it."""

import csv
import html
import io
import re
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from conftest import SEEDS, Archive, Client, open_archive
from datasette.plugins import pm
from fastapi import FastAPI

from service.article import Article
from service.database import archive_database
from service.in_memory import bound_memory
from service.stores.edits import Author, EditStore
from service.web.app import create_app
from service.web.sql_room import Room, SqlRoom
from service.web.sql_room_datasette import on_show, read_metadata

LINK = re.compile(r"""(?:href|src)=["']([^"']+)["']""")
ABOUT = read_metadata()["databases"]["cuttings"]
# Where a page has every kind of link that Datasette makes: sort, next, facets, CSV, JSON.
PAGES = (
    "/sql/",
    "/sql/cuttings",
    "/sql/cuttings/articles?_size=1",
    "/sql/cuttings/articles?_search=jo+song+gil",
    "/sql/cuttings/entities?_size=5&_facet=type&type=person",
    "/sql/cuttings/mentions?_size=5",
    "/sql/cuttings/articles_in_full",
    "/sql/cuttings/names_in_articles?_size=5&_sort_desc=mentions",
    "/sql/cuttings/people?_size=3",
    "/sql/cuttings/who_said_what?_size=3&_facet=direct",
    "/sql/cuttings/mentioned_dates?_size=3",
    "/sql/cuttings/readings?_size=3",
    "/sql/cuttings/edits",
    "/sql/cuttings/who_appears_with?name=Jo+Song+Gil",
    "/sql/cuttings?sql=select+key,+title+from+articles",
)
# What a reader may type to find something in the seeds.
ASKED = {
    "who_appears_with": {"name": "jo song-gil"},
    "articles_naming": {"name": "Jo Song Gil"},
    "spellings_of": {"name": "mr jo"},
    "articles_containing": {"phrase": "jo song-gil"},
    "articles_of_a_source": {"source": "asia times"},
    "quotes_of": {"name": "david tizzard"},
    "mentioned_on": {"date": "2018"},
    "mentions_by_day_of": {"name": "jo song gil"},
    "edits_of": {"name": "person-josonggil"},
}
INTERNAL = sorted(name for name, table in ABOUT["tables"].items() if table.get("allow") is False)
COUNT_FOREVER = (
    "with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c"
)


@pytest.fixture
def filled(tmp_path: Path) -> Archive:
    """The two seeds, to be changed at will."""
    archive = open_archive(tmp_path)
    archive.ingest(SEEDS, tagger="gazetteer")
    return archive


def local_links(page: str, text: str) -> set[str]:
    links = {urljoin(f"http://localhost{page}", html.unescape(link)) for link in LINK.findall(text)}
    return {link.partition("#")[0] for link in links if urlsplit(link).hostname == "localhost"}


def ask(api: Client, sql: str) -> Any:
    return api.get(f"/sql/cuttings.json?{urlencode({'sql': sql, '_shape': 'objects'})}")


@pytest.mark.parametrize(
    "page",
    [
        "/sql/cuttings/articles.csv?_stream=1&_size=max",
        "/sql/cuttings.csv?sql=select+title+from+articles",
    ],
)
def test_no_cell_is_a_formula(page: str, archive: Archive) -> None:
    archive.add(Article(title="=1+1", body="It is two."))
    text = Client(create_app(archive.settings)).get(page).text
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert "'=1+1" in cells
    assert not any(cell.startswith("=") for cell in cells)


@pytest.mark.parametrize("page", [*PAGES, "/sql/cuttings/articles/{id}"])
def test_every_local_link_of_a_page_opens(page: str, seeded: Archive, api: Client) -> None:
    page = page.format(id=seeded.rows("SELECT max(id) FROM articles")[0][0])
    answer = api.get(page)
    assert answer.status_code == 200
    links = local_links(page, answer.text)
    assert len(links) > 5
    assert {link: api.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_pages_offer_the_links_that_the_crawl_is_for(api: Client) -> None:
    links = "\n".join(local_links(PAGES[4], api.get(PAGES[4]).text))
    for part in ("_next=", "_sort=name", ".csv?", ".json?", "/sql/cuttings/entities/"):
        assert part in links
    assert "/sql/sql" not in links


def test_the_search_box_needs_no_configuration(api: Client) -> None:
    assert 'name="_search"' in api.get("/sql/cuttings/articles").text
    found = api.get("/sql/cuttings/articles.json?_search=jo+song+gil&_shape=array").json()
    assert len(found) == 2


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The room over the two seeds and an editor's note."""
    archive = open_archive(tmp_path_factory.mktemp("edited"))
    archive.ingest(SEEDS, tagger="gazetteer")
    EditStore(archive.database).annotate("person-josonggil", "Seen last in Rome.", Author("desk"))
    return Client(create_app(archive.settings))


@pytest.mark.parametrize("name", ABOUT["queries"])
def test_every_query_finds_something_in_the_seeds(name: str, edited: Client) -> None:
    asked = urlencode({**ASKED.get(name, {}), "_shape": "objects"})
    answer = edited.get(f"/sql/cuttings/{name}.json?{asked}").json()
    assert answer["error"] is None
    assert answer["rows"]


def test_queries_answer_what_they_say(api: Client) -> None:
    people = api.get("/sql/cuttings/most_mentioned_people.json?_shape=array").json()
    first = people[0]
    assert (first["name"], first["articles"], first["key"]) == (
        "Jo Song Gil",
        2,
        "person-josonggil",
    )
    beside = api.get("/sql/cuttings/who_appears_with.json?name=mr+jo&_shape=array").json()
    both = {row["with_name"] for row in beside if row["articles"] == 2}
    assert {"North Korea", "Italy", "Rome"} <= both
    open_ = api.get("/sql/cuttings/names_left_open.json?_shape=array").json()
    assert "Kim" in {row["text"] for row in open_}


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"date": "2018"}, 4),
        ({"date": "2018-06"}, 1),
        ({"date": "2018-06-12"}, 1),
        ({"date": "201"}, 0),
        ({"date": ""}, 0),
    ],
)
def test_a_date_is_asked_for_with_all_that_lies_in_it(
    asked: dict[str, str], count: int, edited: Client
) -> None:
    found = edited.get(f"/sql/cuttings/mentioned_on.json?{urlencode(asked)}&_shape=array").json()
    assert len(found) == count


def test_quotes_are_found_by_name_and_by_description(edited: Client) -> None:
    for name, shown in (("TIZZARD", "David Tizzard"), ("An Informed Source", "an informed source")):
        url = f"/sql/cuttings/quotes_of.json?{urlencode({'name': name})}&_shape=array"
        assert {row["name"] for row in edited.get(url).json()} == {shown}


def test_a_phrase_may_hold_any_sign(api: Client) -> None:
    for phrase in ("", '"', "don't", "AT&T", "a* OR -b", "body:x", "((("):
        url = f"/sql/cuttings/articles_containing.json?{urlencode({'phrase': phrase})}"
        assert api.get(url).json()["error"] is None, phrase


def test_everything_on_show_is_in_the_file_and_described(seeded: Archive) -> None:
    """A new table or view fails here until somebody decides whether people see it."""
    in_file = seeded.rows("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")
    assert {name for name, _ in in_file} == set(ABOUT["tables"])
    for name, kind in in_file:
        about = ABOUT["tables"][name]
        assert (name in on_show()) == bool(about.get("description")), name
        if kind == "view" or "columns" in about:
            columns = [row[0] for row in seeded.rows("SELECT name FROM pragma_table_info(?)", name)]
            assert list(about["columns"]) == columns, name


def test_people_see_the_descriptions(api: Client) -> None:
    page = api.get("/sql/cuttings/people").text
    assert "A person a row." in page
    assert "The full spelling used most" in page


def test_the_tables_listed_are_those_on_show(api: Client) -> None:
    listed = api.get("/sql/cuttings.json").json()
    names = [row["name"] for row in listed["tables"] + listed["views"]]
    assert sorted(names) == sorted(on_show())
    assert "origins" not in api.get("/sql/cuttings").text


@pytest.mark.parametrize("name", INTERNAL)
def test_internal_tables_are_refused(name: str, api: Client) -> None:
    assert api.get(f"/sql/cuttings/{name}").status_code == 403
    assert api.get(f"/sql/cuttings/{name}/1").status_code == 403
    assert api.get(f"/sql/cuttings/{name.upper()}.json").status_code in (403, 404)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sql/cuttings.db", 403),
        ("/sql/_internal", 403),
        ("/sql/_internal/databases", 403),
        ("/sql/_internal.json?sql=select+1", 403),
        ("/sql/_memory", 404),
        ("/sql/cuttings-private", 404),
        ("/sql/-/threads", 404),
        ("/sql/-/metadata.json", 404),
        ("/sql/-/databases.json", 404),
        ("/sql/-/auth-token", 404),
        ("/sql/sql/-/databases.json", 404),
        ("/sql//-/databases.json", 404),
        ("/sql/-/static/../../app.py", 404),
    ],
)
def test_what_is_no_part_of_the_room(path: str, status: int, api: Client) -> None:
    assert api.get(path).status_code == status


@pytest.mark.parametrize(
    "sql",
    [
        "insert into sources (name) values ('x')",
        "with x as (select 1) insert into sources (name) select 'x'",
        "with x as (select 1) update articles set title = 'x'",
        "with x as (select 1) delete from articles",
        "pragma writable_schema = on",
        "attach database 'cuttings-private.db' as private",
        "vacuum into 'copy.db'",
        "select 1; delete from articles",
        "select load_extension('x')",
        "select zeroblob(1000000000)",
        "select * from origins",
        "select count(*) from [_sqlite_migrations]",
        "select * from (select * from generation)",
        "explain select * from origins",
    ],
)
def test_sql_that_is_refused(sql: str, seeded: Archive, api: Client) -> None:
    before = seeded.rows("SELECT number, (SELECT count(*) FROM sources) FROM generation")
    answer = ask(api, sql)
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert seeded.rows("SELECT number, (SELECT count(*) FROM sources) FROM generation") == before


@pytest.mark.parametrize(
    "sql",
    [
        "with a as (select distinct source_id from articles) select count(*) from a",
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 9) select 1 from n",
    ],
)
def test_ordinary_sql_is_not_refused(sql: str, api: Client) -> None:
    response = api.get("/sql/cuttings.json", params={"sql": sql, "_shape": "array"})
    assert response.status_code == 200, response.text


def test_the_connection_itself_refuses(filled: Archive) -> None:
    """Datasette looks at the first word only; SQLite is told what may be done at all."""
    api = Client(create_app(filled.settings))
    assert ask(api, "select 1 as one").json()["rows"] == [{"one": 1}]
    write = ask(api, "with x as (select 1) delete from articles").json()
    assert write["error"] == "not authorized"
    assert (
        "prohibited"
        in ask(api, "select a.key, o.origin from origins o, articles a").json()["error"]
    )


def test_sql_that_is_allowed(api: Client) -> None:
    for sql in (
        "select name from sqlite_master where type = 'view'",
        "select value from json_each('[1, 2]')",
        "select name from pragma_table_info('articles')",
        "with recursive c(n) as (select 1 union all select n + 1 from c limit 3) select n from c",
        "select rowid from articles_fts where articles_fts match 'envoy'",
        "select highlight(articles_fts, 2, '[', ']') from articles_fts where body match 'envoy'",
        "explain query plan select * from articles",
    ):
        answer = ask(api, sql).json()
        assert (answer["error"], bool(answer["rows"])) == (None, True), sql


def test_a_query_without_an_end_is_stopped(filled: Archive) -> None:
    app = FastAPI()
    app.mount("/sql", SqlRoom(filled.settings.db, Room(seconds=0.1)))
    answer = ask(Client(app), COUNT_FOREVER)
    assert answer.status_code == 400
    assert answer.json()["title"] == "SQL Interrupted"


def test_only_this_machine_and_administrators_come_in(seeded: Archive) -> None:
    app = create_app(replace(seeded.settings, open=True))
    stranger = Client(app, "192.0.2.7").get("/sql/cuttings")
    proxied = Client(app).get("/sql/", headers={"X-Forwarded-For": "192.0.2.7"})
    for answer in (stranger, proxied):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "a key of scope admin" in answer.json()["detail"]


def test_redirects_stay_in_the_room(api: Client) -> None:
    assert urlsplit(api.get("/sql").headers["location"]).path == "/sql/"
    assert api.get("/sql/cuttings/articles/").headers["location"] == "/sql/cuttings/articles"


def test_only_reading_methods(api: Client) -> None:
    refused = api.post("/sql/cuttings", data={"sql": "delete from articles"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    head = api("HEAD", "/sql/cuttings")
    assert (head.status_code, head.content) == (200, b"")


def test_new_articles_are_seen(filled: Archive) -> None:
    api = Client(create_app(filled.settings))
    url = "/sql/cuttings/articles.json?_search=quince&_shape=array"
    first = api.get(url)
    assert (first.json(), first.headers["cache-control"]) == ([], "no-cache")
    filled.add(Article(title="Quince harvest", body="A quince."))
    assert [row["title"] for row in api.get(url).json()] == ["Quince harvest"]


def test_addresses_do_not_depend_on_the_name_of_the_file(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    settings = replace(archive.settings, db=tmp_path / "50% news? #1.sqlite")
    archive_database(settings).migrate()
    api = Client(create_app(settings))
    assert api.get("/sql/cuttings/articles").status_code == 200
    assert quote("50% news") not in api.get("/sql/").text


def test_plugins_of_others_are_dropped(filled: Archive) -> None:
    """Datasette loads every `datasette-*` package that it finds."""
    foreign = ModuleType("datasette_foreign")
    pm.register(foreign, "datasette-foreign")
    assert Client(create_app(filled.settings)).get("/sql/").status_code == 200
    assert not pm.is_registered(foreign)
    assert pm.has_plugin("datasette.facets")


def test_datasette_waits_for_the_first_visitor(filled: Archive) -> None:
    program = (
        "import sys; from pathlib import Path; from service.settings import Settings;"
        "from service.web.app import create_app;"
        "create_app(Settings(db=Path(sys.argv[1]))); sys.exit('datasette' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program, str(filled.settings.db)], check=False)
    assert run.returncode == 0


@pytest.mark.parametrize(
    "sql",
    [
        "select body from versions",
        "select v.* from versions v join earlier_versions e on e.article = v.article_key",
        "with earlier_versions as (select body from versions) select * from earlier_versions",
        'select * from "versions"',
        "select * from [VERSIONS]",
        "select * from copy_pairs",
        "with near_copies as (select * from copy_signatures) select * from near_copies",
        "select * from copies",
        "select * from articles_fts_data",
        "select * from articles_words_idx",
        "select * from articles_pieces_content",
        "select * from versions_fts where versions_fts match 'envoy'",
        "select * from articles_vocabulary",
        "select * from words_of_draft",
        "select * from segments",
        "select * from unfiled",
        "select json_patch('{}', '{}')",
    ],
)
def test_only_what_is_documented_can_be_read(sql: str, api: Client) -> None:
    """What views and indexes are made of is read through these alone."""
    answer = ask(api, sql)
    assert answer.status_code == 400
    assert any(word in answer.json()["error"] for word in ("prohibited", "not authorized"))


@pytest.mark.parametrize("name", sorted(on_show()))
def test_all_that_is_documented_can_be_read(name: str, api: Client) -> None:
    for sql in (
        f"select * from {name} limit 1",
        f"select count(*) from {name}",
        f"with x as (select * from {name}) select count(*) from x",
    ):
        assert ask(api, sql).json()["error"] is None, sql


ENDLESS_SQL = {
    "a recursion": COUNT_FOREVER,
    "cross joins": "select count(*) from mentions a, mentions b, mentions c, mentions d, mentions",
    "a sort of it": "with recursive n(i) as (select 1 union all select i + 1 from n) "
    "select i from n order by i desc",
    "values that grow": "with recursive r(x) as (select 'a' union all select x || x from r) "
    "select max(length(x)) from r",
    "a list of all": "with recursive n(i) as (select 1 union all select i + 1 from n) "
    "select json_group_array(i) from n",
    "one string of all": "with recursive n(i) as (select 1 union all select i + 1 from n) "
    "select group_concat(i) from n",
    "a part sought in a long text": "select instr(printf('%.*c', 4000000, 'a'), "
    "printf('%.*c', 2000000, 'a') || 'b')",
    "a part replaced": "select length(replace(printf('%.*c', 4000000, 'a'), "
    "printf('%.*c', 2000000, 'a') || 'b', ''))",
    "many signs trimmed": "select trim(printf('%.*c', 4000000, 'a'), printf('%.*c', 4000000, 'b'))",
    "json in json": "select count(*) from json_tree(printf('[%s1]', printf('%.*c', 100, '1'))), "
    "json_tree('[1,2,3]'), mentions, mentions, mentions",
    "a large answer": "select printf('%.*c', 2000000, 'x') from mentions",
}


@pytest.mark.parametrize("sql", ENDLESS_SQL.values(), ids=ENDLESS_SQL)
def test_sql_without_an_end_is_stopped(sql: str, endless: Client) -> None:
    began = time.monotonic()
    answer = endless.get("/sql/cuttings.json", params={"sql": sql})
    assert time.monotonic() - began < 5
    assert answer.status_code in (200, 400)
    assert len(answer.content) < 5_000_000


@pytest.fixture(scope="module")
def endless(seeded: Archive) -> Client:
    """A room in which statements have little time and little space."""
    bound_memory(500_000_000)
    app = FastAPI()
    app.mount("/sql", SqlRoom(seeded.settings.db, Room(seconds=0.2, largest=4_000_000)))
    return Client(app)


def test_a_large_answer_is_refused_with_what_to_do(endless: Client) -> None:
    answer = ask(endless, ENDLESS_SQL["a large answer"])
    assert answer.status_code == 400
    assert "CUTTINGS_SQL_LARGEST" in answer.json()["error"]


@pytest.mark.parametrize(
    "call",
    [
        *("instr('abcabc', 'ca')", "instr('a', '')", "instr(null, 'a')", "instr(12345, 34)"),
        *("instr(x'6162', x'62')", "replace('abab', 'ab', 'x')", "replace('ab', '', 'x')"),
        *("replace('ab', null, 'x')", "replace(1.5, '.', ',')", "trim('xxaxx', 'x')"),
        *("ltrim('xya', 'yx')", "rtrim('axy', 'yx')", "trim('a', '')", "trim(null, 'x')"),
    ],
)
def test_functions_of_ours_answer_as_those_of_sqlite(call: str, api: Client) -> None:
    (expected,) = sqlite3.connect(":memory:").execute(f"select {call}").fetchone()
    (row,) = ask(api, f"select {call} as one").json()["rows"]
    assert row["one"] == expected
