"""A server under mixed load and under faults: nothing may be lost or wrong, and no memory leak.

    python -m benchmarks.soak                   20 minutes
    python -m benchmarks.soak --minutes 1

First the load that the server can take is measured, then items are sent at 80 % of it (open loop),
through our client, which asks again. Phases follow one another, each with a fault of its own
(`soak_faults.py`). Every item's reward is known. An item whose verdict is `failed` (our side broke
under it) is asked again, and counted; one that gets no verdict in five tries is lost.
"""

import sys

if sys.path[0].endswith("benchmarks"):  # run as a file: our math.py must not hide Python's own
    sys.path[0] = sys.path[0].rpartition("/")[0] or "."
sys.path.insert(1, "clients/python")

import asyncio
import random
import statistics
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from reward_client import AsyncRewardClient
from rich.console import Console
from rich.table import Table

from benchmarks.soak_faults import BODY_MB, FAULTS, Target, inject, own_tmp, workers, zygotes
from tests.live import COMMAND, ROOT, Server, environment, free_port, gone, stop, wait_ready

BATCH = 16
TRIES = 5
OUTSTANDING = 48
WINDOW_S = 30.0
MAX_SLOPE = 1.0
"""MB a minute."""

MISDEEDS = ("while N: pass", "x = [N] * 10**10", "import os; os.kill(N, 9); print(1)")

Pair = tuple[dict[str, Any], float]
"""An item and its reward."""


def item(rng: random.Random) -> Pair:
    """One item of the mix, never twice the same: maths 55 %, programs 25 %, choice, format."""
    n, right, kind = rng.randrange(1, 10**9), rng.random() < 0.5, rng.randrange(20)
    if kind >= 15:
        return program(rng, n, right=right)
    if kind < 8:
        asked: dict[str, Any] = {
            "completion": f"so \\boxed{{{n + (not right)}}}",
            "reference": str(n),
        }
    elif kind < 11:
        square = f"\\boxed{{x^2 {'+' if right else '-'} {2 * n}x + {n * n}}}"
        asked = {"completion": square, "reference": f"(x + {n})^2"}
    elif kind < 13:
        reference = {"answer": "B", "choices": [f"red {n}", f"blue {n}"]}
        asked = {"completion": f"The answer is ({'B' if right else 'A'}).", "reference": reference}
    else:
        text = f"<think>{n}</think>\n<answer>{n}</answer>" if right else f"{n}"
        asked = {"completion": text, "rubric": {"components": [{"verifier": "format"}]}}
    return asked, float(right)


def program(rng: random.Random, n: int, *, right: bool) -> Pair:
    """A program: two in five a function, two a whole program, one that misbehaves."""
    kind = rng.randrange(5)
    if kind < 2:
        body = f"def f(x):\n    return x * {n if right else n + 1}"
        tests: dict[str, Any] = {
            "calls": {"entry_point": "f", "cases": [{"args": [3], "expected": n * 3}]}
        }
    elif kind < 4:
        body = f"print(int(input()) + {n if right else n + 1})"
        tests = {"stdio": [{"stdin": "5\n", "stdout": str(n + 5)}]}
    else:
        right = False
        body = rng.choice(MISDEEDS).replace("N", str(n))
        limits = {"time_s": 0.2, "memory_mb": 64}
        tests = {"stdio": [{"stdin": "", "stdout": "1"}], "limits": limits}
    return {"completion": f"```python\n{body}\n```", "reference": {"tests": tests}}, float(right)


@dataclass
class Record:
    """What came of the items; latencies by phase, memory by time."""

    phase: str = "warm-up"
    counts: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, float, float]] = field(default_factory=list)


