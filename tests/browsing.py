"""A real Chromium at the pages of a real server, and all that a page may be found guilty of."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

from service.settings import Settings
from service.web.app import create_app

PHONE, DESK = (390, 844), (1440, 900)
# Nothing of Chromium's own goes out to its makers.
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
# What has not come by then will not come, however slow the machine is.
_PATIENCE = 30.0
# So much of a fault or an address is told.
_TOLD = 300
# The most controls that anybody passes on the way to one.
_FURTHEST = 300
Theme = Literal["light", "dark"]

# What the browser refuses to run or load is noted in the page, and a script that runs after all.
_WATCHER = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
for (const name of ["alert", "confirm", "prompt", "print", "open"])
    window[name] = () => window.refused.push(`${name} was called`);
"""
_FOCUSED = "element => element === document.activeElement"
# An outline, a shadow, or in a drawing a line around what is focused.
_SHOWS_FOCUS = """element => [element, ...element.querySelectorAll("path, rect")].some((each) => {
    const { outlineStyle, outlineWidth, boxShadow, stroke } = getComputedStyle(each);
    const isOutlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    return isOutlined || boxShadow !== "none" || (each !== element && stroke !== "none");
})"""
_LOOK = "options => axe.run(options).then(results => results.violations)"
# Of axe's rules those that look at colours; the others find the same in both themes.
_ABOUT_COLOURS = ("color-contrast", "link-in-text-block")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    path = shutil.which("chromium")
    assert path is not None, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        expect.set_options(timeout=_PATIENCE * 1_000)
        browser = playwright.chromium.launch(executable_path=path, args=[*_QUIET])
        yield browser
        browser.close()


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of the service over one archive, until the end of the block."""
    config = uvicorn.Config(create_app(settings), port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    latest = time.monotonic() + _PATIENCE
    while not server.started:
        assert thread.is_alive(), "the server has not started"
        assert time.monotonic() < latest, "the server does not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Watched:
    """A page, and what went wrong in it: console messages, failed, refused and foreign requests."""

    page: Page
    address: str
    may_fail: tuple[int, ...] = ()
    faults: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def at(self) -> str:
        """Path and query of where it is."""
        return self.page.url.removeprefix(self.address)

    def assert_sound(self) -> None:
        told = [fault[:_TOLD] for fault in self.faults]
        assert told == [], f"{self.page.url[:_TOLD]}: {told}"

    def assert_nothing_refused(self) -> None:
        """The policy had nothing to refuse, and no script of an article ran."""
        refused = self.page.evaluate("window.refused")
        assert refused == [], f"{self.page.url}: {refused}"

    def assert_fits(self) -> None:
        """Nothing has to be scrolled for sideways."""
        wide, inner = self.page.evaluate(
            "[document.documentElement.scrollWidth, window.innerWidth]"
        )
        assert wide <= inner, f"{self.page.url} is {wide} px wide, the window {inner}"

    def assert_accessible(self) -> None:
        """By axe-core's rules in both themes; each fault with the element that has it."""
        self.page.evaluate(Axe().axe_script)
        told = self._violations({"rules": {"target-size": {"enabled": True}}})
        self.page.emulate_media(color_scheme="dark")
        told += self._violations({"runOnly": {"type": "rule", "values": [*_ABOUT_COLOURS]}})
        self.page.emulate_media(color_scheme="light")
        assert told == [], f"{self.page.url} ({self.page.viewport_size}): {told}"

    def _violations(self, options: dict[str, Any]) -> list[str]:
        found = self.page.evaluate(_LOOK, {"resultTypes": ["violations"], **options})
        return [
            f"{fault['id']}: {node['html'][:_TOLD]}" for fault in found for node in fault["nodes"]
        ]

    def _console(self, message: ConsoleMessage) -> None:
        status = message.text.partition("responded with a status of ")[2][:3]
        if not (status.isdigit() and int(status) in self.may_fail):
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # What is asked again as one types on, or left behind with its page, is no fault.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.faults.append(f"foreign: {request.url}")

    def _response(self, answer: Response) -> None:
        self.responses.append(answer)
        if answer.status >= 400 and answer.status not in self.may_fail:
            self.faults.append(f"{answer.status}: {answer.url}")


@contextmanager
def watched(
    browser: Browser,
    address: str,
    *,
    size: tuple[int, int] = DESK,
    theme: Theme = "light",
    scripts: bool = True,
    may_fail: tuple[int, ...] = (),
) -> Iterator[Watched]:
    """A page without cookies; `may_fail` are the statuses that answers may have."""
    context = browser.new_context(
        viewport=sized(size),
        color_scheme=theme,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(_PATIENCE * 1_000)
    if scripts:
        page.add_init_script(_WATCHER)
    try:
        yield Watched(page, address, may_fail)
    finally:
        context.close()


def sized(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}


def log_in(watch: Watched, key: str, goes_to: str) -> None:
    """Fill in the form of the login as anybody would."""
    watch.go(f"/login?{urlencode({'next': goes_to})}")
    watch.page.get_by_label("Your key").fill(key)
    watch.page.get_by_role("main").get_by_role("button", name="Log in").click()
    watch.page.wait_for_url(f"{watch.address}{goes_to}")


# Hands --------------------------------------------------------------------------------------------


class Mouse:
    """Clicks what it means, and types where it clicked."""

    def press(self, goal: Locator) -> None:
        goal.click()

    def write(self, goal: Locator, text: str) -> None:
        goal.fill("")
        goal.press_sequentially(text)

    def send(self, goal: Locator, text: str, button: Locator) -> None:
        """Fill a field and press the button of its form."""
        self.write(goal, text)
        self.press(button)


class Keys(Mouse):
    """Has no mouse: goes from control to control, and sees where it is."""

    def press(self, goal: Locator) -> None:
        self.go_to(goal)
        goal.page.keyboard.press("Enter")

    def write(self, goal: Locator, text: str) -> None:
        self.go_to(goal)
        goal.page.keyboard.press("Control+A")
        goal.page.keyboard.type(text)

    def send(self, goal: Locator, text: str, _button: Locator) -> None:
        self.write(goal, text)
        goal.page.keyboard.press("Enter")

    def go_to(self, goal: Locator) -> None:
        goal.wait_for()
        keyboard = goal.page.keyboard
        for _ in range(_FURTHEST):
            if goal.evaluate(_FOCUSED):
                assert goal.evaluate(_SHOWS_FOCUS), f"nobody sees that {goal} is focused"
                return
            keyboard.press("Tab")
        raise AssertionError(f"no key leads to {goal}")
