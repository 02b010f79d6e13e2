"""Readability: our cases, spans, hostile text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.clock import at_most
from tests.examples import at_least
from verifiers.readability import READABILITY, ReadabilityOptions, verify
from verifiers.verdict import Sample

PATH = Path(__file__).parents[1] / "cases/readability/verify.jsonl"
CASES = [json.loads(line) for line in PATH.read_text().splitlines()]
OPTIONS = TypeAdapter(ReadabilityOptions)


def judge(case):
    reference = {"language": case["language"]} if "language" in case else {}
    options = OPTIONS.validate_python(case.get("options", {}))
    return verify(Sample(case["completion"], reference), options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case):
    verdict = judge(case)
    rules = {broken["rule"] for broken in verdict.detail["broken"]}
    assert verdict.status == "ok"
    if case.get("any"):
        assert rules <= {*case["rules"], "unfinished"}
    else:
        assert sorted(rules) == case["rules"]
    assert verdict.score == (0.0 if rules else 1.0)
    assert verdict.passed is not bool(rules)
    assert verdict.reason in (rules or {"readable"})
    assert verdict.reason in READABILITY.reasons
    assert set(verdict.detail) == set(READABILITY.detail)


def test_a_broken_rule_says_where_and_by_how_much():
    text = "We count.\n\n" + "word by word we count the apples and pears, one after another. " * 60
    options = ReadabilityOptions(max_repetition=1)
    broken = {b["rule"]: b for b in verify(Sample(text), options).detail["broken"]}
    assert broken["long_paragraph"]["start"] == len("We count.\n\n")
    assert broken["long_paragraph"]["limit"] == options.max_paragraph
    assert broken["long_paragraph"]["value"] == 12 * 60
    assert text[broken["loop"]["start"] :].startswith("word by word")


def test_a_language_that_does_not_exist_is_invalid():
    verdict = verify(Sample("We count.", {"language": "xx"}), ReadabilityOptions())
    assert verdict.status == "invalid"
    assert "reference.language" in verdict.message


@at_least(150)
@given(
    st.text(st.characters(codec=None), max_size=200)
    | st.lists(
        st.sampled_from(
            ["We count the apples. ", "我们数苹果。", "```\n", "\n\n", "`", "$", "x = 1\n"]
        ),
        max_size=40,
    ).map("".join)
)
def test_any_text_gets_a_verdict(text):
    verdict = verify(Sample(text), ReadabilityOptions())
    assert verdict.status == "ok"
    for broken in verdict.detail["broken"]:
        assert 0 <= broken["start"] <= broken["end"] <= len(text)


@pytest.mark.parametrize(
    "piece",
    [
        "a. ",
        "```\n",
        "\n\n",
        "x = 1\n",
        "for ",
        "Ã©",
        "a" * 61 + " ",
        "步",
        "the ",
        "&#12;",
        "\ud800",
    ],
)
def test_hostile_text_takes_linear_time(piece):
    text = piece * (100_000 // len(piece))
    at_most(2, lambda sample: verify(sample, ReadabilityOptions()), *[Sample(text)] * 3)


@pytest.mark.parametrize("part", ["think", "answer", "all"])
def test_spans_are_found_in_the_completion(part):
    code = "```\nx = 1\n```"
    whole = f"<think>\nSome thoughts:\n{code}\n</think>\nAn answer:\n{code}"
    detail = verify(Sample(whole), ReadabilityOptions(part=part)).detail
    broken = next(b for b in detail["broken"] if b["rule"] == "code_block")
    assert whole[detail["part_start"] :][broken["start"] : broken["end"]] == code
    apart = verify(Sample("An answer.", reasoning=f"Some thoughts:\n{code}"), ReadabilityOptions())
    assert apart.detail["part_start"] is None
