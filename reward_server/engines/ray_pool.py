"""Scoring inside a trainer: the cluster's nodes as a pool that a Ray driver or worker calls."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, Self, TypeVar

import uvloop

from reward_server.engines.ray_connect import connect
from reward_server.schema import Envelope
from reward_server.service import open_service
from reward_server.settings import Settings
from reward_server.telemetry import Metrics

T = TypeVar("T")


class RewardActorPool:
    """Scores items on every node of the Ray cluster, with no server and no HTTP.

        pool = RewardActorPool()
        rewards = [result["reward"] for result in pool.score(items, rubric="math")]

    It may be called from any thread and any event loop. Pools of several processes (the workers of
    a trainer) with the same settings share one actor a node.
    """

    def __init__(self, **settings: Any) -> None:
        """Join the cluster where this process has not, and bring its nodes up.

        Args:
            settings: fields of `Settings`, such as `item_timeout_s=2`; what is not given comes from
                the environment.

        Raises:
            OSError: there is no cluster, or no node can be used.
            ValueError: a setting, the rubric file or a module of verifiers is wrong.
        """
        self._settings = Settings(**{"engine": "ray", **settings})
        connect()
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="reward-actor-pool", daemon=True
        )
        self._exit = AsyncExitStack()
        self._thread.start()
        opening = self._exit.enter_async_context(open_service(self._settings, Metrics()))
        try:
            self._service = self._wait(opening)
        except BaseException:
            self.close()
            raise

    def score(self, items: Sequence[Any], rubric: Any = "auto") -> list[dict[str, Any]]:
        """One result an item, in order, as `POST /v1/score` has them.

        Args:
            items: `completion`, `reference`, … each; docs/api.md. One that can't be used is
                `invalid`, the others are scored.
            rubric: for items that name none: a name, or an inline rubric as over HTTP.

        Raises:
            ValueError: there is no such rubric, or it can't be used.
        """
        return self._wait(self._score(items, rubric))

    async def score_async(self, items: Sequence[Any], rubric: Any = "auto") -> list[dict[str, Any]]:
        """As `score`; cancelling it drops what has not started."""
        work = asyncio.run_coroutine_threadsafe(self._score(items, rubric), self._loop)
        return await asyncio.wrap_future(work)

    def nodes(self) -> list[dict[str, Any]]:
        """Each node: address, whether it is up, workers, load, and what is wrong with it."""
        found: list[dict[str, Any]] = self._service.readiness()[1]["nodes"]["nodes"]
        return found

    def close(self) -> None:
        """Let go of the nodes; calls that still run are dropped."""
        if self._thread.is_alive():
            self._wait(self._exit.aclose())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    async def _score(self, items: Sequence[Any], rubric: Any) -> list[dict[str, Any]]:
        asked = Envelope(items=[], rubric=rubric)
        ready = self._service.rubrics.find(asked.rubric, "rubric")
        results: list[Any] = [None] * len(items)
        async for block, _ in self._service.dispatch.score(items, ready):
            for result in block:
                results[result["index"]] = result
        return results

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
