"""What scores batches, opened and closed as one: rubrics, and an engine with its sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
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
from verifiers.verdict import ProgramVerifier

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
        OSError, EOFError, TimeoutError: the workers don't start, or the cluster can't be used.
    """
    rubrics = load(settings)
    async with _open_engine(settings, rubrics, metrics) as engine:
        dispatch, live = Dispatch(rubrics, engine), Live(settings.keep_samples)
        yield Service(settings, rubrics, engine, dispatch, metrics, live)


@asynccontextmanager
async def _open_engine(
    settings: Settings, rubrics: Rubrics, metrics: Metrics
) -> AsyncIterator[Judge]:
    """The engine that the settings name."""
    if not _joins_cluster(settings):
        async with open_machine(settings, metrics.worker_restarts.inc) as machine:
            yield machine
        return
    from reward_server.engines.ray import open_cluster  # noqa: PLC0415

    registry = rubrics.checker.registry
    programs = [name for name, found in registry.items() if isinstance(found, ProgramVerifier)]
    async with open_cluster(settings, programs, metrics.replays.inc, metrics.nodes.set) as cluster:
        yield cluster


def _joins_cluster(settings: Settings) -> bool:
    """Whether a cluster judges; this process has joined it then. Ray is imported only for this.

    Raises:
        OSError: it was told to, and there is none.
    """
    if settings.engine == "local" or find_spec("ray") is None:
        return False
    from reward_server.engines.ray_connect import ClusterError, connect  # noqa: PLC0415

    try:
        connect()
    except ClusterError as error:
        if settings.engine == "ray":
            raise
        log.info("engine_local", reason=str(error))
        return False
    return True
