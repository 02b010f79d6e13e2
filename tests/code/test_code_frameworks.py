"""Test files of a language's own framework, and ways of getting past them."""

import json
from pathlib import Path

import pytest

from sandbox.frameworks import BENCHES
from sandbox.languages import LANGUAGES
from verifiers.code import REASONS
from verifiers.verdict import Sample

TABLE = Path(__file__).parents[1] / "cases" / "code" / "frameworks.jsonl"
CASES = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_verdict(case, score):
    verdict = score(Sample(case["completion"], {"tests": case["tests"]}))
    assert (verdict.status, verdict.reason) == ("ok", case["reason"]), verdict
    assert verdict.score == pytest.approx(case["score"])
    assert verdict.reason in REASONS


def test_every_language_with_frameworks_is_tested():
    assert {case["tests"]["language"] for case in CASES} == set(BENCHES)
    assert {name for name, row in LANGUAGES.items() if row.frameworks} == {*BENCHES, "python"}
