"""How long a program slept: what neither its CPU time nor its wait for a core explains.

On a busy machine a program may take long to come to its first instruction; that is wait for a core,
which the kernel counts for each thread (schedstat), and no sleep.
"""

import os

_NS = 1e9


def slept_s(proc: int, wall_s: float) -> float:
    """Seconds in which no thread of our youngest child ran or could have run, at least.

    Args:
        proc: an open /proc.
        wall_s: the child's age.

    Returns:
        0.0 too where the kernel does not say.
    """
    try:
        child = _read(proc, "thread-self/children").split()[-1].decode()
        times = [
            _read(proc, f"{child}/task/{thread}/schedstat").split()
            for thread in _names(proc, f"{child}/task")
        ]
    except (OSError, IndexError):
        return 0.0
    return max(0.0, wall_s - sum(int(ran) + int(waited) for ran, waited, *_ in times) / _NS)


def _names(proc: int, path: str) -> list[str]:
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc)
    try:
        return os.listdir(directory)
    finally:
        os.close(directory)


def _read(proc: int, path: str) -> bytes:
    file = os.open(path, os.O_RDONLY, dir_fd=proc)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)
