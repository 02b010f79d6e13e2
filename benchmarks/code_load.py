"""Hostile programs among honest ones: how much longer it takes, and what they leave behind.

Part of `python -m benchmarks.code` (`--only load`, `--programs N`). Every twentieth program hangs,
every twentieth is a bomb; the honest ones must all pass, the others must not.
"""

import asyncio
import os
import random
import time
from pathlib import Path

from sandbox import Limits, Outcome, Program, Run, Sandbox

TIME_S = 1.0
HONEST = ("print(1)", "print(sum(range(1000)))", "import math\nprint(math.comb(20, 10))")
HANGS = (
    "while True:\n    pass",
    "import time\ntime.sleep(60)",
    "input()\nimport time\ntime.sleep(60)",
)
FORKS = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
BOMBS = (
    (FORKS, 8),
    ("x = []\nwhile True:\n    x.append(bytearray(1 << 24))", 1),
    ("while True:\n    print('x' * 100000)", 1),
    ("open('/tmp/f', 'wb').write(b'x' * (1 << 30))", 1),
    ("def f():\n    f()\nimport sys\nsys.setrecursionlimit(10 ** 9)\nf()", 1),
)


def programs(count: int, *, hostile: bool) -> list[tuple[str, str, int]]:
    """(kind, source, processes) of each program, in an order that repeats."""
    rows = []
    for index in range(count):
        turn = index // 20
        if hostile and index % 20 == 7:
            rows.append(("hang", HANGS[turn % len(HANGS)], 1))
        elif hostile and index % 20 == 13:
            rows.append(("bomb", *BOMBS[turn % len(BOMBS)]))
        else:
            rows.append(("honest", HONEST[index % len(HONEST)], 1))
    random.Random(1).shuffle(rows)
    return rows


async def run_all(box: Sandbox, rows: list[tuple[str, str, int]]) -> tuple[float, list[Outcome]]:
    """Seconds for all of them at once, and their outcomes."""

    async def one(source: str, processes: int) -> Outcome:
        limits = Limits(time_s=TIME_S, memory_mb=256, output_kb=1024, processes=processes)
        (outcome,) = await box.run(Program("python", source), [Run(b"\n")], limits)
        return outcome

    start = time.perf_counter()
    outcomes = await asyncio.gather(*(one(source, processes) for _, source, processes in rows))
    return time.perf_counter() - start, outcomes


def descendants() -> int:
    """Processes below this one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, queue = 0, [os.getpid()]
    while queue:
        children = parents.get(queue.pop(), [])
        found += len(children)
        queue += children
    return found


async def load(box: Sandbox, count: int) -> None:
    """Clean and mixed load, the time that is allowed, and what the hostile programs cost."""
    await run_all(box, programs(40, hostile=False))
    before, slots = descendants(), box.health().slots
    clean_s, _ = await run_all(box, programs(count, hostile=False))
    rows = programs(count, hostile=True)
    mixed_s, outcomes = await run_all(box, rows)
    hangs = sum(kind == "hang" for kind, _, _ in rows)
    allowed_s = 1.5 * clean_s + hangs * TIME_S / slots
    wrong = [
        (row[1], outcome.status, outcome.signal, outcome.cpu_ms, outcome.wall_ms, outcome.stderr)
        for row, outcome in zip(rows, outcomes, strict=True)
        if (row[0] == "honest") != (outcome.status == "ok")
    ]
    print(f"load: {count} programs, clean {clean_s:.1f} s, mixed {mixed_s:.1f} s", end="")
    print(
        f" (allowed {allowed_s:.1f} s); {len(wrong)} wrong; processes {before} -> {descendants()}"
    )
    for source, *how in wrong:
        print(f"    wrong: {source!r} ended as {how}")
    walls: dict[str, float] = {}
    for (kind, source, _), outcome in zip(rows, outcomes, strict=True):
        name = kind if kind == "honest" else source.replace("\n", " ")[-40:]
        walls[name] = walls.get(name, 0.0) + outcome.wall_ms / 1000
    for name, seconds in sorted(walls.items(), key=lambda item: -item[1]):
        print(f"    {seconds:7.2f} s of a slot's time: {name}")
    print()
