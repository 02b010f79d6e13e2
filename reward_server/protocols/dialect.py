"""What all protocols share: refusals in a client's own words, items to score, programs to run.

Everything passes the same limits, admission and metrics as `/v1/score`.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict

from reward_server import schema
from reward_server.dispatch import Result
from reward_server.errors import ApiError
from reward_server.exchange import batch_of, check_count, dump, read_model, while_connected
from reward_server.jobs import Jobs, request_of
from reward_server.scoring import score_all
from reward_server.service import Service
from sandbox import Limits, Outcome, Program, Run, SandboxError, Unsupported

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

Shape = Callable[[ApiError], tuple[int, Any]]
"""From a refusal to the status and the JSON that a protocol's clients expect of one."""

CLIENT_GONE = 499


class Body(BaseModel):
    """Base of what comes in: fields that we don't know belong to the client and are left alone."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


def detail(error: ApiError) -> tuple[int, Any]:
    """A refusal as FastAPI writes it, and so most of the reward servers that we stand in for."""
    return error.status, {"detail": error.message}


def speaking(protocol: str, shape: Shape = detail, prefix: str = "") -> APIRouter:
    """A router whose refusals have the protocol's shape."""

    class Speaking(APIRoute):
        """A route that answers `ApiError` in the protocol's words."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def speak(request: Request) -> Response:
                try:
                    return await handle(request)
                except ApiError as error:
                    request.app.state.service.metrics.rejected.labels(error.code).inc()
                    return _refusal(error, shape)

            return speak

    return APIRouter(prefix=prefix, tags=[protocol], route_class=Speaking)


def _refusal(error: ApiError, shape: Shape) -> Response:
    status, content = shape(error)
    return JSONResponse(content, status, error.headers)


async def read(request: Request, model: type[M]) -> M:
    """The request's body.

    Raises:
        ApiError: it is too large, not JSON, or does not fit the model.
    """
    return await read_model(request, model, dict.fromkeys(model.model_fields, "mend it"))


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(dump(value), status, media_type="application/json")


async def score(request: Request, items: Sequence[Any]) -> list[Result]:
    """The results of `/v1/score` for these items.

    Raises:
        ApiError: too many items, the queue is full, or the client left.
    """
    check_count(len(items), request.app.state.service.settings.max_items, "items")
    with request.app.state.admission.enter(len(items), request.state.caller):
        return await connected(request, score_now(request.app.state.service, items))


async def score_now(service: Service, items: Sequence[Any]) -> list[Result]:
    """As `score`, for work that goes on after its request."""
    batch = batch_of(schema.Envelope(items=list(items)), service)
    scored = await score_all(service, batch, time.perf_counter())
    results: list[Result] = scored["results"]
    return results


async def connected(request: Request, work: Coroutine[Any, Any, T] | asyncio.Future[T]) -> T:
    """What the work comes to; it ends where the client leaves.

    Raises:
        ApiError: the client left; nobody receives this.
    """
    done = await while_connected(request.receive, work)
    if done is None:
        raise ApiError(CLIENT_GONE, "gone", "the client left")
    return done


TRANSIENT = "sandbox"
"""The reason of failures that another try may heal; others, such as `timeout`, come again."""


def refuse_transient(results: Sequence[Result]) -> None:
    """Have the client ask again where the sandbox failed under any of the items.

    Raises:
        ApiError: 503.
    """
    for result in results:
        for part in result["scores"].values():
            if part["status"] == "failed" and part["reason"] == TRANSIENT:
                raise sandbox_failed(part["message"])


def sandbox_failed(why: Any) -> ApiError:
    """A failure of ours under a program, which says nothing about it."""
    return ApiError(503, "failed", f"{why}; ask again", retry_after_s=1)


@dataclass(frozen=True, slots=True)
class Ask:
    """A program to run once."""

    program: Program
    run: Run
    limits: Limits


Ended = Outcome | SandboxError
"""How a run ended, or why nothing is known of it."""


async def run(request: Request, asks: Sequence[Ask]) -> list[Ended]:
    """How programs ended, in order.

    Raises:
        ApiError: too many of them, the queue is full, the client left, or the sandbox's backend has
            no way to run one of them.
    """
    check_count(len(asks), request.app.state.service.settings.max_items, "programs")
    with request.app.state.admission.enter(len(asks), request.state.caller):
        return await connected(request, run_now(request.app.state.service, asks))


async def run_now(service: Service, asks: Sequence[Ask]) -> list[Ended]:
    """As `run`, for work that goes on after its request."""
    queue = object()
    return list(await asyncio.gather(*(_run(service, ask, queue) for ask in asks)))


async def _run(service: Service, ask: Ask, queue: object) -> Ended:
    try:
        while True:
            (outcome,) = await service.sandbox.run(ask.program, [ask.run], ask.limits, queue=queue)
            if outcome.status != "deferred":
                return outcome
    except Unsupported as error:
        raise ApiError(422, "unsupported", str(error)) from None
    except SandboxError as error:
        return error


def begin(request: Request, token: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Begin the work of a token, for which its client comes back.

    Raises:
        ApiError: the queue is full.
    """
    place = ExitStack()
    try:
        place.enter_context(request.app.state.admission.enter(1, request.state.caller))
    except ApiError:
        work.close()
        raise
    jobs: Jobs = request.app.state.jobs
    return jobs.start(token, work, place.close)


def under_way(
    request: Request, token: str, anew: Callable[[Any], Coroutine[Any, Any, Any]]
) -> asyncio.Task[Any] | None:
    """The work of a token; begun anew where another replica began it; None where nothing is known.

    Args:
        request: which asks after it.
        token: made by `new_token`.
        anew: the work of the request that the token carries; raises `ValueError` or `ApiError`
            where it is none of this protocol's.
    """
    known: asyncio.Task[Any] | None = request.app.state.jobs.find(token)
    if known is not None:
        return known
    carried = request_of(token)
    if carried is None:
        return None
    try:
        work = anew(carried)
    except (ValueError, ApiError):
        return None
    return begin(request, token, work)
