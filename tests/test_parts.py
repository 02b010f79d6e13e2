"""The think and answer parts of completions."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import at_most
from verifiers.parts import ANSWER_TAGS, THINK_STEMS, THINK_TAGS, parts_of, split, strip_end
from verifiers.verdict import Sample

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases/parts/split.jsonl").read_text().splitlines()
]
PIECES = [tag for pair in (*THINK_TAGS[:2], *ANSWER_TAGS) for tag in pair]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_split(case):
    parts = split(case["text"], prefilled=case.get("prefilled", False))
    assert parts.think == case["think"]
    assert parts.answer == case["answer"]
    assert parts.tagged is case.get("tagged", False)
    assert parts.closed is case.get("closed", True)
    if "blocks" in case:
        assert list(parts.blocks) == case["blocks"]


def test_reasoning_that_came_apart_is_the_think_part():
    parts = parts_of(Sample("<answer>4</answer>", reasoning="half of 8"))
    assert (parts.think, parts.answer) == ("half of 8", "4")


def test_every_think_tag_has_a_stem():
    assert all(any(s in tag for s in THINK_STEMS) for pair in THINK_TAGS for tag in pair)


def test_several_end_tokens_are_stripped():
    assert strip_end(" 4 <|im_end|>\n<|endoftext|> ") == "4"


@given(st.lists(st.sampled_from([*PIECES, "a", " ", "\n", "<", "4"]), max_size=30).map("".join))
def test_any_mixture_of_tags_is_split(text):
    parts = split(text)
    assert parts.answer in parts.rest
    assert parts.rest in text


@pytest.mark.parametrize("piece", [*PIECES, "<", "\n", "</s>", "<answer></answer>"])
def test_a_megabyte_of_one_tag_takes_no_time(piece):
    text = piece * (1_000_000 // len(piece))
    at_most(0.1, split, *[text] * 3)
