"""A real Chromium, headless, on a real server; every page must stay without errors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

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


# not for the session: while it is open, tests elsewhere could start no event loop of their own
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("site") / "log", keep_samples=5) as live:
        yield live


@contextmanager
def opened(browser: Browser, url: str, *, expect: str = "", **options) -> Iterator[Page]:
    """A page on a server; nothing may go wrong in it but what is expected, nor leave the server."""
    faults: list[str] = []
    context = browser.new_context(viewport=options.pop("viewport", DESKTOP), **options)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("console", lambda said: said.type in {"error", "warning"} and faults.append(said.text))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    origin = url.partition("/#")[0].rstrip("/")
    allowed = (f"{origin}/", f"blob:{origin}/")
    page.on("request", lambda asked: asked.url.startswith(allowed) or faults.append(asked.url))
    page.goto(url)
    yield page
    context.close()
    assert not [fault for fault in faults if not (expect and expect in fault)]


@pytest.fixture
def visit(browser: Browser, site: Server) -> Iterator[Open]:
    """Opens the page at a hash, ready for use."""
    managers = []

    def visit(fragment: str = "", **options) -> Page:
        manager = opened(browser, f"{site.url}/{fragment}", **options)
        managers.append(manager)
        page = manager.__enter__()
        ready(page)
        return page

    yield visit
    for manager in managers:
        manager.__exit__(None, None, None)


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
