"""The sandboxes of a cluster's nodes as one, for protocols that run programs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from typing import Any

from reward_server.engines import Block, Job
from reward_server.engines.ray_nodes import Nodes
from sandbox import Health
from sandbox.errors import SandboxError
from sandbox.program import Limits, Outcome, Program, Run
from verifiers.verdict import Verdict


class ClusterSandbox:
    """Has programs run on the least loaded node."""

    def __init__(self, nodes: Nodes, run: Callable[[Sequence[Job]], AsyncIterator[Block]]) -> None:
        self._nodes = nodes
        self._run = run

    async def run(
        self, program: Program, runs: Sequence[Run], limits: Limits, *, queue: Hashable
    ) -> list[Outcome]:
        """Outcomes of the runs; see `sandbox.pool.Sandbox.run`.

        Raises:
            SandboxError: the sandbox can't tell.
        """
        del queue
        job = ("program", program, runs, limits)
        (entry,) = [entry async for block in self._run([job]) for entry in block]
        answer = entry[1][0][0]
        if isinstance(answer, SandboxError):
            raise answer
        if isinstance(answer, tuple):
            raise SandboxError(Verdict(*answer).message)
        return answer  # type: ignore[no-any-return]

    def health(self) -> Health:
        """Of all nodes together, as they last said."""
        healths = [Health(**node.facts["sandbox"]) for node in self._nodes.up()]
        problems = [health.problem for health in healths if health.problem]
        return Health(
            backend=", ".join(sorted({health.backend for health in healths})) or "none",
            slots=sum(health.slots for health in healths),
            expected=sum(health.expected for health in healths),
            waiting=sum(health.waiting for health in healths),
            problem=problems[0] if problems else None,
            restarts=sum(health.restarts for health in healths),
            memory=", ".join(sorted({health.memory for health in healths if health.memory}))
            or None,
            memory_why=next((health.memory_why for health in healths if health.memory_why), None),
            outcomes=sum((Counter(health.outcomes) for health in healths), Counter()),
        )

    def offered(self) -> list[str]:
        """The languages whose toolchain every node has."""
        first, *others = [node.facts["languages"] for node in self._nodes.up()] or [[]]
        return [name for name in first if all(name in other for other in others)]

    async def languages(self) -> dict[str, Any]:
        """The languages that programs can be written in: those that every node has."""
        asked = [node.ask("languages") for node in self._nodes.up()]
        first, *others = await asyncio.gather(*asked)
        for name, about in first.items():
            about["available"] = about["available"] and all(o[name]["available"] for o in others)
        return dict(first)
