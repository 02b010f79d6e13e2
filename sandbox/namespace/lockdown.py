"""What a forked child does to itself before it runs a program: everything that takes power away."""

import contextlib
import os
import resource
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sandbox.namespace import kernel, seccomp
from sandbox.namespace.launch import INNER_UID

MAX_DESCRIPTORS = 256
MAX_THREADS = 128
"""Threads and processes together, of a program and its zygote."""

_ALL_DESCRIPTORS = 1 << 30
_KNOWN_CAGES = 64

STACK_BYTES = 256 << 20
"""Judges let recursion go deep; the kernel leaves at least 128 MiB of room below the stack."""

_MIB = 1 << 20

Step = tuple[Callable[..., object], tuple[Any, ...]]
"""A function and its arguments."""


class Cage(NamedTuple):
    """The limits of one child, worked out before the fork.

    Attributes:
        cpu_s: after so many CPU seconds the kernel kills, whatever the zygote does.
        memory_bytes: address space.
        file_bytes: size of any one file, stdout included.
        processes: processes that it may have at once; 1: none but itself.
        data_bytes: private memory that can be written to, where the address space alone says
            little; None: no such limit.
        stack_bytes: of the stack.
        executes: whether it is to become another program.
    """

    cpu_s: int
    memory_bytes: int
    file_bytes: int
    processes: int
    data_bytes: int | None = None
    stack_bytes: int = STACK_BYTES
    executes: bool = False


class Lock:
    """Closes the cage; what it needs is built once, in the zygote.

    With `measured`, the zygote looks at the memory of programs, which they must let it.
    """

    def __init__(
        self, *, mapped: bool, measured: bool = False, path_address: int | None = None
    ) -> None:
        self.mapped = mapped
        self.measured = measured
        self._known: dict[Cage, list[Step]] = {}
        _set_fixed_limits()
        kernel.no_new_privileges()
        self.filters = {
            allowed: seccomp.prepare(processes=allowed, measured=measured)
            for allowed in (False, True)
        }
        self.executing = seccomp.prepare(
            processes=False, path_address=path_address, measured=measured
        )

    def steps(self, cage: Cage, streams: Sequence[int], kept: Sequence[int]) -> list[Step]:
        """What locks a process in for good, with `streams` from 0 on, and `kept`, as all it has."""
        steps: list[Step] = [(os.dup2, pair) for pair in zip(streams, range(256), strict=False)]
        first = 3
        for descriptor in (*range(3, len(streams)), *sorted(kept), _ALL_DESCRIPTORS):
            if descriptor > first:
                steps.append((os.closerange, (first, descriptor)))
            first = descriptor + 1
        return steps + self._fixed(cage)

    def _fixed(self, cage: Cage) -> list[Step]:
        """Those that are the same for every process with such a cage."""
        known = self._known.get(cage)
        if known is None:
            # kill(0, ...) goes to the process group, which must not be the zygote's
            known = [(os.setsid, ()), *_limits(cage), (os.chdir, ("/tmp",))]  # noqa: S108
            if self.mapped:
                ids = (INNER_UID, INNER_UID, INNER_UID)
                known += [(os.setresgid, ids), (os.setresuid, ids)]
            else:
                known += [(kernel.drop_capabilities, ()), (kernel.set_dumpable, (0,))]
            if self.measured:
                known.append((kernel.set_dumpable, (1,)))
            several = cage.processes > 1
            chosen = self.executing if cage.executes and not several else self.filters[several]
            known.append((kernel.install_filter, (chosen.address,)))
            if len(self._known) >= _KNOWN_CAGES:
                self._known.clear()
            self._known[cage] = known
        return known


def take(steps: Sequence[Step]) -> None:
    """Take them, in the forked process: the less it does and touches, the less it has to copy."""
    for function, arguments in steps:
        function(*arguments)


def _limits(cage: Cage) -> list[Step]:
    values = [
        (resource.RLIMIT_CPU, cage.cpu_s),
        (resource.RLIMIT_AS, cage.memory_bytes),
        (resource.RLIMIT_FSIZE, cage.file_bytes),
    ]
    if cage.data_bytes is not None:
        values.append((resource.RLIMIT_DATA, cage.data_bytes))
    if cage.stack_bytes != STACK_BYTES:
        values.append((resource.RLIMIT_STACK, cage.stack_bytes))
    return [(resource.setrlimit, (what, (value, value))) for what, value in values]


def _set_fixed_limits() -> None:
    """In the zygote, which can live with them; every child inherits them at no cost."""
    for name, value in (
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS),
        (resource.RLIMIT_NPROC, MAX_THREADS),
        (resource.RLIMIT_STACK, STACK_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(name, (value, value))
    with contextlib.suppress(ValueError):  # gVisor has none; the filter allows no queue anyhow
        resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))


def own_address_space(proc: int) -> int:
    """Bytes of address space that a fork starts with; `proc` is an open /proc."""
    table = os.open("self/statm", os.O_RDONLY, dir_fd=proc)
    try:
        return int(os.read(table, 200).split()[0]) * resource.getpagesize()
    finally:
        os.close(table)
