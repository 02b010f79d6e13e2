"""An engine's jobs to their last verdict: what it plans is run in a sandbox, and graded by it."""

import asyncio
import time
from collections.abc import AsyncIterator, Hashable, Sequence
from typing import Any, Protocol

from reward_server.engines import Block, Engine, Job
from reward_server.worker import ComponentResult, Plan, as_fields
from sandbox.program import Limits, Outcome, Program, Run
from verifiers.verdict import failed


class Runner(Protocol):
    """What is needed of a sandbox."""

    async def run(
        self, program: Program, runs: Sequence[Run], limits: Limits, *, queue: Hashable
    ) -> list[Outcome]:
        """Outcomes of the runs; calls of different queues take turns.

        Raises:
            sandbox.SandboxError: the sandbox can't tell.
        """
        ...


Entry = tuple[int, list[ComponentResult], float]
"""One job's part of a block."""


async def complete(engine: Engine, sandbox: Runner, jobs: Sequence[Job]) -> AsyncIterator[Block]:
    """Every job's results as `Engine.run` yields them, with a verdict in the place of each plan.

    Closing the iterator ends the programs that run and drops those that don't yet.
    """
    programs = _Programs(engine, sandbox)
    try:
        async for block in engine.run(jobs):
            for entry in block:
                if _has_plan(entry):
                    programs.start(entry)
            yield [entry for entry in block if not _has_plan(entry)]
        while programs.left:
            yield [await programs.next()]
    finally:
        programs.cancel()


def _has_plan(entry: Entry) -> bool:
    return any(isinstance(answer, Plan) for answer, _ in entry[1])


class _Programs:
    """The jobs of a batch that wait for the sandbox."""

    def __init__(self, engine: Engine, sandbox: Runner) -> None:
        self.engine = engine
        self.sandbox = sandbox
        self.tasks: set[asyncio.Task[None]] = set()
        self.finished: asyncio.Queue[Entry] = asyncio.Queue()
        self.left = 0

    def start(self, entry: Entry) -> None:
        """Have the job's plans run and graded."""
        self.left += 1
        task = asyncio.create_task(self._finish(entry))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def next(self) -> Entry:
        """The next job that is finished."""
        entry = await self.finished.get()
        self.left -= 1
        return entry

    def cancel(self) -> None:
        """Drop what is not finished."""
        for task in self.tasks:
            task.cancel()

    async def _finish(self, entry: Entry) -> None:
        """Put a verdict in the place of each plan."""
        at, results, waited = entry
        self.finished.put_nowait((at, [await self._settle(*result) for result in results], waited))

    async def _settle(self, answer: Any, ms: float) -> ComponentResult:
        start = time.perf_counter()
        try:
            while isinstance(answer, Plan):
                answer = await self._step(answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours and no verdict
            answer = as_fields(failed(f"the sandbox failed: {error}", "sandbox"))
        return answer, ms + (time.perf_counter() - start) * 1000

    async def _step(self, plan: Plan) -> Any:
        """Run a plan and grade it: a verdict's fields, or a further plan."""
        asked = plan.plan
        outcomes = await self.sandbox.run(asked.program, asked.runs, asked.limits, queue=id(self))
        blocks = [block async for block in self.engine.run([("grade", plan, outcomes)])]
        return blocks[0][0][1][0][0]
