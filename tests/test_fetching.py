"""What is fetched, from where, how often, and what is said when it cannot be had."""

import gzip
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.database import Database, migrations_folder
from service.errors import Unreadable
from service.fetching import Fetcher
from service.formats.document import LARGEST
from service.stores.fetches import FetchStore, Validators

FEED = "https://example.org/feed.xml"
PAGE = "https://example.org/news/dam.html"
ALLOWED = httpx.Response(404)

Handler = Callable[[httpx.Request], httpx.Response]


class Clock:
    """Time passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def resolve(host: str, _port: int) -> list[str]:
    known = {
        "example.org": ["93.184.215.14"],
        "other.org": ["93.184.215.15", "2606:2800:21f::1"],
        "inside.org": ["10.1.2.3"],
        "both.org": ["93.184.215.14", "127.0.0.1"],
        "localhost": ["127.0.0.1"],
    }
    if host[0].isdigit() or ":" in host:
        return [host]
    if host not in known:
        raise socket.gaierror(-2, "Name or service not known")
    return known[host]


def fetcher(
    handler: Handler, clock: Clock | None = None, store: FetchStore | None = None
) -> Fetcher:
    clock = clock or Clock()
    return Fetcher(
        store,
        transport=httpx.MockTransport(handler),
        resolve=resolve,
        clock=clock,
        sleep=clock.sleep,
    )


def site(pages: dict[str, httpx.Response | str]) -> tuple[Handler, list[str]]:
    """A web of pages by address, and which were asked for; a text is where an address leads."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        url = f"{request.url.scheme}://{request.headers['Host']}{request.url.raw_path.decode()}"
        asked.append(url)
        found = pages.get(url, httpx.Response(404))
        if isinstance(found, str):
            return httpx.Response(301, headers={"Location": found})
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)

    return answer, asked


def always(response: httpx.Response) -> Handler:
    return lambda _request: response


@pytest.fixture
def store(tmp_path: Path) -> FetchStore:
    database = Database(tmp_path / "private.db", migrations_folder() / "private")
    database.migrate()
    return FetchStore(database)


def test_a_document_with_what_the_server_said() -> None:
    said = {"Content-Type": "application/rss+xml; charset=ISO-8859-1", "Content-Encoding": "gzip"}
    found = fetcher(always(httpx.Response(200, headers=said, content=gzip.compress(b"<rss/>"))))
    document = found.document(FEED)
    assert document is not None
    assert (document.origin, document.name, document.url) == (FEED, "feed.xml", FEED)
    assert (document.media_type, document.charset) == ("application/rss+xml", "ISO-8859-1")
    assert document.whole() == b"<rss/>"


def test_the_software_is_named() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["User-Agent"])
        return httpx.Response(200)

    fetcher(answer).document(FEED)
    assert seen[0].startswith("Cuttings/")


def test_a_document_is_known_by_the_address_that_was_asked_for() -> None:
    answer, _ = site({FEED: "/new/feed", "https://example.org/new/feed": httpx.Response(200)})
    document = fetcher(answer).document(f"  {FEED}#top ")
    assert document is not None
    assert (document.origin, document.name, document.url) == (
        FEED,
        "feed",
        "https://example.org/new/feed",
    )


def test_a_password_is_used_and_not_kept() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(200)

    document = fetcher(answer).document("https://ann:secret@example.org/feed.xml")
    assert document is not None
    assert (seen, document.origin, document.url) == (["Basic YW5uOnNlY3JldA=="], FEED, FEED)


def test_what_has_not_changed_is_not_read_again(store: FetchStore) -> None:
    said = {"ETag": 'W/"1"', "Last-Modified": "Thu, 04 Mar 2021 10:15:30 GMT"}

    def answer(request: httpx.Request) -> httpx.Response:
        same = request.headers.get("If-None-Match") == said["ETag"]
        assert request.headers.get("If-Modified-Since") == (said["Last-Modified"] if same else None)
        return httpx.Response(304) if same else httpx.Response(200, headers=said)

    found = fetcher(answer, store=store)
    assert found.document(FEED) is not None
    assert found.document(FEED) is not None, "nobody said that it was stored"
    found.remember(FEED)
    assert store.validators(FEED) == Validators(said["ETag"], said["Last-Modified"])
    assert found.document(FEED) is None
    found.remember(FEED)
    assert store.validators(FEED).etag == said["ETag"]


