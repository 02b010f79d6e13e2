"""What Ray costs over the local engine, in one process; runs in the environment that has Ray.

usage: python -m benchmarks.scale_driver ROUNDS      prints one JSON object

It measures with a verifier that does nothing, so that what is left is the way there and back: in
batches of 1,024, which travel in chunks of 64, with both engines in turn. CPU is that of this
process and, by their ids on the standard input, of others.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import psutil

from reward_server.engines.ray import RewardActorPool
from reward_server.schema import Envelope
from reward_server.service import open_service
from reward_server.settings import Settings
from reward_server.telemetry import Metrics

RUBRIC = {"components": [{"verifier": "noop"}]}
CHUNK = 64
BATCH = 1024
BATCHES = 8
PACED_ITEMS_S = 2000
PACED_S = 6
PACED_BATCHES = (64, 256)


def items(count: int) -> list[dict[str, str]]:
    """Texts of a kilobyte."""
    return [{"completion": "so " * 330 + str(n), "reference": "1"} for n in range(count)]


def cpu_s(others: list[int]) -> float:
    """CPU seconds of this process, what is below it, and what is below the others."""
    roots = [psutil.Process(pid) for pid in (os.getpid(), *others)]
    every = [process for root in roots for process in (root, *root.children(recursive=True))]
    return sum(map(used_s, every))


def used_s(process: psutil.Process) -> float:
    """CPU seconds of one process; none where it has ended."""
    with suppress(psutil.NoSuchProcess):
        return float(sum(process.cpu_times()[:2]))
    return 0.0


Score = Callable[[], Awaitable[None]]


async def compared(pool: RewardActorPool, rounds: int, others: list[int]) -> dict[str, Any]:
    """µs an item of the local engine and of the pool, in turn: by the clock, and CPU."""
    batch, rubric = items(BATCH), Envelope(items=[], rubric=RUBRIC).rubric
    settings = Settings(verifiers=["benchmarks.noop"], workers=1, sandbox_slots=1)
    async with open_service(settings, Metrics()) as service:
        ready = service.rubrics.find(rubric, "rubric")

        async def local() -> None:
            async for _ in service.dispatch.score(batch, ready):
                pass

        async def over_ray() -> None:
            results = await pool.score_async(batch, RUBRIC)
            assert len(results) == BATCH

        ways = {"local": local, "ray": over_ray}
        spent = [
            {name: await measured(score, others) for name, score in ways.items()}
            for _ in range(rounds + 1)
        ][1:]  # the first warms up
    return {
        name: {key: statistics.median(r[name][key] for r in spent) for key in spent[0][name]}
        for name in ways
    }


async def measured(score: Score, others: list[int]) -> dict[str, float]:
    """What some batches cost, µs an item; the driver is this process."""
    below = [p for pid in others for p in psutil.Process(pid).children(recursive=True)]
    (actor,) = [p for p in below if "NodeActor" in " ".join(p.cmdline())]

    def clocks() -> dict[str, float]:
        return {
            "wall_us": time.perf_counter(),
            "cpu_us": cpu_s(others),
            "driver_us": used_s(psutil.Process()),
            "actor_us": used_s(actor),
        }

    before = clocks()
    for _ in range(BATCHES):
        await score()
    after = clocks()
    return {key: (after[key] - before[key]) / BATCHES / BATCH * 1e6 for key in before}


async def paced(pool: RewardActorPool, size: int) -> dict[str, float]:
    """The driver's share of a core at 2,000 items a second, in batches of this size."""
    batch = items(size)
    before = time.process_time()
    await asyncio.sleep(PACED_S)
    idle = (time.process_time() - before) / PACED_S
    before, start = time.process_time(), time.perf_counter()
    waits = set()
    count = PACED_ITEMS_S * PACED_S // size
    for at in range(count):
        await asyncio.sleep(max(0.0, start + at * size / PACED_ITEMS_S - time.perf_counter()))
        waits.add(asyncio.ensure_future(pool.score_async(batch, RUBRIC)))
    await asyncio.gather(*waits)
    seconds = time.perf_counter() - start
    share = (time.process_time() - before) / seconds
    return {"items_s": count * size / seconds, "core_share": share, "idle_share": idle}


def main(rounds: int) -> None:
    """Measure in turn and print."""
    others = json.loads(sys.stdin.readline())
    with RewardActorPool(verifiers=["benchmarks.noop"], workers=1, sandbox_slots=1) as pool:
        found = asyncio.run(compared(pool, rounds, others))
        found["paced"] = {size: asyncio.run(paced(pool, size)) for size in PACED_BATCHES}
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
