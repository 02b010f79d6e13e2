"""What scores batches, opened and closed as one: rubrics, worker processes, sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import structlog

import sandbox
from reward_server.dispatch import Dispatch
from reward_server.engines.local import LocalEngine
from reward_server.live import Live
from reward_server.rubrics import Checker, Rubrics, load_rubrics
from reward_server.settings import Settings
from reward_server.telemetry import Metrics
from reward_server.worker import WorkerConfig, load_registry
from sandbox.languages import LANGUAGES

log = structlog.get_logger(__name__)


class NoSandbox:
    """Stands where no sandbox can run: every program is refused with the reason, none is run."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def run(self, program: Any, runs: Any, limits: Any, *, queue: Any) -> Any:
        """Refuse.

        Raises:
            sandbox.SandboxError: always.
        """
        del program, runs, limits, queue
        raise sandbox.SandboxError(self.reason)

    def health(self) -> sandbox.Health:
        """No place to run anything, and why."""
        return sandbox.Health("none", slots=0, expected=0, waiting=0, problem=self.reason)

    def facts(self) -> dict[str, Any]:
        """There is no place to tell of any."""
        return {}

    async def languages(self) -> dict[str, Any]:
        """None can be run."""
        return {
            name: {
                "available": False,
                "version": None,
                "names": list(language.names),
                "package": language.package,
            }
            for name, language in LANGUAGES.items()
        }

    async def close(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service."""

    settings: Settings
    rubrics: Rubrics
    engine: LocalEngine
    sandbox: sandbox.Sandbox | NoSandbox
    dispatch: Dispatch
    metrics: Metrics
    live: Live

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether batches can be scored, and what each part says of itself."""
        health = self.sandbox.health()
        checks = {
            "workers": {"ok": self.engine.ready, "up": len(self.engine.pids)},
            "sandbox": {"ok": health.slots > 0, **asdict(health)},
        }
        # a machine that can run no sandbox still scores text, unless it was told which to use
        needed = self.settings.sandbox != "auto" or not isinstance(self.sandbox, NoSandbox)
        return self.engine.ready and (health.slots > 0 or not needed), checks


def load(settings: Settings) -> Rubrics:
    """The rubrics under these settings.

    Raises:
        RubricFileError: the rubric file can't be used.
        ValueError: a module of verifiers can't be used.
    """
    return load_rubrics(Checker(load_registry(tuple(settings.verifiers))), settings.rubrics)


@asynccontextmanager
async def open_service(settings: Settings, metrics: Metrics) -> AsyncIterator[Service]:
    """Start workers and sandbox; end them on leaving.

    Raises:
        RubricFileError, ValueError: see `load`.
        OSError, EOFError, TimeoutError: the workers don't start.
    """
    rubrics = load(settings)
    config = WorkerConfig(
        settings.item_timeout_s, settings.worker_memory_mb, tuple(settings.verifiers)
    )
    engine = LocalEngine(settings.workers, config, metrics.worker_restarts.inc)
    box = await _open_sandbox(settings)
    try:
        await engine.start()
        dispatch = Dispatch(rubrics, engine, box)
        live = Live(settings.keep_samples)
        yield Service(settings, rubrics, engine, box, dispatch, metrics, live)
    finally:
        await engine.close()
        await box.close()


async def _open_sandbox(settings: Settings) -> sandbox.Sandbox | NoSandbox:
    try:
        return await sandbox.open_sandbox(
            settings.sandbox,
            settings.sandbox_slots,
            sandbox.Containers(settings.docker_image, settings.docker_runtime),
        )
    except sandbox.SandboxUnavailable as error:
        log.warning("sandbox_unavailable", reason=str(error), effect="code items get no score")
        return NoSandbox(f"no sandbox can run here: {error}")
