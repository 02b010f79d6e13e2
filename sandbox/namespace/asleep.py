"""How long a program slept: what neither its CPU time nor its wait for a core explains.

On a busy machine a program may take long to come to its next instruction; that is wait for a core,
which the kernel counts for each thread (schedstat, proc(5)), and no sleep. What threads and
processes that have ended meanwhile waited is not known; it is taken to be as much as it could be.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple

from sandbox.namespace import procfs
from sandbox.namespace.deadline import BUSY_SHARE

_NS = 1e9
_TICKS = os.sysconf("SC_CLK_TCK")
_STATE, _OWN, _CHILDREN = 0, slice(11, 13), slice(13, 15)
"""Fields of /proc/PID/stat, counted from behind the name: the state, and ticks of CPU time."""

_ABLE = {b"R", b"D"}
"""States of a thread that runs, waits for a core, or for the kernel (a disk), which is no sleep."""


class Threads(NamedTuple):
    """What the kernel says of all threads of a program that live.

    Attributes:
        number: how many there are.
        ran_s, waited_s: seconds that they had a core, and that they waited for one.
        cpu_s: CPU time, that of ended threads and of children that were waited for included.
        idle: whether none can run now.
    """

    number: int
    ran_s: float
    waited_s: float
    cpu_s: float
    idle: bool

    def asleep_s(self, wall_s: float, cpu_s: float) -> float:
        """Of so many seconds, those in which none of them ran or could have run, at least.

        Args:
            wall_s: time on the clock.
            cpu_s: CPU time of the program since its start. What is not of these threads was of
                others, which may have waited for a core while those here slept.
        """
        others_s = max(cpu_s - self.ran_s, 0.0) / BUSY_SHARE
        return max(wall_s - self.ran_s - self.waited_s - others_s, 0.0)


def waited_s(proc: int) -> float:
    """Seconds that this thread has waited for a core; 0.0 where the kernel does not say."""
    try:
        return int(procfs.read(proc, "thread-self/schedstat").split()[1]) / _NS
    except (OSError, IndexError):
        return 0.0


def look(proc: int, first: Sequence[str], *, tree: bool) -> Threads | None:
    """All threads of some processes.

    That none can run is said only if two looks say so: a process that ends between being named and
    being looked at hides others.

    Args:
        proc: an open /proc.
        first: the processes, as they are called there.
        tree: whether those that they started count too.

    Returns:
        None where the kernel does not say.
    """
    try:
        found = _look(proc, first, tree=tree)
        if found.idle and tree:
            again = _look(proc, first, tree=tree)
            return again._replace(idle=again.idle and again.ran_s == found.ran_s)
    except (OSError, ValueError, IndexError):
        return None
    return found


def _look(proc: int, first: Sequence[str], *, tree: bool) -> Threads:
    pids, total = list(first), Threads(0, 0.0, 0.0, 0.0, idle=True)
    for pid in pids:
        try:
            total = _sum(total, _process(proc, pid, tree=tree))
            pids += _children(proc, pid) if tree else []
        except OSError:  # it ended, or one of its threads did
            if pid in first:
                raise
            total = total._replace(idle=False)
    return total


def _process(proc: int, pid: str, *, tree: bool) -> Threads:
    total = Threads(0, 0.0, 0.0, 0.0, idle=True)
    for name in procfs.names(proc, f"{pid}/task"):
        total = _sum(total, _thread(proc, f"{pid}/task/{name}"))
    return total._replace(cpu_s=_cpu_s(procfs.fields(proc, pid), total.ran_s)) if tree else total


def _sum(one: Threads, other: Threads) -> Threads:
    return Threads(
        one.number + other.number,
        one.ran_s + other.ran_s,
        one.waited_s + other.waited_s,
        one.cpu_s + other.cpu_s,
        one.idle and other.idle,
    )


def _thread(proc: int, path: str) -> Threads:
    ran, waited, turns = map(int, procfs.read(proc, f"{path}/schedstat").split())
    able = procfs.fields(proc, path)[_STATE] in _ABLE
    if not turns and not able:
        raise ValueError("this kernel does not count")
    return Threads(1, ran / _NS, waited / _NS, 0.0, not able)


def _cpu_s(fields: Sequence[bytes], ran_s: float) -> float:
    """CPU time of a process and of the children it waited for; `ran_s` is of its live threads."""
    own, children = (sum(map(int, fields[part])) / _TICKS for part in (_OWN, _CHILDREN))
    return max(own, ran_s) + children


def _children(proc: int, pid: str) -> list[str]:
    tasks = procfs.names(proc, f"{pid}/task")
    lists = [procfs.read(proc, f"{pid}/task/{task}/children") for task in tasks]
    return [child.decode() for each in lists for child in each.split()]
