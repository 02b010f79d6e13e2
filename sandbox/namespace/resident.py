"""The memory that one process has, looked at while it runs.

A run whose process had more than its limit is over that limit, however it ends. Told so at once,
one that fights for memory to the end of its time costs no more than it takes to fill it.
"""

from sandbox.namespace import procfs

FASTEST = 4 << 30
"""Bytes a second that one core can fill; 2.8 GB/s were measured, 4 KiB a page."""

_MIB = 1 << 20
_MARGIN = 8 * _MIB
"""The kernel counts pages on each core apart: what it says now may be more than at the end."""

_SHORTEST_S = 0.005


class Resident:
    """The looks at one process: not before it could have filled what is left."""

    def __init__(self, limit_mb: int, cores: int) -> None:
        self.most = limit_mb * _MIB + _MARGIN
        self.fastest = FASTEST * cores
        self.next_s = self.most / self.fastest

    def wait_s(self, wall_s: float) -> float:
        """Seconds until the next look at a process that started so long ago."""
        return max(self.next_s - wall_s, 0.0)

    def look(self, proc: int, number: str, wall_s: float) -> bool:
        """Whether it has too much now; does nothing before its time.

        Args:
            proc: an open /proc.
            number: what the process is called there.
            wall_s: its age.
        """
        if wall_s < self.next_s:
            return False
        used = procfs.resident(proc, number)
        self.next_s = wall_s + max((self.most - used) / self.fastest, _SHORTEST_S)
        return used > self.most
