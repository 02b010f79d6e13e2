"""A real Ray cluster of several nodes on this machine, each with a raylet of its own.

`python -m tests.cluster CPUS NODES`, in an environment with Ray, starts one and obeys lines on its
standard input: `add` (a node joins), `kill I` (SIGKILL of a node's raylet); it answers with JSON
and ends the cluster when its input does. `Cluster` is the other end, for tests and benchmarks.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.live import ROOT, environment, gone, kill

OBJECT_STORE_BYTES = 100 << 20
END_S = 60


class Cluster:
    """A cluster that runs; the first of its nodes is the head."""

    def __init__(self, process: subprocess.Popen, temporary: str) -> None:
        self.process = process
        self.temporary = temporary
        self.address = self._answer()["address"]

    def add(self) -> None:
        """Have a node join."""
        self._ask("add")

    def kill(self, index: int) -> None:
        """SIGKILL a node's raylet, by the order in which they joined; its workers end by that."""
        self._ask(f"kill {index}")

    def variables(self) -> dict[str, str]:
        """What a process that is to join finds in its environment."""
        return {"RAY_ADDRESS": self.address, "RAY_TMPDIR": self.temporary}

    def processes(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def actors(self) -> list[psutil.Process]:
        """The process of each node's actor."""
        return [p for p in self.processes() if "NodeActor" in _command(p)]

    def workers(self) -> list[psutil.Process]:
        """The processes that judge."""
        servers = [p for p in self.processes() if "multiprocessing.forkserver" in _command(p)]
        below = [child for server in servers for child in server.children()]
        return [p for p in below if "multiprocessing.forkserver" in _command(p)]

    def _ask(self, line: str) -> None:
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        self._answer()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        assert line, "the cluster did not start, or died"
        return json.loads(line)


def ray_environment() -> Path:
    """The Python of the environment with Ray and this checkout, made where it is not there."""
    from tests.real.conftest import environment as made  # noqa: PLC0415 - it has no pytest itself

    python = made("ray")
    if not python.with_name("reward-server").exists():
        uv = Path(sys.executable).with_name("uv")
        install = ["pip", "install", "--quiet", "--python", python, "--no-deps", "--editable", ROOT]
        subprocess.run([uv, *install], check=True)
    return python


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextmanager
def cluster(python: Path, nodes: int, cpus: int) -> Iterator[Cluster]:
    """A cluster of so many nodes, the head among them, with so many CPUs each; ended on leaving."""
    temporary = tempfile.mkdtemp(prefix="ray-")
    variables = {"RAY_TMPDIR": temporary, "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
    served = subprocess.Popen(
        [python, "-m", "tests.cluster", str(cpus), str(nodes)],
        cwd=ROOT,
        env={**environment(), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    below: list[psutil.Process] = []
    try:
        running = Cluster(served, temporary)
        yield running
        below = running.processes()
    finally:
        served.stdin.close()
        served.wait(END_S)
        served.stdout.close()
        kill(below)  # Ray's workers that were just starting wait a minute for their raylet
        assert gone(below)
        shutil.rmtree(temporary, ignore_errors=True)


def serve(cpus: int, count: int) -> None:
    """Run a cluster until the standard input ends."""
    from ray.cluster_utils import Cluster as RayCluster  # noqa: PLC0415

    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Ray prints
    node = {"num_cpus": cpus, "object_store_memory": OBJECT_STORE_BYTES, "include_dashboard": False}
    node |= {"include_log_monitor": False}
    ours = RayCluster(initialize_head=True, head_node_args={**node, "no_monitor": True})
    nodes = [ours.head_node]
    try:
        nodes += [ours.add_node(**node) for _ in range(count - 1)]
        answers.write(json.dumps({"address": ours.address}) + "\n")
        for line in sys.stdin:
            word, *arguments = line.split()
            if word == "add":
                nodes.append(ours.add_node(**node))
            else:
                ours.remove_node(nodes[int(*arguments)], allow_graceful=False)
            answers.write("{}\n")
    finally:
        for left in [*ours.worker_nodes, ours.head_node]:
            ours.remove_node(left, allow_graceful=False)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
