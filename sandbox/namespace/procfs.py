"""Reading an open /proc, in which processes may have other numbers than we know them by."""

import os
import resource

_PAGE = resource.getpagesize()
_RESIDENT = 1
"""A field of /proc/PID/statm."""


def read(proc: int, path: str) -> bytes:
    """A short file, which comes whole with one read."""
    file = os.open(path, os.O_RDONLY, dir_fd=proc)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def names(proc: int, path: str) -> list[str]:
    """What lies in a directory."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc)
    try:
        return os.listdir(directory)
    finally:
        os.close(directory)


def number(proc: int, process: int) -> str:
    """What a process, given as a pidfd of ours, is called there.

    Raises:
        OSError: it does not say.
    """
    for line in read(proc, f"thread-self/fdinfo/{process}").splitlines():
        if line.startswith(b"Pid:"):
            return str(int(line[4:]))
    raise ProcessLookupError


def fields(proc: int, path: str) -> list[bytes]:
    """Those of a process's or a thread's `stat`, from behind its name."""
    return read(proc, f"{path}/stat").rpartition(b")")[2].split()


def resident(proc: int, process: str) -> int:
    """Bytes of memory that a process has now; 0 where it has ended."""
    try:
        return int(read(proc, f"{process}/statm").split()[_RESIDENT]) * _PAGE
    except OSError:
        return 0
