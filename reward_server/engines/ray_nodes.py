"""The nodes of a Ray cluster: found as they join, one actor on each, watched until they leave."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import ray
import structlog
from ray.exceptions import RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from reward_server.engines.chunks import UNITS
from reward_server.engines.ray_actor import NodeActor
from reward_server.engines.ray_link import CallFailedError, Link, NodeLostError, connect
from reward_server.settings import Settings

log = structlog.get_logger(__name__)

NAMESPACE = "reward-server"
START_TIMEOUT_S = 120.0
PATIENCE_S = 30.0
"""A node that was up and has not said how it is for so long is started anew."""

LOOK_EVERY_S = 1.0
PINGS_A_SECOND = 50.0
"""Nodes are asked how they are at most so often in all: 2 % of the driver's core."""

TOLD = {
    *("workers", "worker_memory_mb", "item_timeout_s", "verifiers"),
    *("sandbox", "sandbox_slots", "docker_image", "docker_runtime"),
}
"""Settings that matter to an actor: those who agree in them share it."""

PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(slots=True, eq=False)
class Node:
    """One machine of the cluster, as this process sees it.

    Attributes:
        id, address: Ray's.
        settings: what its actor is started with.
        actor, link: the one is Ray's, the other what work goes through.
        up: whether work can be sent.
        problem: why not.
        facts: what it last said of itself.
        load: units of work that it has in hand.
        doubted: set where a call failed, so that it is asked at once how it is.
    """

    id: str
    address: str
    settings: Settings
    actor: Any = None
    link: Link | None = None
    up: bool = False
    problem: str | None = "starting"
    facts: dict[str, Any] = field(default_factory=dict)
    load: int = 0
    doubted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def limit(self) -> int:
        """Units of work that it may have in hand: about two seconds of programs, or of text."""
        return UNITS * max(2, self.settings.workers)

    def ask(self, method: str, *arguments: Any) -> asyncio.Future[Any]:
        """What a method of its actor returns; see `Link.ask`.

        Raises:
            NodeLostError: it is not up.
        """
        if self.link is None:
            raise NodeLostError(self.problem)
        return self.link.ask(method, *arguments)

    def doubt(self) -> None:
        """Send no work until it has said how it is; it is asked at once."""
        self.up = False
        self.doubted.set()

    def lose(self, problem: str) -> None:
        """Send no more work, and have what it has in hand done elsewhere."""
        self.up = False
        self.problem = problem
        if self.link is not None:
            self.link.close(problem)
            self.link = None


