"""An editor at work: logs in, merges, takes it back, renames, and leaves."""

import re

import pytest
from browsed_archive import edit_key
from browsing import Mouse, Watched, log_in, served, watched
from conftest import Archive
from playwright.sync_api import Browser, Locator, Page, expect
from test_search_in_browser import WAYS, in_every_way

pytest_plugins = ["browser_fixtures"]

QUEUE = "/desk?type=person"
# The only pair in this archive, in the order of its cards.
JO_OR_CHO = [re.compile("Jo Song Gil"), re.compile("Cho Song-gil")]


def _outcome(page: Page) -> Locator:
    return page.locator(".outcome")


def _cards(page: Page) -> Locator:
    return page.locator("section.card h2")


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=re.compile(f"^{name}"))


@in_every_way
def test_merge_undo_rename_and_leave(browser: Browser, own: Archive, way: str) -> None:
    hand, scripts = WAYS[way]
    with served(own.settings) as address, watched(browser, address, scripts=scripts) as watch:
        page = watch.page
        log_in(watch, edit_key(own), QUEUE)
        expect(_cards(page)).to_contain_text(JO_OR_CHO)
        hand.press(_button(page, "Merge into").first)
        expect(_outcome(page)).to_contain_text("Jo Song Gil")
        expect(_cards(page)).to_have_count(0)
        hand.press(_button(page, "Undo"))
        expect(_cards(page)).to_contain_text(JO_OR_CHO)
        _rename(watch, hand)
        hand.press(page.get_by_role("contentinfo").get_by_role("button", name="Log out"))
        expect(page.get_by_label("Your key")).to_be_visible()
        watch.assert_sound()
        watch.may_fail = (401,)
        watch.go("/desk")
        expect(page.get_by_label("Your key")).to_be_visible()


def _rename(watch: Watched, hand: Mouse) -> None:
    page = watch.go("/desk/entities/person-peternovak")
    hand.press(page.locator("summary").get_by_text("Rename"))
    hand.send(page.get_by_label("It is called"), "Petr Novák", _button(page, "Rename"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Petr Novák")
    watch.go("/?q=harbour+council")
    expect(page.locator("#by-person")).to_contain_text("Petr Novák")


def test_the_keys_of_the_queue(browser: Browser, own: Archive) -> None:
    with served(own.settings) as address, watched(browser, address) as watch:
        page = watch.page
        log_in(watch, edit_key(own), QUEUE)
        expect(_cards(page)).to_contain_text(JO_OR_CHO)
        for key in "md":
            page.keyboard.press(key)
            expect(_outcome(page)).to_contain_text("Jo Song Gil")
            expect(_cards(page)).to_have_count(0)
            page.keyboard.press("u")
            expect(_cards(page)).to_contain_text(JO_OR_CHO)
        page.get_by_label("Your reason").press_sequentially("mud")
        expect(_cards(page)).to_contain_text(JO_OR_CHO)
        watch.assert_sound()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wrong_key(browser: Browser, site: str, scripts: bool) -> None:
    with watched(browser, site, scripts=scripts, may_fail=(401,)) as watch:
        page = watch.go("/login?next=%2Fdesk")
        page.get_by_label("Your key").fill("cut_nonsense")
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text("No key in use is like this one")
        expect(page.get_by_label("Your key")).to_have_value("")
        watch.assert_sound()
