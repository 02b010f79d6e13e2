"""The docker sandbox measured: what a program costs in a warm container, beside `docker exec`.

    python benchmarks/code_docker.py [--image reward-server] [--runtime runsc]

Wants an engine on this machine with the image, and root for its processes' clocks. CPU time is that
of everything on the way: this process and its children, the engine, the containers' keepers and the
containers. Rounds of all runners are interleaved. Languages that the image has not are left out.
"""

import sys

sys.path[0] = sys.path[0].removesuffix("benchmarks") or "."  # math.py here would hide Python's own

import argparse
import asyncio
import os
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable
from typing import Any

import docker
import psutil

from sandbox import Containers, Program, Run, Sandbox, open_sandbox

ROUNDS, EACH = 6, 10
WAY = ("dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v2", "runsc")
PRINT = "print(1)"
SQUARE = "n = int(input())\nprint(n * n)"
CPP = "#include <iostream>\nint main() { long n; std::cin >> n; std::cout << n * n; }"
TESTS = [Run(b"%d\n" % n) for n in range(20)]

Runner = Callable[[], Awaitable[None]]


def cpu_s(client: Any, containers: list[str]) -> float:
    """CPU seconds so far of everything that takes part."""
    times = os.times()
    total = sum(times[:4])
    for process in psutil.process_iter(["name", "cpu_times"]):
        if process.info["name"].startswith(WAY):
            total += process.info["cpu_times"].user + process.info["cpu_times"].system
    for container in containers:
        stats = client.stats(container, stream=False, one_shot=True)
        total += stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
    return total


def runners(box: Sandbox, container: str) -> dict[str, Runner]:
    """Each does one program."""

    def ours(language: str, source: str, runs: list[Run]) -> Runner:
        async def run() -> None:
            outcomes = await box.run(Program(language, source), runs)
            assert all(outcome.status == "ok" for outcome in outcomes), outcomes

        return run

    async def execute() -> None:
        command = ["docker", "exec", "-i", container, "python3", "-c", PRINT]
        await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)

    found = {
        "docker exec, print(1)": execute,
        "print(1)": ours("python", PRINT, [Run()]),
        "Python, 20 stdio tests": ours("python", SQUARE, TESTS),
    }
    if "cpp" in box.offered():
        found["C++, 20 stdio tests, compiled before"] = ours("cpp", CPP, TESTS)
    return found


async def measure(image: str, runtime: str | None) -> None:
    """Print the table."""
    client = docker.APIClient(version="auto")
    started = time.monotonic()
    async with await open_sandbox("docker", 1, Containers(image, runtime)) as box:
        print(f"a sandbox of one container starts in {time.monotonic() - started:.2f} s")
        place: Any = box._places[0]  # noqa: SLF001 - to read its container's clock
        peer = client.create_container(
            image,
            entrypoint=["sleep", "600"],
            host_config=client.create_host_config(auto_remove=True, runtime=runtime),
        )["Id"]
        try:
            client.start(peer)
            await _table(client, runners(box, peer), [place._container, peer])  # noqa: SLF001
        finally:
            client.remove_container(peer, force=True)


async def _table(client: Any, chosen: dict[str, Runner], containers: list[str]) -> None:
    walls: dict[str, list[float]] = {name: [] for name in chosen}
    cpus: dict[str, list[float]] = {name: [] for name in chosen}
    for run in chosen.values():
        await run()
    for _ in range(ROUNDS):
        for name, run in chosen.items():
            before = cpu_s(client, containers)
            for _ in range(EACH):
                start = time.perf_counter()
                await run()
                walls[name].append((time.perf_counter() - start) * 1000)
            cpus[name].append((cpu_s(client, containers) - before) * 1000 / EACH)
    print(f"{'':<38} {'CPU ms':>7} {'wall p50':>9} {'p99':>7}")
    for name, taken in walls.items():
        worst = statistics.quantiles(taken, n=100)[98]
        cpu = statistics.median(cpus[name])
        print(f"{name:<38} {cpu:7.1f} {statistics.median(taken):9.1f} {worst:7.1f}")


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default="reward-server")
    parser.add_argument("--runtime")
    options = parser.parse_args()
    asyncio.run(measure(options.image, options.runtime))


if __name__ == "__main__":
    main()
