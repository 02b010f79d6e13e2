"""What programs stand on, one after the other: what keeps one from the next."""

import os
from collections.abc import Mapping
from typing import Protocol

from sandbox.namespace import kernel, memory, root, sampling
from sandbox.program import Limits


class Ground(Protocol):
    """What the programs of a slot stand on, one after the other.

    Attributes:
        shelters: whether programs can't reach a second zygote, a helper, in here.
        says, usage: see `memory.Bounds`.
    """

    shelters: bool
    says: Mapping[str, str | None]
    usage: int | None

    def bound(self, limits: Limits, which: int) -> memory.Bound:
        """What holds the memory of the processes of a program together."""

    def reset(self) -> None:
        """Make sure that nothing of an earlier program is there."""

    def part(self) -> None:
        """Keep what is forked next apart from this process."""

    def rejoin(self) -> None:
        """Let what is forked next live beside this process."""

    def sweep(self) -> None:
        """After a program: end whatever it started."""

    def hide(self, directory: str) -> None:
        """In a forked process: make `directory` one that no other can see."""


class Namespaces:
    """The ground of a slot in namespaces of its own.

    Each child is the first process of a nested pid namespace, so that killing it kills whatever it
    started.
    """

    shelters = True

    def __init__(self, bounds: memory.Bounds) -> None:
        self.own_pid = os.pidfd_open(os.getpid())
        self.scratch = root.Scratch()
        self.bound = bounds.bound
        self.measured = bounds.measured
        self.says = bounds.says
        self.usage = bounds.usage

    def reset(self) -> None:
        """See `Ground`."""
        self.scratch.reset()

    def part(self) -> None:
        """See `Ground`."""
        self.rejoin()
        kernel.unshare(kernel.CLONE_NEWPID)

    def rejoin(self) -> None:
        """See `Ground`."""
        kernel.setns(self.own_pid, kernel.CLONE_NEWPID)

    def sweep(self) -> None:
        """See `Ground`: all of it ended with its pid namespace."""

    def hide(self, directory: str) -> None:
        """See `Ground`."""
        kernel.unshare(kernel.CLONE_NEWNS)
        root.mount_private(directory)


def choose(groups: memory.Groups | str, proc: int) -> memory.Bounds:
    """What bounds the memory of a slot's programs: its groups, or where those can't, who looks.

    Args:
        groups: opened already, or why there are none.
        proc: an open /proc.
    """
    if isinstance(groups, memory.Groups):
        try:
            groups.settle()
        except OSError as error:
            groups = f"groups can't be used: {error}"
        else:
            return groups
    try:
        sampler = sampling.Sampler(proc, len(os.sched_getaffinity(0)), groups)
        sampler.settle()
    except OSError as error:
        why = f"{groups}; and the zygote can't see its processes: {error}"
        return memory.Alone({"bound": "each process", "why": why})
    return sampler
