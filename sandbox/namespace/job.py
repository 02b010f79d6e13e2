"""The form in which a job reaches a slot: one memory file, a header for the zygote and blobs.

The zygote reads the header alone: limits, sizes and places. Sources and inputs are read by the
forked child, so that no program's text ever lies in the memory that the next one inherits.
"""

import json
import os
import struct
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sandbox.command import Command
from sandbox.program import Kind, Limits, Program, Run
from sandbox.split.wire import from_json

Driven = Kind | Literal["command"]
"""How a child is driven: as Python in one of the ways of programs, or by executing a command."""

KINDS: tuple[Driven, ...] = ("stdio", "calls", "tests", "command")
SHARED_RUNS = 64
"""Runs that may share one process; each costs it a descriptor while it waits."""

_HEADER = struct.Struct("=IB??BdIII")


class Span(NamedTuple):
    """A piece of the job's file."""

    start: int
    length: int


class Job(NamedTuple):
    """The header.

    Attributes:
        kind, limits, isolate, stop_on_failure: as in `Program` and `Limits`.
        helper: where it runs best: which large packages are loaded there (`warm.HELPERS`).
        source: where the child finds the program's text; of a command, its files.
        loading: where it finds how to load it, JSON (not for `stdio`).
        tests: where the test process of `tests` programs finds its part, JSON; of a command, the
            files of its partner.
        inputs: one for each run.
    """

    kind: Driven
    limits: Limits
    isolate: bool
    stop_on_failure: bool
    helper: int
    source: Span
    loading: Span
    tests: Span
    inputs: tuple[Span, ...]


def write(program: Program, runs: Sequence[Run], limits: Limits) -> int:
    """The job as a memory file; the caller closes the descriptor."""
    blobs = [program.source.encode("utf-8", "surrogatepass"), b"", b""]
    if program.kind != "stdio":
        blobs[1] = json.dumps([program.entry_point, program.module]).encode()
        tests = [program.framework, program.module, program.entry_point, program.tests]
        blobs[2] = json.dumps(tests).encode()
    flags = program.isolate, program.stop_on_failure, _helper(program)
    return _write(program.kind, flags, limits, blobs + [run.stdin for run in runs])


def write_command(
    command: Command, runs: Sequence[Run], limits: Limits, *, stop_on_failure: bool
) -> int:
    """The job of executing a command once for each run."""
    commands = [command, command.partner] if command.partner else [command]
    loading = json.dumps([_place(one) for one in commands]).encode()
    files = [b"".join(file.data for file in one.files) for one in commands]
    blobs = [files[0], loading, b"".join(files[1:]), *(run.stdin for run in runs)]
    return _write("command", (True, stop_on_failure, 0), limits, blobs)


def _place(command: Command) -> list[Any]:
    """A command without its files' bytes: the fields of the zygote's `Task`, in order."""
    return [
        command.arguments,
        command.environment,
        [(file.path, len(file.data), file.executable) for file in command.files],
        command.proc_exe,
        command.address_mb,
        command.spare_mb,
        command.stack_mb,
        command.collect,
        command.scratch_mb,
        command.wire,
    ]


def _write(kind: Driven, flags: tuple[bool, bool, int], limits: Limits, blobs: list[bytes]) -> int:
    header = _HEADER.pack(
        len(blobs),
        KINDS.index(kind),
        *flags,
        limits.time_s,
        limits.memory_mb,
        limits.output_kb,
        limits.processes,
    )
    lengths = struct.pack(f"={len(blobs)}Q", *map(len, blobs))
    descriptor = os.memfd_create("job")
    with open(descriptor, "wb", closefd=False) as file:
        file.writelines((header, lengths, *blobs))
    return descriptor


def _helper(program: Program) -> int:
    texts = (program.framework, program.source, *(text for _, text in program.tests))
    if any(name in text for text in texts for name in ("unittest", "pytest")):
        return 2
    return int(any("numpy" in text for text in texts))


def read(descriptor: int) -> Job:
    """The header of the job in a memory file."""
    count, kind, isolate, stop, helper, *limits = _HEADER.unpack(
        os.pread(descriptor, _HEADER.size, 0)
    )
    table = struct.Struct(f"={count}Q")
    lengths = table.unpack(os.pread(descriptor, table.size, _HEADER.size))
    spans, start = [], _HEADER.size + table.size
    for length in lengths:
        spans.append(Span(start, length))
        start += length
    source, loading, tests, *inputs = spans
    return Job(
        KINDS[kind], Limits(*limits), isolate, stop, helper, source, loading, tests, tuple(inputs)
    )


def blob(descriptor: int, span: Span) -> bytes:
    """The bytes at `span`."""
    return os.pread(descriptor, span.length, span.start)


def part(descriptor: int, span: Span) -> Any:
    """The JSON at `span`."""
    return from_json(blob(descriptor, span).decode())


def copy(span: Span, source: int, target: int) -> None:
    """Copy a piece of a file to where another stands, without reading it."""
    start, left = span.start, span.length
    while left > 0:
        sent = os.sendfile(target, source, start, left)
        if not sent:
            break
        start, left = start + sent, left - sent
