"""The time that a run has used: of its own, and on the clock."""

import os
import time
from collections.abc import Sequence
from typing import Protocol

from sandbox.namespace import asleep, deadline, procfs
from sandbox.namespace import board as boards


class Process(Protocol):
    """What is seen of a child (`sandbox.namespace.child`)."""

    pid: int
    proc: int | None
    usage: int | None
    started: float
    board: boards.Board

    def finished(self) -> int:
        """Runs that it has done."""

    def called(self) -> str:
        """Its name in `proc`; raises `OSError`."""


_DOZE_S = 0.05
"""So long after its start it is looked at for whether it sleeps, and again at twice its age."""


_SMALL_BYTES = 64 << 20


class Usage:
    """The time used by the run that the first of some processes is at; the others help it.

    `dozes`: whether it slept through half of the run's time, did so when last looked at, and holds
    so little memory meanwhile that there is room for another program.

    Args:
        processes: the processes.
        time_s: what each run may use.
        cores: how many cores may be used at once.
        tree: whether they may have started others.
    """

    def __init__(
        self, processes: Sequence[Process], time_s: float, cores: int, *, tree: bool
    ) -> None:
        self.processes = processes
        self.time_s = time_s
        self.cores = cores
        self.tree = tree
        self.clocks = [_clock(process.pid) for process in processes]
        self.run, self.since_cpu, self.since_wall = 0, 0.0, processes[0].started
        self.before_s = self._others_s()
        self.late_s = 0.0
        self.next_look = 0.0
        self.doze_look_s = _DOZE_S
        self.dozes = False

    def left_s(self, now: float) -> float:
        """Seconds until the next look; 0.0 when its time is up."""
        if now < self.next_look:
            return self.next_look - now
        left_s = self._left_s(now)
        until_s = max(self.processes[0].started + self.doze_look_s - now, 0.0)
        self.next_look = now + min(left_s, until_s or left_s)
        return self.next_look - now

    def _left_s(self, now: float) -> float:
        cpu_s = self.cpu_s(now)
        wall_s, age_s = now - self.since_wall, now - self.processes[0].started
        sleep = None
        alone = not self.tree or self.before_s is not None
        is_time = age_s >= self.doze_look_s
        if is_time or wall_s >= self.time_s / (1 if alone else self.cores):
            cpu_s, sleep = self._look(cpu_s, wall_s)
        if is_time:
            self.late_s = self.late_s or self._wait_of_ours()
            self.doze_look_s = 2 * age_s
            sleeps = sleep is not None and sleep.now and sleep.least_s > wall_s / 2
            self.dozes = sleeps and self._is_small()
        own_s = cpu_s - self.since_cpu
        return deadline.wait_s(self.time_s, own_s, wall_s, self.cores, sleep=sleep, tree=self.tree)

    def is_overslept(self, now: float) -> bool:
        """Whether it, having ended, had hardly computed and slept for longer than its time.

        We may have been late to see its end, as far as we waited for a core since the first look.
        """
        if now - self.since_wall < self.time_s:
            return False
        cpu_s = self.cpu_s(now)
        wall_s = now - self.since_wall - self._wait_of_ours() + self.late_s
        cpu_s, sleep = self._look(cpu_s, wall_s)
        own_s = cpu_s - self.since_cpu
        hardly = own_s < deadline.BUSY_SHARE * wall_s
        return hardly and sleep is not None and deadline.has_slept_over(self.time_s, own_s, sleep)

    def cpu_s(self, now: float) -> float:
        """CPU time so far, and notes where a new run began.

        That of what the processes started counts for the first run only: of a later one it is not
        known what earlier ones left behind.
        """
        cpu_s = sum(map(time.clock_gettime, self.clocks))
        first = self.processes[0]
        if first.finished() > self.run:
            self.run = first.finished()
            row = first.board.row(self.run - 1)
            self.since_cpu, self.since_wall = min(row.cpu_s, cpu_s), min(row.wall_s, now)
        others_s = None if self.run else self._others_s()
        if others_s is not None and self.before_s is not None:
            cpu_s = max(cpu_s, others_s - self.before_s)
        return cpu_s

    def _others_s(self) -> float | None:
        """CPU time that all in the slot used but ourselves, where programs may be several."""
        file = self.processes[0].usage
        if file is None or not self.tree:
            return None
        return _used_s(os.pread(file, 4096, 0)) - time.process_time()

    def _look(self, cpu_s: float, wall_s: float) -> tuple[float, deadline.Sleep | None]:
        """CPU time with that of all that lives, and how long the run slept.

        Of a later run in a process, all that earlier ones ran and waited counts as its own too.
        """
        proc = self.processes[0].proc
        if proc is None:
            return cpu_s, None
        try:
            names = [process.called() for process in self.processes]
        except OSError:
            return cpu_s, None
        threads = asleep.look(proc, names, tree=self.tree)
        if not threads:
            return cpu_s, None
        all_s = max(cpu_s, threads.cpu_s)
        exact = not self.run and threads.number == 1
        sleep = deadline.Sleep(threads.asleep_s(wall_s, all_s), threads.idle, exact)
        return cpu_s if self.run else all_s, sleep

    def _is_small(self) -> bool:
        proc = self.processes[0].proc
        assert proc is not None
        sizes = (procfs.resident(proc, process.called()) for process in self.processes)
        return sum(sizes) <= _SMALL_BYTES

    def _wait_of_ours(self) -> float:
        proc = self.processes[0].proc
        return 0.0 if proc is None else asleep.waited_s(proc)


def _used_s(text: bytes) -> float:
    """What cpuacct.usage says, nanoseconds, or cpu.stat of version 2, its first line."""
    name, _, microseconds = text.partition(b"\n")[0].rpartition(b" ")
    return int(microseconds) / (1e6 if name else 1e9)


def _clock(pid: int) -> int:
    """The CPU clock of another process: CPUCLOCK_SCHED, as clock_getcpuclockid(3) makes it."""
    return (~pid << 3) | 2