def test_a_document_without_validators_is_read_each_time(store: FetchStore) -> None:
    store.remember(FEED, Validators("old", None))
    found = fetcher(always(httpx.Response(200)), store=store)
    assert found.document(FEED) is not None
    found.remember(FEED)
    assert store.validators(FEED) == Validators()


def fails_with(fault: Exception) -> Handler:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise fault

    return answer


def caused(cause: Exception) -> httpx.ConnectError:
    fault = httpx.ConnectError("all attempts failed")
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (always(httpx.Response(404)), "answers 404 Not Found"),
        (always(httpx.Response(500)), "answers 500 Internal Server Error"),
        (always(httpx.Response(299)), "answers 299"),
        (always(httpx.Response(429)), "answers 429 Too Many Requests"),
        (
            always(httpx.Response(301, headers={"Location": FEED})),
            "is redirected more than 5 times",
        ),
        (
            always(httpx.Response(302, headers={"Location": "ftp://example.org/"})),
            "is no web address: only http and https are fetched",
        ),
        (
            always(
                httpx.Response(
                    200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no")
                )
            ),
            "sends a damaged answer",
        ),
        (fails_with(httpx.ReadTimeout("")), "does not answer within 30 s"),
        (fails_with(httpx.RemoteProtocolError("")), "breaks off its answer"),
        (fails_with(httpx.ReadError("")), "breaks off its answer"),
        (fails_with(caused(socket.gaierror())), "has no such host"),
        (fails_with(caused(ssl.SSLError())), "has no valid certificate: all attempts failed"),
        (fails_with(caused(ConnectionRefusedError())), "cannot be reached: all attempts failed"),
        (fails_with(httpx.UnsupportedProtocol("odd")), "cannot be fetched: odd"),
    ],
)
def test_what_cannot_be_had_is_told_in_words(answer: Handler, reason: str) -> None:
    with pytest.raises(Unreadable) as told:
        fetcher(answer).document(FEED)
    assert str(told.value) == reason


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "example.org",
        "",
        "https://",
        "javascript:1",
    ],
)
def test_only_the_web_is_fetched(url: str) -> None:
    for fetch in (fetcher(always(httpx.Response(200))).document, fetcher(always(ALLOWED)).page):
        with pytest.raises(Unreadable, match="is no web address"):
            fetch(url)


def test_an_answer_without_end_is_cut_off() -> None:
    clock = Clock()

    def drip() -> Iterator[bytes]:
        while True:
            clock.now += 20
            yield b"x"

    def pour() -> Iterator[bytes]:
        while True:
            yield bytes(8 * 1024 * 1024)

    for stream, reason in ((drip(), "does not end within 120 s"), (pour(), "is larger than 64 MB")):
        found = fetcher(always(httpx.Response(200, content=stream)), clock)
        with pytest.raises(Unreadable, match=reason):
            found.document(FEED)
    assert LARGEST == 64 * 1024 * 1024


def test_a_host_is_left_alone_for_a_second() -> None:
    clock = Clock()
    found = fetcher(always(httpx.Response(200)), clock)
    found.document(FEED)
    found.document("https://other.org/")
    assert clock.slept == []
    clock.now += 0.25
    found.document(FEED)
    assert clock.slept == [0.75]


@pytest.mark.parametrize(
    ("retry_after", "slept", "reason"),
    [
        ("7", [7.0], None),
        ("Thu, 04 Mar 2021 10:15:37 GMT", [7.0], None),
        ("Thu, 04 Mar 2021 09:00:00 GMT", [0.0, 1.0], None),
        ("3600", [], "answers 503 Service Unavailable"),
        ("soon", [], "answers 503 Service Unavailable"),
    ],
)
def test_a_busy_server_is_given_the_time_it_asks_for(
    retry_after: str, slept: list[float], reason: str | None
) -> None:
    clock = Clock()
    headers = {"Retry-After": retry_after, "Date": "Thu, 04 Mar 2021 10:15:30 GMT"}
    answers = iter([httpx.Response(503, headers=headers), httpx.Response(200)])
    found = fetcher(lambda _request: next(answers), clock)
    if reason:
        with pytest.raises(Unreadable, match=reason):
            found.document(FEED)
    else:
        assert found.document(FEED) is not None
    assert clock.slept == slept


