"""What Ray costs over the local engine, in one process; runs in the environment that has Ray.

usage: python -m benchmarks.scale_driver ROUNDS      prints one JSON object

It measures with a verifier that does nothing, so that what is left is the way there and back: in
batches of 1,024, which travel in chunks of 64. CPU is that of this process and, by their ids on the
standard input, of others.
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


async def local(rounds: int) -> dict[str, float]:
    """µs an item of the local engine: by the clock, and CPU."""
    batch, rubric = items(BATCH), Envelope(items=[], rubric=RUBRIC).rubric
    settings = Settings(verifiers=["benchmarks.noop"], workers=1, sandbox_slots=1)
    async with open_service(settings, Metrics()) as service:
        ready = service.rubrics.find(rubric, "rubric")

        async def score() -> None:
            async for _ in service.dispatch.score(batch, ready):
                pass

        return await measured(score, rounds, [])


async def measured(
    score: Callable[[], Awaitable[None]], rounds: int, others: list[int]
) -> dict[str, float]:
    """Medians over the rounds, µs an item."""
    walls, cpus = [], []
    for round_ in range(rounds + 1):
        before, start = cpu_s(others), time.perf_counter()
        for _ in range(BATCHES):
            await score()
        if round_:  # the first warms up
            walls.append((time.perf_counter() - start) / BATCHES / BATCH * 1e6)
            cpus.append((cpu_s(others) - before) / BATCHES / BATCH * 1e6)
    return {"wall_us": statistics.median(walls), "cpu_us": statistics.median(cpus)}


async def over_ray(pool: RewardActorPool, rounds: int, others: list[int]) -> dict[str, float]:
    """The same through the pool, and how much of the CPU is the driver's and the actor's."""
    batch = items(BATCH)
    below = [p for pid in others for p in psutil.Process(pid).children(recursive=True)]
    (actor,) = [p for p in below if "NodeActor" in " ".join(p.cmdline())]
    before = used_s(psutil.Process()), used_s(actor)

    async def score() -> None:
        results = await pool.score_async(batch, RUBRIC)
        assert len(results) == BATCH

    found = await measured(score, rounds, others)
    count = (rounds + 1) * BATCHES * BATCH
    return found | {
        "driver_us": (used_s(psutil.Process()) - before[0]) / count * 1e6,
        "actor_us": (used_s(actor) - before[1]) / count * 1e6,
    }


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
    found: dict[str, Any] = {"local": asyncio.run(local(rounds))}
    with RewardActorPool(verifiers=["benchmarks.noop"], workers=1, sandbox_slots=1) as pool:
        found["ray"] = asyncio.run(over_ray(pool, rounds, others))
        found["paced"] = {size: asyncio.run(paced(pool, size)) for size in PACED_BATCHES}
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
