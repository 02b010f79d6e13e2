"""The live view: what a running server scored of late."""

import json
from pathlib import Path

import httpx
import pytest

from tests.live import running
from tests.web.conftest import KEY, opened, ready

ITEMS = json.loads((Path(__file__).parents[2] / "examples" / "batch.json").read_text())["items"]
QUICK = [item for item in ITEMS if "program" not in item["id"] and "function" not in item["id"]]


@pytest.fixture(scope="module")
def busy(browser, locked):
    """A page that shows a server after a batch, what that server tells, and what sends it more."""

    def score(items):
        with locked.client(headers={"X-API-Key": KEY}) as client:
            assert client.post("/v1/score", json={"items": items}).status_code == 200

    score(QUICK)
    told = read(locked)
    with opened(browser, f"{locked.url}/#live", expect="401") as page:
        enter_key(page)
        page.wait_for_selector("#failed table")
        yield page, told, score


def read(server):
    with server.client(headers={"X-API-Key": KEY}) as client:
        return client.get("/v1/live").json()


def enter_key(page):
    page.fill("#key", KEY)
    page.keyboard.press("Enter")
    ready(page)


def tile(page, name):
    return page.locator(".tile", has_text=name).locator("dd").inner_text()


def test_rates_queue_workers_and_sandbox(busy):
    page, told, _ = busy
    assert told["items"] >= len(QUICK)
    assert f"{told['items']} in five minutes" in tile(page, "Items a second")
    assert f"{told['requests']} in five minutes" in tile(page, "Requests a second")
    assert "2 without a reward" in tile(page, "Mean reward")
    assert "of 65,536" in tile(page, "Queue")
    assert tile(page, "Workers")[0].isdigit()
    assert "namespace" in tile(page, "Sandbox")
    assert page.locator("#live-state").inner_text() == "Live"


def test_histograms_and_pass_rates_by_verifier_and_reason(busy):
    page, told, _ = busy
    told = told["verifiers"]
    cards = page.locator(".verifiers .card")
    assert [card.locator("h2").inner_text().split()[0] for card in cards.all()] == list(told)
    math = page.locator(".verifiers .card", has_text="math").first
    assert "passed" in math.locator(".pass").inner_text()
    rows = {row.locator("th").inner_text(): row.inner_text() for row in math.locator("tr").all()}
    for about in told["math"]["reasons"]:
        assert rows[about["reason"]].split()[-1] == str(about["count"])
    bars = math.locator(".histogram rect")
    assert bars.count() == len(told["math"]["histogram"])
    label = math.locator(".histogram svg").get_attribute("aria-label")
    assert f"1: {told['math']['histogram'][-1][1]}" in label


def test_slow_and_failed_items_without_texts(busy):
    page, told, _ = busy
    failed = page.locator("#failed tbody tr")
    assert "unknown language" in failed.nth(0).inner_text()
    assert "invalid" in failed.nth(0).inner_text()
    assert page.locator("#slowest tbody tr").count() == len(told["slowest"])
    assert page.locator("#samples").inner_text() == ""
    assert "klingon" not in page.inner_text("body")


def test_it_goes_on_by_itself(busy):
    page, told, score = busy
    score(QUICK[:5])
    page.wait_for_selector(f".tile:has-text('{told['items'] + 5} in five minutes')")


HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_it_asks_only_while_somebody_looks(locked, browser):
    with opened(browser, locked.url, expect="401") as page:
        enter_key(page)
        page.clock.install()
        page.click("#tab-live")
        asked = []
        page.on("request", lambda request: asked.append(request.url))

        def asks():
            """Whether it asks within ten seconds of the page's clock."""
            page.wait_for_timeout(50)  # answers still under way
            asked.clear()
            page.clock.run_for(10_000)
            page.wait_for_timeout(50)
            return bool(asked)

        page.wait_for_selector("#live-state:has-text('Live')")
        assert asks()
        page.click("#pause")
        assert page.locator("#live-state").inner_text() == "Paused"
        assert not asks()
        page.click("#pause")
        assert asks()
        page.evaluate(HIDE, arg=True)
        assert not asks()
        page.evaluate(HIDE, arg=False)
        assert asks()
        page.click("#tab-playground")
        assert not asks()


def test_kept_samples_open_in_the_playground(visit, site):
    site.score([{"id": "kept", "completion": "It is \\boxed{5}.", "reference": {"answer": "6"}}])
    page = visit("#live")
    row = page.locator("#samples tbody tr", has_text="kept")
    assert "It is \\boxed{5}." in row.inner_text()
    row.get_by_role("button", name="Open kept in the playground").click()
    assert page.input_value("#completion") == "It is \\boxed{5}."
    assert json.loads(page.input_value("#reference")) == {"answer": "6"}
    page.click("#score")
    page.wait_for_selector(".verdict")
    assert page.locator(".reward .big").inner_text() == "0"


def test_replicas_are_shown_one_at_a_time(visit, site):
    page = visit(locale="en")
    page.clock.install()
    told = httpx.get(f"{site.url}/v1/live").json()
    answers = iter(
        [{**told, "instance": name, "items": n} for name, n in (("one", 11), ("two", 22))] * 99
    )
    page.route("**/v1/live", lambda route: route.fulfill(json=next(answers)))
    page.click("#tab-live")
    page.wait_for_selector("#tiles .tile")
    page.clock.run_for(2500)
    page.wait_for_selector("#replica-field")
    assert "11 in five minutes" in tile(page, "Items a second")
    page.select_option("#replica", "two")
    assert "22 in five minutes" in tile(page, "Items a second")


def test_a_server_that_goes_away(tmp_path, browser):
    with (
        running(tmp_path / "log", workers=1, sandbox_slots=1) as server,
        opened(browser, f"{server.url}/#live", expect="ERR_CONNECTION_REFUSED") as page,
    ):
        page.wait_for_selector("#live-state:has-text('Live')")
        assert "Nothing was scored" in page.inner_text("#verifiers")
        server.process.terminate()
        server.process.wait()
        page.wait_for_selector('#live-state:has-text("can\'t be reached")')
        page.click("#tab-playground")
        page.click("#score")
        page.wait_for_selector('#problem .banner:has-text("can\'t be reached")')
        assert page.locator("#problem").get_attribute("role") == "alert"
        assert page.locator("#score").is_enabled()


def test_a_server_that_comes_back(visit):
    page = visit(expect="ERR_INTERNET_DISCONNECTED", locale="en")
    page.clock.install()
    page.context.set_offline(True)
    page.click("#score")
    page.wait_for_selector('#problem .banner:has-text("can\'t be reached")')
    page.click("#tab-live")
    page.wait_for_selector("#live-state:has-text('Trying again')")
    page.context.set_offline(False)
    page.clock.run_for(2500)
    page.wait_for_selector("#live-state:has-text('Live')")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("#problem:empty", state="attached")
