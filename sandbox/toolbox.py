"""What is made once a machine: our runner, headers, and archives of compilers' classes.

Kept in a directory of the server that programs can only read.
`#include <bits/stdc++.h>` costs a compiler 1.1 s of CPU time, and 0.3 s with the header compiled.
"""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from sandbox import archive, precompiled
from sandbox.command import OUTPUT, RUNNER, Command, File, unpack
from sandbox.languages import LANGUAGES, Language
from sandbox.program import Limits, Outcome, Run

_LIMITS = Limits(time_s=60, memory_mb=4096, output_kb=256 << 10, processes=16)
_SCRATCH_MB = 512
_RUNNER = (
    *("gcc", "-std=gnu17", "-O2", "-static", "-nostdlib", "-ffreestanding"),
    *("-fno-stack-protector", "-o", f"{OUTPUT}/{RUNNER}", "/box/runner.c"),
)

Execute = Callable[[Command, Sequence[Run], Limits, bool], Awaitable[list[Outcome]]]
"""Runs a command once for each run; the last argument: whether to stop at the first failure."""


MakeCommand = Callable[[Language, Sequence[str], tuple[File, ...]], Command]


class Shelf(Protocol):
    """Where the files are kept that programs find, and can only read, at the toolbox's place.

    Attributes:
        path: how a backend finds it.
    """

    path: str

    def has(self, name: str, command: Command) -> bool:
        """Whether the file is there that `command` makes."""

    async def put(self, name: str, command: Command, files: Sequence[File]) -> None:
        """Keep what `command` made, the file `name` and others; raises `OSError` if it can't."""


class Toolbox:
    """What is kept on a shelf; None where nothing can be kept: then compiling is slower."""

    def __init__(self, shelf: Shelf | None) -> None:
        self.shelf = shelf
        self._tried: set[str] = set()
        self._wanted: set[str] = set()
        self._lock = asyncio.Lock()

    @property
    def path(self) -> str:
        """Of the shelf; empty where there is none."""
        return self.shelf.path if self.shelf else ""

    async def header(
        self, execute: Execute, language: Language, text: bytes, make: MakeCommand
    ) -> str:
        """Compile the language's header, once, if `text` includes it; where it is then."""
        folder = precompiled.folder(language, text)
        if language.header and language.header.encode() in text:
            source = precompiled.source(language, folder)
            command = make(language, precompiled.arguments(language), source)
            place = f"{folder}/{language.header}"
            # for where it is included a second time: the real one
            other = File(place, f"#include_next <{language.header}>\n".encode())
            await self._make(execute, command, f"{place}.gch", (other,))
        return folder

    async def archived(
        self, execute: Execute, language: Language, line: Sequence[str], make: MakeCommand
    ) -> tuple[str, ...]:
        """A compile command with the archive of the language's compiler, where there is one.

        Made when a language is compiled for the second time: the first may be what a server waits
        for to be ready.
        """
        if not language.archive:
            return tuple(line)
        name = archive.name(language)
        command = make(language, archive.arguments(language), archive.source(language))
        if name in self._wanted:
            await self._make(execute, command, name)
        self._wanted.add(name)
        there = self.shelf is not None and self.shelf.has(name, command)
        return archive.used(line, language, there=there)

    async def runner(self, execute: Execute, make: MakeCommand) -> None:
        """Compile runner.c, once."""
        source = Path(__file__).with_name("namespace") / "runner.c"
        command = make(LANGUAGES["c"], _RUNNER, (File("runner.c", source.read_bytes()),))
        await self._make(execute, command, RUNNER)

    async def _make(
        self, execute: Execute, command: Command, name: str, others: Sequence[File] = ()
    ) -> None:
        """Have a file made and keep it, unless it is there; where that fails, do without it."""
        if self.shelf is None or name in self._tried:
            return
        async with self._lock:
            if name in self._tried:
                return
            self._tried.add(name)
            if self.shelf.has(name, command):
                return
            outcomes = await execute(
                replace(command, scratch_mb=_SCRATCH_MB), [Run()], _LIMITS, True
            )
            if outcomes[0].status == "ok":
                with contextlib.suppress(OSError, ValueError):
                    (file,) = unpack(outcomes[0].value or b"")
                    await self.shelf.put(name, command, (*others, file._replace(path=name)))


class Directory:
    """A shelf on this machine's disk, which servers of several versions may share."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = str(place)

    def has(self, name: str, command: Command) -> bool:
        """See `Shelf`."""
        mark = self._mark(name)
        there = (self.place / name).exists() and mark.exists()
        return there and mark.read_text(encoding="ascii") == self._says(name, command)

    async def put(self, name: str, command: Command, files: Sequence[File]) -> None:
        """See `Shelf`."""
        for file in files:
            _store(self.place / file.path, file.data, 0o755 if file.executable else 0o644)
        _store(self._mark(name), self._says(name, command).encode(), 0o644)

    def _says(self, name: str, command: Command) -> str:
        """Of what it was made, and its size: a lost machine may have cut it short."""
        return f"{_key(command)} {(self.place / name).stat().st_size}"

    def _mark(self, name: str) -> Path:
        return self.place / f"{name}.key"


def directory(place: Path | None) -> Directory | None:
    """A shelf at `place`, unless others could write there."""
    if place is None:
        return None
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o755)
    except OSError:
        return None
    state = place.stat()
    ours = state.st_uid == os.geteuid() and not state.st_mode & 0o022
    return Directory(place) if ours and os.access(place, os.W_OK) else None


def _key(command: Command) -> str:
    """Changes with the flags, the source and the compiler."""
    state = Path(command.arguments[0]).stat()
    parts = [*command.arguments, str(state.st_size), str(state.st_mtime_ns)]
    data = "\0".join(parts).encode() + b"".join(file.data for file in command.files)
    return hashlib.sha256(data).hexdigest()


def _store(target: Path, data: bytes, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    descriptor, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except OSError:  # no room, for one
        Path(name).unlink(missing_ok=True)
        raise
