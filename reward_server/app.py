"""The HTTP application: lifespan, middleware, and what a refused request is answered with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from reward_server import protocols
from reward_server.errors import ApiError
from reward_server.exchange import Admission
from reward_server.jobs import Jobs
from reward_server.middleware import Guard
from reward_server.openapi import describe
from reward_server.routes import router
from reward_server.service import open_service
from reward_server.sessions import Sessions
from reward_server.settings import Settings
from reward_server.telemetry import Metrics

log = structlog.get_logger(__name__)

CODES = {404: "not_found", 405: "method_not_allowed"}


def create_app(settings: Settings) -> FastAPI:
    """The application under these settings; workers and sandbox live as long as its lifespan."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_service(settings, metrics) as service:
            app.state.service = service
            app.state.jobs = Jobs()
            app.state.sessions = Sessions()
            yield
            await app.state.jobs.close()

    app = FastAPI(
        title="Reward server",
        version=version("reward-server"),
        description="Verifiable rewards for reinforcement learning, in batches.",
        lifespan=lifespan,
    )
    app.state.admission = Admission(settings.max_queue, metrics)
    app.add_middleware(Guard, settings=settings, metrics=metrics)
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _parameter_error)
    app.add_exception_handler(Exception, _our_error)
    for part in (router, *protocols.ROUTERS):
        app.include_router(part)
    describe(app)
    return app


def _answer(error: ApiError) -> JSONResponse:
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    return JSONResponse(error.body(), error.status, headers)


async def _api_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    request.app.state.service.metrics.rejected.labels(error.code).inc()
    return _answer(error)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    answer = _answer(
        ApiError(
            error.status_code,
            CODES.get(error.status_code, "http"),
            f"{error.detail}; the paths and methods there are stand in /openapi.json",
        )
    )
    answer.headers.update(error.headers or {})
    return answer


async def _parameter_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    field = ".".join(str(part) for part in fault["loc"])
    return _answer(ApiError(422, "invalid", f"{field}: {fault['msg']}", field=field))


async def _our_error(_request: Request, error: Exception) -> JSONResponse:
    log.error("unhandled", error=type(error).__name__, exc_info=error)
    return _answer(
        ApiError(500, "internal", "the server failed; its log says more", retry_after_s=1)
    )
