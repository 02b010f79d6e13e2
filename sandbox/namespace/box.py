"""The directory of a command's files, which no program can write to, and what a command left."""

import os
import stat
from collections.abc import Iterator

from sandbox.command import BOX, OUTPUT, pack_index
from sandbox.namespace import job, kernel
from sandbox.namespace.task import Task

MAX_FILES = 2000
PROC = f"{BOX}/.proc"
_OPTIONS = "size=512m,nr_inodes=4096,mode=755"
_LOCKED = kernel.ATTR_RDONLY | kernel.ATTR_NOSUID | kernel.ATTR_NODEV


class Box:
    """A small file system of its own for each command."""

    def __init__(self) -> None:
        self._mounted = False

    def fill(self, task: Task, start: int, source: int) -> None:
        """Put the task's files there, whose bytes follow one another in `source`, and lock it.

        What is only to be executed can't be read: a program might look for its tests in itself.
        """
        self.empty()
        self._mounted = True
        mount_filled(task, start, source)

    def empty(self) -> None:
        """Take everything away: the next program must not see it."""
        if self._mounted:
            kernel.unmount(BOX)
            self._mounted = False


def mount_filled(task: Task, start: int, source: int) -> None:
    """Mount a directory of a task's files at `BOX`, in whatever mount namespace we are in."""
    kernel.mount("tmpfs", BOX, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, _OPTIONS)
    modes = {True: 0o755 if task.collect else 0o111, False: 0o644}
    for path, size, executable in task.files:
        _write(f"{BOX}/{path}", job.Span(start, size), source, modes[executable])
        start += size
    if task.proc_exe:
        _imitate_proc(task.proc_exe)
    kernel.protect(BOX, _LOCKED, recursive=False)


def _imitate_proc(exe: str) -> None:
    """The two entries that rustc, Java and Mono insist on; /proc is a link to here."""
    os.makedirs(f"{PROC}/self")
    os.symlink(exe, f"{PROC}/self/exe")
    os.close(os.open(f"{PROC}/self/maps", os.O_WRONLY | os.O_CREAT, 0o644))


def _write(path: str, span: job.Span, source: int, mode: int) -> None:
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        job.copy(span, source, target)
    finally:
        os.close(target)


def collect(target: int, most: int) -> None:
    """Pack what lies in `OUTPUT` into `target`; nothing where it is more than `most` bytes.

    A hostile program may have left it, so only regular files count, no link is followed, and
    nothing waits.
    """
    try:
        found = [_look(path) for path in _paths()]
    except OSError:
        return
    if sum(size for _, size, _ in found) <= most:
        os.write(target, pack_index(found))
        for name, size, _ in found:
            descriptor = _open(f"{OUTPUT}/{name}")
            job.copy(job.Span(0, size), descriptor, target)
            os.close(descriptor)


def _open(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)


def _look(path: str) -> tuple[str, int, bool]:
    descriptor = _open(path)
    state = os.fstat(descriptor)
    os.close(descriptor)
    return path[len(OUTPUT) + 1 :], state.st_size, bool(state.st_mode & 0o100)


def _paths() -> Iterator[str]:
    """The regular files below `OUTPUT`, in order; at most `MAX_FILES`."""
    count = 0
    for place, _, names in os.walk(OUTPUT, followlinks=False):
        for name in sorted(names):
            path = f"{place}/{name}"
            if not stat.S_ISREG(os.lstat(path).st_mode):
                continue
            count += 1
            if count > MAX_FILES:
                return
            yield path
