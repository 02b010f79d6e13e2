"""`verify` of completions: verdicts, unusable references, bounds, no exception on any text."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import at_most
from verifiers.math.options import MathOptions
from verifiers.math.verify import VERIFIER, verify, verify_sample
from verifiers.registry import REGISTRY
from verifiers.verdict import Sample

FOLDER = Path(__file__).parents[1] / "cases/math"


def cases(name):
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text().splitlines()]


CASES = cases("verify")
WAYS = cases("hostile") + cases("announced")
PARAGRAPH = "We start from the equation and simplify both sides, getting 3 terms and 4 factors.\n\n"
TEXTS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            (
                *(
                    "\\boxed{",
                    "}",
                    "42",
                    "A",
                    "(",
                    ")",
                    ",",
                    "^",
                    "_",
                    "\\frac",
                    "{",
                    "$",
                    "=",
                    "<",
                ),
                *(
                    "x",
                    " or ",
                    "not ",
                    "The answer is ",
                    "\\pm",
                    "\\sqrt",
                    "%",
                    "...",
                    "e9",
                    "\ud800",
                ),
            )
        ),
        max_size=25,
    ).map("".join),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_verdict(case):
    verdict = verify(case["completion"], case["answer"])
    assert (verdict.passed, verdict.reason) == (case["passed"], case["reason"]), verdict
    assert verdict.score == float(case["passed"])


@pytest.mark.parametrize("case", WAYS, ids=lambda case: case["completion"][:60])
def test_many_ways_to_be_right_or_wrong(case):
    assert verify(case["completion"], case["answer"]).passed is case["passed"]


@pytest.mark.parametrize("start", ["", PARAGRAPH], ids=["alone", "after a paragraph"])
@pytest.mark.parametrize("case", cases("prose"), ids=lambda case: case["completion"][:60])
def test_prose_without_any_marker(case, start):
    verdict = verify(start + case["completion"], case["answer"])
    assert verdict.passed is case["passed"], verdict


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (None, "reference.answer"),
        ({}, "reference.answer"),
        ({"answer": None}, "reference.answer"),
        ("", "reference.answer"),
        ("  $ $ ", "reference.answer"),
        ([], "reference.answer"),
        (["1", None], "reference.answer[1]"),
        ({"answer": {"value": 1}}, "reference.answer"),
        (math.nan, "reference.answer"),
        (math.inf, "reference.answer"),
        (10**5000, "reference.answer"),
        (["1"] * 1000, "reference.answer"),
    ],
    ids=lambda value: str(value)[:20] if not isinstance(value, int) else "huge",
)
def test_an_unusable_reference_is_the_callers_fault(answer, field):
    verdict = verify("\\boxed{1}", answer)
    assert (verdict.status, verdict.score, verdict.passed) == ("invalid", None, None)
    assert field in (verdict.message or "")


@pytest.mark.parametrize("answer", ["\ud800", "\x00", "}{", "\\frac", "no such thing", "∀∃"])
def test_an_unparsable_reference_is_compared_as_text(answer):
    assert verify(answer, answer).status == "ok"
    assert verify("42", answer).reason in ("different", "no_answer")


def test_a_sample_reads_its_reasoning_and_prompt():
    sample = Sample(
        "What is 6 times 7, in digits?", {"answer": "42"}, "What is 6 times 7, in digits?"
    )
    assert verify_sample(sample, MathOptions()).reason == "no_answer"
    sample = Sample("\\boxed{42}", {"answer": "42"}, reasoning="it is \\boxed{41}")
    assert verify_sample(sample, MathOptions()).passed


def test_the_extract_option_limits_where_an_answer_may_stand():
    assert verify("so we get 42", "42", MathOptions(extract="tagged")).reason == "no_answer"
    assert verify("the answer is 42", "42", MathOptions(extract="boxed")).reason == "no_answer"
    assert verify("\\boxed{42}", "42", MathOptions(extract="boxed")).passed


def test_an_endless_answer_is_too_long():
    verdict = verify("The answer is " + "9" * 150_000, "9")
    assert verdict.reason == "too_long"


@given(TEXTS, TEXTS)
def test_every_verdict_is_one_of_the_described(completion, answer):
    verdict = verify(completion, answer)
    if verdict.status == "ok":
        assert verdict.reason in VERIFIER.reasons
        assert 0 <= verdict.score <= 1
    assert set(verdict.detail) <= set(VERIFIER.detail)
    assert verdict == verify(completion, answer)


@pytest.mark.parametrize(
    "piece", ["\\boxed{", "<answer>", "{", "9", "(", "x^", "-", "\\frac", "1+", "The answer is 1. "]
)
def test_a_megabyte_of_anything_is_judged_at_once(piece):
    at_most(0.5, lambda text: verify(text, "42"), piece * (1_000_000 // len(piece)))


def test_the_registry_describes_this():
    assert REGISTRY["math"] is VERIFIER
