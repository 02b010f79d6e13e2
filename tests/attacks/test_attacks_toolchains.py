"""Hostile programs in other languages than Python: none passes, none gets out."""

import json
from pathlib import Path

import pytest

from verifiers.verdict import Sample

PROGRAMS = Path(__file__).with_name("toolchains.jsonl")
CASES = [json.loads(line) for line in PROGRAMS.read_text(encoding="utf-8").splitlines()]
HONEST = Sample(
    '```bash\nread a b\ncd /tmp && [ -z "$(ls -A)" ] && echo $((a + b))\n```',
    {"tests": {"language": "bash", "stdio": [{"stdin": "2 3\n", "stdout": "5\n"}]}},
)


ASSERTS = [case for case in CASES if "asserts" in case["tests"]]


@pytest.fixture(scope="module")
def verdicts(score_all):
    samples = [Sample(case["completion"], {"tests": case["tests"]}) for case in ASSERTS]
    names = [case["name"] for case in ASSERTS]
    return dict(zip(names, score_all(samples), strict=True))


@pytest.mark.parametrize("case", ASSERTS, ids=lambda case: f"{case['family']}: {case['name']}")
def test_attack_on_tests(case, verdicts):
    """Not passed, and never refused: a program that could choose that would dodge its zeros."""
    verdict = verdicts[case["name"]]
    assert verdict.status == "ok", verdict
    assert not verdict.passed
    assert verdict.detail.get("isolation", "split") == "split"


STDIO = [case for case in CASES if "stdio" in case["tests"]]


@pytest.mark.parametrize("case", STDIO, ids=lambda case: f"{case['family']}: {case['name']}")
def test_attack(case, score):
    verdict = score(Sample(case["completion"], {"tests": case["tests"]}))
    assert verdict.status == "ok"
    assert not verdict.passed
    assert not any("LEAK" in (row["stdout"] or "") for row in verdict.detail["tests"])
    assert score(HONEST).passed
