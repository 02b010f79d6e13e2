"""Code rewards measured: verdicts against labels, attacks repelled, CPU time beside other runners.

    python benchmarks/code.py [--only verdicts|attacks|load|speed] [--per-source N]

Covered: Python, in the real sandbox; other languages: code_languages.py. `load` runs hanging
programs and bombs among honest ones. Not covered: the docker backend. CPU time is that of this
process and all its descendants, by a cpuacct or cgroup2 group of its own; without leave to make one
(not root), only wall time is shown.
"""

import sys

sys.path[0] = sys.path[0].removesuffix("benchmarks") or "."  # math.py here would hide Python's own

import argparse
import asyncio
import collections
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.code_load import load
from sandbox import Limits, Program, Run, Sandbox, open_sandbox
from sandbox.values import encode_call
from verifiers.code import CodeOptions, Plan, grade, plan
from verifiers.verdict import Sample, Verdict

DATA = Path(os.environ.get("REWARD_CASES", Path(__file__).resolve().parents[2] / "shared" / "data"))
FENCE = "`" * 8
ROUNDS, EACH = 6, 15

PRINT = "print(1)"
FUNCTION = (
    "from typing import List\n\n"
    "def has_close(numbers: List[float], threshold: float) -> bool:\n"
    "    return any(abs(a - b) < threshold for i, a in enumerate(numbers)"
    " for b in numbers[i + 1:])\n"
)
ASSERTS = "def check(candidate):\n" + "".join(
    f"    assert candidate([1.0, 2.0, 3.9, {n}.0], 0.5) == {n in (1, 2, 4)}\n" for n in range(1, 8)
)
SQUARE = "n = int(input())\nprint(n * n)"
NUMPY = "import numpy as np\nassert np.arange(10).sum() == 45"


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


class Clock:
    """CPU milliseconds of this process and its descendants, the sandbox's included."""

    def __init__(self) -> None:
        self.group: Path | None = None
        for parent in ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
            group = Path(parent) / f"benchmark-{os.getpid()}"
            try:
                group.mkdir()
                (group / "cgroup.procs").write_text(str(os.getpid()))
                self.group = group
                self.now()
            except (OSError, ValueError):
                self.group = None
                continue
            return

    def close(self) -> None:
        """Leave the group and remove it."""
        if self.group is not None:
            (self.group.parent / "cgroup.procs").write_text(str(os.getpid()))
            self.group.rmdir()

    def now(self) -> float:
        """Milliseconds so far."""
        if self.group is None:
            return float("nan")
        usage = self.group / "cpuacct.usage"
        if usage.exists():
            return int(usage.read_text()) / 1e6
        fields = dict(line.split() for line in (self.group / "cpu.stat").read_text().splitlines())
        return int(fields["usage_usec"]) / 1e3


def bare(source: str, inputs: Sequence[str]) -> None:
    """A fresh `python3` for each input."""
    for text in inputs:
        subprocess.run(
            [sys.executable, "-c", source],
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            check=True,
        )


def bwrap(source: str, inputs: Sequence[str]) -> None:
    """The same inside bubblewrap."""
    box = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--tmpfs", "/mnt", "--dev", "/dev"]
    for text in inputs:
        subprocess.run(
            [*box, sys.executable, "-c", source],
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            check=True,
        )


async def speed(box: Sandbox, clock: Clock) -> None:
    """One table: CPU ms a program, wall p50 and p99, interleaved in rounds."""
    twenty = [f"{n}\n" for n in range(20)]
    assert_source = f"{FUNCTION}\n{ASSERTS}\ncheck(has_close)"
    tests = Program(
        "python",
        FUNCTION,
        "tests",
        entry_point="has_close",
        tests=(("tests.py", ASSERTS),),
    )
    calls = [Run(encode_call([[1.0, 2.0, 3.9, float(n)], 0.5], {})) for n in range(7)]
    kinds = {
        "print(1)": (Program("python", PRINT), [Run()], PRINT, ("",)),
        "calls x 7": (
            Program("python", FUNCTION, "calls", entry_point="has_close"),
            calls,
            assert_source,
            ("",),
        ),
        "asserts, split": (tests, [Run()], assert_source, ("",)),
        "stdio x 20": (
            Program("python", SQUARE),
            [Run(text.encode()) for text in twenty],
            SQUARE,
            twenty,
        ),
    }
    if importlib.util.find_spec("numpy") is None:
        print("numpy is not installed: its row is left out")
    else:
        kinds["numpy"] = (Program("python", NUMPY), [Run()], NUMPY, ("",))
    print(f"{'':16} {'ours: CPU ms  p50 / p99 wall':32} {'bare python3':20} {'bwrap':20} ratio")
    for name, (program, runs, source, inputs) in kinds.items():
        await box.run(program, runs, Limits())
        columns = await rounds(box, clock, (program, runs), (source, inputs))
        print(f"{name:16} {columns}")


async def rounds(box: Sandbox, clock: Clock, ours: Any, theirs: Any) -> str:
    """Interleaved rounds of each runner."""
    cpu: dict[str, list[float]] = collections.defaultdict(list)
    walls: list[float] = []
    others: dict[str, Callable[..., None]] = {"bare": bare}
    if shutil.which("bwrap"):
        others["bwrap"] = bwrap
    for _ in range(ROUNDS):
        before = clock.now()
        for _ in range(EACH):
            start = time.perf_counter()
            (outcome, *_) = await box.run(*ours, Limits())
            walls.append((time.perf_counter() - start) * 1000)
            assert outcome.status == "ok", outcome
        cpu["ours"].append((clock.now() - before) / EACH)
        for name, runner in others.items():
            before = clock.now()
            runner(*theirs)
            cpu[name].append(clock.now() - before)
    walls.sort()
    middle = {name: statistics.median(values) for name, values in cpu.items()}
    wall = f"{walls[len(walls) // 2]:6.1f} / {walls[int(len(walls) * 0.99)]:6.1f}"
    other = f"{middle['bwrap']:8.1f}" if "bwrap" in middle else "not installed"
    ratio = middle["ours"] / middle["bare"]
    return f"{middle['ours']:8.2f} {wall:22} {middle['bare']:8.1f} {'':11} {other:20} {ratio:.2f}"


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
            await speed(box, clock)
        clock.close()


if __name__ == "__main__":
    asyncio.run(main())
