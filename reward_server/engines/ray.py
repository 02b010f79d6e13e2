"""The engine of a Ray cluster: every node judges with its own workers and sandbox.

It needs `pip install 'reward-server[ray]'`, here and on the nodes, and uses only what Ray has kept
stable since 2.41: actors, `ray.nodes`, node affinity. Nothing here knows a verdict; a chunk whose
node is lost is given to another node.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from reward_server.engines import Block, Job, result_count
from reward_server.engines.chunks import Chunk, cut
from reward_server.engines.ray_link import CallFailedError, NodeLostError
from reward_server.engines.ray_nodes import Node, Nodes
from reward_server.engines.ray_pool import RewardActorPool
from reward_server.engines.ray_sandbox import ClusterSandbox
from reward_server.machine import shown
from reward_server.settings import Settings
from reward_server.worker import as_fields
from verifiers.verdict import failed

__all__ = ["RayEngine", "RewardActorPool", "open_cluster"]

log = structlog.get_logger(__name__)

LONELY_S = 60.0
"""With no node up for so long, what waits is given up as `failed`: its caller may ask again."""


@dataclass(slots=True, eq=False)
class _Batch:
    """A batch on its way: chunks that wait, calls that run, blocks that came back."""

    chunks: deque[Chunk]
    blocks: asyncio.Queue[Block | BaseException] = field(default_factory=asyncio.Queue)
    calls: set[asyncio.Future[Block]] = field(default_factory=set)


class RayEngine:
    """Gives chunks to the least loaded nodes; batches take turns."""

    def __init__(
        self,
        settings: Settings,
        programs: Collection[str],
        on_replay: Callable[[], None] = lambda: None,
        on_nodes: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Prepare; `start` brings it up.

        Args:
            settings: of each node; the number of workers is the node's CPUs where it is not told.
            programs: names of the verifiers that run programs.
            on_replay: called whenever a chunk is given to another node.
            on_nodes: told how many nodes are up.
        """
        self._programs = frozenset(programs)
        self._on_replay = on_replay
        self._on_nodes = on_nodes
        self._waiting: deque[_Batch] = deque()
        self.nodes = Nodes(settings, self._changed)
        self.sandbox = ClusterSandbox(self.nodes, self.run)

    async def start(self) -> None:
        """Bring up an actor on every node.

        Raises:
            OSError: no node can be used.
        """
        await self.nodes.start()
        self._changed()

    async def close(self) -> None:
        """Let go of the nodes."""
        await self.nodes.close()

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether any node can judge, and what each says of itself."""
        nodes = [
            {
                "id": node.id,
                "address": node.address,
                "ok": node.up,
                "workers": node.facts.get("workers", 0),
                "load": node.load,
                "limit": node.limit,
                "problem": node.problem,
            }
            for node in self.nodes.all()
        ]
        up = self.nodes.up()
        workers = sum(node.facts["workers"] for node in up)
        health = self.sandbox.health()
        checks = {
            "workers": {"ok": bool(up), "up": workers},
            "sandbox": {"ok": health.slots > 0, **shown(health)},
            "nodes": {"ok": len(up) == len(nodes), "up": len(up), "nodes": nodes},
        }
        return bool(up), checks

    async def run(self, jobs: Sequence[Job]) -> AsyncIterator[Block]:
        """See `engines.Engine.run`."""
        batch = _Batch(deque(cut(jobs, len(self.nodes.up()), self._programs)))
        left = len(jobs)
        self._queue(batch)
        try:
            while left:
                block = await batch.blocks.get()
                if isinstance(block, BaseException):
                    raise block
                left -= len(block)
                yield block
        finally:
            batch.chunks.clear()
            calls, batch.calls = batch.calls, set()
            for call in calls:
                call.cancel()

    def _queue(self, batch: _Batch) -> None:
        if batch.chunks and batch not in self._waiting:
            self._waiting.append(batch)
        self._place()

    def _changed(self) -> None:
        """A node came or went, or a second has passed."""
        self._on_nodes(len(self.nodes.up()))
        if self.nodes.lonely_s() > LONELY_S:
            self._give_up_waiting()
        self._place()

    def _place(self) -> None:
        """Send chunks as long as a node has room, one of each batch in turn."""
        while self._waiting:
            batch = self._waiting[0]
            if not batch.chunks:
                self._waiting.popleft()
                continue
            node = self._roomy(batch.chunks[0])
            if node is None:
                return
            self._waiting.rotate(-1)
            self._send(batch, batch.chunks.popleft(), node)

    def _roomy(self, chunk: Chunk) -> Node | None:
        """The least loaded node with room for a chunk; one lost with it only where no other is."""
        up = self.nodes.up()
        nodes = [node for node in up if node.id not in chunk.lost_on] or up
        node = min(nodes, key=lambda node: node.load / node.limit, default=None)
        if node is None or (node.load and node.load + _cost(chunk, node) > node.limit):
            return None
        return node

    def _send(self, batch: _Batch, chunk: Chunk, node: Node) -> None:
        """Have a node judge a chunk."""
        cost = _cost(chunk, node)
        node.load += cost
        waited = time.monotonic() - chunk.queued
        call = node.ask("judge", [job for _, job in chunk.jobs])
        batch.calls.add(call)

        def over(call: asyncio.Future[Block]) -> None:
            node.load -= cost
            if not call.cancelled():
                self._take(batch, chunk, node, waited, call)
            self._place()

        call.add_done_callback(over)

    def _take(
        self, batch: _Batch, chunk: Chunk, node: Node, waited: float, call: asyncio.Future[Block]
    ) -> None:
        """What came of a chunk: results, or another try."""
        error = call.exception()
        if call not in batch.calls:  # nobody reads the batch any more
            return
        batch.calls.remove(call)
        if error is None:
            block = [(chunk.jobs[at][0], r, waited + w) for at, r, w in call.result()]
            batch.blocks.put_nowait(block)
        elif isinstance(error, (NodeLostError, CallFailedError)):
            node.doubted.set()
            self._lost(batch, chunk, node, error)
        else:
            batch.blocks.put_nowait(error)

    def _lost(self, batch: _Batch, chunk: Chunk, node: Node, error: Exception) -> None:
        """Have a chunk done elsewhere, or give it up after too many losses."""
        again = chunk.after_loss(node.id)
        log.warning(
            "chunk_lost", node=node.id, reason=type(error).__name__, jobs=len(chunk.jobs),
            losses=len(chunk.lost_on) + 1, again=bool(again),
        )  # fmt: skip
        if again:
            self._on_replay()
            batch.chunks.extendleft(reversed(again))
            self._queue(batch)
        else:
            _give_up(batch, chunk, f"{len(chunk.lost_on) + 1} nodes were lost over this item")

    def _give_up_waiting(self) -> None:
        for batch in self._waiting:
            while batch.chunks:
                why = f"no node of the cluster was up for {LONELY_S:.0f} s"
                _give_up(batch, batch.chunks.popleft(), why)


def _cost(chunk: Chunk, node: Node) -> int:
    return node.limit if chunk.alone else chunk.units


def _give_up(batch: _Batch, chunk: Chunk, why: str) -> None:
    verdict = (as_fields(failed(why, "crash")), 0.0)
    batch.blocks.put_nowait([(at, [verdict] * result_count(job), 0.0) for at, job in chunk.jobs])


@asynccontextmanager
async def open_cluster(
    settings: Settings,
    programs: Collection[str],
    on_replay: Callable[[], None],
    on_nodes: Callable[[int], None],
) -> AsyncIterator[RayEngine]:
    """The engine of the cluster that this process has joined; see `RayEngine`.

    Raises:
        OSError: no node can be used.
    """
    engine = RayEngine(settings, programs, on_replay, on_nodes)
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()
