"""CPU time a program beside other runners: part of `python -m benchmarks.code` (`--only speed`).

CPU time is that of this process and all its descendants, by a cpuacct or cgroup2 group of its own;
without leave to make one (not root), only wall time is shown.
"""

import collections
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from sandbox import Limits, Program, Run, Sandbox
from sandbox.values import encode_call

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
COMPILED = """
#include <bits/stdc++.h>
int main() {
  std::map<long long, std::vector<std::string>> seen;
  long long n;
  while (std::cin >> n) seen[n].push_back(std::to_string(n * n));
  for (auto &[key, texts] : seen)
    for (auto &text : texts) std::cout << text << std::endl;
}
"""
NUMPY = "import numpy as np\nassert np.arange(10).sum() == 45"


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


def bare(command: Sequence[str], inputs: Sequence[str]) -> None:
    """A fresh process for each input."""
    for text in inputs:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, input=text.encode(), check=True, **quiet)


def bwrap(command: Sequence[str], inputs: Sequence[str]) -> None:
    """The same inside bubblewrap."""
    box = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--tmpfs", "/mnt", "--dev", "/dev"]
    bare([*box, *command], inputs)


class Row(NamedTuple):
    """One kind of work: ours, theirs, and what is wanted.

    Attributes:
        program, runs: for the sandbox; a program of `None` is `COMPILED`, new each time.
        command, inputs: the same as processes of their own.
        most_ms, most_ratio: targets: CPU of a program, and that beside a bare process.
        each: how often in a round.
    """

    program: Program | None
    runs: list[Run]
    command: list[str]
    inputs: Sequence[str]
    most_ms: float | None
    most_ratio: float | None = None
    each: int = EACH


def python_rows() -> dict[str, Row]:
    """What Python programs are measured at."""
    twenty = [f"{n}\n" for n in range(20)]
    whole = f"{FUNCTION}\n{ASSERTS}\ncheck(has_close)"
    tests = Program(
        "python", FUNCTION, "tests", entry_point="has_close", tests=(("tests.py", ASSERTS),)
    )
    called = Program("python", FUNCTION, "calls", entry_point="has_close")
    calls = [Run(encode_call([[1.0, 2.0, 3.9, float(n)], 0.5], {})) for n in range(7)]
    square = [Run(text.encode()) for text in twenty]

    def python(source: str) -> list[str]:
        return [sys.executable, "-c", source]

    rows = {
        "print(1)": Row(Program("python", PRINT), [Run()], python(PRINT), ("",), 3, 0.3),
        "calls x 7": Row(called, calls, python(whole), ("",), None),
        "asserts, split": Row(tests, [Run()], python(whole), ("",), 7, 0.4),
        "stdio x 20": Row(Program("python", SQUARE), square, python(SQUARE), twenty, 10, 0.05),
    }
    if importlib.util.find_spec("numpy") is None:
        print("numpy is not installed (make bench does): its row is left out")
    else:
        rows["numpy"] = Row(Program("python", NUMPY), [Run()], python(NUMPY), ("",), 6)
    return rows


def cpp_rows(place: Path) -> dict[str, Row]:
    """C++: twenty runs beside the compile, and the compile."""
    if shutil.which("g++") is None:
        print("g++ is not installed: its rows are left out")
        return {}
    twenty = [f"{n}\n" for n in range(20)]
    source, binary = place / "main.cpp", place / "main"
    source.write_text(COMPILED, encoding="utf-8")
    compile_it = ["g++", "-std=gnu++17", "-O2", "-o", str(binary), str(source)]
    subprocess.run(compile_it, check=True)
    square = [Run(text.encode()) for text in twenty]
    return {
        "C++ x 20": Row(Program("cpp", COMPILED), square, [str(binary)], twenty, 25, each=5),
        "C++, compile": Row(None, [Run(b"3\n")], compile_it, ("",), 350, each=2),
    }


