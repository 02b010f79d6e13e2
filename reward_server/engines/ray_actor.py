"""What runs on a node of a Ray cluster: that machine's workers and sandbox behind one async actor.

Requests and answers are bytes. Ray copies arguments of up to 100 kB with the call itself; larger
ones travel through its object store at ten times the cost, so a request comes in pieces.
"""

import asyncio
import pickle
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from reward_server.machine import Machine, open_machine
from reward_server.settings import Settings
from sandbox.errors import SandboxError

PIECE_BYTES = 90_000
"""Below `RAY_max_direct_call_object_size` (102,400), with room for Ray's own header."""


def pieces(message: Any) -> list[bytes]:
    """A message in pieces, each small enough to travel inside a call."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return [data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES)]


class NodeActor:
    """Judges chunks with what this node has. Its processes start with the first call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._exit = AsyncExitStack()
        self._opening: asyncio.Task[Machine] | None = None

    async def state(self) -> dict[str, Any]:
        """How this node is; returns when its workers are up."""
        machine = await self._machine()
        ready, _ = machine.readiness()
        return {
            "version": version("reward-server"),
            "ready": ready,
            "workers": len(machine.workers.pids),
            "sandbox": asdict(machine.sandbox.health()),
            "languages": machine.sandbox.offered(),
        }

    async def languages(self) -> dict[str, Any]:
        """The languages that programs can be written in here."""
        return await (await self._machine()).sandbox.languages()

    async def judge(self, *request: bytes) -> bytes:
        """Judge the jobs of a chunk; returns one block with all their results.

        Cancelling the call ends what runs and drops what does not yet.
        """
        jobs = pickle.loads(b"".join(request))  # noqa: S301 - from our own driver
        machine = await self._machine()
        if jobs[0][0] == "program":
            return pickle.dumps([(0, [(await _outcomes(machine, *jobs[0][1:]), 0.0)], 0.0)])
        block = [entry async for block in machine.run(jobs) for entry in block]
        return pickle.dumps(block, pickle.HIGHEST_PROTOCOL)

    async def _machine(self) -> Machine:
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Machine:
        # multiprocessing would import Ray's worker script into every process it starts
        sys.modules["__main__"].__dict__.pop("__file__", None)
        return await self._exit.enter_async_context(open_machine(self._settings))


async def _outcomes(machine: Machine, program: Any, runs: Any, limits: Any) -> Any:
    """How a program ended, or why the sandbox can't tell."""
    try:
        return await machine.sandbox.run(program, runs, limits, queue=object())
    except SandboxError as error:
        return error
