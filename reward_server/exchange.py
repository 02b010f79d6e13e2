"""Requests and answers: bodies read within limits, batches admitted, clients that leave.

What every route of batches shares; the routes themselves are in `routes.py`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json
from starlette.types import Receive, Scope, Send

from reward_server import body, schema
from reward_server.errors import ApiError, UnusableError, explain, kind
from reward_server.rates import Rates
from reward_server.rubrics import ReadyRubric
from reward_server.service import Service
from reward_server.telemetry import Metrics

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

NDJSON = "application/x-ndjson"
LARGE_BODY = 1 << 20
"""A body larger than this is parsed off the event loop."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A request for scores: items still unread, the batch's rubric and its name, if it has one."""

    items: list[Any]
    rubric: dict[str, ReadyRubric]
    groups: bool
    name: str | None


class Admission:
    """How many items are accepted and not yet answered; refuses those beyond the limits.

    Attributes:
        items: accepted and not yet answered.
    """

    def __init__(self, limit: int, rates: Rates, metrics: Metrics) -> None:
        self.limit = limit
        self.rates = rates
        self.metrics = metrics
        self.items = 0

    @contextmanager
    def enter(self, count: int, caller: int | None) -> Iterator[None]:
        """Hold places for a batch.

        Args:
            count: its items.
            caller: which key it came with.

        Raises:
            ApiError: 503, the queue is full; 429, the key sends too fast.
        """
        if self.items and self.items + count > self.limit:
            raise ApiError(
                503,
                "busy",
                f"{self.items} items are waiting and REWARD_MAX_QUEUE is {self.limit}; ask again",
                retry_after_s=1,
            )
        self.rates.spend(caller, count)
        self.items += count
        self.metrics.queue_items.set(self.items)
        try:
            yield
        finally:
            self.items -= count
            self.metrics.queue_items.set(self.items)


class Stream(StreamingResponse):
    """An answer in lines that holds its places in the queue, and ends when its client leaves."""

    def __init__(self, lines: AsyncIterator[bytes], place: AbstractContextManager[None]) -> None:
        super().__init__(lines, media_type=NDJSON)
        self.place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the lines."""
        del scope
        with self.place:
            await while_connected(receive, self.stream_response(send))


async def read_model(request: Request, model: type[M], fixes: dict[str, str]) -> M:
    """The request's body as a model of the wire.

    Args:
        request: the request.
        model: has a list of items or completions.
        fixes: for each field, what to send there.

    Raises:
        ApiError: the body is too large, not JSON, or does not fit the model.
    """
    value = await read_json(request)
    if not isinstance(value, dict):
        first = next(iter(fixes))
        raise ApiError(422, "invalid", f"the body is {kind(value)}; send an object with `{first}`")
    return fit(model, value, fixes)


def fit(model: type[M], value: Any, fixes: dict[str, str] | None = None) -> M:
    """A value as a model of the wire.

    Raises:
        ApiError: 422, it does not fit.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        field, message = explain(error, fixes or dict.fromkeys(model.model_fields, "mend it"))
        raise ApiError(422, "invalid", message, field=field) from None


async def read_json(request: Request) -> Any:
    """The request's body as a JSON value.

    Raises:
        ApiError: the body is too large or not JSON.
    """
    service: Service = request.app.state.service
    raw = await _read_body(request, service.settings.max_body_mb * 2**20)
    if len(raw) > LARGE_BODY:
        return await asyncio.to_thread(body.parse, raw)
    return body.parse(raw)


def check_count(count: int, limit: int, field: str) -> None:
    """Refuse a batch of too many items.

    Raises:
        ApiError: 413.
    """
    if count > limit:
        raise ApiError(
            413,
            "too_many_items",
            f"{field}: {count} are more than REWARD_MAX_ITEMS, {limit}; send smaller batches",
            field=field,
        )


def batch_of(envelope: schema.Envelope, service: Service) -> Batch:
    """A batch ready to be scored.

    Raises:
        ApiError: 413, too many items; 422, the rubric can't be used.
    """
    check_count(len(envelope.items), service.settings.max_items, "items")
    try:
        rubric = service.rubrics.find(envelope.rubric, "rubric")
    except UnusableError as error:
        raise ApiError(422, "invalid", str(error), field="rubric") from None
    name = envelope.rubric if isinstance(envelope.rubric, str) else None
    return Batch(envelope.items, rubric, envelope.groups, name)


async def _read_body(request: Request, limit: int) -> bytes:
    """The whole body; refused as soon as it is known to be larger than the limit."""
    chunks, size = [], 0
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> ApiError:
    return ApiError(
        413,
        "too_large",
        f"the body is larger than REWARD_MAX_BODY_MB, {limit >> 20} MiB; send smaller batches",
    )


async def while_connected(
    receive: Receive, work: Coroutine[Any, Any, T] | asyncio.Future[T]
) -> T | None:
    """What `work` returns, or None where the client left first and `work` was dropped."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnect(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        gone.cancel()
        task.cancel()
        await asyncio.gather(gone, task, return_exceptions=True)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def dump(value: Any) -> bytes:
    """JSON text; numbers that JSON lacks become null, lone surrogates escapes."""
    try:
        return to_json(value, inf_nan_mode="null")
    except (PydanticSerializationError, UnicodeEncodeError):
        return json.dumps(value).encode()
