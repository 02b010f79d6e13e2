"""Answers that clients come back for: work begun by one request and asked after by others.

Results are kept in memory, for an hour. A token carries the request itself, so that a replica that
does not know it, being another one or having been restarted, can begin the work anew.
"""

import asyncio
import base64
import json
import time
import uuid
import zlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

KEPT_S = 3600.0
MAX_JOBS = 65_536
MAX_REQUEST_BYTES = 16 << 20
"""Of a request that a token may unfold to."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work."""

    task: asyncio.Task[Any]
    begun: float = field(default_factory=time.monotonic)


class Jobs:
    """Pieces of work by their tokens, the oldest first."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    def start(
        self, token: str, work: Coroutine[Any, Any, Any], ended: Callable[[], None]
    ) -> asyncio.Task[Any]:
        """Begin the work of a token.

        Args:
            token: under which it is found; see `new_token`.
            work: what to do; its result is kept, or its exception.
            ended: called when it is over, however that came.
        """
        self._forget()
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: ended())
        self._jobs[token] = Job(task)
        return task

    def find(self, token: str) -> asyncio.Task[Any] | None:
        """The work of a token, done or not; None where there is none."""
        job = self._jobs.get(token)
        return None if job is None else job.task

    async def close(self) -> None:
        """Drop everything."""
        tasks = [job.task for job in self._jobs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._jobs.clear()

    def _forget(self) -> None:
        """Drop what nobody came back for."""
        oldest = time.monotonic() - KEPT_S
        while self._jobs:
            job = next(iter(self._jobs.values()))
            if job.begun > oldest and len(self._jobs) < MAX_JOBS:
                return
            self._jobs.popitem(last=False)[1].task.cancel()


def new_token(request: Any, most_chars: int) -> str:
    """A token that carries a request, JSON, where it is no longer than that."""
    number = str(uuid.uuid4())
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(request).encode())).decode()
    return f"{number}.{packed}" if len(number) + len(packed) < most_chars else number


def request_of(token: str) -> Any:
    """What a token carries; None where it carries nothing that can be read."""
    packed = token.partition(".")[2]
    if not packed:
        return None
    unfold = zlib.decompressobj()
    try:
        raw = unfold.decompress(base64.urlsafe_b64decode(packed), MAX_REQUEST_BYTES)
        return None if unfold.unconsumed_tail else json.loads(raw)
    except (ValueError, zlib.error, RecursionError):
        return None
