"""Every page, for everybody: axe-core's rules in both themes, at a desk and on a phone."""

from collections.abc import Sequence

import httpx
import pytest
from browsed_archive import edit_key
from browsing import DESK, PHONE, Watched, log_in, served, sized, watched
from conftest import Archive
from fastapi.routing import APIRoute
from playwright.sync_api import Browser

from service.web.pages.routes import PAGES

pytest_plugins = ["browser_fixtures"]

_NARROWED = "/?q=harbour&person=person-ahmedkarimi&not.source=Le+Courrier&from=2017-03&to=2018-11"
# Each page with as much on it as it can have, and with nothing.
LOOKED_AT: dict[str, tuple[str, ...]] = {
    "/": (
        "/",
        _NARROWED,
        "/?q=jo+song-gil+rome&match=all&collapse=true",
        "/?q=%22harbour+talks&compare=talks-open&more=person&page=2",
        "/?q=harbuor",
        "/?q=zzzzz+qqqqq&person=person-ahmedkarimi",
    ),
    "/how-to-search": ("/how-to-search",),
    "/articles/{key}": (
        "/articles/talks-fail?q=harbour+agreement",
        "/articles/bridge-opens",
        "/articles/talks-open",
        "/articles/accord-francais",
    ),
    "/articles/{key}/versions": ("/articles/bridge-opens/versions",),
    "/articles/{key}/versions/{number}": (
        "/articles/bridge-opens/versions/1?q=bridge",
        "/articles/bridge-opens/versions/2",
    ),
    "/articles/{key}/versions/{number}/diff": ("/articles/bridge-opens/versions/2/diff",),
    "/compare": (
        "/compare",
        "/compare?a=talks-open",
        "/compare?a=talks-open&q=bridge",
        "/compare?a=envoy-vanishes&b=envoy-sought",
        "/compare?a=talks-fail&b=talks-fail-wire",
        "/compare?a=talks-fail&b=nowhere",
    ),
    "/entities": (
        "/entities",
        "/entities?type=person&sort=recent",
        "/entities?name=olivera",
        "/entities?name=zzzzz&type=place",
    ),
    "/entities/{key}": (
        "/entities/person-mariaoliveira",
        "/entities/person-kimjongun",
        "/entities/place-geneva?kind=person",
    ),
    "/archive": ("/archive",),
    "/login": ("/login", "/login?next=/desk"),
}
FOR_EDITORS: dict[str, tuple[str, ...]] = {
    "/desk": ("/desk", "/desk?type=person", "/desk?entity=person-mariaoliveira"),
    "/desk/entities/{key}": (
        "/desk/entities/person-chosonggil",
        "/desk/entities/person-mariaoliveira?name=Ahmed",
    ),
    "/desk/history": ("/desk/history", "/desk/history?entity=person-peternovak"),
}
# What is no page of these paths: for browsers and robots.
NO_PAGES = {"/favicon.ico", "/opensearch.xml", "/robots.txt", "/suggestions"}
MISTAKEN = ("/articles/none", "/entities/none", "/nowhere", "/desk", "/articles/none/versions/x")
# Whoever is logged in sees more.
SEEN_BY_EDITORS = ("/login", "/archive", "/entities/person-chosonggil", "/?q=harbour")
_STATUSES = (401, 403, 404)


def test_every_page_is_looked_at(site: str) -> None:
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
    paths = {route.path for route in routes if "GET" in (route.methods or ())}
    assert paths == LOOKED_AT.keys() | FOR_EDITORS.keys() | NO_PAGES
    for path in NO_PAGES:
        assert "html" not in httpx.get(f"{site}{path}").headers.get("content-type", "")


def _look(watch: Watched, addresses: Sequence[str]) -> None:
    """All that is wrong with these pages at once."""
    wrong = []
    for path in addresses:
        watch.page.set_viewport_size(sized(DESK))
        watch.go(path)
        for size in (DESK, PHONE):
            watch.page.set_viewport_size(sized(size))
            for look in (watch.assert_accessible, watch.assert_fits):
                try:
                    look()
                except AssertionError as error:
                    wrong.append(str(error))
        watch.assert_nothing_refused()
    assert wrong == []
    watch.assert_sound()


@pytest.mark.parametrize("path", LOOKED_AT)
def test_pages(browser: Browser, site: str, path: str) -> None:
    with watched(browser, site, may_fail=_STATUSES) as watch:
        _look(watch, LOOKED_AT[path])


def test_pages_of_mistakes(browser: Browser, site: str) -> None:
    with watched(browser, site, may_fail=_STATUSES) as watch:
        _look(watch, MISTAKEN)


def test_pages_for_editors(browser: Browser, own: Archive) -> None:
    with served(own.settings) as address, watched(browser, address) as watch:
        log_in(watch, edit_key(own), "/desk")
        _look(watch, [each for pages in FOR_EDITORS.values() for each in pages])
        _look(watch, SEEN_BY_EDITORS)
