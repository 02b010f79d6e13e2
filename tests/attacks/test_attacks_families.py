"""Attacks on verdicts, family by family, beside honest twins: what an attack gets wrong must fail,
whatever it does besides, and a twin that does the same rightly must pass."""

import json
from pathlib import Path

import pytest

from verifiers.verdict import Sample

TABLE = Path(__file__).with_name("families.jsonl")
CASES = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]


def label(case):
    return f"{case['family']}: {case['name']}"


@pytest.fixture(scope="module")
def verdicts(score_all):
    samples = [Sample(case["completion"], {"tests": case["tests"]}) for case in CASES]
    return dict(zip(map(label, CASES), score_all(samples), strict=True))


@pytest.mark.parametrize("case", CASES, ids=label)
def test_family(case, verdicts):
    verdict = verdicts[label(case)]
    assert verdict.status == "ok", verdict
    assert verdict.passed is case["passes"], verdict
    assert not any("LEAK" in (row["stdout"] or "") for row in verdict.detail.get("tests", []))


def test_cases_are_told_apart():
    assert len(set(map(label, CASES))) == len(CASES)
