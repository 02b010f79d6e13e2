"""Sessions of cells: what was run in each, so that the next call finds the state that it left.

No interpreter is kept: the earlier cells are run again, silently, before the new one. Kept in
memory, within bounds: behind several replicas, a session has to come back to the one it began at.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

MAX_SESSIONS = 4096
MAX_CELLS = 200
MAX_CHARS = 1 << 20
MAX_SECONDS = 30.0
"""Of all cells of a session, as they are run again each time."""

IDLE_S = 3600.0


@dataclass(slots=True)
class Session:
    """The cells that were run, and how long they took.

    Attributes:
        lock: calls of one session take turns.
    """

    cells: list[str] = field(default_factory=list)
    seconds: float = 0.0
    used: float = field(default_factory=time.monotonic)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def full(self, cell: str) -> bool:
        """Whether there is no room for another cell."""
        chars = sum(map(len, self.cells)) + len(cell)
        many = len(self.cells) >= MAX_CELLS or chars > MAX_CHARS
        return many or self.seconds > MAX_SECONDS

    def add(self, cell: str, seconds: float) -> None:
        """Note that a cell was run."""
        self.cells.append(cell)
        self.seconds += seconds


class Sessions:
    """Sessions by their names, the one used longest ago first."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def open(self, name: str) -> tuple[Session, bool]:
        """The session, and whether it is new."""
        self._forget()
        new = name not in self._sessions
        session = self._sessions.setdefault(name, Session())
        session.used = time.monotonic()
        self._sessions.move_to_end(name)
        return session, new

    def end(self, name: str) -> bool:
        """Drop a session; whether there was one."""
        return self._sessions.pop(name, None) is not None

    def _forget(self) -> None:
        """Drop what nobody came back for, and the oldest where there are too many."""
        oldest = time.monotonic() - IDLE_S
        while self._sessions:
            session = next(iter(self._sessions.values()))
            if session.used > oldest and len(self._sessions) < MAX_SESSIONS:
                return
            self._sessions.popitem(last=False)
