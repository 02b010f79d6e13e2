"""Around every request: who may ask and when, a request id, headers, one line in the log."""

import asyncio
import base64
import re
import secrets
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reward_server.errors import ApiError
from reward_server.life import Life
from reward_server.page import is_of_page
from reward_server.settings import Settings
from reward_server.telemetry import Metrics

log = structlog.get_logger(__name__)

OPEN_PATHS = {"/healthz", "/readyz"}
"""Asked by orchestrators, which hold no key."""

QUIET_PATHS = {*OPEN_PATHS, "/metrics", "/v1/live"}
"""Asked every few seconds for as long as somebody looks."""

BODIES = 16
"""Bodies of the largest size that may be in memory at once; beyond it the answer is 503."""

READING = {"GET", "HEAD", "OPTIONS"}
"""Methods that begin no work."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Of every answer whose route does not say otherwise: OWASP's for answers of an API."""

UNAUTHORIZED = ApiError(
    401,
    "unauthorized",
    "send `Authorization: Bearer KEY` or `X-API-Key: KEY`, with a valid key",
)
UNAUTHORIZED.headers["WWW-Authenticate"] = "Bearer"

STARTING = ApiError(503, "starting", "the server is starting; ask again", retry_after_s=1)
ENDING = ApiError(503, "draining", "the server is ending; ask again", retry_after_s=1)

REQUEST_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)


class Guard:
    """ASGI middleware; plain ASGI because Starlette's own wrapper costs 0.5 ms a request."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics, life: Life) -> None:
        self.app = app
        self.life = life
        self.keys = [key.get_secret_value().encode() for key in settings.api_keys]
        self.metrics = metrics
        self.room = BODIES * settings.max_body_mb * 2**20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 401 or 503."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        start, status, begun, held = time.perf_counter(), 500, False, 0

        async def receive_counted() -> Message:
            nonlocal held
            message = await receive()
            size = len(message.get("body", b""))
            held += size
            self.room -= size
            if self.room < 0:
                raise ApiError(
                    503, "busy", "too many large bodies at once; ask again", retry_after_s=1
                )
            return message

        async def send_marked(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                self._head(MutableHeaders(scope=message), request_id)
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        is_open = _is_open(scope["path"])
        self.life.busy += not is_open
        try:
            error = None if is_open else self._refusal(scope, headers)
            if error is STARTING:
                await self.life.wait_open()
                error = self._refusal(scope, headers)
            if error is None:
                await self.app(scope, receive_counted, send_marked)
            else:
                self.metrics.rejected.labels(error.code).inc()
                await error.answer()(scope, receive, send_marked)
        except asyncio.CancelledError:
            # time to drain is up; uvicorn would say 500, and a client would not ask again
            if begun or not self.life.draining:
                raise
            await ENDING.answer()(scope, receive, send_marked)
        finally:
            self.life.busy -= not is_open
            self.room += held
            self._note(scope, status, time.perf_counter() - start)

    def _refusal(self, scope: Scope, headers: Headers) -> ApiError | None:
        """Why this request is not let through; notes which key it brings."""
        caller = self._caller(headers)
        if self.keys and caller is None:
            return UNAUTHORIZED
        if self.life.service is None:
            return STARTING
        if self.life.draining and scope["method"] not in READING:
            return ENDING
        scope.setdefault("state", {})["caller"] = caller
        return None

    def _caller(self, headers: Headers) -> int | None:
        """Which of the keys a request brings; all are compared, in constant time."""
        brought = _key(headers).encode()
        same = [secrets.compare_digest(brought, key) for key in self.keys]
        return same.index(True) if any(same) else None

    def _head(self, headers: MutableHeaders, request_id: str) -> None:
        headers["X-Request-ID"] = request_id
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self.life.draining:
            headers["Connection"] = "close"

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        path = getattr(route, "path", "other")
        self.metrics.requests.labels(path, scope["method"], status).inc()
        self.metrics.request_seconds.labels(path).observe(seconds)
        level = "debug" if path in QUIET_PATHS else "info"
        getattr(log, level)(
            "request", path=path, method=scope["method"], status=status, ms=round(seconds * 1000, 1)
        )


def _is_open(path: str) -> bool:
    """Whether nobody needs a key for a path."""
    return path in OPEN_PATHS or is_of_page(path)


KEY_HEADERS = ("authorization", "xrl-authorization", "x-api-key", "x-auth-token")
"""Ours, ROLL's and Judge0's; the first that is there counts."""


def _key(headers: Headers) -> str:
    """The key of a request: a bearer's, or the password that a client takes from `http://_:KEY@…`.

    Several trainers can set a reward server's URL and no header.
    """
    given = next((headers[name] for name in KEY_HEADERS if name in headers), "")
    scheme, _, token = given.partition(" ")
    if scheme.lower() == "basic":
        return _password(token.strip())
    return (token if scheme.lower() == "bearer" else given).strip()


def _password(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _request_id(headers: Headers) -> str:
    """The client's own request id where it is fit for a log, else a new one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
