"""Code rewards measured: verdicts against labels, attacks repelled, CPU time beside other runners.

    python benchmarks/code.py [--only verdicts|attacks|load|speed] [--per-source N]

Covered: Python and C++, in the real sandbox; other languages: code_languages.py. `load` runs
hanging programs and bombs among honest ones. Not covered: the docker backend.
"""

import sys

sys.path[0] = sys.path[0].removesuffix("benchmarks") or "."  # math.py here would hide Python's own

import argparse
import asyncio
import collections
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.code_load import load
from benchmarks.code_speed import Clock, speed
from sandbox import Sandbox, open_sandbox
from verifiers.code import CodeOptions, Plan, grade, plan
from verifiers.verdict import Sample, Verdict

DATA = Path(os.environ.get("REWARD_CASES", Path(__file__).resolve().parents[2] / "shared" / "data"))
FENCE = "`" * 8


async def judge(box: Sandbox, sample: Sample, options: CodeOptions) -> Verdict:
    """What dispatch does: run plans and grade them until there is a verdict."""
    answer: Any = plan(sample, options)
    while isinstance(answer, Plan):
        answer = grade(answer, await box.run(answer.program, answer.runs, answer.limits))
    return answer


def tests_of(row: Any) -> dict[str, Any] | None:
    """A labelled row's tests in the form of the contract; None where it needs what isn't there."""
    mode, tests = row["mode"], row["tests"]
    limits = {"time_s": min(60, (row.get("limits") or {}).get("time_s") or 10)}
    if mode == "stdio":
        compare = row.get("compare", "tokens")
        if isinstance(tests, dict):
            problem = json.loads((DATA / "code" / tests["ref"]).read_text(encoding="utf-8"))
            if problem.get("checker"):
                return None
            compare, tests = problem.get("compare", compare), problem["tests"]
        checker = {"name": "tokens", "ignore_case": compare == "tokens_ci"}
        if compare.startswith("float:"):
            checker = {"name": "float", "tolerance": float(compare[6:])}
        cases = [{"stdin": test["stdin"], "stdout": test["stdout"] or ""} for test in tests]
        return {"stdio": cases, "checker": checker, "limits": limits}
    if mode == "function":
        calls = {"entry_point": tests["fn_name"], "cases": tests["cases"]}
        return {"calls": calls, "checker": {"name": "float", "tolerance": 1e-9}, "limits": limits}
    if mode == "asserts":
        entry = (row.get("meta") or {}).get("entry_point")
        return {"asserts": tests, "limits": limits} | ({"entry_point": entry} if entry else {})
    if mode == "pytest":
        name = tests["module"].removesuffix(".py") + ".py"
        return {"files": tests["files"], "solution_file": name, "limits": limits}
    return None


async def verdicts(box: Sandbox, per_source: int | None) -> None:
    """Agreement with the labels, a source a line; every miss is named."""
    total, right = 0, 0
    for path in sorted((DATA / "code").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        rows = [row for row in rows if row.get("language") == "python" and tests_of(row)]
        rows = rows[:per_source]
        if not rows:
            continue
        start = time.perf_counter()
        answers = await asyncio.gather(
            *(
                judge(
                    box,
                    Sample(f"{FENCE}python\n{row['program']}\n{FENCE}", {"tests": tests_of(row)}),
                    CodeOptions(memory_mb=2048),
                )
                for row in rows
            )
        )
        misses = [
            (row, answer)
            for row, answer in zip(rows, answers, strict=True)
            if answer.status != "ok" or answer.passed != (row["expected"] == "pass")
        ]
        total, right = total + len(rows), right + len(rows) - len(misses)
        took = time.perf_counter() - start
        print(f"{path.stem:32} {len(rows) - len(misses):5} of {len(rows):5}  {took:6.1f} s")
        for row, answer in misses:
            print(f"    {row['id']}: {row['expected']} -> {answer.reason} {answer.message or ''}")
    print(f"{'all':32} {right:5} of {total:5}  {right / max(total, 1):.2%}\n")


async def attacks(box: Sandbox) -> None:
    """Published attacks: false passes by form of test. Canaries are the tests' business."""
    tasks = json.loads((DATA / "attack_tasks.json").read_text(encoding="utf-8"))
    stdio = [
        {"stdin": given, "stdout": wanted}
        for given, wanted in zip(tasks["stdio"]["inputs"], tasks["stdio"]["outputs"], strict=True)
    ]
    forms = {"func": {"asserts": "\n".join(tasks["func"]["asserts"])}, "stdio": {"stdio": stdio}}
    forms["probe"] = {"stdio": [{"stdin": "", "stdout": "x"}]}
    count, passed = collections.Counter(), collections.Counter()
    for line in (DATA / "attacks.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["language"] != "python":
            continue
        tests = {**forms[row["tests"]], "limits": {"time_s": 2, "memory_mb": 256}}
        sample = Sample(f"{FENCE}python\n{row['program']}\n{FENCE}", {"tests": tests})
        answer = await judge(box, sample, CodeOptions())
        count[row["kind"]] += 1
        if answer.passed and row["id"] != "H-hang-after-success":
            passed[row["kind"]] += 1
            print(f"    {row['id']} passed")
    for kind, number in count.items():
        print(f"attacks: {kind:12} {passed[kind]:3} of {number:3} passed")
    print()


async def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["verdicts", "attacks", "load", "speed"])
    parser.add_argument("--per-source", type=int, default=None, metavar="N")
    parser.add_argument("--programs", type=int, default=2000, help="of the mixed load")
    options = parser.parse_args()
    async with await open_sandbox() as box:
        if options.only in {None, "verdicts"}:
            await verdicts(box, options.per_source)
        if options.only in {None, "attacks"}:
            await attacks(box)
        if options.only in {None, "load"}:
            await load(box, options.programs)
    if options.only in {None, "speed"}:
        clock = Clock()  # before the slot starts, so that its processes are in the group too
        async with await open_sandbox(slots=1) as box:
            with tempfile.TemporaryDirectory() as place:
                await speed(box, clock, Path(place))
        clock.close()


if __name__ == "__main__":
    asyncio.run(main())
