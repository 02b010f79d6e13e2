"""Programs and the verdicts they get, from the table, in the real sandbox."""

import json
from pathlib import Path

import pytest

from verifiers.code import DETAIL, REASONS, CodeOptions
from verifiers.verdict import Sample

CASES = Path(__file__).parents[1] / "cases" / "code"


def table(name):
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "case", table("verdicts.jsonl") + table("pytest.jsonl"), ids=lambda case: case["name"]
)
def test_verdict(case, score):
    sample = Sample(case["completion"], {"tests": case["tests"]})
    verdict = score(sample, CodeOptions(**case["options"]))
    assert verdict.status == "ok", verdict
    if case["reason"] is None:
        assert not verdict.passed, verdict
    else:
        assert verdict.reason == case["reason"], verdict
    assert verdict.score == pytest.approx(case["score"])
    assert verdict.reason in REASONS
    assert set(verdict.detail) <= set(DETAIL)
    json.dumps(verdict.detail)


@pytest.mark.parametrize("case", table("invalid.jsonl"), ids=lambda case: case["why"])
def test_invalid_reference_names_field_and_fix(case, score):
    verdict = score(Sample("```python\nprint(1)\n```", {"tests": case["tests"]}))
    assert (verdict.status, verdict.score, verdict.passed) == ("invalid", None, None)
    assert case["message"] in verdict.message


def test_a_lost_subtask_stops_and_the_others_go_on(score):
    """Tests that can't change the score any more are not run."""
    code = "```python\nn = int(input())\nassert n != 1\nprint(n * n)\n```"
    cases = [{"stdin": f"{n}\n", "stdout": f"{n * n}\n"} for n in range(6)]
    subtasks = [{"name": "small", "tests": [0, 1, 2], "weight": 30}, {"tests": [3, 4, 5]}]
    detail = score(Sample(code, {"tests": {"stdio": cases, "subtasks": subtasks}})).detail
    reasons = ["passed", "runtime_error", "skipped", "passed", "passed", "passed"]
    assert [row["reason"] for row in detail["tests"]] == reasons
    assert detail["subtasks"] == [
        {"name": "small", "weight": 30, "passed": False, "passed_tests": 1, "total_tests": 3},
        {"name": "2", "weight": 1, "passed": True, "passed_tests": 3, "total_tests": 3},
    ]
