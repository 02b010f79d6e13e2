"""A real server process on a real port, for tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from reward_server.cli import main; main()"]
START_S = 120


@dataclass
class Server:
    url: str
    process: subprocess.Popen
    log: Path

    def client(self, **options) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=120, **options)

    def score(self, items, **body) -> dict:
        with self.client() as client:
            answer = client.post("/v1/score", json={"items": items, **body})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def workers(self) -> list[psutil.Process]:
        """The worker processes; they are forked by a server of forks below the server."""
        return [p for p in self.descendants() if any(c.pid == p.pid for c in _forked(p))]

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def _forked(process: psutil.Process) -> list[psutil.Process]:
    try:
        parent = process.parent()
        if parent is None or "multiprocessing.forkserver" not in " ".join(parent.cmdline()):
            return []
        return parent.children()
    except psutil.NoSuchProcess:  # it has ended meanwhile
        return []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**settings) -> dict[str, str]:
    """The tests' environment without settings of ours, and with these.

    Trying the compilers of every language at each start would take minutes in all.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REWARD_")}
    settings = {"canaries": "python", **settings}
    given = {f"REWARD_{name.upper()}": str(value) for name, value in settings.items()}
    return {**kept, "PYTHONPATH": str(ROOT), **given}


@contextmanager
def running(
    log: Path,
    *,
    ready: bool = True,
    python: str | Path = sys.executable,
    variables: dict[str, str] | None = None,
    **settings,
) -> Iterator[Server]:
    """A server under these settings.

    Args:
        log: where its log goes.
        ready: whether to wait for it.
        python: whose packages it has.
        variables: of its environment, beside the settings.
        settings: by their names, without the prefix.
    """
    port = free_port()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [python, *COMMAND[1:], "serve", "--port", str(port)],
            cwd=ROOT,
            env={**environment(**settings), **(variables or {})},
            stderr=sink,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        if ready:
            wait_ready(server)
        yield server
    finally:
        stop(server)


def wait_ready(server: Server) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if httpx.get(f"{server.url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not ready after {START_S} s: {server.log.read_text()}")


def stop(server: Server) -> None:
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(40)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
        raise


def kill(processes: Iterable[psutil.Process]) -> None:
    """SIGKILL; the end of one may have been the end of others."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def gone(processes: list[psutil.Process], within_s: float = 10) -> bool:
    """Whether all of them have ended; what nobody reaps has ended too."""
    deadline = time.monotonic() + within_s
    while not all(map(_ended, processes)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
