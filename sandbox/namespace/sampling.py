"""Looking at the memory of a program from outside, where no control group bounds it.

Nothing is looked at before the program could have used up what it may: one that runs for a few
milliseconds is never looked at. Resident pages are counted first, which is cheap and too much, as
processes share some; only where that is over the bound is each process's own share asked for.
"""

import os
import re
import resource
import time
from collections.abc import Mapping

from sandbox.namespace import memory
from sandbox.namespace.resident import FASTEST
from sandbox.program import Limits

_SHORTEST_S = 0.005
"""Between two looks; where they take longer than that, as long as one takes."""

SHARED_BYTES = 4 << 20
"""Most that one piece of shared anonymous memory may hold (`seccomp` refuses larger ones): what a
process unmapped in part shows up nowhere, but for the piece itself."""

_SHARED_EVERY_S = 0.2
"""Pieces are counted that often where less was touched than may be: whoever reads the table of a
process's memory waits for it, among 100 busy ones for 0.7 s."""

_SOCKET_BYTES = 416 << 10
"""Most that waits in a socket: net.core.wmem_max of 208 KiB, which the kernel doubles."""

_PAGE = resource.getpagesize()
_FAULTS, _THREADS, _RESIDENT = slice(7, 9), 17, 21
"""Fields of /proc/PID/stat, counted from behind the name."""

_LONG = ("children", "maps", "unix")
"""Files of /proc that need not come whole with the first read."""


_OWN_SHARE = re.compile(rb"^Pss_Anon: +(\d+) kB", re.MULTILINE)


class Sampler:
    """Looks at the programs of a slot; `proc` is an open /proc."""

    measured = True
    usage: int | None = None

    def __init__(self, proc: int, cores: int, why: str) -> None:
        self.proc = proc
        self.cores = cores
        self.says: Mapping[str, str | None] = {"bound": "supervisor", "why": why}
        device = os.fstat(probe := os.memfd_create("probe")).st_dev
        os.close(probe)
        place = b"%02x:%02x" % (os.major(device), os.minor(device))
        self._shared = re.compile(rb"^\S+ ..[-r\w]s \S+ " + place + rb" (\d+)", re.MULTILINE)

    def settle(self) -> None:
        """See whether all can be read that will have to be.

        Raises:
            OSError: it can't.
        """
        for name in ("children", "smaps_rollup", "maps", "net/unix", "status"):
            self.read(f"thread-self/{name}")

    def bound(self, limits: Limits, which: int) -> "Sampled":
        """The bound of the next program."""
        del which
        return Sampled(self, memory.most_bytes(limits))

    def own(self, pids: list[bytes], most: int) -> int:
        """Bytes of anonymous memory, divided by those who share it; or more than `most`."""
        total = 0
        for pid in pids:
            total += sum(map(int, _OWN_SHARE.findall(self._of(pid, "smaps_rollup")))) * 1024
            if total > most:
                break
        return total

    def shared(self, pids: list[bytes]) -> int:
        """Bytes that their pieces of shared anonymous memory can hold."""
        pieces = {inode for pid in pids for inode in self._shared.findall(self._of(pid, "maps"))}
        return len(pieces) * SHARED_BYTES

    def unmapped(self) -> int:
        """Bytes in files in /tmp, and in sockets at most."""
        scratch = os.statvfs("/tmp")  # noqa: S108
        sockets = self.read("thread-self/net/unix").count(b"\n") - 1
        files = (scratch.f_blocks - scratch.f_bfree) * scratch.f_frsize
        return files + sockets * _SOCKET_BYTES

    def find(self, pid: int) -> bytes:
        """The number in `proc` of a child of ours; empty where it has ended."""
        for child in self.read("thread-self/children").split():
            for line in self._of(child, "status").splitlines():
                if line.startswith(b"NSpid:") and line.split()[-2] == b"%d" % pid:
                    return child
        return b""

    def tree(self, first: bytes) -> tuple[list[bytes], int, int]:
        """A process, the first of its pid namespace, and all others that are in there.

        Returns:
            Also the bytes of all pages that they have, those of files included, and of all that
            they, and children they waited for, ever touched.
        """
        found, resident, touched = [first], 0, 0
        for pid in found:
            fields = self._of(pid, "stat").rpartition(b")")[2].split()
            if fields:
                resident += int(fields[_RESIDENT]) * _PAGE
                touched += sum(map(int, fields[_FAULTS])) * _PAGE
                one = [pid.decode()] if fields[_THREADS] == b"1" else None
                for thread in one or self._names(f"{pid.decode()}/task"):
                    found += self._of(pid, f"task/{thread}/children").split()
        return found, resident, touched

    def read(self, path: str) -> bytes:
        """A whole file of /proc."""
        file = os.open(path, os.O_RDONLY, dir_fd=self.proc)
        try:
            more = whole = os.read(file, 1 << 16)
            while more and path.endswith(_LONG):
                more = os.read(file, 1 << 16)
                whole += more
            return whole
        finally:
            os.close(file)

    def _of(self, pid: bytes, name: str) -> bytes:
        """The same of a process, which may have ended."""
        try:
            return self.read(f"{pid.decode()}/{name}")
        except OSError:
            return b""

    def _names(self, path: str) -> list[str]:
        try:
            directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self.proc)
        except OSError:
            return []
        try:
            return os.listdir(directory)
        except OSError:
            return []
        finally:
            os.close(directory)


class Sampled(memory.Elsewhere):
    """The bound of a program that is looked at."""

    def __init__(self, sampler: Sampler, most: int) -> None:
        self.sampler = sampler
        self.most = most
        self.first = b""
        self.shared = 0
        self.next_shared_s = _SHARED_EVERY_S
        self.next_s = self._fill_s(most)

    def _fill_s(self, left: int) -> float:
        return left / (FASTEST * self.sampler.cores)

    def wait_s(self, wall_s: float) -> float:
        """See `memory.Bound`."""
        return max(self.next_s - wall_s, 0.0)

    def look(self, pid: int, wall_s: float) -> bool:
        """See `memory.Bound`. Does nothing before its time."""
        if wall_s < self.next_s:
            return False
        start = time.monotonic()
        used = self._used(pid, wall_s)
        took = time.monotonic() - start
        self.next_s = wall_s + took + max(self._fill_s(self.most - used), _SHORTEST_S, took)
        return used > self.most

    def _used(self, pid: int, wall_s: float) -> int:
        self.first = self.first or self.sampler.find(pid)
        if not self.first:
            return 0
        pids, resident, touched = self.sampler.tree(self.first)
        beside = self.sampler.unmapped()
        if touched > self.most or wall_s > self.next_shared_s:
            self.shared = self.sampler.shared(pids)
            self.next_shared_s = wall_s + _SHARED_EVERY_S
        beside += self.shared
        if beside + resident <= self.most:
            return beside + resident
        return beside + self.sampler.own(pids, self.most - beside)
