"""The playground: a sample scored, explained, shared."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.web.conftest import example, focused, opened, ready, tab_to
from verifiers.registry import REGISTRY

ROOT = Path(__file__).parents[2]

EXAMPLES = {  # reward, components with their reasons, spans that broke a rule
    "math": ("1", {"math": "equal"}, []),
    "auto": ("0", {"math": "different"}, []),
    "choice": ("1", {"choice": "equal"}, []),
    "code": ("0.6667", {"code": "runtime_error"}, []),
    "r1-zero": (
        "1",
        {"accuracy": "equal", "format": "answer_inside_think"},
        ["<answer>", "<answer>12</answer>", "<answer>12", "</answer>", "\n"],
    ),
    "r1": (
        "2.5882",
        {"accuracy": "equal", "format": "ok", "language": "mixed"},
        ["所以一共有十二个苹果", "剩下十个"],
    ),
    "rejection": (
        "1",
        {"accuracy": "equal", "readability": "code_block"},
        ["```python\nprint(7 * 4 * 2)\n```"],
    ),
}


def module(page, name, member):
    return page.evaluate(f"import('/web/{name}.js').then((found) => found.{member})")


def test_every_shipped_rubric_has_an_example(visit, site):
    examples = module(visit(), "examples", "EXAMPLES")
    rubrics = httpx.get(f"{site.url}/v1/rubrics").json()["rubrics"]
    assert {e["rubric"] for e in examples} == set(rubrics) == set(EXAMPLES)


def test_every_reason_has_a_meaning(visit):
    page = visit()
    pairs = [[name, reason] for name, about in REGISTRY.items() for reason in about.reasons]
    pairs += [["math", r] for r in ("invalid", "timeout", "memory", "crash", "error", "sandbox")]
    missing = page.evaluate(
        """(pairs) => import('/web/reasons.js').then(
        ({ meaning }) => pairs.filter(([name, reason]) => !meaning(name, reason)))""",
        pairs,
    )
    assert not missing


@pytest.fixture(scope="module")
def page(browser, site):
    """A page that each example is loaded into in turn."""
    with opened(browser, site.url) as page:
        ready(page)
        yield page


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_scored_and_explained(page, name):
    reward, components, broken = EXAMPLES[name]
    example(page, name)
    assert page.locator(".reward .big").inner_text() == reward
    found = {
        card.locator("h3").inner_text().split()[0]: card.locator(".why code").inner_text()
        for card in page.locator(".component").all()
    }
    assert found == components
    for card in page.locator(".component").all():
        said = card.inner_text()
        assert "weight" in said
        assert len(card.locator(".why").inner_text()) > len(card.locator(".why code").inner_text())
    rows = page.locator(".legend button")
    texts = []
    for row in rows.all():
        row.click()
        texts.append(page.evaluate("document.activeElement.textContent"))
    assert rows.count() == len(broken)
    assert all(
        text.startswith(piece) or piece.startswith(text)
        for text, piece in zip(texts, broken, strict=True)
    )


def test_each_test_of_a_program_has_its_row(page):
    example(page, "code")
    rows = page.locator(".tests tbody tr:not(.streams)")
    assert [row.locator("code").inner_text() for row in rows.all()] == [
        *["passed", "passed", "runtime_error"]
    ]
    failed = rows.nth(2).inner_text()
    assert "ms" in failed
    assert "MB" in failed
    assert "exit code 1" in failed
    assert "ValueError: invalid literal" in page.locator(".tests .streams").nth(2).inner_text()
    assert "2 of 3 passed" in page.locator(".tests").inner_text()


def test_what_was_extracted_is_shown_and_marked(page):
    example(page, "math")
    assert page.locator(".fact code.extracted").inner_text() == "\\frac{3}{4}"
    assert page.locator(".completion mark.extracted").inner_text() == "\\frac{3}{4}"
    page.fill("#completion", "So \\boxed{7}, as 7 is more than 6 and 7.")
    page.click("#score")
    page.wait_for_selector(".completion:has-text('more than')")
    before = page.evaluate(
        "document.querySelector('.completion mark.extracted').previousSibling.textContent"
    )
    assert before == "So \\boxed{"


def test_offsets_hold_behind_characters_of_two_units(visit):
    page = visit()
    page.select_option("#rubric", "")
    page.fill("#rubric-json", '{"components": [{"verifier": "format"}]}')
    page.fill("#completion", "<think>🙂🙂🙂</think><answer>1</answer> tail 🙂")
    page.click("#score")
    assert page.locator("mark.broken").first.inner_text() == "tail 🙂"


def test_all_by_keyboard(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    tab_to(page, "rubric")
    page.keyboard.type("math")
    order = ["prompt", "completion"]
    for wanted in order:
        page.keyboard.press("Tab")
        assert focused(page) == wanted
    page.keyboard.type("The answer is \\boxed{7}.")
    tab_to(page, "reference", 3)
    page.keyboard.type("7")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".verdict")
    assert page.locator(".reward .big").inner_text() == "1"
    assert page.locator("#score-status").inner_text() == "Reward 1. math: equal."
    tab_to(page, "score")
    page.keyboard.press("Space")
    tab_to(page, "python")
    page.keyboard.press("Enter")
    assert focused(page) == "snippet-copy"
    page.keyboard.press("Escape")
    assert focused(page) == "python"


def test_tabs_by_keyboard(visit):
    page = visit()
    page.focus("#tab-playground")
    for key, view in [
        *[("ArrowRight", "live"), ("ArrowRight", "compare"), ("ArrowRight", "playground")],
        *[("ArrowLeft", "compare"), ("Home", "playground"), ("End", "compare")],
    ]:
        page.keyboard.press(key)
        assert focused(page) == f"tab-{view}"
        assert page.url.endswith(f"#{view}")
        assert page.locator(f"#{view}").is_visible()
    page.go_back()
    page.wait_for_selector("#playground:not([hidden])")


def test_an_inline_rubric_starts_from_the_one_chosen(visit):
    page = visit()
    page.select_option("#rubric", "r1-zero")
    page.select_option("#rubric", label="inline JSON …")
    rubric = json.loads(page.input_value("#rubric-json"))
    assert [c["name"] for c in rubric["components"]] == ["accuracy", "format"]
    rubric["components"][0]["weight"] = 0.5
    page.fill("#rubric-json", json.dumps(rubric))
    page.fill("#completion", "<think>a</think><answer>\\boxed{2}</answer>")
    page.fill("#reference", "2")
    page.click("#score")
    page.wait_for_selector(".verdict")
    assert page.locator(".reward .big").inner_text() == "1.5"
    page.fill("#rubric-json", "{")
    page.click("#score")
    assert page.locator("#rubric-error").inner_text().startswith("Not JSON")


def test_a_reference_as_json(visit):
    page = visit()
    page.fill("#reference", "B")
    page.get_by_role("button", name="+ choices").click()
    page.get_by_role("button", name="+ language").click()
    assert json.loads(page.input_value("#reference")) == {
        "answer": "B",
        "choices": ["first option", "second option"],
        "language": "en",
    }
    page.fill("#completion", "\\boxed{second option}")
    page.click("#score")
    page.wait_for_selector(".verdict")
    assert page.locator(".reward .big").inner_text() == "1"
    page.fill("#reference", '{"answer": ')
    assert page.locator("#reference-note").inner_text().startswith("Not JSON")
    assert page.get_attribute("#reference", "aria-invalid") == "true"
    page.get_by_text("Text", exact=True).click()
    assert "choose JSON" in page.locator("#reference-note").inner_text()


def test_data_that_cannot_be_used_is_said_so(visit):
    page = visit()
    page.select_option("#rubric", "r1")
    page.fill("#completion", "<think>a</think><answer>1</answer>")
    page.fill("#reference", "1")
    page.click("#score")
    page.wait_for_selector(".verdict")
    assert page.locator(".reward .big").inner_text() == "none"
    assert "reference.language" in page.locator(".summary .message").inner_text()
    assert "invalid" in page.locator(".summary .pill").inner_text()


def test_a_rubric_that_the_server_refuses_is_said_so(visit):
    page = visit(expect="422")
    page.select_option("#rubric", "")
    page.fill("#rubric-json", '{"components": [{"verifier": "nonsense"}]}')
    page.click("#score")
    page.wait_for_selector("#problem .banner")
    assert "'nonsense' is no verifier" in page.locator("#problem").inner_text()
    page.select_option("#rubric", "math")
    page.click("#score")
    page.wait_for_selector(".verdict")
    assert page.locator("#problem").inner_text() == ""


def sample_of(page):
    keys = ("prompt", "completion", "reference", "rubric")
    return {key: page.input_value(f"#{key}") for key in keys}


def test_a_sample_travels_in_its_link(visit, site):
    page = visit()
    example(page, "r1")
    before = sample_of(page)
    page.click("#share")
    page.wait_for_selector("#snippet[open]")
    link = page.locator("#snippet-text").inner_text()
    assert link.startswith(f"{site.url}/#playground?sample=")
    page.click("#snippet-close")
    other = visit(link.removeprefix(f"{site.url}/"), locale="de")
    other.wait_for_function("document.getElementById('completion').value")
    assert sample_of(other) == before
    other.click("#score")
    other.wait_for_selector(".verdict")
    assert other.locator(".reward .big").inner_text() == "2.5882"


def test_a_broken_link_is_said_so(visit):
    page = visit("#playground?sample=nothing")
    page.wait_for_selector("#problem .banner")
    assert "no sample" in page.locator("#problem").inner_text()


def snippet(page, kind):
    page.click(f"#{kind}")
    text = page.locator("#snippet-text").inner_text()
    page.click("#snippet-close")
    return text


HOSTILE = "It's \"quoted\" $HOME `id` \\boxed{3} '''\n<b>🙂</b>"


def test_the_copied_curl_command_works(visit):
    page = visit()
    page.select_option("#rubric", "math")
    page.fill("#completion", HOSTILE)
    page.fill("#reference", "3")
    done = subprocess.run(["sh", "-c", snippet(page, "curl")], capture_output=True, check=True)
    assert json.loads(done.stdout)["results"][0]["reward"] == 1.0


def test_the_copied_python_works(visit):
    page = visit()
    page.select_option("#rubric", "")
    page.fill("#rubric-json", '{"components": [{"verifier": "math", "gate": true}]}')
    page.fill("#completion", HOSTILE)
    page.get_by_text("JSON", exact=True).click()
    page.fill(
        "#reference", '{"answer": ["3", null, true, 1e400]}'.replace(", null, true, 1e400", "")
    )
    path = {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python")}
    code = snippet(page, "python")
    done = subprocess.run([sys.executable, "-c", code], env=path, capture_output=True, check=True)
    assert done.stdout.decode() == "1.0 ok\n"


def test_a_snippet_is_copied(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.click("#curl")
    page.click("#snippet-copy")
    page.wait_for_selector("#snippet-status:has-text('Copied.')")
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -s http")


def test_a_snippet_is_copied_without_the_clipboard_api(visit):
    page = visit()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click("#curl")
    page.click("#snippet-copy")
    page.wait_for_selector("#snippet-status:has-text('Copied.')")


def test_the_theme_is_chosen_and_kept(visit):
    page = visit(color_scheme="light", locale="en")

    def background():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = background()
    page.click("#theme-button")
    dark = background()
    assert dark != light
    page.reload()
    ready(page)
    assert background() == dark
    page.emulate_media(color_scheme="dark")
    page.click("#theme-button")
    assert background() == light
