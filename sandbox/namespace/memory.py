"""What bounds the memory of all processes of a program together, beside the limits of each.

Either a control group, which the kernel keeps below its limit, or the zygote looks from time to
time (`sandbox.namespace.sampling`). A container of the docker backend has its engine's limit.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.program import Limits

PROGRAM, PARTNER = 0, 1
"""Which of a slot's two programs at once: the one under test, and tests or judges beside it."""

_MIB = 1 << 20
SLACK_BYTES = 32 * _MIB
"""Past the limit and the output: for the kernel's own, such as stacks and page tables."""


def most_bytes(limits: Limits) -> int:
    """What the processes of one program may hold together, files in /tmp and output included."""
    return limits.memory_mb * _MIB + 2 * limits.output_kb * 1024 + SLACK_BYTES


class Bound(Protocol):
    """The bound of one program; as a context, what is forked in it is held by it."""

    def __enter__(self) -> object:
        """What is forked from here on belongs to the program."""

    def __exit__(self, *exc_info: object) -> None:
        """What is forked from here on does not."""

    def wait_s(self, wall_s: float) -> float:
        """Seconds until the next look at a program that started so long ago."""

    def look(self, pid: int, wall_s: float) -> bool:
        """Whether the program whose first process is `pid` is over its bound now."""

    def was_broken(self) -> bool:
        """After the program's end: whether the kernel ended any of it for its memory."""


class Bounds(Protocol):
    """Where a slot has the bounds of its programs from.

    Attributes:
        measured: whether programs must let the zygote look at their memory.
        says: for people: `bound`, how memory is bounded, and `why` not in a better way.
        usage: an open file that says how much CPU time all in the slot used, where there is one.
    """

    @property
    def usage(self) -> int | None:
        """See above."""

    @property
    def measured(self) -> bool:
        """See above."""

    @property
    def says(self) -> Mapping[str, str | None]:
        """See above."""

    def bound(self, limits: Limits, which: int) -> Bound:
        """That of the next program."""


class Elsewhere:
    """No bound of ours: somebody else's, or none."""

    def __enter__(self) -> None:
        """See `Bound`."""

    def __exit__(self, *exc_info: object) -> None:
        """See `Bound`."""

    def wait_s(self, wall_s: float) -> float:
        """See `Bound`."""
        del wall_s
        return float("inf")

    def look(self, pid: int, wall_s: float) -> bool:
        """See `Bound`."""
        del pid, wall_s
        return False

    def was_broken(self) -> bool:
        """See `Bound`."""
        return False


@dataclass(frozen=True, slots=True)
class Alone:
    """Limits of each process, and no more."""

    says: Mapping[str, str | None]
    measured: bool = True
    usage: int | None = None

    def bound(self, limits: Limits, which: int) -> Bound:
        """See `Bounds`."""
        del limits, which
        return Elsewhere()


class Kills:
    """The kernel's counts for a group: of processes it ended, and of times it was at its limit.

    Args:
        version: of the group.
        events: an open file with the first.
        failures: one with the second.
    """

    def __init__(self, version: int, events: int, failures: int) -> None:
        self.events = events
        self.failures = failures
        self.at_limit = b"oom " if version == 2 else b""

    def now(self) -> tuple[int, int]:
        """Both; a slot's zygotes have a group in common, so none knows what they were last."""
        return _count(self.events, b"oom_kill "), _count(self.failures, self.at_limit)

    def since(self, before: tuple[int, int]) -> bool:
        """Whether any was ended for this limit; a larger group's, or the machine's, is none."""
        killed, failed = before
        return _count(self.events, b"oom_kill ") != killed and self.now()[1] != failed


@dataclass(slots=True)
class _Group:
    """The open files of a group, and what they were last set to."""

    processes: int
    limit: int
    kills: Kills
    limit_bytes: int = 0


class Groups:
    """The groups of a slot, opened before it gave up the power to."""

    measured = False

    def __init__(self, settings: dict[str, Any]) -> None:
        self.version: int = settings["version"]
        self.says = {"bound": f"cgroup v{self.version}", "why": None}
        self.homes = [_open(path, "cgroup.procs") for path in settings["homes"]]
        names = {
            1: ("memory.limit_in_bytes", "memory.oom_control", "memory.failcnt"),
            2: ("memory.max", "memory.events", "memory.events"),
        }[self.version]
        limit, *counts = names
        self.groups = [
            _Group(
                _open(path, "cgroup.procs"),
                _open(path, limit),
                Kills(self.version, *(_open(path, name) for name in counts)),
            )
            for path in (settings["program"], settings["partner"])
        ]
        crowd, usage = settings["crowd"], settings["usage"]
        self.crowd = _open(crowd, "cgroup.procs") if crowd else None
        self.crowd_home = _open(os.path.dirname(crowd), "cgroup.procs") if crowd else -1
        self.usage = os.open(usage, os.O_RDONLY) if usage else None

    def settle(self) -> None:
        """Move this process home, by way of its programs' groups, to see whether it can.

        Raises:
            OSError: it can't.
        """
        for which in (PROGRAM, PARTNER):
            with self.bound(Limits(processes=2), which):
                pass
        for home in self.homes:
            os.write(home, b"0")

    def bound(self, limits: Limits, which: int) -> "InGroup":
        """The bound of the next program."""
        crowd = self.crowd if limits.processes > 1 else None
        return InGroup(self, self.groups[which], most_bytes(limits), crowd)


def open_groups(settings: dict[str, Any] | str) -> Groups | str:
    """The groups that the server made, or why there are none."""
    if isinstance(settings, str):
        return settings
    try:
        return Groups(settings)
    except OSError as error:
        return f"groups can't be used: {error}"


class InGroup(Elsewhere):
    """The bound of a program whose processes are in a control group."""

    def __init__(self, groups: Groups, group: _Group, most: int, crowd: int | None) -> None:
        self.groups = groups
        self.group = group
        self.most = most
        self.crowd = crowd
        self.before = (0, 0)

    def __enter__(self) -> None:
        """See `Bound`. The limit stays what it was where it need not change."""
        group = self.group
        self.before = group.kills.now()
        if group.limit_bytes != self.most:
            os.pwrite(group.limit, b"%d" % self.most, 0)
            group.limit_bytes = self.most
        os.write(group.processes, b"0")
        if self.crowd is not None:
            os.write(self.crowd, b"0")

    def __exit__(self, *exc_info: object) -> None:
        """See `Bound`."""
        os.write(self.groups.homes[0], b"0")
        if self.crowd is not None:
            os.write(self.groups.crowd_home, b"0")

    def was_broken(self) -> bool:
        """See `Bound`."""
        return self.group.kills.since(self.before)


def _open(directory: str, name: str) -> int:
    reads = name in {"memory.oom_control", "memory.failcnt", "memory.events"}
    return os.open(f"{directory}/{name}", os.O_RDONLY if reads else os.O_WRONLY)


def _count(file: int, word: bytes) -> int:
    """The number after a word at the start of a line; -1 where there is none."""
    for line in os.pread(file, 4096, 0).splitlines():
        if line.startswith(word):
            return int(line[len(word) :])
    return -1
