"""Bounded work: every limit is a setting with its own error, and nothing runs on past its time."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h11
import pytest
from conftest import Archive, Client, open_archive
from uvicorn import Config
from uvicorn.server import ServerState

from service.article import Article
from service.comparing import compared
from service.comparing.passages import Told
from service.deadline import ASKER, Asker, raise_if_late, within
from service.differences import differences
from service.errors import Busy, Misconfigured
from service.limits import LIMITS, Limits
from service.search import Ask, Finder
from service.serving.protocol import Protocol
from service.settings import as_environment, read_settings
from service.stores.keys import KeyStore
from service.web.app import create_app
from service.web.headers import HEADERS

JSON = {"Content-Type": "application/json"}
# Seconds that an answer may take beyond its limit: this machine does other work as well.
LATE = 4.0


@pytest.mark.parametrize("name", [name for name, _, _ in LIMITS])
def test_a_limit_that_cannot_be_names_its_setting(name: str) -> None:
    for text in ("-1", "many", "1.5", "²", "9" * 30):
        with pytest.raises(Misconfigured, match=f"{name}: .* is not a whole number from"):
            read_settings({name: text})


def test_limits_reach_the_workers() -> None:
    given = {"CUTTINGS_MOST_WORDS": "7", "CUTTINGS_SQL_AT_ONCE": "1"}
    settings = read_settings(given)
    assert (settings.limits.most_words, settings.limits.sql_at_once) == (7, 1)
    assert read_settings(as_environment(settings)) == settings


@pytest.fixture
def small(archive: Archive) -> Client:
    """An API that may do little."""
    limits = Limits(
        longest_query=60,
        most_words=3,
        deepest_query=2,
        most_filters=2,
        longest_page=20,
        longest_address=1_000,
        largest_body=1_000,
        largest_batch=2_000,
        most_articles=2,
    )
    return Client(create_app(replace(archive.settings, limits=limits)))


@pytest.mark.parametrize(
    ("path", "where", "setting"),
    [
        (f"/v1/search?q={'x' * 61}", "q", "CUTTINGS_LONGEST_QUERY"),
        (f"/v1/facets?q={'x' * 61}", "q", "CUTTINGS_LONGEST_QUERY"),
        (f"/v1/export?q={'x' * 61}", "q", "CUTTINGS_LONGEST_QUERY"),
        ("/v1/search?source=a&source=b&source=c", "source", "CUTTINGS_MOST_FILTERS"),
        ("/v1/search?not.person=a&not.person=b&not.person=c", "not.person", "MOST_FILTERS"),
        ("/v1/search?limit=21", "limit", "CUTTINGS_LONGEST_PAGE"),
        ("/v1/entities?limit=21", "limit", "CUTTINGS_LONGEST_PAGE"),
    ],
)
def test_what_goes_beyond_is_refused_by_name(
    path: str, where: str, setting: str, small: Client
) -> None:
    answer = small.get(path)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["parameter"] == where
    assert setting in error["message"]


def test_a_page_by_post_is_no_longer(small: Client) -> None:
    answer = small.post("/v1/search", content=b'{"limit": 21}', headers=JSON)
    assert (answer.status_code, "CUTTINGS_LONGEST_PAGE" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("q", "told"),
    [("a b c d", "more than 3 words"), ("(((a)))", "more than 2 levels")],
)
def test_words_and_depth_are_cut_and_said(q: str, told: str, small: Client) -> None:
    loose = small.get("/v1/search", params={"q": q})
    assert loose.status_code == 200
    assert any(told in each["message"] for each in loose.json()["diagnostics"])
    assert small.get("/v1/search", params={"q": q, "strict": "true"}).status_code == 422


def test_a_page_for_people_cuts_a_query_and_says_so(small: Client) -> None:
    answer = small.get(f"/?q={'x' * 61}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "Only the first 60 characters were looked for." in answer.text


def test_other_spellings_are_bounded(archive: Archive) -> None:
    archive.add(Article(body="A labor organization, a labour organisation; color and colour."))
    finder = archive.finder
    assert len(finder.search(Ask(q="labour organisation colour")).expanded) == 3
    few = Finder(archive.engine, finder._entities, limits=Limits(most_spellings=2))
    results = few.search(Ask(q="labour organisation colour"))
    assert sum(len(each.to) for each in results.expanded) == 2
    assert "more than 2 other spellings" in results.diagnostics[-1].message


def test_bodies_and_batches_say_their_setting(archive: Archive, small: Client) -> None:
    bearer = {"Authorization": f"Bearer {KeyStore(archive.private).create('write')}"}
    large = small.post("/v1/search", content=b" " * 1_001, headers=JSON)
    assert (large.status_code, "CUTTINGS_LARGEST_BODY" in large.text) == (413, True)
    batch = small.post("/v1/articles", content=b" " * 2_001, headers=JSON | bearer)
    assert (batch.status_code, "CUTTINGS_LARGEST_BATCH" in batch.text) == (413, True)
    three = json.dumps([{"body": f"One {n}."} for n in range(3)]).encode()
    many = small.post("/v1/articles", content=three, headers=JSON | bearer)
    assert (many.status_code, "CUTTINGS_MOST_ARTICLES" in many.text) == (413, True)
    assert archive.find() == []


def test_an_address_that_is_too_long(small: Client) -> None:
    answer = small.get(f"/v1/search?q={'%C3%A9' * 200}")
    assert (answer.status_code, answer.json()["type"]) == (414, "/errors/too-long")
    assert "CUTTINGS_LONGEST_ADDRESS" in answer.json()["detail"]


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def get_extra_info(self, *_: object) -> None:
        return None


@pytest.mark.parametrize(
    ("sent", "status", "slug"),
    [
        (b"GET /" + b"x" * 3_000, 414, "too-long"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 3_000, 422, "invalid-request"),
        (b"no request at all\r\n\r\n", 422, "invalid-request"),
    ],
)
def test_what_is_no_request_is_refused_as_all_else(sent: bytes, status: int, slug: str) -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError

    config = Config(app, h11_max_incomplete_event_size=2_000, log_config=None)
    config.load()
    protocol = Protocol(config, ServerState(), {}, _loop=_NoLoop())  # type: ignore[arg-type]  # what is used of one
    wire = Wire()
    protocol.connection_made(wire)  # type: ignore[arg-type]  # what is used of one
    protocol.data_received(sent)
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(wire.written)
    head, body = reader.next_event(), reader.next_event()
    assert isinstance(head, h11.Response)
    assert isinstance(body, h11.Data)
    assert head.status_code == status
    assert dict(head.headers)[b"content-type"] == b"application/problem+json"
    told = json.loads(bytes(body.data))
    assert told["type"] == f"/errors/{slug}"
    assert dict(head.headers)[b"x-request-id"].decode() == told["request_id"]
    assert {name.lower().encode() for name in HEADERS} <= dict(head.headers).keys()
    assert wire.is_closed


class _NoLoop:
    """Timers are never due."""

    def call_later(self, *_: object) -> Any:
        return self

    def cancel(self) -> None:
        pass


# Time.


def test_python_looks_at_the_clock() -> None:
    raise_if_late()  # where nobody waits there is no limit
    with within(60), within(1e-9), pytest.raises(Busy, match="CUTTINGS_QUERY_SECONDS"):
        raise_if_late()
    with within(1e-9), within(60), pytest.raises(Busy):
        raise_if_late()
    with within(60):
        raise_if_late()


def test_work_stops_for_who_has_gone(archive: Archive) -> None:
    asker = Asker()
    outer = ASKER.set(asker)
    try:
        with archive.home.archive.read():
            asker.has_left = True
            with pytest.raises(Busy, match="gone away"):
                raise_if_late()
        with pytest.raises(Busy), archive.home.archive.read() as conn:
            conn.execute(ENDLESS).fetchone()
    finally:
        ASKER.reset(outer)


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_long_texts_are_not_compared_for_longer() -> None:
    one, other = (
        Article(title="x", body=f"{word} of Japan said the rate fell by 3 per cent. " * 4_000)
        for word in ("Bank", "Bench")
    )
    for work in (
        lambda: compared(Told(one), Told(other)),
        lambda: differences(one.body, other.body),
    ):
        began = time.monotonic()
        with within(0.05), pytest.raises(Busy):
            work()
        assert time.monotonic() - began < LATE


@pytest.mark.parametrize(
    "path",
    [
        "/articles/long",
        "/articles/long?q=bank",
        "/compare?a=long&b=other",
        "/v1/search?q=bank&facets=person,source",
        "/?q=bank",
    ],
)
def test_every_kind_of_answer_is_stopped(path: str, lengthy: Archive) -> None:
    app = create_app(replace(lengthy.settings, query_seconds=1e-9))
    answer = Client(app).get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "took too long" in answer.text


@pytest.fixture(scope="module")
def lengthy(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Texts that say the same again and again."""
    archive = open_archive(tmp_path_factory.mktemp("lengthy"))
    for number, key in enumerate(("long", "other", "third")):
        body = f"The bank of the bank said the bank, {number}. " * 1_000
        archive.add(Article(key=key, title=f"The bank {number}", body=body, language="en"))
    for number in range(20):
        words = " ".join(f"a{number}{n} b{n}" for n in range(200))
        archive.add(Article(title=f"Words {number}", body=f"{words} the bank said", language="en"))
    return archive


