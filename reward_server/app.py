"""The HTTP application: lifespan, middleware, and what a refused request is answered with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from reward_server import canary, page, protocols
from reward_server.errors import ApiError
from reward_server.exchange import Admission
from reward_server.jobs import Jobs
from reward_server.life import Life
from reward_server.middleware import Guard
from reward_server.openapi import describe
from reward_server.rates import Rates
from reward_server.routes import router
from reward_server.service import open_service
from reward_server.sessions import Sessions
from reward_server.settings import Settings
from reward_server.telemetry import Metrics

log = structlog.get_logger(__name__)

CODES = {404: "not_found", 405: "method_not_allowed"}


def create_app(settings: Settings) -> FastAPI:
    """The application under these settings.

    Its `state.life` tells when the process may end. Workers and sandbox are opened in the
    background, so that `/healthz` answers meanwhile, and closed with the lifespan.
    """
    metrics = Metrics()
    rates = Rates(settings.rate_limit, settings.rate_burst)
    admission = Admission(settings.max_queue, rates, metrics)
    life = Life(settings.drain_timeout_s, admission)
    metrics.vitals = life.vitals

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_exception_handler(_stray)
        app.state.jobs = Jobs()
        app.state.sessions = Sessions()
        opened = asyncio.create_task(_open(app, settings))
        yield
        await app.state.jobs.close()
        opened.cancel()
        await asyncio.gather(opened, return_exceptions=True)

    app = FastAPIOffline(
        redoc_url=None,
        favicon_url=f"{page.PREFIX}/icon.svg",
        title="Reward server",
        version=version("reward-server"),
        description="Verifiable rewards for reinforcement learning, in batches.",
        lifespan=lifespan,
    )
    app.state.metrics, app.state.admission, app.state.life = metrics, admission, life
    app.add_middleware(Guard, settings=settings, metrics=metrics, life=life)
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _parameter_error)
    app.add_exception_handler(Exception, _our_error)
    for part in (router, page.router, *protocols.ROUTERS):
        app.include_router(part)
    app.mount(page.PREFIX, page.assets)
    describe(app)
    return app


async def _open(app: FastAPI, settings: Settings) -> None:
    """Open the service, and go on asking its canaries until this task is cancelled."""
    life: Life = app.state.life
    try:
        async with open_service(settings, app.state.metrics) as service:
            app.state.service = service
            life.open(service)
            await canary.watch(service, life)
    except Exception as error:
        log.exception("not_opened", error=type(error).__name__, reason=str(error))
        life.fault = error


def _stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for; asyncio's own words would quote the exception's text."""
    error = context.get("exception")
    log.error("stray", error=type(error).__name__, exc_info=error)


async def _api_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    request.app.state.metrics.rejected.labels(error.code).inc()
    return error.answer()


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    refused = ApiError(
        error.status_code,
        CODES.get(error.status_code, "http"),
        f"{error.detail}; the paths and methods there are stand in /openapi.json",
    )
    refused.headers.update(error.headers or {})
    return refused.answer()


async def _parameter_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    field = ".".join(str(part) for part in fault["loc"])
    return ApiError(422, "invalid", f"{field}: {fault['msg']}", field=field).answer()


async def _our_error(_request: Request, error: Exception) -> JSONResponse:
    log.error("unhandled", error=type(error).__name__, exc_info=error)
    message = "the server failed; its log says more"
    return ApiError(500, "internal", message, retry_after_s=1).answer()
