"""What scores batches, opened and closed as one: rubrics, and an engine with its sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

import sandbox
from reward_server.dispatch import Dispatch
from reward_server.engines import Engine
from reward_server.engines.complete import Runner
from reward_server.live import Live
from reward_server.machine import open_machine
from reward_server.rubrics import Checker, Rubrics, load_rubrics
from reward_server.settings import Settings
from reward_server.telemetry import Metrics
from reward_server.worker import load_registry

log = structlog.get_logger(__name__)


class Box(Runner, Protocol):
    """The sandbox as protocols that run programs see it, wherever it is."""

    def health(self) -> sandbox.Health:
        """How it is now."""
        ...

    def offered(self) -> list[str]:
        """The languages whose toolchain is there; known at once."""
        ...

    async def languages(self) -> dict[str, Any]:
        """The languages that programs can be written in."""
        ...


class Judge(Engine, Protocol):
    """Where verdicts come from: this machine, or a cluster."""

    @property
    def sandbox(self) -> Box:
        """Where programs run."""
        ...

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether batches can be scored, and what each part says of itself."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service."""

    settings: Settings
    rubrics: Rubrics
    engine: Judge
    dispatch: Dispatch
    metrics: Metrics
    live: Live

    @property
    def sandbox(self) -> Box:
        """Where programs run."""
        return self.engine.sandbox

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether batches can be scored, and what each part says of itself."""
        return self.engine.readiness()


def load(settings: Settings) -> Rubrics:
    """The rubrics under these settings.

    Raises:
        RubricFileError: the rubric file can't be used.
        ValueError: a module of verifiers can't be used.
    """
    return load_rubrics(Checker(load_registry(tuple(settings.verifiers))), settings.rubrics)


@asynccontextmanager
async def open_service(settings: Settings, metrics: Metrics) -> AsyncIterator[Service]:
    """Start what judges; end it on leaving.

    Raises:
        RubricFileError, ValueError: see `load`.
        OSError, EOFError, TimeoutError: the workers don't start.
    """
    rubrics = load(settings)
    async with open_machine(settings, metrics.worker_restarts.inc) as engine:
        dispatch, live = Dispatch(rubrics, engine), Live(settings.keep_samples)
        yield Service(settings, rubrics, engine, dispatch, metrics, live)
