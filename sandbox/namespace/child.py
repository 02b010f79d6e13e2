"""A forked program seen from the zygote: wait for it, end it, and learn what it used."""

import contextlib
import os
import select
import signal
import socket
import time
from dataclasses import dataclass, field

from sandbox.namespace import board as boards
from sandbox.namespace import deadline, memory
from sandbox.namespace.asleep import slept_s

_LOOK_EVERY_S = 0.002
"""How often a child that has no descriptor is looked at."""


class Cancelled(Exception):  # noqa: N818 - an event, not an error
    """The server wants no more of this job."""


@dataclass(slots=True)
class Child:
    """A process that is to do `count` runs.

    Attributes:
        board: where it says how far it is.
        count: how many runs it is to do.
        files: its output files by name.
        pid, ended: its number in the slot's pid namespace, and a descriptor that becomes readable
            when it ends; -1 where the kernel has none.
        proc: an open /proc, where a run that sleeps past its limit is to end at once.
        started: on the monotonic clock.
        bound: of the memory of all its processes.
        over: whether its time was up.
        starved: whether it, or what it started, was ended for its memory.
        exit_status, peak_mb, cpu_s, wall_s: known once it is reaped.
    """

    board: boards.Board
    count: int
    files: dict[str, int]
    pid: int = 0
    ended: int = -1
    proc: int | None = None
    started: float = 0.0
    bound: memory.Bound = field(default_factory=memory.Elsewhere)
    over: bool = False
    starved: bool = False
    exit_status: int = 0
    peak_mb: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def begin(self, pid: int) -> None:
        """It was forked, just now."""
        self.pid, self.started = pid, time.monotonic()
        with contextlib.suppress(OSError):  # gVisor has no pidfd
            self.ended = os.pidfd_open(pid)

    def finished(self) -> int:
        """Runs that it has done."""
        return min(self.board.get()[0], self.count)

    def stopped_early(self) -> bool:
        """Whether it was to do several runs and did not get past the first."""
        return self.count > 1 and self.finished() < 2

    def watch(
        self,
        control: socket.socket,
        time_s: float,
        cores: int,
        partner: "Child | None" = None,
        *,
        tree: bool = False,
    ) -> None:
        """Wait for its end, or for the end of the time of the run that it is at.

        Args:
            control: where the server may say that it wants no more of it.
            time_s: CPU seconds for each run, together with `partner`.
            cores: how many cores may be used at once.
            partner: a process that works for this one; it may end first.
            tree: whether it may have processes of its own, whose work its clock does not show.

        Raises:
            Cancelled: the server said so meanwhile.
        """
        events = select.poll()
        longest_s = 3600.0 if self.ended >= 0 else _LOOK_EVERY_S
        if self.ended >= 0:
            events.register(self.ended, select.POLLIN)
        events.register(control, select.POLLIN)
        watched = [self, partner] if partner else [self]
        clocks = [_clock(child.pid) for child in watched]
        run, since_cpu, since_wall = 0, 0.0, self.started
        while True:
            cpu, now = sum(map(time.clock_gettime, clocks)), time.monotonic()
            if self.finished() > run:
                run = self.finished()
                row = self.board.row(run - 1)
                since_cpu, since_wall = min(row.cpu_s, cpu), min(row.wall_s, now)
            left = deadline.wait_s(time_s, cpu - since_cpu, now - since_wall, cores, tree=tree)
            if self.proc is not None and not tree:
                left = self._left_unless_asleep(self.proc, left, time_s, cpu, now - self.started)
            if not left:
                self.over = True
                return
            if any(child.is_over_memory(now) for child in watched):
                return
            left = min(left, *[child.bound.wait_s(now - child.started) for child in watched])
            ready = [descriptor for descriptor, _ in events.poll(min(left, longest_s) * 1000)]
            if self.ended in ready or (self.ended < 0 and self._has_ended()):
                return
            if ready:
                _hear(control)

    def _left_unless_asleep(
        self, proc: int, left: float, time_s: float, cpu_s: float, wall_s: float
    ) -> float:
        """Seconds until the next look, for its only run."""
        if wall_s < time_s:
            return min(left, max(time_s - wall_s, deadline.SHORTEST_S))
        return deadline.unless_asleep(left, time_s, cpu_s, slept_s(proc, wall_s))

    def is_over_memory(self, now: float) -> bool:
        """Whether its processes have more memory than they may, if it is time to look."""
        self.starved = self.starved or self.bound.look(self.pid, now - self.started)
        return self.starved

    def _has_ended(self) -> bool:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, options) is not None

    def reap(self) -> None:
        """End it, by force if need be; whatever it started ends with its pid namespace."""
        os.kill(self.pid, signal.SIGKILL)  # ours until the next line: no other can have its number
        _, self.exit_status, usage = os.wait4(self.pid, 0)
        if self.ended >= 0:
            os.close(self.ended)
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024
        self.wall_s = time.monotonic() - self.started
        self.starved = self.bound.was_broken() or self.starved

    def close(self) -> None:
        """Let go of its files."""
        for descriptor in self.files.values():
            os.close(descriptor)

    def end(self) -> boards.Row:
        """Where its files and clocks stood at its end, whatever it had been doing."""
        sizes = {name: os.fstat(descriptor).st_size for name, descriptor in self.files.items()}
        return boards.Row(
            sizes["stdout"],
            sizes["stderr"],
            sizes.get("value", 0),
            self.cpu_s,
            self.started + self.wall_s,
            os.waitstatus_to_exitcode(self.exit_status),
        )


def _clock(pid: int) -> int:
    """The CPU clock of another process: CPUCLOCK_SCHED, as clock_getcpuclockid(3) makes it."""
    return (~pid << 3) | 2


def _hear(control: socket.socket) -> None:
    """Something came while a program ran: the server cancels, or is gone."""
    if not control.recv(16):
        os._exit(0)
    raise Cancelled
