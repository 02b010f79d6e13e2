"""Runs the tables of cases as whoever starts it; prints what went wrong as JSON, [] for nothing.

Started by test_sandbox_nobody.py with an interpreter and files that `nobody` can read.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from sandbox import open_sandbox
from verifiers.code import CodeOptions, Plan, grade, plan
from verifiers.verdict import Sample


async def judge(box, case):
    sample = Sample(case["completion"], {"tests": case["tests"]})
    answer = plan(sample, CodeOptions(**case["options"]))
    while isinstance(answer, Plan):
        answer = grade(answer, await box.run(answer.program, answer.runs, answer.limits))
    return answer


def read(tables):
    """The cases; of those in families, one a family and one a language, as each has its wall."""
    lines = [line for table in tables for line in Path(table).read_text().splitlines()]
    seen = set()
    for case in map(json.loads, lines):
        kinds = {case.get("family"), case["tests"].get("language")} - {None}
        if "family" not in case or kinds - seen:
            yield case
        seen |= kinds


async def main(cases):
    async with await open_sandbox(slots=2) as box:
        verdicts = await asyncio.gather(*(judge(box, case) for case in cases))
    return [
        [case["name"], verdict.reason, verdict.detail.get("tests")]
        for case, verdict in zip(cases, verdicts, strict=True)
        if not right(case, verdict)
    ]


def right(case, verdict):
    if case.get("reason"):
        return verdict.reason == case["reason"]
    leaked = any("LEAK" in (row["stdout"] or "") for row in verdict.detail.get("tests", ()))
    return not verdict.passed and not leaked


if __name__ == "__main__":
    assert os.getuid() != 0
    sys.stdout.write(json.dumps(asyncio.run(main([*read(sys.argv[1:])]))))
