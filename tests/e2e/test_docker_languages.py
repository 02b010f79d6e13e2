"""Every language and kind of test in containers of the full image, judged by the sandbox's tables.

After each attack comes an honest program, in whichever container is free.
"""

import asyncio
import json
import os
from pathlib import Path

import pytest

from sandbox import Containers, open_sandbox
from tests.attacks.test_attacks_toolchains import HONEST
from tests.code.conftest import judge
from verifiers.code import CodeOptions
from verifiers.verdict import Sample

TESTS = Path(__file__).parents[1]
IMAGE = os.environ.get("SANDBOX_FULL_IMAGE", "reward-server-full")


def read(name):
    lines = (TESTS / name).read_text(encoding="utf-8").splitlines()
    return [case | {"table": Path(name).stem} for case in map(json.loads, lines)]


ASSERTS = [
    case
    for case in read("cases/code/asserts.jsonl")
    if case["name"].endswith((" right", " wrong", "exits with 0 when it is called"))
]
KINDS = [
    *read("cases/code/languages.jsonl"),
    *read("cases/code/frameworks.jsonl"),
    *read("cases/code/checker_programs.jsonl"),
    *read("cases/code/interactors.jsonl"),
    *ASSERTS,
]
ATTACKS = [case for case in read("attacks/toolchains.jsonl") if "stdio" in case["tests"]]


def name_of(case):
    return f"{case['table']}: {case['name']}"


def sample_of(case):
    return Sample(case["completion"], {"tests": case["tests"]})


@pytest.fixture(scope="module")
def verdicts():
    kinds = [(name_of(c), sample_of(c), CodeOptions(**c.get("options", {}))) for c in KINDS]
    attacks = [
        asked
        for case in ATTACKS
        for asked in (
            (name_of(case), sample_of(case), CodeOptions()),
            (f"after {name_of(case)}", HONEST, CodeOptions()),
        )
    ]
    work = kinds + attacks

    async def go():
        async with await open_sandbox("docker", containers=Containers(IMAGE)) as box:
            assert box.facts()["problem"] is None
            return await asyncio.gather(*(judge(box, *asked) for _, *asked in work))

    return dict(zip([name for name, *_ in work], asyncio.run(go()), strict=True))


@pytest.mark.parametrize("case", KINDS, ids=name_of)
def test_verdict(case, verdicts):
    verdict = verdicts[name_of(case)]
    if case.get("message"):
        assert verdict.status == "invalid"
        assert case["message"] in verdict.message
    else:
        assert (verdict.status, verdict.reason) == ("ok", case["reason"]), verdict
    assert verdict.score == pytest.approx(case["score"])


@pytest.mark.parametrize("case", ATTACKS, ids=name_of)
def test_attack(case, verdicts):
    verdict = verdicts[name_of(case)]
    assert verdict.status == "ok"
    assert not verdict.passed
    assert not any("LEAK" in (row["stdout"] or "") for row in verdict.detail["tests"])
    assert verdicts[f"after {name_of(case)}"].passed