PATHOLOGICAL = {
    "1,000 alternatives": " OR ".join(f"a{n}" for n in range(1_000)),
    "beginnings": "a* OR b* OR t* OR " + " OR ".join(f"a{n}*" for n in range(300)),
    "every word so begins": "a*",
    "deep nesting": "(" * 4_000 + "bank" + ")" * 4_000,
    "deep negation": "NOT " * 2_000 + "bank",
    "near": " ".join('"the bank of the said"~1000' for _ in range(40)),
    "near, many words": f'"{" ".join(["the", "bank", "of"] * 60)}"~9999',
    "a phrase of one word": f'"{" ".join(["the"] * 100)}"',
    "a word again": "bank " * 1_900,
    "names": "Mohammed Abdul Rahman Kim Jong Un " * 80,
    "quotes": '"' * 9_999,
    "stars": "*" * 10_000,
    "half a pair": "ab\ud800" * 100,
}


@pytest.mark.parametrize("q", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
def test_a_pathological_query_is_answered_or_stopped(q: str, lengthy: Archive) -> None:
    api = Client(create_app(replace(lengthy.settings, query_seconds=0.3)))
    asked = {"q": q[:10_000], "facets": "person,source,published", "explain": True, "limit": 100}
    began = time.monotonic()
    answer = api.post("/v1/search", content=json.dumps(asked).encode(), headers=JSON)
    assert answer.status_code in (200, 422, 503), answer.text[:300]
    assert time.monotonic() - began < 0.3 + LATE
    assert len(answer.content) < 2_000_000


def test_100_000_characters_are_refused(lengthy: Archive) -> None:
    api = Client(create_app(lengthy.settings))
    for asked in (
        api.get("/v1/search", params={"q": "x" * 60_000}),
        api.post("/v1/search", content=json.dumps({"q": "x" * 100_000}).encode(), headers=JSON),
    ):
        assert (asked.status_code, asked.json()["errors"][0]["message"][:6]) == (422, "String")


def test_deep_json_is_refused(lengthy: Archive) -> None:
    api = Client(create_app(lengthy.settings))
    deep = b'{"q": ' + b"[" * 400_000 + b"]" * 400_000 + b"}"
    assert api.post("/v1/search", content=deep, headers=JSON).status_code == 422


# Memory.

HUNGRY = """
import sys
from service.in_memory import bound_memory, memory
from service.storage_faults import mapped
from service.errors import Busy
from pathlib import Path
bound_memory(100_000_000)
try:
    with mapped(Path("x.db")):
        memory().execute("select length(printf('%.*c', 400000000, 'x'))").fetchone()
except Busy as exc:
    sys.exit(0 if "CUTTINGS_SQLITE_MEMORY" in exc.detail else 2)
sys.exit(3)
"""


def test_sqlite_holds_no_more_than_it_may() -> None:
    assert subprocess.run([sys.executable, "-c", HUNGRY], check=False).returncode == 0


def test_a_page_of_a_long_query_stays_small(lengthy: Archive) -> None:
    q = " ".join(f"word{n}" for n in range(1_000))[:10_000]
    answer = Client(create_app(lengthy.settings)).get("/", params={"q": q})
    assert answer.status_code == 200
    assert len(answer.content) < 2_000_000


def _paths() -> Iterator[Path]:
    yield from (Path(__file__).parent.parent / "service").rglob("*.py")


def test_every_limit_is_used() -> None:
    """One that nothing looks at would be a promise only."""
    text = "\n".join(path.read_text("utf-8") for path in _paths() if path.name != "limits.py")
    for name, _, _ in LIMITS:
        assert f".{name.removeprefix('CUTTINGS_').lower()}" in text, name
