"""Code rewards in other languages than Python: verdicts against labels, and the cost of C++.

    python benchmarks/code_languages.py [--only verdicts|speed] [--languages cpp,java,...]

Covered: labelled `stdio` rows (checker programs and interactors included) and `framework` rows (go
test, cargo test, JUnit, Jest) through plan and grade; `program` rows, which are whole files that
exit with 0: where it is known at which line their tests begin, these as `asserts`, through plan and
grade too, else straight in the sandbox. Not covered: `framework` rows of other languages (Unity,
Catch, bats, prove, testthat, hspec, …).
Every miss is printed; code_languages_misses.md explains them.
"""

import sys

sys.path[0] = sys.path[0].removesuffix("benchmarks") or "."  # math.py here would hide Python's own

# ruff: noqa: ASYNC221
import argparse
import asyncio
import collections
import json
import re
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.code import DATA, FENCE, Clock, judge, tests_of
from sandbox import Limits, Program, Run, Sandbox, open_sandbox
from sandbox.languages import LANGUAGES
from verifiers.code import CodeOptions
from verifiers.verdict import Sample

SQUARE = """#include <bits/stdc++.h>
using namespace std;
int main() {
    long long n;
    cin >> n;
    vector<int> v(n % 100);
    sort(v.begin(), v.end());
    cout << n * n << endl;
}
"""
ROUNDS = 9

TESTS_BEGIN = {
    "javascript": r"^(?:const test\w+ =|const _ = \{ isEqual|const assert = require)",
    "typescript": r"^(?:import \* as assert|declare var require)",
    "ruby": r"^(?:arg00 =|x0 =|require 'test/unit')",
    "php": r"^(?:function compare\(|function candidate\()",
    "perl": r"^use Data::Compare;",
    "cpp": r"^(?:#undef NDEBUG|template <typename T> bool compare\()",
    "java": r"(?:public )?class Main \{",
    "go": r"^(?:type assertShim|func deepCompare)",
}
"""The first line of the tests in whole files of HumanEvalPack, MBXP and SandboxFusion."""


