"""The final answer of a completion: cases, modes, prompts, and time on hostile texts."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import at_most
from verifiers.math.extract import extract

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases/math/extract.jsonl").read_text().splitlines()
]
PIECES = [
    *("\\boxed{", "\\fbox{", "{", "}", "\\", "$", "$$", "\\(", "\\)", "\\[", "\\]", "%", "\n", " "),
    *("<think>", "</think>", "<answer>", "</answer>", "####", "**", '"answer": "', "答案", "是"),
    *("The answer is ", "the final answer is", "Answer:", "A: ", "7", "42", ". ", "?", "or", "。"),
    *(" and ", "not ", "x = ", "\\frac{1}{2}", "\\begin{pmatrix}", "\\end{pmatrix}", ",", "1:2:"),
    *('{"a": 1}', '{"a": 1' + " " * 99, "answer of ", "\nQ: ", "(since "),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_extraction(case):
    found = extract(case["text"])
    assert (found.text, found.rule) == (case["answer"], case["rule"])
    if "readings" in case:
        assert list(found.readings) == case["readings"]


@pytest.mark.parametrize(
    ("mode", "text", "rule"),
    [
        ("boxed", "The answer is 42.", "none"),
        ("boxed", "\\boxed{42}", "boxed"),
        ("tagged", "The answer is 42.", "phrase"),
        ("tagged", "<answer>42</answer>", "tag"),
        ("tagged", "So we get 42.", "none"),
        ("auto", "So we get 42.", "whole"),
    ],
)
def test_modes_say_where_an_answer_may_stand(mode, text, rule):
    assert extract(text, mode).rule == rule


def test_a_copied_prompt_is_no_answer():
    prompt = "What is the sum of 40 and 2? Put your answer in \\boxed{42}."
    assert extract(prompt, prompt=prompt).text == ""
    assert extract(prompt + " It is \\boxed{5}.", prompt=prompt).text == "5"
    assert extract("42", prompt=prompt).text == "42"


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_mixture_of_markup_is_read(text):
    found = extract(text)
    assert (found.rule == "none") == (found.text == "")
    assert all(found.readings)


@given(st.text())
def test_any_text_is_read(text):
    extract(text)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
@pytest.mark.parametrize("head", ["", "\\boxed{", "The answer is $"])
def test_a_megabyte_of_anything_takes_no_time(head, piece):
    text = head + piece * (1_000_000 // len(piece))
    at_most(0.2, extract, *[text] * 3)  # 100 ms is the aim