class Nodes:
    """All nodes that there are now; a node without CPUs of Ray's (many a head) is left alone."""

    def __init__(self, settings: Settings, on_change: Callable[[], None]) -> None:
        self._settings = settings
        self._on_change = on_change
        self._nodes: dict[str, Node] = {}
        self._tending: dict[str, asyncio.Task[None]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._last_up = time.monotonic()

    def all(self) -> list[Node]:
        """Every node that is part of the cluster."""
        return list(self._nodes.values())

    def up(self) -> list[Node]:
        """Those that work can be sent to."""
        return [node for node in self._nodes.values() if node.up]

    def lonely_s(self) -> float:
        """Seconds since any node was up."""
        if self.up():
            self._last_up = time.monotonic()
        return time.monotonic() - self._last_up

    async def start(self) -> None:
        """Find the nodes and wait until each is up or has a problem.

        Raises:
            OSError: not one of them can be used; the message says why.
        """
        await self._look()
        deadline = time.monotonic() + START_TIMEOUT_S
        while any(node.problem == "starting" for node in self.all()):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.05)
        if not self.up():
            problems = {f"{node.address}: {node.problem}" for node in self.all()}
            why = "; ".join(sorted(problems)) or "no node has a CPU"
            raise OSError(f"no node of the Ray cluster can judge: {why}")
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Let go of every actor; Ray ends those that nobody else holds."""
        tasks = [*self._tending.values(), *([self._watching] if self._watching else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for node in self.all():
            node.lose("closed")
            node.actor = None
        self._nodes.clear()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - the cluster's head may be away for a while
                log.warning("cluster_unreachable", error=type(error).__name__)
            self._on_change()

    async def _look(self) -> None:
        """Take up nodes that joined, drop those that left."""
        found = await asyncio.to_thread(ray.nodes)
        alive = {n["NodeID"]: n for n in found if n["Alive"] and n["Resources"].get("CPU", 0) >= 1}
        for gone in self._nodes.keys() - alive.keys():
            self._tending.pop(gone).cancel()
            node = self._nodes.pop(gone)
            node.lose("left the cluster")
            log.warning("node_left", node=gone, address=node.address)
        for new in alive.keys() - self._nodes.keys():
            about = alive[new]
            settings = node_settings(self._settings, int(about["Resources"]["CPU"]))
            node = Node(new, about["NodeManagerAddress"], settings)
            self._nodes[new] = node
            self._tending[new] = asyncio.create_task(self._tend(node))

    async def _tend(self, node: Node) -> None:
        """Bring a node up, again whenever it goes down, and ask how it is meanwhile."""
        failures = 0
        while True:
            node.doubted.clear()
            try:
                await self._greet(node)
            except Exception as error:  # noqa: BLE001 - whatever it is, the node is tried again
                node.lose(_described(error))
                log.warning("node_down", node=node.id, address=node.address, reason=node.problem)
                node.actor = None
                await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
                failures += 1
                continue
            failures = 0
            with suppress(TimeoutError):
                every_s = max(LOOK_EVERY_S, len(self._nodes) / PINGS_A_SECOND)
                await asyncio.wait_for(node.doubted.wait(), every_s)

    async def _greet(self, node: Node) -> None:
        """Ask a node how it is.

        Raises:
            RayError, NodeLostError, CallFailedError, OSError: it does not say.
            ValueError: it can't be used.
        """
        patience_s = PATIENCE_S if node.up else START_TIMEOUT_S
        try:
            async with asyncio.timeout(patience_s):
                if node.link is None:
                    node.link = await _connect(node)
                node.facts = await node.link.ask("state")
        except TimeoutError:
            ray.kill(node.actor, no_restart=False)
            raise NodeLostError(f"said nothing for {patience_s:.0f} s") from None
        if node.facts["version"] != version("reward-server"):
            theirs, ours = node.facts["version"], version("reward-server")
            raise ValueError(f"has reward-server {theirs}, this is {ours}: install the same there")
        if not node.facts["ready"]:
            raise ValueError(f"is not ready: {node.facts['sandbox']['problem']}")
        node.problem = None
        if not node.up:
            node.up = True
            log.info("node_up", node=node.id, address=node.address, workers=node.facts["workers"])
            self._on_change()


def node_settings(settings: Settings, cpus: int) -> Settings:
    """What an actor is told: no keys, and as many workers as Ray counts CPUs, where not told."""
    told = settings.model_fields_set
    workers = settings.workers if "workers" in told else cpus
    slots = settings.sandbox_slots or workers
    return settings.model_copy(
        update={
            "workers": workers,
            "sandbox_slots": slots,
            "api_keys": [],
            "api_keys_file": None,
            "engine": "local",
        }
    )


async def _connect(node: Node) -> Link:
    """A link to the node's actor.

    Raises:
        RayError: there is no actor.
        OSError: it can't be reached.
    """
    if node.actor is None:
        node.actor = await asyncio.to_thread(_actor, node)
    port, key = await node.actor.door.remote(node.address)
    return await connect(node.address, port, key, node.doubt)


def _actor(node: Node) -> Any:
    """The node's actor: one, whoever asks under these settings; made where there is none.

    It takes none of Ray's CPUs, so that it fits on a node that a trainer has filled. A lost call is
    not tried again by Ray: it goes elsewhere at once, counted by us.
    """
    told = json.dumps([version("reward-server"), node.settings.model_dump(include=TOLD)])
    mark = hashlib.sha256(told.encode()).hexdigest()[:16]
    return (
        ray.remote(NodeActor)
        .options(
            name=f"reward-{mark}-{node.id}",
            namespace=NAMESPACE,
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_task_retries=0,
            max_concurrency=1000,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
        )
        .remote(node.settings)
    )


def _described(error: Exception) -> str:
    """The error in a line or two: Ray's texts hold whole tracebacks."""
    if isinstance(error, CallFailedError):
        return str(error)[:500]
    cause = error.cause if isinstance(error, RayTaskError) else error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    text = lines[-1] if "Traceback" in str(cause) else " ".join(lines)
    return f"{type(cause).__name__}: {text[:500]}"
