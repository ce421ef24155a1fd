"""Fetches politely: one thing at a time, with a pause between two requests to one host.

What a feed links to are a stranger's words: such a page must not lie in our own network, and its
site's robots.txt must allow it. A connection goes to the very address that was checked, since a
name can mean another one a moment later.
"""

import io
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.robotparser import RobotFileParser

import httpx

from service import __version__
from service.errors import Unreadable
from service.fetching.addresses import Resolver, address, is_private, public, public_place, resolved
from service.fetching.connection import SILENCE, WHOLE_ANSWER, opened
from service.formats.document import LARGEST, Document
from service.stores.fetches import FetchStore, Validators

AGENT = "Cuttings"
_HEADERS = {
    "User-Agent": f"{AGENT}/{__version__} (news archive)",
    "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
}
# In seconds: between two requests to a host, and how long one may ask us to wait.
_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_LONGEST_RETRY = 60.0
_MOST_RETRIES = 2
_MOST_REDIRECTS = 5
# Of so many hosts robots.txt and the time of the last request are kept.
_MOST_HOSTS = 1_000
_LARGEST_ROBOTS = 512 * 1024
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class _Way:
    """How something is fetched: with which conditions, to whom it may lead, and how much of it."""

    headers: Mapping[str, str] = field(default_factory=dict)
    linked: bool = False  # by a stranger
    ours: bool = False  # in a private network, and the user asked for it
    obeys: bool = False  # robots.txt
    largest: int = LARGEST


class _Answer(NamedTuple):
    """`body` is None when what we have is still current."""

    url: httpx.URL
    headers: httpx.Headers
    body: bytes | None


class _Refusal(Unreadable):
    """An answer with a status that is no success."""

    def __init__(self, code: int) -> None:
        phrase = HTTPStatus(code).phrase if code in set(HTTPStatus) else ""
        super().__init__(f"answers {code} {phrase}".strip())
        self.code = code