class Exec:
    """`docker exec` into a warm container, by the wall clock: its CPU time is the engine's."""

    def __init__(self) -> None:
        image = os.environ.get("REWARD_DOCKER_IMAGE", "reward-server")
        run = ["docker", "run", "-d", "--rm", "--network", "none", "--entrypoint", "sleep"]
        self.name = ""
        if shutil.which("docker"):
            done = subprocess.run([*run, image, "900"], capture_output=True, text=True, check=False)
            self.name = done.stdout.strip() if not done.returncode else ""
        if not self.name:
            print(f"no Docker engine with the image {image}: docker exec is left out")

    def wall_ms(self, row: Row) -> float | None:
        """One program; None where it needs what the container has not."""
        if not self.name or row.command[0] != sys.executable:
            return None
        start = time.perf_counter()
        try:
            bare(["docker", "exec", "-i", self.name, "python3", *row.command[1:]], row.inputs)
        except subprocess.CalledProcessError:
            return None
        return (time.perf_counter() - start) * 1000

    def close(self) -> None:
        """Remove the container."""
        if self.name:
            subprocess.run(["docker", "kill", self.name], capture_output=True, check=False)


async def speed(box: Sandbox, clock: Clock, place: Path) -> None:
    """One table: CPU ms a program, wall p50 and p99, interleaved in rounds, with the targets."""
    print(f"{'':16} {'CPU ms':>8} {'p50 / p99 wall':>16} {'bare':>8} {'bwrap':>8}", end="")
    print(f" {'docker exec':>12} {'of bare':>8}   target")
    engine = Exec()
    try:
        for name, row in (python_rows() | cpp_rows(place)).items():
            await box.run(row.program or Program("cpp", COMPILED), row.runs, Limits())
            print(f"{name:16} {await rounds(box, clock, row, engine)}", flush=True)
    finally:
        engine.close()


async def rounds(box: Sandbox, clock: Clock, row: Row, engine: Exec) -> str:
    """Interleaved rounds of each runner; medians, and whether they meet the targets."""
    cpu: dict[str, list[float]] = collections.defaultdict(list)
    walls: list[float] = []
    others: dict[str, Callable[..., None]] = {"bare": bare}
    if shutil.which("bwrap") and row.program:
        others["bwrap"] = bwrap
    execs: list[float] = []
    for turn in range(ROUNDS):
        before = clock.now()
        for number in range(row.each):
            new = f"{COMPILED}// {turn} {number} {os.getpid()}\n"
            start = time.perf_counter()
            outcomes = await box.run(row.program or Program("cpp", new), row.runs, Limits())
            walls.append((time.perf_counter() - start) * 1000)
            assert all(outcome.status == "ok" for outcome in outcomes), outcomes
        cpu["ours"].append((clock.now() - before) / row.each)
        for name, runner in others.items():
            before = clock.now()
            runner(row.command, row.inputs)
            cpu[name].append(clock.now() - before)
        took = engine.wall_ms(row)
        execs += [] if took is None else [took]
    walls.sort()
    ours, theirs = statistics.median(cpu["ours"]), statistics.median(cpu["bare"])
    wall = f"{walls[len(walls) // 2]:.1f} / {walls[int(len(walls) * 0.99)]:.1f}"
    other = f"{statistics.median(cpu['bwrap']):.1f}" if cpu["bwrap"] else "-"
    docker = f"{statistics.median(execs):.0f}" if execs else "-"
    return (
        f"{ours:8.2f} {wall:>16} {theirs:8.1f} {other:>8} {docker:>12} {ours / theirs:8.2f}"
        f"   {verdict(row, ours, ours / theirs)}"
    )


def verdict(row: Row, ours: float, ratio: float) -> str:
    """The row's targets, and whether they are met."""
    if row.most_ms is None:
        return "-"
    met = ours <= row.most_ms and (row.most_ratio is None or ratio <= row.most_ratio)
    beside = f" and {row.most_ratio:g} of bare" if row.most_ratio else ""
    return f"{row.most_ms:g} ms{beside}: {'met' if met else 'MISSED'}"
