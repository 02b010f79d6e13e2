"""Whether everybody can use the page, and nobody misuse it: access, keys, hostile texts."""

import json
import re
from pathlib import Path

import pytest

from reward_server.page import FOLDER
from tests.web.conftest import DESKTOP, KEY, PHONE, example, opened, ready

AUDIT = Path(__file__).with_name("audit.js").read_text().partition("\n")[2]
MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script><svg onload=alert(3)>'
JS_URL = "javascript:alert(4)//"
HOSTILE = f"{MARKUP} \"'`${{alert(5)}} {JS_URL} \u202e ]]> --> </textarea></pre>"


def playground(page):
    for name in ("r1", "r1-zero", "code"):
        example(page, name)
        yield name
    page.click("#curl")
    yield "snippet"
    page.keyboard.press("Escape")
    page.select_option("#rubric", "r1-zero")
    page.fill("#completion", f"<think>{'x' * 30_000}</think>{'y' * 30_000}")
    page.get_by_text("Text", exact=True).click()
    page.fill("#reference", "z" * 3000)
    page.click("#score")
    page.wait_for_selector("mark.broken:has-text('yyy')")
    yield "long words"


def live(page):
    page.wait_for_selector("#samples table")
    yield "with samples"


def compare(page):
    yield "empty"
    page.click("#sample-lines")
    page.click("#run")
    page.wait_for_selector("#compare-status:has-text('compared')")
    page.locator("#rows button").first.click()
    yield "with a line open"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("view", [playground, live, compare])
def test_names_contrast_and_width(visit, site, view, size):
    long = {"id": "i" * 999, "completion": "c" * 999}
    site.score([{"id": "a", "completion": "\\boxed{1}", "reference": "1"}, {"id": 1}, long])
    page = visit(f"#{view.__name__}", viewport=size)
    for state in view(page):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(AUDIT) == [], (state, scheme)


def test_the_audit_finds_what_is_wrong(visit):
    page = visit()
    page.evaluate(
        """document.getElementById('completion').labels[0].remove();
        document.getElementById('score').style.color = '#5566cc';
        document.querySelector('.intro p').style.color = '#999';
        document.querySelector('footer').style.width = '3000px'"""
    )
    faults = "\n".join(page.evaluate(AUDIT))
    for wanted in ("no name: <textarea id=completion", "contrast", "wider than the screen"):
        assert wanted in faults


def test_the_keyboard_is_always_seen(visit):
    page = visit()
    example(page, "r1-zero")
    page.focus("#main")
    for _ in range(25):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            """(() => { const at = document.activeElement;
            const shown = at.type === 'radio' ? at.nextSibling : at;
            return at === document.body ? '' : getComputedStyle(shown).outlineStyle })()"""
        )
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")


def test_texts_stay_texts(visit, site):
    site.score(
        [
            {"id": HOSTILE, "completion": HOSTILE, "prompt": HOSTILE, "reference": HOSTILE},
            {"id": HOSTILE, "completion": 5, "reference": HOSTILE},
        ]
    )
    page = visit("#live")
    assert page.locator("#failed").inner_text().count(MARKUP) >= 1
    page.click("#tab-playground")
    page.select_option("#rubric", "")
    rubric = {"components": [{"verifier": "format", "name": MARKUP}, {"verifier": "exact"}]}
    page.fill("#rubric-json", json.dumps(rubric))
    for field in ("prompt", "completion", "reference"):
        page.fill(f"#{field}", HOSTILE)
    page.click("#score")
    page.wait_for_selector(".verdict")
    assert page.locator(".component h3").first.inner_text().startswith(MARKUP)
    assert MARKUP in page.locator(".highlight .completion").inner_text()
    page.click("#python")
    assert "onerror" in page.locator("#snippet-text").inner_text()
    page.keyboard.press("Escape")
    page.click("#tab-compare")
    page.fill("#lines", json.dumps({"id": HOSTILE, "completion": HOSTILE, "reference": HOSTILE}))
    page.select_option("#rubric-a", "math")
    page.click("#run")
    page.wait_for_selector("#compare-status:has-text('compared')")
    page.select_option("#filter", "all")
    page.locator("#rows button").first.click()
    assert page.locator("#rows tbody th").inner_text().startswith(MARKUP)
    assert page.locator("img[src=x], main script, svg[onload], [href^=javascript]").count() == 0


