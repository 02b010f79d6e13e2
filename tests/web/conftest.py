"""A real Chromium, headless, on a real server; every page must stay without errors."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.live import Server, running

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
"""Root in a container has no user namespaces, nor much shared memory."""

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 740}
WAIT_MS = 15_000

Open = Callable[..., Page]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; while it is open, tests elsewhere could start no event loop of their own."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("site") / "log", keep_samples=5, workers=1) as live:
        yield live


KEY = "the-right-key"


@pytest.fixture(scope="package")
def locked(tmp_path_factory) -> Iterator[Server]:
    """A server that wants a key and keeps no texts."""
    with running(tmp_path_factory.mktemp("locked") / "log", api_keys=KEY, workers=1) as live:
        yield live


class Watched:
    """A page with what went wrong in it: errors, dialogs, requests that leave the server."""

    def __init__(self, browser: Browser, **options) -> None:
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(WAIT_MS)
        self.page = self.context.new_page()
        self.origin = ""
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._hear)
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._follow)

    def open(self, url: str) -> Page:
        """Load a page anew."""
        self.origin = "/".join(url.split("/")[:3])
        self.faults.clear()
        self.page.goto("about:blank")
        self.page.goto(url)
        return self.page

    def check(self, expect: str) -> None:
        assert not [fault for fault in self.faults if not (expect and expect in fault)]

    def _hear(self, said) -> None:
        if said.type in {"error", "warning"}:
            self.faults.append(said.text)

    def _dismiss(self, dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _follow(self, request) -> None:
        allowed = ("about:blank", f"{self.origin}/", f"blob:{self.origin}/")
        if not request.url.startswith(allowed):
            self.faults.append(request.url)


@contextmanager
def opened(browser: Browser, url: str, *, expect: str = "", **options) -> Iterator[Page]:
    """A page in a context of its own; nothing may go wrong in it but what is expected."""
    watched = Watched(browser, **{"viewport": DESKTOP, **options})
    yield watched.open(url)
    watched.context.close()
    watched.check(expect)


@pytest.fixture(scope="package")
def shared(browser: Browser) -> Watched:
    """One page for all tests that leave nothing behind: a new one costs half a second."""
    return Watched(browser)


@pytest.fixture
def visit(browser: Browser, site: Server, shared: Watched) -> Iterator[Open]:
    """Opens the page at a hash, ready for use; with options in a context of its own."""
    with ExitStack() as stack:

        def visit(fragment="", *, viewport=DESKTOP, scheme="light", expect="", **options) -> Page:
            url = f"{site.url}/{fragment}"
            if options:
                page = stack.enter_context(opened(browser, url, expect=expect, **options))
            else:
                page = shared.page
                page.set_viewport_size(viewport)
                page.emulate_media(color_scheme=scheme)
                shared.open(url)
                stack.callback(shared.check, expect)
            ready(page)
            return page

        yield visit


def ready(page: Page) -> None:
    """Wait until the page knows its server."""
    page.wait_for_selector("#about:not(:empty)")


def example(page: Page, name: str) -> None:
    """Load and score an example."""
    page.get_by_role("group", name="Load an example").get_by_role(
        "button", name=name, exact=True
    ).click()
    page.wait_for_selector(".verdict")


def focused(page: Page) -> str:
    """What has the keyboard: its id, else its text."""
    return page.evaluate(
        "document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40)"
    )


def tab_to(page: Page, wanted: str, most: int = 40) -> None:
    """Move on with the tab key until what is wanted has the keyboard."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page) == wanted:
            return
    raise AssertionError(f"{wanted} was not reached by {most} tabs; at {focused(page)}")
