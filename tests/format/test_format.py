"""Layouts: our cases, the trainers' own regexes, hostile text, options that can't be used."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from benchmarks.format import CASES as PUBLIC
from benchmarks.format import COLUMNS, REGEXES
from tests.clock import at_most
from verifiers.format import FORMAT, PRESETS, FormatOptions, verify
from verifiers.verdict import Sample

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases/format/verify.jsonl").read_text().splitlines()
]
OPTIONS = TypeAdapter(FormatOptions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case):
    options = OPTIONS.validate_python(case.get("options", {}))
    verdict = verify(Sample(case["completion"], reasoning=case.get("reasoning")), options)
    assert (verdict.status, verdict.reason, verdict.score) == ("ok", case["reason"], case["score"])
    assert verdict.passed is (case["reason"] == "ok")
    assert verdict.reason in FORMAT.reasons
    assert set(verdict.detail) <= set(FORMAT.detail)
    if "broken" in case:
        assert [broken["rule"] for broken in verdict.detail["broken"]] == case["broken"]
    assert verdict.detail["notes"] == case.get("notes", [])


def test_a_broken_rule_says_where():
    verdict = verify(Sample("Sure. <think>a</think><answer>4</answer> Bye"), FormatOptions())
    assert verdict.detail["broken"] == [
        {"rule": "text_outside", "start": 0, "end": 6, "text": "Sure. "},
        {"rule": "text_after_answer", "start": 41, "end": 44, "text": "Bye"},
    ]
    assert verdict.detail["think_spans"] == [[13, 14]]
    assert verdict.detail["answer_span"] == [30, 31]


def public_cases():
    return [json.loads(line) for line in PUBLIC.read_text().splitlines()] if PUBLIC.exists() else []


@pytest.mark.skipif(not PUBLIC.exists(), reason="the labelled public cases are not here")
@pytest.mark.parametrize("preset", COLUMNS)
def test_a_trainers_preset_gives_the_trainers_verdict(preset):
    scored = {
        case["id"]: verify(Sample(case["text"]), FormatOptions(preset=preset)).score
        for case in public_cases()
    }
    assert scored == {case["id"]: case["verdicts"][COLUMNS[preset]] for case in public_cases()}


@pytest.mark.skipif(not PUBLIC.exists(), reason="the labelled public cases are not here")
@pytest.mark.parametrize("case", public_cases(), ids=lambda case: case["id"])
def test_our_rule_is_the_recommended_one(case):
    asked = dict(case["config"])
    asked["answer_has_boxed"] = asked.pop("boxed", False)
    verdict = verify(Sample(case["text"]), OPTIONS.validate_python(asked))
    rules = [broken["rule"] for broken in verdict.detail["broken"]] + verdict.detail["notes"]
    assert verdict.passed is case["recommended"]["ok"]
    assert rules == case["recommended"]["reasons"]


SOUP = st.lists(
    st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", "\n", " ", "a", "\r", "\x85"]),
    max_size=14,
).map("".join)
LAYOUTS = st.builds(
    "<think>{0}\n</think>{1}<answer>\n{2}</answer>{3}".format, SOUP, SOUP, SOUP, SOUP
)


@given(SOUP | LAYOUTS, st.sampled_from(sorted(REGEXES)))
def test_a_trainers_preset_equals_its_regex_on_tag_soup(text, preset):
    flags = re.DOTALL if preset == "open-instruct" else re.DOTALL | re.MULTILINE
    theirs = bool(re.match(REGEXES[preset], text, flags))
    assert verify(Sample(text), FormatOptions(preset=preset)).passed is theirs


@given(SOUP)
def test_nemo_rl_equals_its_regexes_on_tag_soup(text):
    theirs = 0.25 * bool(re.search(r"<think>[\s\S]*</think>", text))
    theirs += 0.75 * bool(re.search(r"<answer>[\s\S]*</answer>", text))
    assert verify(Sample(text), FormatOptions(preset="nemo-rl")).score == theirs


@given(
    SOUP | st.text(st.characters(codec=None), max_size=60),
    st.sampled_from(PRESETS),
    st.none() | st.text(max_size=20),
)
def test_any_text_gets_a_verdict(text, preset, reasoning):
    verdict = verify(Sample(text, reasoning=reasoning), FormatOptions(preset=preset))
    assert verdict.status == "ok"
    assert 0 <= verdict.score <= 1
    assert verdict.passed is (verdict.score == 1)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    "piece",
    [
        *("<answer>", "<think>", "</think>", "<think>a</think><answer>4</answer>", "<", "< "),
        *("</s>", "</think>" + " " * 90, "<think>\n\n</think>\n<answer>\n", "<think ", "<tHink>"),
    ],
)
def test_a_megabyte_of_anything_takes_no_time(preset, piece):
    text = piece * (1_000_000 // len(piece))
    options = FormatOptions(preset=preset)
    at_most(0.15, lambda sample: verify(sample, options), *[Sample(text)] * 3)  # 50 ms here


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"preset": "xml"}, "options.preset"),
        ({"think_tags": "a b"}, "options.think_tags"),
        ({"answer_tags": ("<a>", "<a>")}, "options.answer_tags"),
        ({"think_tags": "answer"}, "must be names and differ"),
        ({"tools": (("tool call", "x"),)}, "must be names and differ"),
        ({"preset": "trl", "think_tags": "reasoning"}, "options.think_tags"),
        ({"preset": "roll", "prefilled": True}, "options.prefilled"),
    ],
)
def test_options_that_cannot_be_used_are_named(options, named):
    verdict = verify(Sample("x"), FormatOptions(**options))
    assert verdict.status == "invalid"
    assert named in verdict.message


def test_an_unknown_preset_lists_those_there_are():
    verdict = verify(Sample("x"), FormatOptions(preset="xml"))
    assert all(preset in verdict.message for preset in PRESETS)


def test_the_schema_lists_every_preset_and_its_version():
    listed = OPTIONS.json_schema()["properties"]["preset"]["enum"]
    assert sorted(listed) == sorted([*PRESETS, *(f"{preset}@1" for preset in PRESETS)])
