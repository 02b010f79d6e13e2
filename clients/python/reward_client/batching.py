"""Single calls that are made at once travel as one batch.

A batch leaves when it is full, or a moment after its first item; callers see nothing of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from reward_client.errors import RefusedError
from reward_client.results import Result

OF_AN_ITEM = frozenset({413, 422})
"""Statuses of refusals that one item may have brought about."""

Send = Callable[[Sequence[Any]], Awaitable[Sequence[Result]]]


class Batcher:
    """Collects the items of one event loop.

    Args:
        send: takes a batch to the server.
        most: items in a batch.
        linger_s: how long the first item of a batch waits for others.
    """

    def __init__(self, send: Send, most: int, linger_s: float) -> None:
        self.send = send
        self.most = most
        self.linger_s = linger_s
        self.waiting: list[tuple[Any, asyncio.Future[Result]]] = []
        self.timer: asyncio.TimerHandle | None = None
        self.under_way: set[asyncio.Task[None]] = set()

    async def score(self, item: Any) -> Result:
        """The result of one item."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self.waiting.append((item, future))
        if len(self.waiting) >= self.most:
            self.flush()
        elif self.timer is None:
            self.timer = loop.call_later(self.linger_s, self.flush)
        return await future

    def flush(self) -> None:
        """Send what waits."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        batch, self.waiting = self.waiting, []
        # a caller that gave up meanwhile needs no result
        batch = [(item, future) for item, future in batch if not future.done()]
        if batch:
            task = asyncio.get_running_loop().create_task(self._deliver(batch))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)

    async def _deliver(self, batch: Sequence[tuple[Any, asyncio.Future[Result]]]) -> None:
        try:
            results = await self.send([item for item, _ in batch])
        except BaseException as error:
            if len(batch) > 1 and _may_be_of_one(error):
                half = len(batch) // 2
                await self._deliver(batch[:half])
                await self._deliver(batch[half:])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), result in zip(batch, results):  # noqa: B905 - as many, and Python 3.10
            if not future.done():
                future.set_result(result)

    async def close(self) -> None:
        """Send what waits and wait for all of it."""
        self.flush()
        await asyncio.gather(*self.under_way, return_exceptions=True)


def _may_be_of_one(error: BaseException) -> bool:
    """Whether the rest of the batch may fare better without one of its items."""
    if isinstance(error, RefusedError):
        return error.status in OF_AN_ITEM
    return isinstance(error, (TypeError, ValueError))  # an item that has no JSON
