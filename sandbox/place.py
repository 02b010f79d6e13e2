"""What a backend offers: a place where one program at a time can run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sandbox.program import Limits, Outcome, Program, Run


class Place(Protocol):
    """One place where one program at a time can run.

    Attributes:
        hello: what it said when it was ready: `languages`, name to version, and more.
        on_doze: called with the place, at most once a run, when the program there sleeps.
    """

    hello: Mapping[str, Any]
    on_doze: Callable[[Any], None]

    @property
    def alive(self) -> bool:
        """Whether jobs can be sent."""

    async def start(self) -> None:
        """Get ready; raises `SandboxUnavailable` with the reason where that can't be."""

    async def run(self, program: Program, runs: Sequence[Run], limits: Limits) -> list[Outcome]:
        """Run one job; raises `SandboxError` when the place failed, which is closed then."""

    async def cancel(self) -> None:
        """End a job whose `run` was cancelled."""

    async def close(self) -> None:
        """End everything and wait for it."""
