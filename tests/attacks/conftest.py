"""One sandbox of one slot, so that every program follows the one before it in the same place."""

import asyncio

import pytest

from tests.backends import opened
from verifiers.code import CodeOptions, Plan, grade, plan


async def judge(box, sample):
    answer = plan(sample, CodeOptions())
    while isinstance(answer, Plan):
        answer = grade(answer, await box.run(answer.program, answer.runs, answer.limits))
    return answer


@pytest.fixture(scope="session")
def score():
    with asyncio.Runner() as runner:
        box = runner.run(opened(slots=1))
        yield lambda sample: runner.run(judge(box, sample))
        runner.run(box.close())


@pytest.fixture(scope="session")
def score_all():
    """The verdicts on many samples, on all cores."""

    async def go(samples):
        async with await opened() as box:
            return await asyncio.gather(*(judge(box, sample) for sample in samples))

    return lambda samples: asyncio.run(go(samples))
