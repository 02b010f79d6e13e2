"""One sandbox for all the tests of a session, and a way to score with it from plain functions."""

import asyncio

import pytest

from tests.backends import opened
from verifiers.code import CodeOptions, Plan, grade, plan


async def judge(box, sample, options=None):
    """What dispatch does: run plans and grade them until there is a verdict."""
    answer = plan(sample, options or CodeOptions())
    while isinstance(answer, Plan):
        answer = grade(answer, await box.run(answer.program, answer.runs, answer.limits))
    return answer


@pytest.fixture(scope="session")
def box(runner):
    box = runner.run(opened())
    yield box
    runner.run(box.close())


@pytest.fixture(scope="session")
def score(runner, box):
    def score(sample, options=None):
        return runner.run(judge(box, sample, options))

    return score


@pytest.fixture(scope="session")
def score_all(runner, box):
    """The verdicts on many samples at once, which takes all cores."""

    async def go(samples):
        return await asyncio.gather(*(judge(box, sample) for sample in samples))

    return lambda samples: runner.run(go(samples))
