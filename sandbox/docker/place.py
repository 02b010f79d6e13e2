"""The server's end of one container: creates it, hands it jobs, reads what came out."""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docker.errors import APIError, DockerException

from sandbox.command import Command
from sandbox.docker import boot, container, engine, wire
from sandbox.docker.fleet import Fleet
from sandbox.docker.stream import Stream
from sandbox.errors import OutOfMemory, SandboxError, SandboxUnavailable, Unsupported
from sandbox.namespace import deadline, job, rows
from sandbox.namespace.child import DOZES
from sandbox.program import Limits, Outcome, Program, Run
from sandbox.reading import Reader
from sandbox.workshop import Workshop, is_command, wanted

ANSWER_GRACE_S = 30.0

_OVERHEAD_MB = 256
"""Of a container's memory: the zygotes, a program's /tmp and its outputs."""

_COMMON_MB = 2 * Limits().memory_mb + _OVERHEAD_MB
"""What most jobs come by with: a program and its tests."""

_SMALL_MB = 64
"""A job of such a size needs no memory of its own."""

_MIB = 1 << 20


class Place:
    """One container, and the stream to it. One job at a time."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.hello: Mapping[str, Any] = {}
        self.on_doze: Callable[[Place], None] = lambda _: None
        self._client: Any = None
        self._container: str | None = None
        self._creating: asyncio.Future[Any] | None = None
        self._stream: Stream | None = None
        self._workshop: Workshop | None = None
        self._memory_mb = _COMMON_MB
        self._working = False
        self.reader = Reader()

    @property
    def alive(self) -> bool:
        """Whether jobs can be sent."""
        return self._stream is not None

    async def start(self) -> None:
        """Create the container and wait until it is ready.

        Raises:
            SandboxUnavailable: there is no engine, no such image or runtime, or the container does
                not do its work; the message says why.
        """
        try:
            self._creating = asyncio.ensure_future(engine.in_thread(self._create))
            connection = await asyncio.shield(self._creating)
            self._stream = await Stream.open(connection)
            await engine.in_thread(self._client.start, self._container)
            settings = json.dumps(wanted()).encode()
            self._stream.send(boot.message() + wire.pack(wire.SETTINGS, settings))
            _, message = await self._stream.receive(engine.START_TIMEOUT_S)
            self._welcome(json.loads(message))
        except (SandboxError, DockerException, OSError, ValueError) as error:
            said = self._stream.errors() if self._stream else ""
            await self.close()
            reason = engine.explain(error, self.fleet.options)
            raise SandboxUnavailable(f"{reason}{said}") from error
        except BaseException:
            await self.close()
            raise

    def _create(self) -> Any:
        self._client = client = engine.connect()
        fleet = self.fleet
        self._container = container.create(
            client, fleet.image, fleet.options.runtime, fleet.volume.path, self._memory_mb
        )
        parameters = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        return client.attach_socket(self._container, parameters)

    def _welcome(self, hello: dict[str, Any]) -> None:
        if "error" in hello:
            raise SandboxUnavailable(hello["error"])
        self._workshop = None
        if hello["problem"] is None:
            self._workshop = self.fleet.welcome(hello)
            hello["languages"] |= dict.fromkeys(self._workshop.languages())
        self.hello = hello

    async def run(self, program: Program, runs: Sequence[Run], limits: Limits) -> list[Outcome]:
        """Run one job.

        Raises:
            Unsupported: this container can't run it.
            OutOfMemory: the container ended, as the job wanted more memory than it has.
            SandboxError: the container failed; it is gone then.
            ValueError: it has no such language.
        """
        command = is_command(program)
        if not self._workshop:
            _refuse(program)
        elif command:
            return await self._workshop.run(self, program, runs, limits)
        memory_mb = limits.memory_mb * (1 + (program.kind == "tests"))
        return await self._do(job.write(program, runs, limits), len(runs), limits, memory_mb)

    async def execute(
        self,
        command: Command,
        runs: Sequence[Run],
        limits: Limits,
        stop: bool,  # noqa: FBT001 - a callback's
    ) -> list[Outcome]:
        """See `sandbox.toolbox.Execute`."""
        task = job.write_command(command, runs, limits, stop_on_failure=stop)
        memory_mb = limits.memory_mb * (1 + (command.partner is not None)) + command.scratch_mb
        return await self._do(task, len(runs), limits, memory_mb)

    async def _do(
        self, descriptor: int, count: int, limits: Limits, memory_mb: int
    ) -> list[Outcome]:
        """Have the job in a memory file done, and close the file."""
        began = time.time()
        try:
            held_mb = 2 * os.fstat(descriptor).st_size // _MIB  # as a job, and unpacked
            await self._give_memory(memory_mb + (held_mb if held_mb > _SMALL_MB else 0))
            if not self._stream:
                raise SandboxError("the container is closed")  # noqa: TRY301 - wrapped below
            self._working = True
            self._stream.send(wire.encode_job(descriptor))
            longest = limits.time_s * deadline.LAST_FACTOR + deadline.LAST_EXTRA_S
            kind, payload = await self._receive(longest * (count + 1) + ANSWER_GRACE_S)
            self._working = False
            if kind != wire.ANSWER:
                raise SandboxError(payload.decode(errors="replace"))  # noqa: TRY301
            return rows.parse(payload, count)
        except (OSError, ValueError, DockerException, SandboxError) as error:
            identity = self._container
            await self.close()
            said = f"a sandbox container failed: {error}"
            if await engine.in_thread(engine.ran_out_of_memory, identity, began):
                raise OutOfMemory(said) from error
            raise SandboxError(said) from error
        finally:
            os.close(descriptor)

    async def _give_memory(self, memory_mb: int) -> None:
        """Raise the container's limit where a job may use more than any before it."""
        needed = memory_mb + _OVERHEAD_MB
        if needed <= self._memory_mb or not self._stream:
            return
        size = f"{needed}m"
        try:
            await engine.in_thread(
                self._client.update_container, self._container, mem_limit=size, memswap_limit=size
            )
        except APIError:  # not every runtime can: gVisor's takes a new container
            await self.close()
            self._memory_mb = needed
            await self.start()
        self._memory_mb = needed

    async def cancel(self) -> None:
        """End the job that runs, after a cancelled `run`, and get ready for the next."""
        if not self._stream or not self._working:
            return
        self._working = False
        try:
            self._stream.send(wire.pack(wire.CANCEL))
            await self._receive(ANSWER_GRACE_S)
        except (OSError, SandboxError):
            await self.close()

    async def _receive(self, timeout_s: float) -> tuple[bytes, bytes]:
        """What a job comes to."""
        if not self._stream:
            raise SandboxError("the container is closed")
        while True:
            kind, payload = await self._stream.receive(timeout_s)
            if kind != wire.MESSAGE or payload != DOZES:
                return kind, payload
            self.on_doze(self)

    async def close(self) -> None:
        """Remove the container and wait until it is gone."""
        creating, self._creating = self._creating, None
        if creating:  # a thread can't be cancelled: what it makes must be known to be removed
            await asyncio.wait([creating])
        stream, self._stream = self._stream, None
        client, self._client = self._client, None
        identity, self._container = self._container, None
        await self.reader.close()
        if stream:
            stream.close()
        if client:
            await asyncio.shield(engine.in_thread(_remove, client, identity))


def _remove(client: Any, identity: str | None) -> None:
    with contextlib.closing(client):
        if identity:
            engine.remove(client, identity)


def _refuse(program: Program) -> None:
    """Where a container can't hold namespaces: what only they can keep from one another.

    Raises:
        Unsupported: programs like this one.
    """
    if is_command(program):
        raise Unsupported(
            "the docker sandbox runs Python programs, without checkers and interactors, where a "
            "container can't hold namespaces; the namespace sandbox runs the others"
        )
    if program.kind == "tests" and program.framework != "asserts":
        raise Unsupported(
            f"the docker sandbox can't hide the files of {program.framework} tests from the "
            "program; the namespace sandbox can"
        )