def rows_of(languages: set[str]) -> list[dict[str, Any]]:
    """The labelled rows that are covered."""
    rows = []
    for path in sorted((DATA / "code").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("language") in languages and _is_covered(row):
                rows.append(row)
    return rows


def _is_covered(row: Any) -> bool:
    if row["mode"] == "framework":
        return bool(LANGUAGES[row["language"]].frameworks)
    return row["mode"] in {"stdio", "program"}


def sample_of(row: Any) -> Sample:
    """A row as a completion and its tests."""
    program, language = row["program"], row["language"]
    if row["mode"] != "framework":
        tests = judged_tests(row)
    elif row["tests"]["files"]:
        tests = {"files": row["tests"]["files"], "solution_file": row["tests"]["solution_path"]}
    else:  # Rust with its tests below it
        program, mark, below = program.partition("#[cfg(test)]")
        tests = {"asserts": mark + below}
    text = f"{FENCE}{language}\n{program}\n{FENCE}"
    return Sample(text, {"tests": {**tests, "language": language}})


def judged_tests(row: Any) -> dict[str, Any]:
    """A stdio row's tests, with its validator as checker or interactor where it has one."""
    tests = tests_of(row)
    if tests is None:
        problem = json.loads((DATA / "code" / row["tests"]["ref"]).read_text(encoding="utf-8"))
        given = problem["checker"]
        main = next(name for name in given["files"] if name.endswith((".cc", ".cpp", ".py")))
        program = {
            "program": given["files"][main],
            "language": given["language"],
            "protocol": "kattis",
            "files": {name: text for name, text in given["files"].items() if name != main},
            "flags": given.get("flags") or [],
        }
        cases = [{"stdin": t["stdin"], "stdout": t["stdout"] or ""} for t in problem["tests"]]
        tests = {"stdio": cases, "interactor" if given["interactive"] else "checker": program}
        tests["limits"] = {"time_s": (row.get("limits") or {}).get("time_s") or 10}
    return {**tests, "language": row["language"]}


def asserts_of(row: Any) -> tuple[str, dict[str, Any]] | None:
    """A whole file as a program and its asserts, where it is known how to take it apart."""
    mark = TESTS_BEGIN.get(row["language"])
    found = mark and re.search(mark, row["program"], re.MULTILINE)
    if row["mode"] != "program" or not found:
        return None
    at = found.start()
    if row["program"].rfind("?>", 0, at) > row["program"].rfind("<?", 0, at):
        return None  # a program that ends PHP: what follows is text, and tests nothing
    tests = {
        "language": row["language"],
        "asserts": row["program"][at:],
        "limits": {"time_s": (row.get("limits") or {}).get("time_s") or 10},
    }
    return row["program"][:at], tests


async def verdict_of(box: Sandbox, row: Any) -> tuple[str, str]:
    """What we say of a row, in the words of the labels, and why."""
    limits = row.get("limits") or {}
    if apart := asserts_of(row):
        program, tests = apart
        sample = Sample(f"{FENCE}{row['language']}\n{program}\n{FENCE}", {"tests": tests})
        verdict = await judge(box, sample, CodeOptions())
        rows = verdict.detail.get("tests") or [{}]
        return (verdict.reason or verdict.status).replace("passed", "pass"), str(
            verdict.message or rows[0].get("stderr")
        )
    if row["mode"] == "program" or (
        row["mode"] == "stdio"
        and any(t.get("stdout", "") is None for t in row["tests"] if isinstance(t, dict))
    ):
        (outcome,) = await box.run(
            Program(row["language"], row["program"]),
            [Run()],
            Limits(limits.get("time_s") or 10, limits.get("memory_mb") or 1024),
        )
        return outcome.status.replace("ok", "pass"), outcome.stderr[-200:].decode(errors="replace")
    verdict = await judge(box, sample_of(row), CodeOptions())
    return (verdict.reason or verdict.status).replace("passed", "pass"), verdict.message or ""


async def verdicts(box: Sandbox, languages: set[str]) -> None:
    """Agreement a language; a miss is a pass that should not be, or one that should."""
    right: collections.Counter[str] = collections.Counter()
    total: collections.Counter[str] = collections.Counter()

    async def one(row: Any) -> None:
        said, why = await verdict_of(box, row)
        total[row["language"]] += 1
        if (said == "pass") == (row["expected"] == "pass"):
            right[row["language"]] += 1
        else:
            print(f"    {row['id']}: {row['expected']} -> {said} {' '.join(why.split())[-160:]}")

    await asyncio.gather(*map(one, rows_of(languages)))
    for language in sorted(total):
        print(f"{language:12} {right[language]:5} of {total[language]:5}")
    print(f"{'all':12} {right.total():5} of {total.total():5}  {right.total() / total.total():.2%}")


async def speed(box: Sandbox, clock: Clock) -> None:
    """CPU ms of a compile and of 20 runs, beside the bare compiler (no header) and binary."""
    runs = [Run(f"{n}\n".encode()) for n in range(20)]
    figures = collections.defaultdict(list)
    await box.run(Program("cpp", SQUARE), runs)  # builds the runner and the header
    with tempfile.TemporaryDirectory() as place:
        source, binary = Path(place) / "main.cpp", Path(place) / "main"
        source.write_text(SQUARE, encoding="utf-8")
        for turn in range(ROUNDS):
            program = Program("cpp", f"{SQUARE}// {turn}\n")
            for name, given in (("compile and 20", runs), ("20 runs", runs)):
                before = clock.now()
                outcomes = await box.run(program, given)
                assert all(outcome.status == "ok" for outcome in outcomes)
                figures[name].append(clock.now() - before)
            before = clock.now()
            subprocess.run(["g++", "-O2", "-o", binary, source], check=True)
            figures["bare compile"].append(clock.now() - before)
            before = clock.now()
            for run in runs:
                subprocess.run([binary], input=run.stdin, stdout=subprocess.DEVNULL, check=True)
            figures["bare 20 runs"].append(clock.now() - before)
    middle = {name: statistics.median(values) for name, values in figures.items()}
    middle["compile"] = middle["compile and 20"] - middle["20 runs"]
    for name in ("compile", "bare compile", "20 runs", "bare 20 runs"):
        print(f"{name:14} {middle[name]:7.1f} ms CPU")


async def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["verdicts", "speed"])
    parser.add_argument("--languages", default=",".join(set(LANGUAGES) - {"python"}))
    options = parser.parse_args()
    if options.only in {None, "verdicts"}:
        async with await open_sandbox() as box:
            found = {name for name, row in (await box.languages()).items() if row["available"]}
            await verdicts(box, found & set(options.languages.split(",")))
    if options.only in {None, "speed"}:
        clock = Clock()  # before the slot starts, so that its processes are in the group too
        async with await open_sandbox(slots=1) as box:
            await speed(box, clock)


if __name__ == "__main__":
    asyncio.run(main())
