"""A command to be run in a sandbox and the files that it needs: plain data, and what it leaves.

What every language but Python comes down to: compiling is a command, and so is running.
"""

import json
import struct
from dataclasses import dataclass
from typing import NamedTuple

BOX = "/box"
"""Where a command's files are; nothing can be written there while it runs."""

LIBRARY = "/box/library"
"""Where what a source's library was compiled to is, for its compile."""

OUTPUT = "/tmp/out"  # noqa: S108 - in the sandbox
"""What a command that collects leaves here is its result."""

TOOLBOX = "/toolbox"
"""Where a directory of the server is shown, read-only: what is made once a machine."""

RUNNER = "runner-2"
"""The compiled runner.c in the toolbox, which servers of several versions may share: the number
grows when its arguments change."""

_LENGTH = struct.Struct("=I")


class File(NamedTuple):
    """A file: its path below the directory it lies in, its bytes, whether it can be executed."""

    path: str
    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What a compiler is given.

    Attributes:
        files: the first is the one that the compile command names.
        compile: what takes the place of "{harness}" in that command.
        run: what takes the place of the last argument of the run command; empty: it stays.
        library: what many sources have in common: it is compiled once, lies in `LIBRARY` for their
            compile, and beside what came of that for the run.
    """

    files: tuple[File, ...]
    compile: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    library: "Source | None" = None


@dataclass(frozen=True, slots=True)
class Command:
    """What to execute.

    Attributes:
        arguments: the first is the path of the program.
        files: what it finds in `BOX`.
        environment: all of it.
        proc_exe: the path that /proc/self/exe shows; where empty there is no /proc at all, and
            never a real one.
        address_mb, spare_mb, stack_mb: as in `Language`.
        partner: a command that runs beside it, each writing to the other's standard input, with
            files and a /tmp of its own; how that one ended comes as `Outcome.value`.
        wire: descriptors that are one end of a stream socket, the partner having the other, instead
            of standard streams tied together; both then have the limits of the run, which is over
            when the partner ends, and the outcome is the partner's.
        collect: whether what it leaves in `OUTPUT` is wanted (packed, as `Outcome.value`).
        scratch_mb: how much fits into /tmp.
    """

    arguments: tuple[str, ...]
    files: tuple[File, ...]
    environment: dict[str, str]
    proc_exe: str = ""
    address_mb: int = 0
    spare_mb: int = 0
    stack_mb: int = 256
    collect: bool = False
    scratch_mb: int = 64
    partner: "Command | None" = None
    wire: tuple[int, ...] = ()


def pack_index(rows: list[tuple[str, int, bool]]) -> bytes:
    """The head of packed files: a path, a size and whether it can be executed, for each."""
    index = json.dumps(rows).encode()
    return _LENGTH.pack(len(index)) + index


def unpack(data: bytes) -> tuple[File, ...]:
    """The files behind an index.

    Raises:
        ValueError: there are none, or fewer than the index says.
    """
    try:
        (length,) = _LENGTH.unpack_from(data)
        start = _LENGTH.size + length
        rows = json.loads(data[_LENGTH.size : start])
    except struct.error as error:
        raise ValueError("no packed files") from error
    files = []
    for path, size, executable in rows:
        files.append(File(path, data[start : start + size], executable))
        start += size
    if start != len(data):
        raise ValueError("packed files were cut off")
    return tuple(files)
