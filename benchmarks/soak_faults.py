"""What goes wrong during a soak, for real: one function a fault, each run again and again."""

import asyncio
import contextlib
import errno
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

from tests.live import Server

BODY_MB = 8
"""REWARD_MAX_BODY_MB of the server under soak."""

STOP_S = 3.0
HEAD = "POST /v1/score HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\n"

Fault = Callable[["Target"], Awaitable[None]]


class Target:
    """The server under soak.

    Attributes:
        server: it, on its port.
        scratch: its temporary directory, on a file system of its own.
        done: how often each fault was injected.
    """

    def __init__(self, server: Server, scratch: Path) -> None:
        self.server = server
        self.scratch = scratch
        self.done: Counter[str] = Counter()
        self.rng = random.Random(7)

    @property
    def pid(self) -> int:
        """Of the server itself."""
        return self.server.process.pid

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        return await asyncio.open_connection("127.0.0.1", int(self.server.url.rpartition(":")[2]))


def zygotes(target: Target) -> list[psutil.Process]:
    """The processes of the sandbox's slots, with what runs in them."""
    return [p for p in target.server.descendants() if "namespace/launch.py" in _command(p)]


def workers(target: Target) -> list[psutil.Process]:
    """The worker processes: children of a server of forks."""
    with contextlib.suppress(psutil.Error):
        own = psutil.Process(target.pid).children()
        forks = [process for process in own if "multiprocessing.forkserver" in _command(process)]
        return [worker for process in forks for worker in process.children()]
    return []


def _command(process: psutil.Process) -> str:
    """Its command line; programs of the sandbox come and go meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


async def killed_workers(target: Target) -> None:
    """`kill -9` of one worker, every second or so."""
    _kill_one(target, "workers killed", workers(target))
    await asyncio.sleep(target.rng.uniform(0.5, 1.5))


async def killed_zygotes(target: Target) -> None:
    """`kill -9` of one process of a slot, every few seconds: launcher, zygote or program."""
    _kill_one(target, "zygotes killed", zygotes(target))
    await asyncio.sleep(target.rng.uniform(1, 4))


def _kill_one(target: Target, name: str, processes: list[psutil.Process]) -> None:
    if processes:
        with contextlib.suppress(psutil.Error):
            target.rng.choice(processes).kill()
            target.done[name] += 1


async def full_tmp(target: Target) -> None:
    """No byte is left in the server's TMPDIR for five seconds, and then there is room again."""
    filler = Path(f"/proc/{target.pid}/root{target.scratch}/filler")
    target.done["times that tmp was full"] += await asyncio.to_thread(_fill, filler)
    await asyncio.sleep(5)
    await asyncio.to_thread(filler.unlink, missing_ok=True)
    await asyncio.sleep(1)


def _fill(filler: Path) -> bool:
    """Write until nothing goes in any more; whether that is why it ended."""
    try:
        with filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
    except OSError as error:
        return error.errno == errno.ENOSPC


async def clock_jumps(target: Target) -> None:
    """The server's clocks jump by 3 s: it is stopped, alone or with all of its processes."""
    everything = [psutil.Process(target.pid)]
    if target.done["clock jumps"] % 2:
        everything += target.server.descendants()
    for process in everything:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(STOP_S)
    for process in reversed(everything):
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)
    target.done["clock jumps"] += 1
    await asyncio.sleep(3)


async def slow_clients(target: Target) -> None:
    """Thirty clients send a byte every 50 ms, or take none of their answer, and then give up."""

    async def creep() -> None:
        with contextlib.suppress(OSError):
            _, writer = await target.connect()
            writer.write(f"{HEAD}Content-Length: 100000\r\n\r\n".encode())
            for _ in range(60):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
            writer.close()

    async def ignore() -> None:
        with contextlib.suppress(OSError):
            reader, writer = await target.connect()
            reader._transport.pause_reading()  # type: ignore[attr-defined] # noqa: SLF001
            writer.write(_request(2000))
            await writer.drain()
            await asyncio.sleep(3)
            writer.close()

    await asyncio.gather(*(creep() for _ in range(25)), *(ignore() for _ in range(5)))
    target.done["slow clients"] += 30


async def cut_connections(target: Target) -> None:
    """Connections that end in the middle of a request, or before its answer."""
    for _ in range(10):
        with contextlib.suppress(OSError):
            _, writer = await target.connect()
            request = _request(200)
            writer.write(request[: target.rng.randrange(1, len(request) + 1)])
            await writer.drain()
            await asyncio.sleep(target.rng.uniform(0, 0.05))
            writer.transport.abort()
            target.done["connections cut"] += 1
    await asyncio.sleep(0.3)


async def oversized_bodies(target: Target) -> None:
    """Bodies above the limit, announced or not, which must be refused and not kept."""
    for length in (f"Content-Length: {BODY_MB << 21}", "Transfer-Encoding: chunked"):
        with contextlib.suppress(OSError):
            reader, writer = await target.connect()
            writer.write(f"{HEAD}{length}\r\n\r\n".encode())
            with contextlib.suppress(ConnectionError):
                for _ in range(2 * BODY_MB):
                    writer.write(b"100000\r\n" if "chunked" in length else b"")
                    writer.write(b" " * (1 << 20))
                    writer.write(b"\r\n" if "chunked" in length else b"")
                    await writer.drain()
            line = await asyncio.wait_for(reader.readline(), 30)
            target.done["oversized bodies refused with 413"] += b" 413 " in line
            writer.close()
    await asyncio.sleep(0.3)


async def none(target: Target) -> None:
    """No fault."""
    del target
    await asyncio.sleep(0.5)


def _request(items: int) -> bytes:
    item = '{"completion": "\\\\boxed{1}", "reference": "1"}'
    body = '{"items": [' + ", ".join([item] * items) + "]}"
    return f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}".encode()


FAULTS: dict[str, Fault] = {
    "no fault": none,
    "killed workers": killed_workers,
    "killed zygotes": killed_zygotes,
    "full tmp": full_tmp,
    "clock jumps": clock_jumps,
    "slow clients": slow_clients,
    "cut connections": cut_connections,
    "oversized bodies": oversized_bodies,
}


def own_tmp(scratch: Path) -> list[str]:
    """The words before a command that give it a small file system of its own at `scratch`.

    None where we are not root, who alone may mount one; then `full tmp` is left out.
    """
    if os.getuid() != 0:
        FAULTS.pop("full tmp", None)
        return []
    script = f'mount -t tmpfs -o size=64m tmpfs "{scratch}" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh"]


async def inject(target: Target, fault: Fault, until: float) -> None:
    """A fault, again and again until a moment of the monotonic clock."""
    while time.monotonic() < until:
        await fault(target)
