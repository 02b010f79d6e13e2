"""Ways beyond one process: a server, two replicas behind nginx, Ray with one and three nodes.

    python -m benchmarks.scale                     every way, and every fault (about four minutes)
    python -m benchmarks.scale --only overhead     Ray's own cost alone

All ways share this machine's cores, so items a second tell what a way costs, not what it gains; the
model of that is `scale_model.project`. Needs nginx, and makes an environment with Ray where there
is none.
"""

import sys

if sys.path[0].endswith("benchmarks"):  # run as a file: our math.py must not hide Python's own
    sys.path[0] = sys.path[0].rpartition("/")[0] or "."

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import httpx
import psutil
import typer
from rich.console import Console
from rich.table import Table

from tests.balancer import balanced
from tests.cluster import Cluster, cluster, ray_environment
from tests.engines.mixed import judged, mixed
from tests.live import ROOT, environment, free_port, running

BATCH = 256
CLIENTS = 4
PATIENCE_S = 120
SMALL = {"workers": 1, "sandbox_slots": 1}


@dataclass
class Load:
    """What clients saw: seconds a batch, batches that failed for good or were wrong."""

    seconds: list[float] = field(default_factory=list)
    asked_again: int = 0
    failed: int = 0
    took_s: float = 0.0


def send(url: str, items: Sequence[Any], batches: int, *, again: bool, done: Any) -> Load:
    """Have clients send the items so often, each a batch at a time, and look at every verdict.

    Args:
        url: of the service.
        items: a batch.
        batches: how often.
        again: whether a client asks again on a lost connection, as ours does.
        done: a semaphore, released for each batch.
    """
    load = Load()
    expected = judged(httpx.post(f"{url}/v1/score", json={"items": items}, timeout=120).json())
    body = json.dumps({"items": items})

    def ask(client: httpx.Client) -> None:
        begin = time.perf_counter()
        answer = None
        while answer is None or answer.status_code == 503:
            try:
                answer = client.post("/v1/score", content=body)
            except httpx.TransportError:
                load.asked_again += 1
                if not again or time.perf_counter() - begin > PATIENCE_S:
                    break
                time.sleep(0.2)
        load.seconds.append(time.perf_counter() - begin)
        same = answer is not None and answer.status_code == 200
        if not same or judged(answer.json())["results"] != expected["results"]:
            load.failed += 1
        done.release()

    start = time.perf_counter()
    with (
        httpx.Client(base_url=url, timeout=PATIENCE_S) as client,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        list(pool.map(ask, [client] * batches))
    load.took_s = time.perf_counter() - start
    return load


@dataclass
class Way:
    """A service to measure: its address, its processes, and what can be killed under load."""

    name: str
    url: str
    processes: Callable[[], list[psutil.Process]]
    faults: dict[str, Callable[[], None]]


@contextmanager
def one_server(folder: Path) -> Iterator[Way]:
    """The local engine."""
    with running(folder / "local", **SMALL) as server:
        faults = {"a worker": lambda: kill(server.workers()[:1])}
        yield Way("local", server.url, lambda: below(server.process.pid), faults)


@contextmanager
def two_replicas(folder: Path) -> Iterator[Way]:
    """Two servers behind nginx."""
    with ExitStack() as stack:
        servers = [stack.enter_context(running(folder / f"r{n}", **SMALL)) for n in range(2)]
        addresses = [server.url.removeprefix("http://") for server in servers]
        url = stack.enter_context(balanced(folder, addresses))
        pids = [server.process.pid for server in servers]
        faults = {"a replica": lambda: kill(below(pids[0]))}
        yield Way(
            "2 replicas behind nginx", url, lambda: [p for pid in pids for p in below(pid)], faults
        )


@contextmanager
def over_ray(folder: Path, python: Path, nodes: int) -> Iterator[Way]:
    """The service over a cluster, started again when it is killed, as a container would be."""
    with cluster(python, nodes, 2) as ours, supervised(folder, python, ours) as (url, holder):
        faults: dict[str, Callable[[], None]] = {}
        if nodes > 1:
            faults = {
                "a worker": lambda: kill(ours.workers()[:1]),
                "a node's actor": lambda: kill(ours.actors()[:1]),
                "the driver": lambda: kill([psutil.Process(holder[0].pid)]),
                "a raylet with its workers": lambda: ours.kill(1),
            }
        name = f"Ray, {nodes} node{'s' * (nodes > 1)}"
        yield Way(name, url, lambda: [*below(holder[0].pid), *below(ours.process.pid)], faults)


@contextmanager
def supervised(
    folder: Path, python: Path, ours: Cluster
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A server over the cluster that is started anew whenever it ends."""
    port = free_port()
    settings = environment(engine="ray", **SMALL)
    command = [python, "-c", "from reward_server.cli import main; main()"]
    holder: list[subprocess.Popen[bytes]] = []
    over = threading.Event()

    def keep() -> None:
        while not over.is_set():
            with (folder / "ray").open("ab") as sink:
                process = subprocess.Popen(
                    [*command, "serve", "--port", str(port)],
                    cwd=ROOT, env={**settings, **ours.variables()}, stderr=sink,
                )  # fmt: skip
            holder[:] = [process]
            process.wait()

    keeper = threading.Thread(target=keep)
    keeper.start()
    url = f"http://127.0.0.1:{port}"
    try:
        wait_ready(url)
        yield url, holder
    finally:
        over.set()
        holder[0].terminate()
        keeper.join()


def wait_ready(url: str) -> None:
    """Wait until a service says that it is ready."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)


def below(pid: int) -> list[psutil.Process]:
    """A process and all its descendants."""
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def kill(processes: Sequence[psutil.Process]) -> None:
    """SIGKILL."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """CPU seconds that processes have used."""
    total = 0.0
    for process in processes:
        try:
            total += sum(process.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total


def measure(way: Way, table: Table, faults: Table, batches: int) -> None:
    """One way: its rate and latency undisturbed, then each fault under load."""
    items = mixed(BATCH, seed=1)
    nobody = threading.Semaphore(0)
    send(way.url, items, CLIENTS * 2, again=False, done=nobody)
    before = cpu_s(way.processes())
    load = send(way.url, items, batches, again=False, done=nobody)
    spent = cpu_s(way.processes()) - before
    count = batches * BATCH
    at = sorted(load.seconds)
    table.add_row(
        way.name, f"{count / load.took_s:,.0f}", f"{spent / count * 1e6:.0f}",
        f"{at[len(at) // 2] * 1000:.0f}", f"{at[int(len(at) * 0.99)] * 1000:.0f}", str(load.failed),
    )  # fmt: skip
    for name, strike in way.faults.items():
        faults.add_row(way.name, name, *struck(way, items, batches, strike))
        wait_ready(way.url)


def struck(
    way: Way, items: Sequence[Any], batches: int, strike: Callable[[], None]
) -> tuple[str, ...]:
    """What came of a load in the middle of which something was killed."""
    done = threading.Semaphore(0)

    def later() -> None:
        for _ in range(batches // 4):
            done.acquire()
        strike()

    striker = threading.Thread(target=later)
    striker.start()
    # nginx asks again by itself; who talks to a server directly does it as our client does
    load = send(way.url, items, batches, again="nginx" not in way.name, done=done)
    striker.join()
    return (
        str(batches), str(load.failed), str(load.asked_again), f"{max(load.seconds) * 1000:.0f}",
    )  # fmt: skip


def overhead(python: Path, rounds: int) -> dict[str, Any]:
    """What `scale_driver` finds on a cluster of one node."""
    with cluster(python, 1, 2) as ours:
        done = subprocess.run(
            [python, "-m", "benchmarks.scale_driver", str(rounds)],
            cwd=ROOT,
            env={**environment(), **ours.variables(), "PATH": os.environ["PATH"]},
            input=json.dumps([ours.process.pid]) + "\n",
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(
    batches: Annotated[int, typer.Option(help="Batches of 256 a load.")] = 40,
    rounds: Annotated[int, typer.Option(help="Rounds of the overhead; the median counts.")] = 11,
    only: Annotated[str, typer.Option(help="`overhead`, `ways`, or all.")] = "all",
) -> None:
    """Measure and print."""
    console = Console(width=120)
    python = ray_environment()
    if only != "ways":
        found = overhead(python, rounds)
        local, ray = found["local"], found["ray"]
        console.print(
            "a verifier that does nothing, chunks of 64, µs an item by the clock (CPU of all "
            f"processes): local {local['wall_us']:.1f} ({local['cpu_us']:.1f}), Ray "
            f"{ray['wall_us']:.1f} ({ray['cpu_us']:.1f}): Ray adds "
            f"{ray['wall_us'] - local['wall_us']:.1f} ({ray['cpu_us'] - local['cpu_us']:.1f})"
        )
        console.print(
            f"of that the driver's CPU {ray['driver_us']:.1f}, the node actor's "
            f"{ray['actor_us']:.1f}"
        )
        for size, paced in found["paced"].items():
            console.print(
                f"the driver at {paced['items_s']:.0f} items a second in batches of {size}: "
                f"{paced['core_share']:.1%} of a core, {paced['idle_share']:.1%} where nothing is "
                "asked"
            )
    if only == "overhead":
        return
    table = Table("way", "items/s", "CPU µs an item", "p50 ms a batch", "p99 ms", "failed")
    faults = Table("way", "killed", "batches", "failed", "asked again", "longest ms")
    with TemporaryDirectory() as name:
        folder = Path(name)
        ways = [one_server(folder), two_replicas(folder)]
        ways += [over_ray(folder, python, nodes) for nodes in (1, 3)]
        for opened in ways:
            with opened as way:
                measure(way, table, faults, batches)
    console.print(table)
    console.print(faults)


if __name__ == "__main__":
    typer.run(main)
