"""The compare view: two rubrics on the same lines."""

import json
import time

import pytest

from tests.web.conftest import focused, tab_to

LINES = 1000


def line(index):
    right = index % 5 != 0
    tags = index % 2 == 0
    answer = f"\\boxed{{{index if right else index + 1}}}"
    text = f"<think>I count.</think><answer>{answer}</answer>" if tags else f"It is {answer}."
    return {"id": f"line-{index}", "completion": text, "reference": str(index)}


def compare(page, a="math", b="r1-zero"):
    page.select_option("#rubric-a", a)
    page.select_option("#rubric-b", b)
    page.click("#run")


def wait_compared(page, count):
    page.wait_for_selector(f"#compare-status:has-text('{count:,} line')")
    page.wait_for_selector("#compare-status:has-text('compared')")


@pytest.fixture(scope="module")
def jsonl():
    return "\n".join(json.dumps(line(index)) for index in range(LINES))


@pytest.mark.alone
def test_a_thousand_lines_stay_smooth(visit, jsonl, tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text(jsonl)
    page = visit("#compare")
    page.set_input_files("#file", path)
    page.wait_for_selector(f"#lines-note:has-text('{LINES:,} lines.')")
    page.evaluate(
        """window.longest = 0; new PerformanceObserver((list) => { for (const task of
        list.getEntries()) longest = Math.max(longest, task.duration) })
        .observe({ type: 'longtask' })"""
    )
    compare(page)
    wait_compared(page, LINES)
    tiles = page.locator("#totals").inner_text()
    assert f"{LINES:,}" in tiles
    assert "50 %" in tiles
    assert page.locator("#rows tbody tr").count() == 50
    page.select_option("#filter", "all")
    page.fill("#find", "line-99")
    assert page.locator("#rows tbody tr").count() == 11
    page.fill("#find", "")
    page.select_option("#order", "line")
    assert page.locator("#rows tbody tr").first.locator("th").inner_text() == "line-0"
    page.click("#next")
    assert page.locator("#rows tbody tr").first.locator("th").inner_text() == "line-50"
    assert "51–100 of 1,000" in page.locator(".pager").inner_text()
    longest = page.evaluate("longest")
    assert longest < 500, "the page stood still for so many milliseconds"


def test_where_and_why_they_disagree(visit, jsonl):
    page = visit("#compare")
    page.fill("#lines", "\n".join(jsonl.split("\n")[:8]))
    compare(page)
    wait_compared(page, 8)
    rows = page.locator("#rows tbody tr")
    assert [row.locator("th").inner_text() for row in rows.all()] == [
        f"line-{index}" for index in (0, 2, 4, 6)
    ]
    first = rows.first.inner_text().split("\n")
    assert "+1" in rows.first.inner_text()
    assert "format" in first[-1] or "format" in rows.first.locator(".differs").inner_text()
    assert "only in B: 1 ok" in rows.first.locator(".differs").inner_text()
    page.get_by_role("button", name="Show line 1").click()
    opened = page.locator("#rows .streams").inner_text()
    assert "<think>I count.</think>" in opened
    assert "The final answer is not the same as the reference." in opened
    assert "The layout is as asked for." in opened
    page.select_option("#filter", "a")
    assert "No line fits" in page.locator("#rows").inner_text()
    page.select_option("#filter", "b")
    assert rows.count() == 5  # one of them is open
    page.get_by_role("button", name="Open in the playground with B").click()
    assert page.input_value("#rubric") == "r1-zero"
    assert "I count" in page.input_value("#completion")


def test_what_is_downloaded(visit, jsonl):
    page = visit("#compare")
    page.fill("#lines", "\n".join(jsonl.split("\n")[:3]))
    compare(page)
    wait_compared(page, 3)
    with page.expect_download() as waiting:
        page.click("#download")
    rows = [json.loads(text) for text in waiting.value.path().read_text().splitlines()]
    assert [row["id"] for row in rows] == ["line-0", "line-1", "line-2"]
    assert [(row["a"]["reward"], row["b"]["reward"]) for row in rows] == [(0, 1), (1, 1), (1, 2)]
    assert rows[2]["difference"] == 1
    assert rows[0]["b"]["scores"]["format"]["reason"] == "ok"


def test_lines_that_cannot_be_read_are_named_and_left_out(visit, jsonl):
    page = visit("#compare")
    good = jsonl.split("\n")[2]
    page.fill("#lines", f"{good}\nnonsense\n[1]\n" + '{"id": "x"}\n\n' + '{"completion": 5}')
    note = page.locator("#lines-note").inner_text()
    assert note.startswith("2 lines. 3 can't be read")
    assert "line 2" in note
    assert "line 4: completion is missing" in note
    compare(page)
    wait_compared(page, 2)
    assert "1 without a reward" in page.locator("#totals").inner_text()
    page.select_option("#filter", "none")
    assert page.locator("#rows tbody tr").count() == 1


def test_groups_stay_together(visit):
    page = visit("#compare")
    items = [{"completion": f"\\boxed{{{n % 3 // 2}}}", "group": n % 2} for n in range(100)]
    page.fill("#lines", "\n".join(map(json.dumps, items)))
    page.select_option("#rubric-a", "")
    page.fill("#rubric-a-json", '{"components": [{"verifier": "majority"}]}')
    page.select_option("#rubric-b", "")
    page.fill("#rubric-b-json", '{"components": [{"verifier": "majority", "weight": 2}]}')
    page.click("#run")
    wait_compared(page, 100)
    page.select_option("#filter", "all")
    page.locator("#rows button", has_text="Show").first.click()
    assert '"of": 50' in page.locator("#rows .streams details pre").first.text_content()


@pytest.mark.alone
def test_a_dropped_file_and_a_stop(visit, jsonl):
    page = visit("#compare")
    big = "\n".join([jsonl] * 14)  # over a megabyte: it stays out of the box
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], 'big.jsonl'));
          document.getElementById('compare-form').dispatchEvent(
            new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        big,
    )
    page.wait_for_selector("#lines-note:has-text('from big.jsonl: 14,000 lines.')")
    assert page.input_value("#lines") == ""
    compare(page)
    page.wait_for_selector("#totals .tile")
    begin = time.monotonic()
    page.click("#stop")
    page.wait_for_selector("#compare-status:has-text('Stopped after')")
    assert time.monotonic() - begin < 3
    assert page.locator("#run").is_enabled()


def test_by_keyboard(visit):
    page = visit("#compare")
    page.focus("#rubric-a")
    page.keyboard.type("math")
    page.keyboard.press("Tab")
    assert focused(page) == "rubric-b"
    page.keyboard.type("choice")
    tab_to(page, "sample-lines")
    page.keyboard.press("Enter")
    tab_to(page, "run")
    page.keyboard.press("Enter")
    wait_compared(page, 10)
    page.focus("#filter")
    page.keyboard.press("End")
    tab_to(page, "open-1")
    page.keyboard.press("Enter")
    assert focused(page) == "open-1"
    assert page.get_attribute("#open-1", "aria-expanded") == "true"
    page.keyboard.press("Space")
    assert page.get_attribute("#open-1", "aria-expanded") == "false"


def test_nothing_to_compare_is_said_so(visit):
    page = visit("#compare")
    page.click("#run")
    assert page.locator("#compare-status").inner_text() == "There are no lines to compare."
    assert focused(page) == "lines"
    page.select_option("#rubric-a", "")
    page.fill("#rubric-a-json", "{")
    page.click("#run")
    assert page.locator("#rubric-a-error").inner_text().startswith("Not JSON")
