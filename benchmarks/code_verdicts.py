"""Verdicts beside the labels: part of `python -m benchmarks.code` (`--only verdicts`).

Every miss is printed; code_misses.md explains them.
"""

import asyncio
import collections
import time
from fnmatch import fnmatch
from typing import Any

from benchmarks.code_rows import labelled, sample_of
from sandbox import Limits, Program, Run, Sandbox
from sandbox.languages import LANGUAGES
from verifiers.code import CodeOptions, Plan, grade, plan
from verifiers.verdict import Sample, Verdict


async def judge(box: Sandbox, sample: Sample, options: CodeOptions) -> Verdict:
    """What dispatch does: run plans and grade them until there is a verdict."""
    answer: Any = plan(sample, options)
    while isinstance(answer, Plan):
        answer = grade(answer, await box.run(answer.program, answer.runs, answer.limits))
    return answer


async def verdicts(box: Sandbox, sources: str, languages: set[str], most: int | None) -> None:
    """Agreement with the labels, a source a line, then a language a line; every miss is named.

    Args:
        box: where programs run.
        sources: the pattern of their names.
        languages: only these, and of them those that are installed; empty for all.
        most: rows of a source.
    """
    installed = {name for name, row in (await box.languages()).items() if row["available"]}
    left_out = sorted((languages or set(LANGUAGES)) - installed)
    right: collections.Counter[str] = collections.Counter()
    total: collections.Counter[str] = collections.Counter()
    for source, rows in labelled(installed & (languages or installed)):
        if not fnmatch(source, sources):
            continue
        start = time.perf_counter()
        answers = await asyncio.gather(*(_verdict_of(box, row) for row in rows[:most]))
        misses = []
        for row, (said, why) in zip(rows[:most], answers, strict=True):
            agrees = (said == "pass") == (row["expected"] == "pass")
            total[row["language"]] += 1
            right[row["language"]] += agrees
            misses += [] if agrees else [f"{row['id']}: {row['expected']} -> {said} {why}"]
        took = time.perf_counter() - start
        print(f"{source:32} {_share(len(answers) - len(misses), len(answers))}  {took:6.1f} s")
        for miss in misses:
            print(f"    {miss}", flush=True)
    for language in sorted(total):
        print(f"{language:32} {_share(right[language], total[language])}")
    print(f"{'all':32} {_share(right.total(), total.total())}")
    print(f"not installed: {', '.join(left_out) or 'none'}\n")


def _share(right: int, total: int) -> str:
    return f"{right:5} of {total:5}  {right / max(total, 1):8.2%}"


async def _verdict_of(box: Sandbox, row: Any) -> tuple[str, str]:
    """What we say of a row, in the words of the labels, and why."""
    sample = sample_of(row)
    if sample is None:
        limits = row.get("limits") or {}
        (outcome,) = await box.run(
            Program(row["language"], row["program"]),
            [Run()],
            Limits(limits.get("time_s") or 10, limits.get("memory_mb") or 1024),
        )
        said, why = outcome.status, outcome.stderr.decode(errors="replace")
    else:
        options = CodeOptions(memory_mb=2048) if row["language"] == "python" else CodeOptions()
        verdict = await judge(box, sample, options)
        said = verdict.reason or verdict.status
        tests = verdict.detail.get("tests") or [{}]
        why = verdict.message or tests[0].get("stderr") or tests[0].get("message") or ""
    said = "pass" if said in {"ok", "passed"} else said
    return said, " ".join(why.split())[-160:]
