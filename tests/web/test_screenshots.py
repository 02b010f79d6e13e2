"""The pictures of docs/: taken every time, written only with REWARD_SCREENSHOTS=1."""

import base64
import os
import time
from pathlib import Path

import pytest

from tests.web.conftest import DESKTOP, PHONE, example
from tests.web.test_live_view import ITEMS, QUICK

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MAX_BYTES = 150_000
QUALITY = 82
WRITTEN = bool(os.environ.get("REWARD_SCREENSHOTS"))


def code(page):
    example(page, "code")


def spans(page):
    example(page, "r1")


def broken(page):
    example(page, "r1-zero")


def live(page):
    page.click("#tab-live")
    page.wait_for_selector("#slowest table")
    page.wait_for_timeout(300)


def compare(page):
    page.click("#tab-compare")
    page.click("#sample-lines")
    page.click("#run")
    page.wait_for_selector("#compare-status:has-text('compared')")
    page.locator("#rows button").nth(1).click()


PICTURES = {  # what is shown, on which screen, in which colours, how much of it
    "live": (live, DESKTOP, "light", 1500),
    "live-dark": (live, DESKTOP, "dark", 1150),
    "phone-dark": (live, PHONE, "dark", 2200),
    "playground-code": (code, DESKTOP, "light", 1100),
    "playground-language-dark": (spans, DESKTOP, "dark", 1200),
    "compare": (compare, DESKTOP, "light", 1500),
    "phone": (broken, PHONE, "light", 2200),
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture(visit, load, name):
    show, size, scheme, most = PICTURES[name]
    if show is live:
        load()
    page = visit(viewport=size, scheme=scheme)
    show(page)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    picture = photograph(page, size["width"], most)
    assert 10_000 < len(picture) <= MAX_BYTES
    target = IMAGES / f"{name}.webp"
    if WRITTEN:
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(picture)
    assert target.exists()


@pytest.fixture(scope="module")
def load(site):
    """Gives the server some work; for a picture to keep, enough to look like some."""

    def load():
        for size in (3, 9, 14, 20, 17, 24, 26, 22, 25, 23) if WRITTEN else (5,):
            site.score(ITEMS[:size] + QUICK[size // 2 :] if WRITTEN else QUICK[:size])
            time.sleep(1.5 * WRITTEN)

    return load


def photograph(page, width, most):
    """The page's upper part as WebP, which Playwright's own screenshots can't be."""
    height = min(most, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": height})
    shot = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
    )
    return base64.b64decode(shot["data"])
