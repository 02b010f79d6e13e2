"""What runs on a node of a Ray cluster: that machine's workers and sandbox behind one async actor.

Ray starts it, restarts it and tells who wants to use it where its door is; work comes through that.
"""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from reward_server.engines import Block, Job
from reward_server.engines.ray_link import Door
from reward_server.machine import Machine, open_machine
from reward_server.settings import Settings
from sandbox.errors import SandboxError


class NodeActor:
    """Judges chunks with what this node has. Its processes start with the first call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._exit = AsyncExitStack()
        self._opening: asyncio.Task[Machine] | None = None
        self._door = Door({m.__name__: m for m in (self.state, self.languages, self.judge)})

    async def door(self, address: str) -> tuple[int, bytes]:
        """Port and key of the door, see `Door.open`: the one thing that is asked through Ray."""
        return await self._door.open(address)

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

    async def judge(self, jobs: Sequence[Job]) -> Block:
        """One block with the results of all jobs of a chunk.

        Cancelling the call ends what runs and drops what does not yet.
        """
        machine = await self._machine()
        if jobs[0][0] == "program":
            return [(0, [(await _outcomes(machine, *jobs[0][1:]), 0.0)], 0.0)]
        return [entry async for block in machine.run(jobs) for entry in block]

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