def test_a_server_that_stays_busy_is_given_up() -> None:
    clock = Clock()
    found = fetcher(always(httpx.Response(503, headers={"Retry-After": "5"})), clock)
    with pytest.raises(Unreadable, match="answers 503"):
        found.document(FEED)
    assert clock.slept == [5.0, 5.0]


def test_a_page_is_fetched_from_the_address_that_was_checked() -> None:
    seen: list[tuple[str, str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((str(request.url), request.headers["Host"], request.extensions["sni_hostname"]))
        return httpx.Response(200, content=b"page")

    document = fetcher(answer).page("https://example.org:8443/dam?x=1")
    assert seen[-1] == ("https://93.184.215.14:8443/dam?x=1", "example.org:8443", "example.org")
    assert (document.origin, document.whole()) == ("https://example.org:8443/dam?x=1", b"page")


@pytest.mark.parametrize(
    "url",
    [
        "http://inside.org/",
        "http://both.org/",
        "http://localhost:8000/",
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fd00::1]/",
        "http://224.0.0.1/",
    ],
)
def test_a_page_in_a_private_network_is_not_fetched(url: str) -> None:
    answer, asked = site({PAGE: url, FEED: url})
    for fetch, start in (
        (fetcher(answer).page, url),
        (fetcher(answer).page, PAGE),
        (fetcher(answer).document, FEED),
    ):
        with pytest.raises(Unreadable, match="lies in a private network"):
            fetch(start)
    assert {httpx.URL(found).host for found in asked} == {"example.org"}


def test_what_the_user_asks_for_may_lie_in_a_private_network() -> None:
    answer, _ = site(
        {
            "http://localhost/feed": "http://inside.org/feed",
            "http://inside.org/feed": httpx.Response(200, content=b"ours"),
        }
    )
    document = fetcher(answer).document("http://localhost/feed")
    assert document is not None
    assert document.whole() == b"ours"


def test_a_page_of_an_unknown_host_or_with_a_password() -> None:
    found = fetcher(always(httpx.Response(200)))
    with pytest.raises(Unreadable, match="has no such host"):
        found.page("https://nowhere.example/")
    with pytest.raises(Unreadable, match="is an address with a password"):
        found.page("https://ann:secret@example.org/")


def robots(text: str, status: int = 200) -> dict[str, httpx.Response | str]:
    return {
        "https://example.org/robots.txt": httpx.Response(status, text=text),
        PAGE: httpx.Response(200, content=b"page"),
        "https://other.org/moved": PAGE,
    }


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("User-agent: *\nDisallow: /admin", 200, None),
        ("", 404, None),
        ("", 403, None),
        ("User-agent: *\nDisallow: /news", 200, "says in robots.txt"),
        ("User-agent: cuttings\nDisallow: /", 200, "says in robots.txt"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Cuttings\nAllow: /", 200, None),
        ("", 500, "has a robots.txt that answers 500"),
    ],
)
def test_a_site_may_keep_its_pages_from_programs(
    text: str, status: int, reason: str | None
) -> None:
    answer, asked = site(robots(text, status))
    for start in (PAGE, "https://other.org/moved"):
        if reason:
            with pytest.raises(Unreadable, match=reason):
                fetcher(answer).page(start)
        else:
            assert fetcher(answer).page(start).whole() == b"page"
    assert (PAGE in asked) is (reason is None)


def test_robots_txt_is_read_once_and_its_delay_kept() -> None:
    clock = Clock()
    answer, asked = site(robots("User-agent: *\nCrawl-delay: 5"))
    found = fetcher(answer, clock)
    found.page(PAGE)
    found.page(PAGE)
    assert asked == ["https://example.org/robots.txt", PAGE, PAGE]
    assert clock.slept == [1.0, 5.0]


def test_what_the_user_asks_for_is_not_held_against_robots_txt() -> None:
    answer, asked = site(robots("User-agent: *\nDisallow: /"))
    assert fetcher(answer).document(PAGE) is not None
    assert asked == [PAGE]
