"""The server's life: it starts, serves, drains, ends; and how uvicorn is made to follow it."""

import asyncio
import contextlib
import time
from types import FrameType

import structlog
import uvicorn

from reward_server.exchange import Admission
from reward_server.service import Service
from reward_server.telemetry import Vitals

log = structlog.get_logger(__name__)

LEAVE_S = 2
"""Seconds that connections have to close once nothing is answered any more."""

PATIENCE_S = 20
"""Seconds that a request which comes while the server starts is held before it is refused."""


class Life:
    """Where this server is in its life.

    Attributes:
        service: what scores, once it is open.
        problems: what its canaries found wrong, by canary; None until they have all been asked.
        fault: why it could not be opened.
        busy: requests that are being answered.
    """

    def __init__(self, drain_timeout_s: float, admission: Admission) -> None:
        self.service: Service | None = None
        self._opened = asyncio.Event()
        self.problems: dict[str, str] | None = None
        self.fault: Exception | None = None
        self.busy = 0
        self._admission = admission
        self._drain_timeout_s = drain_timeout_s
        self._latest_end: float | None = None

    def open(self, service: Service) -> None:
        """Let requests through."""
        self.service = service
        self._opened.set()

    async def wait_open(self) -> None:
        """Return once the server is open, or when `PATIENCE_S` is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await self._opened.wait()

    def drain(self) -> None:
        """From now on finish what has begun, and begin nothing. A signal handler may call it."""
        self._latest_end = time.monotonic() + self._drain_timeout_s

    @property
    def draining(self) -> bool:
        """Whether nothing new is begun."""
        return self._latest_end is not None

    @property
    def over(self) -> bool:
        """Whether the process may end."""
        if self.fault is not None:
            return True
        if self._latest_end is None:
            return False
        return not self._unanswered or time.monotonic() > self._latest_end

    @property
    def _unanswered(self) -> int:
        """Requests, and items of work that goes on after its request."""
        return self.busy + self._admission.items

    @property
    def state(self) -> str:
        """One word for `/readyz`: `starting`, `ready`, `not_ready` or `draining`."""
        if self.draining:
            return "draining"
        if self.service is None or self.problems is None:
            return "starting"
        return "not_ready" if self.problems or not self.service.readiness()[0] else "ready"

    def vitals(self) -> Vitals:
        """What a scrape is told."""
        if self.service is None:
            return Vitals()
        health = self.service.sandbox.health()
        ready = self.state == "ready"
        return Vitals(ready, health.slots, health.waiting, health.restarts, health.outcomes)


class Server(uvicorn.Server):
    """uvicorn, which by itself would turn new requests away at the socket while it ends."""

    def __init__(self, config: uvicorn.Config, life: Life) -> None:
        super().__init__(config)
        self.life = life
        self._told = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first SIGTERM or Ctrl-C drains, the second one ends."""
        del sig, frame
        if self.life.draining:
            self.should_exit = self.force_exit = True
        self.life.drain()

    async def on_tick(self, counter: int) -> bool:
        """Called every 0.1 s; whether to end."""
        if self.life.draining and not self._told:
            self._told = True
            log.info("draining", requests=self.life.busy)
        return await super().on_tick(counter) or self.life.over
