"""Test code that shares its process with the program, and ways of getting past it."""

import json
from pathlib import Path

import pytest

from sandbox import joined, languages, twin
from verifiers.code import REASONS
from verifiers.verdict import Sample

TABLE = Path(__file__).parents[1] / "cases" / "code" / "joined.jsonl"
CASES = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_verdict(case, score):
    verdict = score(Sample(case["completion"], {"tests": case["tests"]}))
    assert (verdict.status, verdict.reason) == ("ok", case["reason"]), verdict
    assert verdict.score == case["score"]
    assert verdict.reason in REASONS
    language = languages.LANGUAGES[case["tests"]["language"]]
    assert verdict.detail["isolation"] == language.asserts


def test_every_language_is_tested():
    assert {case["tests"]["language"] for case in CASES} == joined.LANGUAGES | twin.LANGUAGES
    how = {name: row.asserts for name, row in languages.LANGUAGES.items() if row.asserts}
    assert how == dict.fromkeys(joined.LANGUAGES, "shared") | dict.fromkeys(twin.LANGUAGES, "split")


@pytest.mark.parametrize("language", ["bash", "sql", "kotlin", "scala"])
def test_languages_without_asserts_say_so(language, score):
    tests = {"language": language, "asserts": "true"}
    verdict = score(Sample(f"```{language}\ntrue\n```", {"tests": tests}))
    assert verdict.status == "invalid"
    assert f"no asserts for {language}" in verdict.message