class Fetcher:
    """`resolve` gives the addresses of a host; `clock` and `sleep` are in seconds."""

    def __init__(
        self,
        store: FetchStore | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        resolve: Resolver = resolved,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._resolve = resolve
        self._clock = clock
        self._sleep = sleep
        self._one_at_a_time = threading.Lock()
        self._free_from: dict[str, float] = {}
        self._robots: dict[str, RobotFileParser] = {}
        self._fetched: dict[str, Validators] = {}
        self._client = httpx.Client(
            transport=transport,
            timeout=SILENCE,
            headers=_HEADERS,
            limits=httpx.Limits(max_keepalive_connections=0),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    def document(self, url: str) -> Document | None:
        """What lies at an address that a user asked for; None if it is as `remember` saw it last.

        Raises Unreadable, with the reason, when there is nothing to be had.
        """
        asked = address(url)
        known = public(asked)
        before = self._store.validators(known) if self._store else Validators()
        ours = is_private(asked.host, self._resolve)
        with self._one_at_a_time:
            answer = self._followed(asked, _Way(_conditions(before), ours=ours))
        if answer.body is None:
            return None
        headers = answer.headers
        self._fetched[known] = Validators(headers.get("ETag"), headers.get("Last-Modified"))
        return _document(known, answer)

    def page(self, url: str) -> Document:
        """The page that a feed links to; Unreadable, with the reason, when it cannot be had."""
        asked = address(url)
        if asked.userinfo:
            raise Unreadable("is an address with a password")
        with self._one_at_a_time:
            answer = self._followed(asked, _Way(linked=True, obeys=True))
        return _document(public(asked), answer)

    def remember(self, url: str) -> None:
        """All of the last document from this address was stored: ask for changes only."""
        known = public(address(url))
        validators = self._fetched.pop(known, None)
        if validators and self._store:
            self._store.remember(known, validators)

    def close(self) -> None:
        self._client.close()

    def _followed(self, url: httpx.URL, way: _Way) -> _Answer:
        """The answer behind redirects, each of which is checked like an address in a feed."""
        asked = url.host
        for _ in range(_MOST_REDIRECTS + 1):
            if way.obeys:
                self._ask_robots(url)
            foreign = way.linked or (url.host != asked and not way.ours)
            answer = self._patiently(url, way, foreign)
            if isinstance(answer, _Answer):
                return answer
            url = answer
        raise Unreadable(f"is redirected more than {_MOST_REDIRECTS} times")

    def _patiently(self, url: httpx.URL, way: _Way, foreign: bool) -> _Answer | httpx.URL:
        """An answer or where it lies; asked for again if a busy server says when."""
        for retries_left in reversed(range(_MOST_RETRIES + 1)):
            request = self._request(url, way, foreign)
            self._wait(url.host)
            with opened(self._client, request) as response:
                if response.has_redirect_location:
                    return address(str(url.join(response.headers["Location"])))
                pause = _retry_after(response) if retries_left else None
                if pause is None:
                    return self._read(url, response, way.largest)
            self._sleep(pause)
        raise _Refusal(HTTPStatus.SERVICE_UNAVAILABLE)

    def _request(self, url: httpx.URL, way: _Way, foreign: bool) -> httpx.Request:
        """A stranger's goes to the address that was checked, under the name that was asked for."""
        if not foreign:
            return self._client.build_request("GET", url, headers=way.headers)
        return self._client.build_request(
            "GET",
            url.copy_with(host=public_place(url, self._resolve)),
            headers={"Host": url.netloc.decode("ascii"), **way.headers},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )

    def _wait(self, host: str) -> None:
        pause = self._free_from.get(host, 0.0) - self._clock()
        if pause > 0:
            self._sleep(pause)
        if len(self._free_from) >= _MOST_HOSTS:
            self._free_from.clear()
        asked = self._robots[host].crawl_delay(AGENT) if host in self._robots else None
        self._free_from[host] = self._clock() + min(max(_PAUSE, float(asked or 0)), _LONGEST_PAUSE)

    def _read(self, url: httpx.URL, response: httpx.Response, largest: int) -> _Answer:
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return _Answer(url, response.headers, None)
        if response.status_code != HTTPStatus.OK:
            raise _Refusal(response.status_code)
        last = self._clock() + WHOLE_ANSWER
        body = io.BytesIO()
        for part in response.iter_bytes():
            if body.tell() + len(part) > largest:
                raise Unreadable(f"is larger than {largest / 1024 / 1024:g} MB")
            if self._clock() > last:
                raise Unreadable(f"does not end within {WHOLE_ANSWER:g} s")
            body.write(part)
        return _Answer(url, response.headers, body.getvalue())

    def _ask_robots(self, url: httpx.URL) -> None:
        """Unreadable when the site does not want the page to be fetched by programs."""
        site = url.netloc.decode("ascii")
        if site not in self._robots:
            if len(self._robots) >= _MOST_HOSTS:
                self._robots.clear()
            self._robots[site] = self._read_robots(url.join("/robots.txt"))
        if not self._robots[site].can_fetch(AGENT, str(url)):
            raise Unreadable("is not to be fetched by programs, as its site says in robots.txt")

    def _read_robots(self, url: httpx.URL) -> RobotFileParser:
        """RFC 9309: a site without the file allows everything, one whose file fails nothing."""
        robots = RobotFileParser()
        text = b""
        try:
            text = self._followed(url, _Way(linked=True, largest=_LARGEST_ROBOTS)).body or b""
        except _Refusal as refusal:
            if refusal.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise Unreadable(f"has a robots.txt that {refusal}") from refusal
        robots.parse(text.decode("utf-8", "replace").splitlines())
        return robots


def _conditions(before: Validators) -> dict[str, str]:
    named = {"If-None-Match": before.etag, "If-Modified-Since": before.last_modified}
    return {name: value for name, value in named.items() if value}


def _document(origin: str, answer: _Answer) -> Document:
    said = answer.headers.get("Content-Type", "")
    charset = _CHARSET.search(said)
    return Document(
        origin=origin,
        name=PurePosixPath(answer.url.path).name or answer.url.host,
        stream=io.BytesIO(answer.body or b""),
        url=public(answer.url),
        media_type=said.split(";")[0].strip().lower() or None,
        charset=charset[1] if charset else None,
    )


def _retry_after(response: httpx.Response) -> float | None:
    """How long a busy server asks to wait; None if it is not busy, does not say, or asks too much.

    A time of day counts by the server's own clock.
    """
    said = response.headers.get("Retry-After", "").strip()
    if response.status_code not in _BUSY or not said:
        return None
    try:
        if said.isdecimal():
            pause = float(said)
        else:
            then, now = (parsedate_to_datetime(text) for text in (said, response.headers["Date"]))
            pause = max(0.0, (then - now).total_seconds())
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return None
    return pause if pause <= _LONGEST_RETRY else None
