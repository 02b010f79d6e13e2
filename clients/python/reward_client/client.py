"""`AsyncRewardClient`, and `RewardClient`, which is the same for callers without an event loop."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import httpx

from reward_client.batching import Batcher
from reward_client.errors import RefusedError
from reward_client.results import Result, read_result
from reward_client.transport import Transport

T = TypeVar("T")
Item = dict[str, Any]

DEFAULT_URL = "http://127.0.0.1:8000"
TOO_LARGE = 413
SCORE, LABELS = "/v1/score", "/v1/score-labels"
ANSWER_S = 600.0
"""How long one answer may take; a batch of programs takes what its time limits allow."""


class AsyncRewardClient:
    """A client within one event loop.

    Args:
        url: of the server; default: the environment's `REWARD_URL`, else this machine's port 8000.
        key: an API key; default: the environment's `REWARD_KEY`.
        patience_s: how long a request is tried while the server is away or busy.
        batch_items: most items in one request; longer lists are sent in parts.
        linger_s: how long a single call waits for others to share its batch.
        connections: requests under way at once.
        transport: an httpx transport, for tests.
    """

    def __init__(  # noqa: PLR0913 - settings with defaults
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        patience_s: float = 600.0,
        batch_items: int = 256,
        linger_s: float = 0.002,
        connections: int = 8,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        key = key or os.environ.get("REWARD_KEY")
        self._http = httpx.AsyncClient(
            base_url=url or os.environ.get("REWARD_URL") or DEFAULT_URL,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(ANSWER_S, connect=10.0),
            limits=httpx.Limits(max_connections=connections),
            transport=transport,
        )
        self._transport = Transport(self._http, patience_s, connections)
        self._batch_items = batch_items
        self._singles = {
            path: Batcher(self._sender(path), batch_items, linger_s) for path in (SCORE, LABELS)
        }

    async def score(self, items: Sequence[Item], rubric: Any = None) -> list[Result]:
        """The results of items of `POST /v1/score`, in order.

        Args:
            items: `{"completion", "reference", "prompt", "rubric", "id", "group"}` each.
            rubric: a name or an inline rubric, for items that name none.

        Raises:
            RefusedError: the server says no.
            UnreachableError: nobody answered within the client's patience.
        """
        return await self._send(SCORE, items, {} if rubric is None else {"rubric": rubric})

    async def score_labels(self, items: Sequence[Item]) -> list[Result]:
        """As `score`, for items with a trainer's `label` and `source` in place of a reference."""
        return await self._send(LABELS, items, {})

    async def score_one(self, completion: Any, reference: Any = None, **fields: Any) -> Result:
        """The result of one item; calls made at once travel together."""
        item = {"completion": completion, "reference": reference, **fields}
        return await self._singles[SCORE].score(_present(item))

    async def score_label(self, completion: Any, label: Any, **fields: Any) -> Result:
        """As `score_one`, for a trainer's label."""
        item = {"completion": completion, "label": label, **fields}
        return await self._singles[LABELS].score(_present(item))

    async def stream(self, items: Sequence[Item], rubric: Any = None) -> AsyncIterator[Result]:
        """Each result as soon as it is known, in any order; `index` says whose it is.

        Where the connection is lost, the items whose results had not come are asked for again.

        Raises:
            RefusedError: the server says no.
            UnreachableError: no result came within the client's patience.
        """
        left = dict(enumerate(items))
        most = len(left)
        more = {} if rubric is None else {"rubric": rubric}
        patience = self._transport.patience()
        while left:
            indices = list(left)[:most]
            body = {"items": [left[index] for index in indices], **more}
            try:
                async for line in self._transport.lines(SCORE, body):
                    raw = json.loads(line)
                    if "index" in raw:
                        index = indices[raw["index"]]
                        del left[index]
                        patience = self._transport.patience()
                        yield read_result(raw, index)
                if any(index in left for index in indices):
                    await patience.pause(httpx.RemoteProtocolError("the stream ended early"))
            except httpx.TransportError as error:
                await patience.pause(error)
            except RefusedError as error:
                if error.status != TOO_LARGE or len(indices) == 1:
                    raise
                most = len(indices) // 2

    async def close(self) -> None:
        """Send what waits, and close the connections."""
        for batcher in self._singles.values():
            await batcher.close()
        await self._http.aclose()

    async def __aenter__(self) -> AsyncRewardClient:  # noqa: PYI034 - Python 3.10 has no Self
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _sender(self, path: str) -> Any:
        return lambda items: self._post(path, 0, items, {})

    async def _send(self, path: str, items: Sequence[Item], more: Item) -> list[Result]:
        size = self._batch_items
        starts = range(0, len(items), size)
        parts = [self._halved(path, at, items[at : at + size], more) for at in starts]
        return [result for part in await asyncio.gather(*parts) for result in part]

    async def _halved(
        self, path: str, start: int, items: Sequence[Item], more: Item
    ) -> list[Result]:
        """As `_post`; what is too large for one request is sent in halves."""
        try:
            return await self._post(path, start, items, more)
        except RefusedError as error:
            if error.status != TOO_LARGE or len(items) == 1:
                raise
        half = len(items) // 2
        first = await self._halved(path, start, items[:half], more)
        return first + await self._halved(path, start + half, items[half:], more)

    async def _post(self, path: str, start: int, items: Sequence[Item], more: Item) -> list[Result]:
        answer = await self._transport.post(path, {"items": list(items), **more})
        return [read_result(raw, start + raw["index"]) for raw in answer["results"]]


def _present(item: Item) -> Item:
    return {key: value for key, value in item.items() if value is not None}


class RewardClient:
    """A client for callers without an event loop, safe to share between threads.

    It takes what `AsyncRewardClient` takes. Single calls of many threads travel together too.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = self._do(_made(*args, **options))

    def score(self, items: Sequence[Item], rubric: Any = None) -> list[Result]:
        """See `AsyncRewardClient.score`."""
        return self._do(self._client.score(items, rubric))

    def score_labels(self, items: Sequence[Item]) -> list[Result]:
        """See `AsyncRewardClient.score_labels`."""
        return self._do(self._client.score_labels(items))

    def score_one(self, completion: Any, reference: Any = None, **fields: Any) -> Result:
        """See `AsyncRewardClient.score_one`."""
        return self._do(self._client.score_one(completion, reference, **fields))

    def score_label(self, completion: Any, label: Any, **fields: Any) -> Result:
        """See `AsyncRewardClient.score_label`."""
        return self._do(self._client.score_label(completion, label, **fields))

    def stream(self, items: Sequence[Item], rubric: Any = None) -> Iterator[Result]:
        """See `AsyncRewardClient.stream`."""
        results = self._client.stream(items, rubric)
        try:
            while True:
                result = self._do(_next(results))
                if result is None:
                    return
                yield result
        finally:
            self._do(results.aclose())  # type: ignore[attr-defined]

    def close(self) -> None:
        """Close the connections and end the thread."""
        if self._thread.is_alive():
            self._do(self._client.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def __enter__(self) -> RewardClient:  # noqa: PYI034 - as above
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _made(*args: Any, **options: Any) -> AsyncRewardClient:
    """Made within the loop that it belongs to."""
    return AsyncRewardClient(*args, **options)


async def _next(results: AsyncIterator[Result]) -> Result | None:
    try:
        return await results.__anext__()
    except StopAsyncIteration:
        return None
