"""Requests that are asked again: a lost connection or a busy server costs time and no reward.

Scoring is idempotent, so that asking twice is safe.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx

from reward_client.errors import RefusedError, UnreachableError

AGAIN = frozenset({429, 502, 503, 504})
"""Statuses of a server that is busy, of a proxy that has none, of one that is starting."""

JSON = {"Content-Type": "application/json"}
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 3.0


class Transport:
    """Posts JSON to the server until it answers or patience ends.

    Args:
        client: of httpx.
        patience_s: how long one request is tried.
        connections: how many requests may be under way.
    """

    def __init__(self, client: httpx.AsyncClient, patience_s: float, connections: int) -> None:
        self.client = client
        self.patience_s = patience_s
        self.room = asyncio.Semaphore(connections)

    def patience(self) -> Patience:
        """For one request."""
        return Patience(self.patience_s)

    async def post(self, path: str, body: Any) -> Any:
        """The JSON of the answer.

        Raises:
            RefusedError: the server says no.
            UnreachableError: nobody answered in time.
        """
        async with self.room:
            content = _encoded(body)
            patience = self.patience()
            while True:
                try:
                    answer = await self.client.post(path, content=content, headers=JSON)
                except httpx.TransportError as error:
                    await patience.pause(error)
                    continue
                if answer.status_code == httpx.codes.OK:
                    return answer.json()
                await patience.refused(answer)

    async def lines(self, path: str, body: Any) -> AsyncIterator[str]:
        """The lines of a streamed answer; the stream is not asked for again once it has begun.

        Raises:
            RefusedError, UnreachableError: as `post`.
            httpx.TransportError: the connection was lost on the way.
        """
        headers, content = {**JSON, "Accept": "application/x-ndjson"}, _encoded(body)
        async with self.room:
            patience = self.patience()
            while True:
                request = self.client.build_request("POST", path, content=content, headers=headers)
                try:
                    answer = await self.client.send(request, stream=True)
                except httpx.TransportError as error:
                    await patience.pause(error)
                    continue
                try:
                    if answer.status_code == httpx.codes.OK:
                        async for line in answer.aiter_lines():
                            yield line
                        return
                    await answer.aread()
                finally:
                    await answer.aclose()
                await patience.refused(answer)


class Patience:
    """How long one request is still tried, and the pauses between."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s
        self.end = time.monotonic() + patience_s
        self.pause_s = FIRST_PAUSE_S

    async def refused(self, answer: httpx.Response) -> None:
        """Wait for the next try where the answer asks for one.

        Raises:
            RefusedError: it does not.
            UnreachableError: patience is at its end.
        """
        if answer.status_code not in AGAIN:
            raise RefusedError(answer.status_code, answer.text[:2000])
        error = RefusedError(answer.status_code, answer.text[:2000])
        await self.pause(error, _seconds(answer.headers.get("Retry-After")))

    async def pause(self, error: Exception, least_s: float = 0.0) -> None:
        """Wait a little longer than the last time, by chance between half of it and all.

        Args:
            error: why.
            least_s: what the server asks for, to which the pause is added.

        Raises:
            UnreachableError: patience is at its end.
        """
        pause_s = least_s + self.pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        if time.monotonic() + pause_s > self.end:
            message = f"no answer within {self.patience_s:g} s: {type(error).__name__}: {error}"
            raise UnreachableError(message) from error
        self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)
        await asyncio.sleep(pause_s)


def _seconds(header: str | None) -> float:
    """A `Retry-After` in seconds; 0 where it is absent or a date."""
    return float(header) if header and header.isdecimal() else 0.0


def _encoded(body: Any) -> bytes:
    """The body as JSON.

    Raises:
        TypeError, ValueError: something in it has no JSON.
    """
    return _WRITER.encode(body).encode()


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays, which data frames hand to trainers, as Python's."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON; send text, numbers, lists and objects")


_WRITER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
)
