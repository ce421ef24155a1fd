"""Somebody looks for an article: with scripts, without any, and with the keyboard alone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browsing import PHONE, Keys, Mouse, Watched, watched
from playwright.sync_api import Browser, Locator, Page, expect

pytest_plugins = ["browser_fixtures"]

BUDGET, _COUNTED = 60_000, {"document", "stylesheet", "script"}
WAYS = {"scripts": (Mouse(), True), "plain": (Mouse(), False), "keys": (Keys(), True)}
WAYS["keys without scripts"] = (Keys(), False)
in_every_way = pytest.mark.parametrize("way", WAYS)


@contextmanager
def _started(browser: Browser, site: str, way: str) -> Iterator[tuple[Watched, Mouse]]:
    hand, scripts = WAYS[way]
    with watched(browser, site, scripts=scripts) as watch:
        watch.go("/")
        yield watch, hand
        watch.assert_sound()


def _box(page: Page) -> Locator:
    return page.get_by_label("Search the archive")


def _search(watch: Watched, hand: Mouse, text: str) -> None:
    hand.send(_box(watch.page), text, watch.page.get_by_role("button", name="Search", exact=True))
    expect(_box(watch.page)).to_have_value(text)
    expect(watch.page).to_have_url(re.compile(r"\?q="))


def _total(page: Page) -> int:
    """How many articles it says there are."""
    said = page.get_by_role("heading", level=1).inner_text()
    return int(said.split()[0])


def _headlines(page: Page) -> list[str]:
    return page.locator("ol.hits h2").all_inner_texts()


def _hits(page: Page) -> Locator:
    return page.locator("ol.hits > li")


@in_every_way
def test_search_narrow_read_and_come_back(browser: Browser, site: str, way: str) -> None:
    with _started(browser, site, way) as (watch, hand):
        page = watch.page
        _search(watch, hand, "harbour council")
        assert _total(page) == 25

        hand.press(page.locator("#by-person").get_by_role("link", name="Peter Novak"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("12 articles")
        hand.press(_bars(page).nth(1))
        expect(page.get_by_role("list", name="What narrows this search")).to_contain_text("Novak")
        assert 0 < _total(page) < 12
        narrowed, seen = watch.at(), _headlines(page)
        assert {"q=harbour+council", "person=", "from=", "to="} <= _stated(narrowed)

        hand.press(_hits(page).first.get_by_role("heading").get_by_role("link"))
        expect(page.get_by_role("article").get_by_role("heading", level=1)).to_have_text(seen[0])
        matched = page.get_by_role("article").locator("mark").all_inner_texts()
        assert {"harbour", "council"} <= {text.lower() for text in matched}

        margin = page.get_by_role("complementary")
        hand.press(margin.get_by_role("link", name="Maria Oliveira").first)
        expect(page.get_by_role("heading", level=1)).to_have_text("Maria Oliveira")

        for _ in range(2):
            page.go_back()
        assert watch.at() == narrowed
        assert _headlines(page) == seen
        expect(_box(page)).to_have_value("harbour council")


def _bars(page: Page) -> Locator:
    return page.locator("svg.bars a")


def _stated(address: str) -> set[str]:
    """What the address of a search says, of filters only the name."""
    pairs = address.partition("?")[2].split("&")
    return {pair if pair.startswith("q=") else f"{pair.partition('=')[0]}=" for pair in pairs}


@in_every_way
def test_read_two_side_by_side(browser: Browser, site: str, way: str) -> None:
    with _started(browser, site, way) as (watch, hand):
        page = watch.page
        _search(watch, hand, "song-gil rome")
        before, seen = watch.at(), _headlines(page)
        hand.press(_hits(page).first.get_by_role("link", name="compare"))
        other = page.get_by_role("link", name="North Korea's Rome ambassador defects to West")
        hand.press(other)
        heads = page.locator(".heads h2")
        expect(heads).to_have_count(2)
        assert heads.all_inner_texts()[0] == seen[0]
        for _ in range(2):
            page.go_back()
        assert watch.at() == before
        assert _headlines(page) == seen


@in_every_way
def test_dates_are_chosen_in_fields(browser: Browser, site: str, way: str) -> None:
    with _started(browser, site, way) as (watch, hand):
        page = watch.go("/?q=harbour+council")
        hand.press(page.get_by_text("Choose dates"))
        page.get_by_label("From").fill("2018-03-01")
        hand.press(page.get_by_role("button", name="Narrow"))
        expect(page).to_have_url(re.compile("from=2018-03-01"))
        assert 0 < _total(page) < 25


def test_drag_over_the_bars(browser: Browser, site: str) -> None:
    with watched(browser, site) as watch:
        page = watch.go("/?q=harbour+council")
        first, last = _bars(page).nth(1).bounding_box(), _bars(page).nth(3).bounding_box()
        assert first is not None
        assert last is not None
        y = first["y"] + first["height"] / 2
        page.mouse.move(first["x"] + first["width"] / 2, y)
        page.mouse.down()
        page.mouse.move(last["x"] + last["width"] / 2, y, steps=4)
        page.mouse.up()
        expect(page).to_have_url(re.compile(r"from=.*&to="))
        assert 0 < _total(page) < 25
        page.go_back()
        assert _total(page) == 25
        watch.assert_sound()


def test_a_suggestion_is_taken_with_the_arrow_keys(browser: Browser, site: str) -> None:
    with watched(browser, site) as watch:
        page = watch.go("/")
        page.keyboard.press("/")
        expect(_box(page)).to_be_focused()
        page.keyboard.type("maria ol")
        offered = page.get_by_role("listbox").get_by_role("option")
        expect(offered.first).to_contain_text("Maria Oliveira")
        page.keyboard.press("ArrowDown")
        expect(offered.first).to_have_attribute("aria-selected", "true")
        watch.assert_accessible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(_box(page)).to_have_value("maria ol")
        page.keyboard.press("ArrowDown")
        expect(offered.first).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(offered.first).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Maria Oliveira")
        watch.assert_sound()


def test_a_suggested_word_is_clicked(browser: Browser, site: str) -> None:
    with watched(browser, site) as watch:
        page = watch.go("/")
        _box(page).press_sequentially("agreem")
        page.get_by_role("option").filter(has_text="agreement").first.click()
        expect(_box(page)).to_have_value("agreement")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("article")
        watch.assert_sound()


def test_values_are_found_as_one_types(browser: Browser, site: str) -> None:
    with watched(browser, site) as watch:
        page = watch.go("/?q=harbour")
        places = page.locator("#by-place")
        places.get_by_role("searchbox").press_sequentially("hambu")
        expect(places.get_by_role("listitem")).to_have_count(1)
        places.get_by_role("link", name="Hamburg").first.click()
        expect(page.get_by_role("list", name="What narrows this search")).to_contain_text("Hamburg")
        watch.assert_sound()


def test_narrowing_on_a_phone(browser: Browser, site: str) -> None:
    """What narrows is a drawer there, which opens without scripts too."""
    for scripts in (True, False):
        with watched(browser, site, size=PHONE, scripts=scripts) as watch:
            page = watch.go("/?q=harbour+council")
            chosen = page.locator("#by-person").get_by_role("link", name="Peter Novak")
            expect(chosen).to_be_hidden()
            page.get_by_text("Narrow by people, places, sources").click()
            chosen.click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("12 articles")
            watch.assert_sound()


def test_a_first_page_is_small(browser: Browser, site: str) -> None:
    """One request for the content; with all styles and scripts, as they are sent, below 60 kB."""
    with watched(browser, site) as watch:
        page = watch.go("/?q=harbour+council")
        page.wait_for_load_state("networkidle")
        assert _hits(page).count() == 20
        kinds = [answer.request.resource_type for answer in watch.responses]
        assert kinds.count("document") == 1
        assert not {"fetch", "xhr"} & set(kinds)
        shown = [a for a in watch.responses if a.request.resource_type in _COUNTED]
        sizes = {answer.url: answer.request.sizes()["responseBodySize"] for answer in shown}
        assert sum(sizes.values()) < BUDGET, sizes
