"""Which of two programs that talk through pipes left the talk first."""

import contextlib
import os
import select
import struct
from collections.abc import Sequence

from sandbox.namespace import kernel
from sandbox.namespace.child import Child

_NOTE = struct.Struct("iIII")
"""A note of inotify(7): the watch that it is of, what happened, and two that are of no use here."""

_NOTES_BYTES = 4096


class Leaving:
    """Notes who hangs up, and who ends, in the order in which they do.

    Looking when it is asked for would tell little where the machine is busy: the end of one brings
    about the other's. Nor do the ends alone: a process hangs up a moment before its end is noted,
    and may lose its core in that moment until the other has ended too. The kernel notes the close
    of a pipe's last writer before it wakes the reader (`__fput` of Linux's fs/file_table.c).

    Args:
        proc: an open /proc.
    """

    def __init__(self, proc: int) -> None:
        self.proc = proc
        self.notes = -1
        self.order = select.epoll()
        self.watches: list[int] = []
        self.children: list[Child] = []

    def start(self, writers: Sequence[int]) -> None:
        """A talk begins, of processes that write into these pipes, in this order."""
        self._forget()
        self.order = select.epoll()
        with contextlib.suppress(OSError):  # gVisor, or too many notes of others: ends must do
            if self.notes < 0:
                self.notes = kernel.open_notes()
            os.fchdir(self.proc)
            self.watches = [kernel.note_close(self.notes, f"self/fd/{one}") for one in writers]
            self.order.register(self.notes, select.EPOLLIN)
        os.chdir("/")

    def expect(self, child: Child) -> None:
        """Have a child's end noted; children come in the order of their pipes."""
        self.children.append(child)
        with contextlib.suppress(OSError, ValueError):  # where a kernel can't
            self.order.register(child.ended, select.EPOLLIN)

    def first(self) -> Child | None:
        """Who left first; None before anyone has, and where nothing of it can be known."""
        ready = [descriptor for descriptor, _ in self.order.poll(0)]
        if not ready:
            return None
        if ready[0] != self.notes:
            return next(child for child in self.children if child.ended == ready[0])
        watch, *_ = _NOTE.unpack_from(os.read(self.notes, _NOTES_BYTES))
        return self.children[self.watches.index(watch)]

    def _forget(self) -> None:
        self.order.close()
        for watch in self.watches:
            with contextlib.suppress(OSError):  # the pipe is gone, and its watch with it
                kernel.note_no_more(self.notes, watch)
        self.watches, self.children = [], []
        if self.notes >= 0:
            with contextlib.suppress(BlockingIOError):
                while os.read(self.notes, _NOTES_BYTES):
                    pass
