"""What every page forbids a browser, and that none grows without bound with its address."""

from urllib.parse import urlencode

import pytest
from conftest import Archive, Client
from homes import IN_CLUSTER

from service.web.app import create_app

READER = {"Accept": "text/html"}
PAGES = (
    *("/", "/?q=jo", "/how-to-search", "/entities", "/entities/person-jo-song-gil", "/archive"),
    *("/compare", "/login", "/desk", "/nothing", "/articles/nothing", "/login/nothing"),
    *("/docs", "/sql/", "/sql/cuttings", "/sql/cuttings?sql=select+1", "/sql/cuttings/nothing"),
)
HALF_A_MEGABYTE, A_MEGABYTE = 500_000, 1_000_000


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in map(str.split, policy.split(";"))}


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_anybody_elses_runs_or_loads(api: Client, path: str) -> None:
    answer = api.get(path, headers=READER)
    assert answer.headers["content-type"].startswith("text/html")
    policy = directives(answer.headers["content-security-policy"])
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    # A cluster has no SQL room, and says so on a page of ours.
    inline = path.startswith("/sql/") and not IN_CLUSTER
    assert ("'unsafe-inline'" in policy["script-src"]) is inline
    for name, values in policy.items():
        sources = [each for each in values if not each.startswith("'")]
        assert sources == (["data:"] if name == "img-src" else []), name
    assert answer.headers["x-content-type-options"].startswith("nosniff")


def test_only_its_own_script_starts_the_documentation(api: Client) -> None:
    policy = directives(api.get("/docs").headers["content-security-policy"])
    (own, hashed) = policy["script-src"]
    assert own == "'self'"
    assert hashed.startswith("'sha256-")


@pytest.mark.parametrize("path", ["/", "/how-to-search", "/entities", "/compare", "/archive"])
def test_a_browser_asks_again_before_it_shows_a_page_it_has(api: Client, path: str) -> None:
    headers = api.get(path).headers
    assert (headers["cache-control"], headers["vary"]) == ("private, no-cache", "Cookie")


def test_a_long_address_makes_no_endless_page(archive: Archive) -> None:
    client = Client(create_app(archive.settings))
    fields = ("person", "place", "source", "topic", "author", "not.person", "not.source")
    many = {name: [f"value {number}" for number in range(100)] for name in fields}
    assert len(client.get(f"/?{urlencode(many, doseq=True)}").content) < A_MEGABYTE
    long = {name: [letter * 1_000 for letter in "abcdefgh"] for name in fields}
    assert len(client.get(f"/?{urlencode(long, doseq=True)}").content) < HALF_A_MEGABYTE
