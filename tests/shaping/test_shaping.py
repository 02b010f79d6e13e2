"""Shaping rewards: the values of their papers, their trainers' code, missing data, any text."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from benchmarks.cases import CASES as LABELLED
from tests.clock import at_most
from verifiers.registry import REGISTRY
from verifiers.shaping.tokens import estimate_tokens
from verifiers.verdict import Sample

PATH = Path(__file__).parents[1] / "cases/shaping/verify.jsonl"
CASES = [json.loads(line) for line in PATH.read_text().splitlines()]
PUBLIC = LABELLED / "format_cases.jsonl"
NAMES = ("length", "overlong", "cosine", "repetition", "tag_count")


def judge(name, sample, **options):
    verifier = REGISTRY[name]
    return verifier.verify(sample, TypeAdapter(verifier.options).validate_python(options))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case):
    sample = Sample(case["completion"], case["reference"], completion_tokens=case.get("tokens"))
    verdict = judge(case["verifier"], sample, **case["options"])
    assert verdict.status == "ok"
    assert verdict.score == pytest.approx(case["score"], abs=case["tolerance"])
    assert verdict.reason == case["reason"]
    assert verdict.passed is case.get("passed", verdict.passed)
    assert verdict.reason in REGISTRY[case["verifier"]].reasons
    assert set(verdict.detail) == set(REGISTRY[case["verifier"]].detail)


@pytest.mark.parametrize("correct", [None, 1, "true", []])
def test_cosine_needs_to_know_whether_the_answer_is_right(correct):
    verdict = judge("cosine", Sample("x", {"correct": correct}))
    assert verdict.status == "invalid"
    assert "reference.correct" in verdict.message


@pytest.mark.parametrize(
    ("name", "options", "named"),
    [
        ("length", {"target": 10, "max": 10}, "options.max"),
        ("overlong", {"max_tokens": 10, "cache_tokens": 11}, "options.cache_tokens"),
    ],
)
def test_lengths_the_wrong_way_round_are_invalid(name, options, named):
    verdict = judge(name, Sample("x"), **options)
    assert (verdict.status, verdict.score) == ("invalid", None)
    assert named in verdict.message


@given(st.text(alphabet="ab c\n", max_size=80), st.integers(1, 5))
def test_repetition_is_open_r1s(text, size):
    words = text.lower().split()
    grams = list(zip(*(words[start:] for start in range(size)), strict=False))
    theirs = -(1 - len(set(grams)) / len(grams)) if len(words) >= size else 0.0
    assert judge("repetition", Sample(text), ngram=size).score == pytest.approx(theirs)


@given(st.integers(0, 2000), st.booleans())
def test_cosine_is_open_r1s_up_to_the_maximum(tokens, correct):
    low, high = (0.5, 1.0) if correct else (-0.5, -1.0)
    cosine = math.cos(min(1.0, tokens / 1000) * math.pi)
    theirs = low + 0.5 * (high - low) * (1.0 + cosine)
    sample = Sample("x", {"correct": correct}, completion_tokens=tokens)
    assert judge("cosine", sample, max_tokens=1000).score == pytest.approx(theirs)


@pytest.mark.skipif(not PUBLIC.exists(), reason="the labelled public cases are not here")
def test_tag_count_is_open_r1s():
    for case in map(json.loads, PUBLIC.read_text().split("\n")[:-1]):
        score = judge("tag_count", Sample(case["text"])).score
        assert score == case["verdicts"]["open-r1/tag_count"], case["id"]


def test_tokens_are_estimated_where_the_caller_does_not_know_them():
    verdict = judge("length", Sample("The answer is twelve, as we have seen above."))
    assert verdict.detail == {"tokens": 12, "estimated": True}
    assert judge("length", Sample("x", completion_tokens=7)).detail["estimated"] is False
    assert estimate_tokens("首先我们数一下每个篮子里的苹果") == 10


@given(st.text(st.characters(codec=None), max_size=200), st.sampled_from(NAMES))
def test_any_text_gets_a_verdict(text, name):
    verdict = judge(name, Sample(text, {"correct": True}))
    assert verdict.status == "ok"
    assert -1 <= verdict.score <= 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("piece", ["a ", "<think>\n", "步", " ", "\ud800", "\n</answer>"])
def test_a_megabyte_takes_no_time(name, piece):
    sample = Sample(piece * (1_000_000 // len(piece)), {"correct": True})
    at_most(1, lambda given: judge(name, given), *[sample] * 3)
