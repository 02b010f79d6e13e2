"""Inside the container: the engine's limit on its memory, which bounds one program at a time.

So a kill as that limit is reached is the program's doing. The kernel counts those, and is told to
end a program before what watches it. Not covered: gVisor, which shows neither; there the whole
container ends, and the server asks the engine why (`sandbox.docker.place`).
"""

import contextlib
import os
from collections.abc import Mapping

from sandbox.namespace import memory
from sandbox.program import Limits

_GROUP = "/sys/fs/cgroup"
_BATCH_BYTES = 1 << 20
"""The kernel takes memory for each core in advance: so close to its limit, a group is at it."""

_FIRST = b"1000"
"""Of all processes of a group, the kernel ends those of the highest score first (proc(5))."""


class Limit:
    """The bounds of a slot in a container (`memory.Bounds`): those of its own, and the engine's.

    Args:
        bounds: its own.
        proc: an open /proc.
    """

    def __init__(self, bounds: memory.Bounds, proc: int) -> None:
        self.bounds = bounds
        self.proc = proc
        self.kills = _kills()
        self.score, self.owner = -1, 0
        self.usual = b""

    @property
    def measured(self) -> bool:
        """See `memory.Bounds`."""
        return self.bounds.measured

    @property
    def says(self) -> Mapping[str, str | None]:
        """See `memory.Bounds`."""
        return self.bounds.says

    @property
    def usage(self) -> int | None:
        """See `memory.Bounds`."""
        return self.bounds.usage

    def bound(self, limits: Limits, which: int) -> "Contained":
        """See `memory.Bounds`."""
        return Contained(self, self.bounds.bound(limits, which))

    def expose(self, *, exposed: bool) -> None:
        """Whether the kernel should end this process, and what it forks from here on, first."""
        if self.owner != os.getpid():  # a file of /proc stays that of the process that opened it
            self.owner = os.getpid()
            with contextlib.suppress(OSError):
                self.score = os.open("self/oom_score_adj", os.O_RDWR, dir_fd=self.proc)
                self.usual = os.read(self.score, 16).strip()
        if self.score >= 0:
            os.pwrite(self.score, _FIRST if exposed else self.usual, 0)


class Contained:
    """The bound of one program (`memory.Bound`)."""

    def __init__(self, limit: Limit, inner: memory.Bound) -> None:
        self.limit = limit
        self.inner = inner
        self.before = (0, 0)
        self.wait_s, self.look = inner.wait_s, inner.look

    def __enter__(self) -> None:
        """See `memory.Bound`."""
        if self.limit.kills:
            self.before = self.limit.kills.now()
        self.limit.expose(exposed=True)
        self.inner.__enter__()

    def __exit__(self, *exc_info: object) -> None:
        """See `memory.Bound`."""
        self.inner.__exit__(*exc_info)
        self.limit.expose(exposed=False)

    def was_broken(self) -> bool:
        """See `memory.Bound`."""
        kills = self.limit.kills
        return (kills is not None and kills.since(self.before)) or self.inner.was_broken()


class _PeakAtLimit:
    """As `memory.Kills`, for version 1, which counts no failures where swap is not allowed."""

    def __init__(self, events: int, peak: int, most: int) -> None:
        self.events = memory.Kills(1, events, peak)
        self.most = most

    def now(self) -> tuple[int, int]:
        """How many were ended, and the most that the group ever had."""
        return self.events.now()

    def since(self, before: tuple[int, int]) -> bool:
        """See `memory.Kills`; after the first, a kill of the machine's is taken for another."""
        killed, peak = self.now()
        return killed != before[0] and peak + _BATCH_BYTES > int(os.pread(self.most, 64, 0))


def _kills() -> memory.Kills | _PeakAtLimit | None:
    """Where the kernel counts them, if the container shows that."""
    with contextlib.suppress(OSError):
        return memory.Kills(2, *[_open("memory.events") for _ in range(2)])
    with contextlib.suppress(OSError):
        names = ("oom_control", "max_usage_in_bytes", "limit_in_bytes")
        return _PeakAtLimit(*[_open(f"memory/memory.{name}") for name in names])
    return None


def _open(name: str) -> int:
    return os.open(f"{_GROUP}/{name}", os.O_RDONLY)