def main(
    minutes: Annotated[float, typer.Option(help="How long, after the warm-up.")] = 20.0,
    load: Annotated[float, typer.Option(help="Share of what the server can take.")] = 0.8,
) -> None:
    """Soak a server of this checkout and print what came of it; exit code 1 if anything did."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "tmp"
        scratch.mkdir()
        record = Record()
        with _running(Path(folder), scratch) as server:
            target = Target(server, scratch)
            rate = asyncio.run(_soak(target, record, minutes * 60, load))
            processes = server.descendants()
        left = [] if gone(processes) else [p for p in processes if p.is_running()]
    raise typer.Exit(_report(record, target, rate, minutes, left))


@contextmanager
def _running(folder: Path, scratch: Path) -> Iterator[Server]:
    """A server whose TMPDIR and cache lie on a small file system."""
    port, log = free_port(), folder / "log"
    given = environment(max_body_mb=BODY_MB, max_items=4096, log_level="warning")
    given |= {"TMPDIR": str(scratch), "XDG_CACHE_HOME": str(scratch)}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*own_tmp(scratch), *COMMAND, "serve", "--port", str(port)],
            cwd=ROOT,
            env=given,
            stderr=sink,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_ready(server)
        yield server
    finally:
        stop(server)


async def _soak(target: Target, record: Record, seconds: float, load: float) -> float:
    """Warm-up and phases; returns the batches a second that were sent."""
    rng = random.Random(1)
    async with AsyncRewardClient(target.server.url, connections=OUTSTANDING) as client:
        capacity = await _capacity(client, record, max(5.0, min(30.0, seconds / 10)))
        rate = load * capacity
        watcher = asyncio.create_task(_watch(target, record))
        sender = asyncio.create_task(_send(client, record, rng, rate))
        lap_s = min(25.0, seconds / len(FAULTS))
        end = time.monotonic() + seconds
        while time.monotonic() < end - lap_s / 2:
            for name, fault in FAULTS.items():
                record.phase = name
                until = time.monotonic() + lap_s
                await inject(target, fault, until)
        sender.cancel()
        with suppress(asyncio.CancelledError):
            await sender
        watcher.cancel()
    return rate


async def _capacity(client: AsyncRewardClient, record: Record, seconds: float) -> float:
    """Batches a second that the server answers when asked as fast as it can; the warm-up."""
    rng, start, answered = random.Random(0), time.monotonic(), 0

    async def keep_asking() -> None:
        nonlocal answered
        while time.monotonic() - start < seconds:
            await _ask(client, record, [item(rng) for _ in range(BATCH)])
            answered += 1

    await asyncio.gather(*(keep_asking() for _ in range(8)))
    return answered / (time.monotonic() - start)


async def _send(client: AsyncRewardClient, record: Record, rng: random.Random, rate: float) -> None:
    """A batch every 1/rate seconds, whether the last one is answered or not; to their end."""
    under_way: set[asyncio.Task[None]] = set()
    due = time.monotonic()
    try:
        while True:
            due = max(due + 1 / rate, time.monotonic() - 1)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if len(under_way) >= OUTSTANDING:
                record.counts["times that the sender had to wait"] += 1
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            under_way = {task for task in under_way if not task.done()}
            under_way.add(
                asyncio.create_task(_ask(client, record, [item(rng) for _ in range(BATCH)]))
            )
    finally:
        await asyncio.gather(*under_way)


async def _ask(client: AsyncRewardClient, record: Record, pairs: list[Pair]) -> None:
    """One batch to its last verdict."""
    phase, start = record.phase, time.monotonic()
    record.sent[phase] += len(pairs)
    for _ in range(TRIES):
        try:
            results = await client.score([asked for asked, _ in pairs])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is counted here
            record.counts[f"error {type(error).__name__}"] += 1
            break
        again = []
        for pair, result in zip(pairs, results, strict=True):
            if result.status == "failed":
                again.append(pair)
                continue
            record.counts["answered"] += 1
            if result.reward != pair[1]:
                record.wrong.append(f"{phase}: {pair} got {result.reward} {result.scores}")
        if phase != "warm-up":
            record.latencies[phase].append(time.monotonic() - start)
        pairs = again
        if not pairs:
            return
        record.counts["asked again after `failed`"] += len(pairs)
        await asyncio.sleep(0.5)
    record.counts["lost"] += len(pairs)


async def _watch(target: Target, record: Record) -> None:
    """Memory, MB: of the server's process, and with its workers and slots (shared pages split)."""
    start = time.monotonic()
    while True:
        with suppress(psutil.Error):
            own = psutil.Process(target.pid)
            every = [own, *workers(target), *zygotes(target)]
            sizes = [await asyncio.to_thread(_size_mb, process) for process in every]
            record.memory.append((time.monotonic() - start, sizes[0], sum(sizes)))
        await asyncio.sleep(2)


def _size_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 1e6
    except psutil.Error:
        return 0.0


def slope(points: list[tuple[float, float]]) -> float:
    """MB a minute, of the medians of half minutes (a body in memory is no leak)."""
    windows: dict[int, list[float]] = defaultdict(list)
    for at, size in points:
        windows[int(at // WINDOW_S)].append(size)
    medians = [(number * WINDOW_S / 60, statistics.median(w)) for number, w in windows.items()]
    if len(medians) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*medians, strict=True)).slope


def _report(
    record: Record, target: Target, rate: float, minutes: float, left: list[psutil.Process]
) -> int:
    """Print; returns the exit code."""
    sent, counts = record.sent.total(), record.counts
    table = Table("phase", "items", "batches", "p50 ms", "p99 ms", "max ms")
    for name, values in record.latencies.items():
        at = sorted(values)
        shown = [f"{1000 * at[int((len(at) - 1) * share)]:.0f}" for share in (0.5, 0.99, 1)]
        table.add_row(name, f"{record.sent[name]:,}", f"{len(at):,}", *shown)
    Console(width=100).print(table)
    warm = record.memory[len(record.memory) // 5 :]
    own = slope([(at, size) for at, size, _ in warm])
    every = slope([(at, size) for at, _, size in warm])
    print(f"{minutes:g} minutes at {rate * BATCH:,.0f} items/s, batches of {BATCH}")
    print("faults:", ", ".join(f"{number} {name}" for name, number in target.done.items()))
    print(
        f"items: {sent:,} sent, {counts['answered']:,} answered, {sent - counts['answered']} lost, "
        f"{len(record.wrong)} wrong"
    )
    print("also:", dict(counts))
    print(
        f"memory: server {warm[0][1]:.0f} to {warm[-1][1]:.0f} MB, {own:+.2f} MB/min; with workers "
        f"and slots {warm[0][2]:.0f} to {warm[-1][2]:.0f} MB, {every:+.2f} MB/min"
    )
    print(f"processes left: {len(left)}")
    for line in record.wrong[:10]:
        print("WRONG", line[:600])
    lost = sent - counts["answered"]
    leaks = minutes >= 10 and max(own, every) >= MAX_SLOPE  # a short run says nothing about leaks
    return int(bool(lost or record.wrong or left or leaks))


if __name__ == "__main__":
    typer.run(main)