def test_programs_print_texts(visit):
    page = visit()
    example(page, "code")
    page.fill("#completion", f"```python\nprint({MARKUP!r})\n```")
    page.click("#score")
    page.wait_for_selector(".streams pre:has-text('onerror')")
    assert page.locator("img[src=x]").count() == 0


def test_html_cannot_be_made_at_all(visit):
    page = visit(expect="TrustedHTML")
    refused = page.evaluate(
        """(() => { try { document.body.innerHTML = '<b>x</b>'; return false }
        catch (error) { return error.name } })()"""
    )
    assert refused == "TypeError"


def test_the_policy_and_the_files(site):
    with site.client() as client:
        index = client.get("/")
        policy = index.headers["content-security-policy"].split("; ")
        policy = dict(part.split(" ", 1) for part in policy)
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert not re.search(r"<script(?![^>]*src=)|<style|style=|\son\w+=", index.text)
        assert not re.search(r"(src|href)=[\"']?(https?:)?//", index.text)
        preloaded = set(re.findall(r'modulepreload" href="/web/([^"]+)', index.text))
        modules = {path.name for path in FOLDER.glob("*.js")}
        assert modules - preloaded == {"app.js", "theme.js"}
        for path in re.findall(r"(?:src|href)=\"(/web/[^\"]+)\"", index.text):
            asset = client.get(path)
            assert asset.status_code == 200
            assert asset.headers["cache-control"] == "no-cache"
            again = client.get(path, headers={"If-None-Match": asset.headers["etag"]})
            assert again.status_code == 304
        assert client.get("/web/../live.py").status_code == 404
        assert client.get("/web/").status_code == 404


def test_a_key_is_asked_for_and_kept_in_the_tab(browser, locked):
    with opened(browser, locked.url, expect="401") as page:
        page.wait_for_selector("#problem .banner")
        assert page.locator("#problem").inner_text() == "This server wants an API key."
        assert page.evaluate("document.activeElement.id") == "key"
        page.keyboard.type("a-wrong-key")
        page.keyboard.press("Enter")
        page.wait_for_selector("#problem:has-text('does not know this API key')")
        page.fill("#key", "schlüssel-鍵")
        page.keyboard.press("Enter")
        page.wait_for_selector('#problem:has-text("can\'t be sent")')
        page.fill("#key", KEY)
        page.click("#key-panel button[type=submit]")
        ready(page)
        assert page.locator("#problem").inner_text() == ""
        assert page.locator("#key-panel").is_hidden()
        page.reload()
        ready(page)
        example(page, "math")
        page.click("#curl")
        text = page.locator("#snippet-text").inner_text()
        assert "$REWARD_KEY" in text
        assert KEY not in text
        page.keyboard.press("Escape")
        page.click("#share")
        page.wait_for_selector("#snippet[open]")
        assert KEY not in page.url
        page.keyboard.press("Escape")
        assert page.evaluate("Object.keys(localStorage).length") == 0
        page.click("#key-button")
        page.click("#key-forget")
        page.wait_for_selector("#problem:has-text('wants an API key')")
        assert page.evaluate("sessionStorage.length") == 0


def test_no_key_is_asked_for_where_none_is_wanted(visit):
    page = visit()
    assert page.locator("#key-button").is_hidden()
    assert page.locator("#key-panel").is_hidden()
    assert page.get_by_role("link", name="API documentation").is_visible()


def test_the_api_is_documented_without_anything_from_outside(browser, site):
    with opened(browser, f"{site.url}/docs") as page:
        page.get_by_text("/v1/score", exact=True).first.wait_for()


def test_the_page_leads_to_the_documentation(visit):
    footer = visit().locator("footer")
    links = [link.get_attribute("href") for link in footer.get_by_role("link").all()]
    assert links == ["/docs", "/openapi.json"]
