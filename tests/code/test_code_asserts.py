"""Test code in a process of its own, and ways of getting past it."""

import json
from pathlib import Path

import pytest

from sandbox import apart, languages, twin
from verifiers.code import REASONS
from verifiers.verdict import Sample

FOLDER = Path(__file__).parents[1] / "cases" / "code"


def cases(name):
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


CASES = cases("asserts.jsonl") + cases("apart.jsonl") + cases("natural.jsonl")
DODGING = cases("dodging.jsonl")
"""Wrong programs written so that they can't be taken apart from their tests."""


@pytest.fixture(scope="module")
def verdicts(score_all):
    everything = CASES + DODGING
    samples = [Sample(case["completion"], {"tests": case["tests"]}) for case in everything]
    names = [case["name"] for case in everything]
    return dict(zip(names, score_all(samples), strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_verdict(case, verdicts):
    verdict = verdicts[case["name"]]
    assert (verdict.status, verdict.reason) == ("ok", case["reason"]), verdict
    assert verdict.score == case["score"]
    assert verdict.reason in REASONS
    assert verdict.detail["isolation"] == "split"


@pytest.mark.parametrize("case", DODGING, ids=lambda case: case["name"])
def test_no_program_chooses_that_its_item_is_refused(case, verdicts):
    verdict = verdicts[case["name"]]
    assert (verdict.status, verdict.score) == ("ok", 0.0), verdict
    assert verdict.reason == "wrong_answer" or verdict.detail["tests"][0]["stderr"]


def test_tests_that_no_program_can_run_are_refused(score):
    tests = {"language": "go", "asserts": "func check() {}"}
    verdict = score(Sample("```go\npackage main\nfunc F() {}\n```", {"tests": tests}))
    assert (verdict.status, verdict.score) == ("invalid", None)
    assert verdict.message == (
        "reference.tests.asserts: give a func main() or a func Test…(t *testing.T)"
    )


def test_every_language_is_tested():
    assert len({case["name"] for case in CASES + DODGING}) == len(CASES + DODGING)
    known = set(apart.LANGUAGES) | twin.LANGUAGES
    assert {case["tests"]["language"] for case in CASES} == known
    assert {name for name, row in languages.LANGUAGES.items() if row.asserts} == known


@pytest.mark.parametrize("language", ["bash", "sql", "kotlin", "scala"])
def test_languages_without_asserts_say_so(language, score):
    tests = {"language": language, "asserts": "true"}
    verdict = score(Sample(f"```{language}\ntrue\n```", {"tests": tests}))
    assert verdict.status == "invalid"
    assert f"no asserts for {language}" in verdict.message
