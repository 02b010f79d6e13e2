"""What judges on this machine, opened and closed as one: worker processes and a sandbox."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import structlog

import sandbox
from reward_server.engines import Block, Job
from reward_server.engines.complete import complete
from reward_server.engines.local import LocalEngine
from reward_server.settings import Settings
from reward_server.worker import WorkerConfig
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

    def offered(self) -> list[str]:
        """None can be run."""
        return []

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
class Machine:
    """This machine as an engine: jobs in, verdicts out, programs included."""

    settings: Settings
    workers: LocalEngine
    sandbox: sandbox.Sandbox | NoSandbox

    def run(self, jobs: Sequence[Job]) -> AsyncIterator[Block]:
        """See `engines.Engine.run`."""
        return complete(self.workers, self.sandbox, jobs)

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether jobs can be judged, and what each part says of itself."""
        health = self.sandbox.health()
        checks = {
            "workers": {"ok": self.workers.ready, "up": len(self.workers.pids)},
            "sandbox": {"ok": health.slots > 0, **shown(health)},
        }
        # a machine that can run no sandbox still scores text, unless it was told which to use
        needed = self.settings.sandbox != "auto" or not isinstance(self.sandbox, NoSandbox)
        return self.workers.ready and (health.slots > 0 or not needed), checks


def shown(health: sandbox.Health) -> dict[str, Any]:
    """All but the counts, which are metrics."""
    return {k: v for k, v in asdict(health).items() if k not in {"restarts", "outcomes"}}


@asynccontextmanager
async def open_machine(
    settings: Settings, on_restart: Callable[[], None] = lambda: None
) -> AsyncIterator[Machine]:
    """Start workers and sandbox; end them on leaving.

    Args:
        settings: how many of each, and their limits.
        on_restart: called whenever a worker is replaced.

    Raises:
        OSError, EOFError, TimeoutError: the workers don't start.
    """
    config = WorkerConfig(
        settings.item_timeout_s, settings.worker_memory_mb, tuple(settings.verifiers)
    )
    workers = LocalEngine(settings.workers, config, on_restart)
    box = await _open_sandbox(settings)
    try:
        await workers.start()
        yield Machine(settings, workers, box)
    finally:
        await workers.close()
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
