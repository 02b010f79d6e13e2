"""A forked program seen from the zygote: wait for it, end it, and learn what it used."""

import contextlib
import os
import select
import signal
import socket
import time
from dataclasses import dataclass, field

from sandbox.namespace import board as boards
from sandbox.namespace import memory, procfs, usage
from sandbox.namespace.resident import Resident

DOZES = b"dozes"
"""Told once of a program that sleeps: it has no use for its core."""

_SOON_S = 0.005
"""Most programs end so soon that nothing need be known of what they use meanwhile."""

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
        proc: an open /proc, where it may be looked at; None where that tells nothing.
        name: what it is called there, once that was asked.
        usage: an open file that says how much CPU time its slot used, where there is one.
        started: on the monotonic clock.
        bound: of the memory of all its processes.
        resident: of that of its first one, where that is looked at.
        over: whether its time was up.
        starved: whether it, or what it started, was ended for its memory.
        exit_status, peak_mb, cpu_s, wall_s: known once it is reaped; the CPU time with that of what
            it started, as far as that is known.
    """

    board: boards.Board
    count: int
    files: dict[str, int]
    pid: int = 0
    ended: int = -1
    proc: int | None = None
    name: str = ""
    usage: int | None = None
    started: float = 0.0
    bound: memory.Bound = field(default_factory=memory.Elsewhere)
    resident: Resident | None = None
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
            time_s: seconds of its own time for each run, together with `partner`.
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
        if not tree and self.ended >= 0 and time_s > _SOON_S and self._ends_soon(events):
            return
        watched = [self, partner] if partner else [self]
        used = usage.Usage(watched, time_s, cores, tree=tree)
        told = False
        while True:
            now = time.monotonic()
            left = used.left_s(now)
            if not left:
                self.over = True
                break
            if any(child.is_over_memory(now) for child in watched):
                break
            if used.dozes and not told:
                told = True
                control.send(DOZES)
            left = min(left, *[child.memory_wait_s(now) for child in watched])
            ready = [descriptor for descriptor, _ in events.poll(min(left, longest_s) * 1000)]
            if self.ended in ready or (self.ended < 0 and self._has_ended()):
                self.over = used.is_overslept(time.monotonic())
                break
            if ready:
                _hear(control)
        if tree and not partner:
            self.cpu_s = used.cpu_s(now)

    def _ends_soon(self, events: select.poll) -> bool:
        ready = events.poll(_SOON_S * 1000)
        return any(descriptor == self.ended for descriptor, _ in ready)

    def memory_wait_s(self, now: float) -> float:
        """Seconds until the next look at its memory."""
        wall_s = now - self.started
        first_s = self.resident.wait_s(wall_s) if self.resident else float("inf")
        return min(first_s, self.bound.wait_s(wall_s))

    def is_over_memory(self, now: float) -> bool:
        """Whether its processes have more memory than they may, if it is time to look."""
        wall_s = now - self.started
        self.starved = (
            self.starved or self._is_too_large(wall_s) or self.bound.look(self.pid, wall_s)
        )
        return self.starved

    def _is_too_large(self, wall_s: float) -> bool:
        if self.proc is None or not self.resident or self.resident.wait_s(wall_s):
            return False
        try:
            return self.resident.look(self.proc, self.called(), wall_s)
        except OSError:
            self.resident = None
            return False

    def called(self) -> str:
        """Its name in `proc`.

        Raises:
            OSError: that does not say.
        """
        if self.proc is None:
            raise ProcessLookupError
        self.name = self.name or procfs.number(self.proc, self.ended)
        return self.name

    def _has_ended(self) -> bool:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, options) is not None

    def reap(self) -> None:
        """End it, by force if need be; whatever it started ends with its pid namespace."""
        os.kill(self.pid, signal.SIGKILL)  # ours until the next line: no other can have its number
        _, self.exit_status, used = os.wait4(self.pid, 0)
        if self.ended >= 0:
            os.close(self.ended)
        self.cpu_s = max(self.cpu_s, used.ru_utime + used.ru_stime)
        self.peak_mb = used.ru_maxrss / 1024
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


def _hear(control: socket.socket) -> None:
    """Something came while a program ran: the server cancels, or is gone."""
    if not control.recv(16):
        os._exit(0)
    raise Cancelled
