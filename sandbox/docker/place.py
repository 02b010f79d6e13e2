"""The server's end of one container: creates it, hands it jobs, reads what came out."""

import asyncio
import contextlib
import functools
import io
import json
import os
import secrets
import socket
import ssl
import struct
import zipfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from sandbox import owner
from sandbox.backends import Containers
from sandbox.docker import wire
from sandbox.errors import SandboxError, SandboxUnavailable, Unsupported
from sandbox.languages import LANGUAGES
from sandbox.namespace import deadline, job, rows, warm
from sandbox.namespace.lockdown import MAX_THREADS
from sandbox.namespace.root import TMP_INODES, TMP_MB
from sandbox.program import Limits, Outcome, Program, Run

START_TIMEOUT_S = 60.0
ANSWER_GRACE_S = 30.0

_OVERHEAD_MB = 256
"""Of a container's memory: the zygote, /tmp and the files that hold inputs and outputs."""

_PROCESSES = 64
"""Most that the limits of a program allow, beside its threads."""

_FRAME = struct.Struct(">BxxxL")
"""How the engine marks the pieces of a container's two output streams."""

_STDERR = 2

_UIDS = range(1 << 20, 1 << 30)
"""Each container gets a uid of its own, far from those of people and services: the kernel counts
processes by uid over all containers."""

_BOOT = """
import os, sys
def read(size):
    parts = []
    while size:
        parts.append(os.read(0, size))
        size -= len(parts[-1])
    return b"".join(parts)
with open("/tmp/agent.zip", "wb") as file:
    file.write(read(int.from_bytes(read(8), "little")))
sys.path.insert(0, "/tmp/agent.zip")
from sandbox.namespace.handlers import without_fork_handlers
with without_fork_handlers():
    from sandbox.docker.agent import main
main()
"""
"""What a container is started with: it gets this package over its standard input, so that any
image with Python 3.11 or later will do, and none can be of another version than the server."""


@functools.cache
def _package() -> bytes:
    """This package, zipped."""
    top = Path(__file__).parents[1]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(top.rglob("*")):
            if path.suffix in {".py", ".toml"}:
                archive.write(path, path.relative_to(top.parent))
    return buffer.getvalue()


class Place:
    """One container, and the stream to it. One job at a time."""

    def __init__(self, options: Containers) -> None:
        self.options = options
        self.hello: Mapping[str, Any] = {}
        self._client: docker.APIClient | None = None
        self._container: str | None = None
        self._creating: asyncio.Future[Any] | None = None
        self._stream: Stream | None = None
        self._memory_mb = 0

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
            self._creating = asyncio.ensure_future(_in_thread(self._create))
            connection = await asyncio.shield(self._creating)
            self._stream = await Stream.open(connection)
            await _in_thread(self._begin)
            package = _package()
            self._stream.send(len(package).to_bytes(8, "little") + package)
            _, message = await self._stream.receive(START_TIMEOUT_S)
            self.hello = _greeting(message)
        except (SandboxError, DockerException, OSError, ValueError) as error:
            said = self._stream.errors() if self._stream else ""
            await self.close()
            raise SandboxUnavailable(f"{_explain(error, self.options)}{said}") from error
        except BaseException:
            await self.close()
            raise

    def _create(self) -> Any:
        self._client = client = docker.APIClient(**_engine())
        self._memory_mb = Limits().memory_mb + _OVERHEAD_MB
        uid = secrets.choice(_UIDS)
        environment = {k: v for k, v in warm.ENVIRONMENT.items() if k != "PATH"}  # the image's
        created = client.create_container(
            self.options.image,
            entrypoint=["python3", "-sBPc", _BOOT],
            command=[],
            user=f"{uid}:{uid}",
            environment=environment,
            working_dir="/",
            name=f"reward-sandbox-{secrets.token_hex(4)}",
            hostname="sandbox",
            labels={owner.LABEL: owner.me()},
            healthcheck={"test": ["NONE"]},
            stdin_open=True,
            network_disabled=True,
            host_config=self._host_config(client),
        )
        self._container = created["Id"]
        parameters = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        return client.attach_socket(self._container, parameters)

    def _host_config(self, client: Any) -> Any:
        scratch = f"size={TMP_MB}m,nr_inodes={TMP_INODES},mode=1777,nosuid,nodev,noexec"
        return client.create_host_config(
            auto_remove=True,
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            ipc_mode="none",
            # a queue's file would outlive the program that made it
            tmpfs={"/tmp": scratch, "/dev/mqueue": "ro,size=4k"},  # noqa: S108
            mem_limit=f"{self._memory_mb}m",
            memswap_limit=f"{self._memory_mb}m",
            pids_limit=1 + MAX_THREADS + _PROCESSES,
            oom_score_adj=500,
            log_config={"Type": "none"},
            runtime=self.options.runtime or None,
        )

    def _begin(self) -> None:
        assert self._client
        self._client.start(self._container)

    async def run(self, program: Program, runs: Sequence[Run], limits: Limits) -> list[Outcome]:
        """Run one job.

        Raises:
            Unsupported: no container can run it.
            SandboxError: the container failed; it is gone then.
        """
        language = LANGUAGES.get(program.language)
        if (
            language is None
            or language.run
            or program.kind in {"judge", "workspace"}
            or program.partner
        ):
            raise Unsupported(
                "the docker sandbox runs Python programs, without checkers and interactors; the "
                "namespace sandbox runs the others"
            )
        if program.kind == "tests" and program.framework != "asserts":
            raise Unsupported(
                f"the docker sandbox can't hide the files of {program.framework} tests from the "
                "program; the namespace sandbox can"
            )
        if not self._stream:
            raise SandboxError("the container is closed")
        descriptor = job.write(program, runs, limits)
        try:
            await self._give_memory(limits.memory_mb)
            self._stream.send(wire.encode_job(descriptor))
            longest = limits.time_s * deadline.LAST_FACTOR + deadline.LAST_EXTRA_S
            kind, payload = await self._stream.receive(longest * (len(runs) + 1) + ANSWER_GRACE_S)
            if kind != wire.ANSWER:
                raise SandboxError(payload.decode(errors="replace"))  # noqa: TRY301 - wrapped below
            return rows.parse(payload, len(runs))
        except (OSError, ValueError, DockerException, SandboxError) as error:
            await self.close()
            raise SandboxError(f"a sandbox container failed: {error}") from error
        finally:
            os.close(descriptor)

    async def _give_memory(self, memory_mb: int) -> None:
        """Raise the container's limit where a job may use more than any before it."""
        needed = memory_mb + _OVERHEAD_MB
        if needed <= self._memory_mb:
            return
        assert self._client
        size = f"{needed}m"
        await _in_thread(
            functools.partial(
                self._client.update_container, self._container, mem_limit=size, memswap_limit=size
            )
        )
        self._memory_mb = needed

    async def cancel(self) -> None:
        """End the job that runs, after a cancelled `run`, and get ready for the next."""
        if not self._stream:
            return
        try:
            self._stream.send(wire.pack(wire.CANCEL))
            await self._stream.receive(ANSWER_GRACE_S)
        except (OSError, SandboxError):
            await self.close()

    async def close(self) -> None:
        """Remove the container and wait until it is gone."""
        creating, self._creating = self._creating, None
        if creating:  # a thread can't be cancelled: what it makes must be known to be removed
            await asyncio.wait([creating])
        stream, self._stream = self._stream, None
        client, self._client = self._client, None
        container, self._container = self._container, None
        if stream:
            stream.close()
        if client:
            await asyncio.shield(_in_thread(functools.partial(_remove, client, container)))


def _remove(client: Any, container: str | None) -> None:
    with contextlib.closing(client):
        if container:
            remove(client, container)


def remove(client: Any, container: str) -> None:
    """Remove a container, running or not; it may be gone already, or going."""
    with contextlib.suppress(NotFound):
        try:
            client.remove_container(container, force=True)
        except APIError as error:
            if error.status_code != 409:  # somebody is removing it
                raise
        with contextlib.suppress(DockerException, OSError):
            client.wait(container, condition="removed", timeout=30)


async def _in_thread(work: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, work)


def _engine() -> dict[str, Any]:
    """Where the engine is: DOCKER_HOST and its like."""
    return {**docker.utils.kwargs_from_env(), "version": "auto", "timeout": START_TIMEOUT_S}


async def remove_leftovers() -> None:
    """Remove containers whose server is gone, or that never ran; those of others stay.

    Raises:
        SandboxUnavailable: there is no engine.
    """
    try:
        await _in_thread(_remove_leftovers)
    except (DockerException, OSError) as error:
        raise SandboxUnavailable(_explain(error, Containers())) from error


def _remove_leftovers() -> None:
    with contextlib.closing(docker.APIClient(**_engine())) as client:
        for container in client.containers(all=True, filters={"label": owner.LABEL}):
            if owner.is_gone(container["Labels"][owner.LABEL]):
                remove(client, container["Id"])


class Stream:
    """What is written to a container and what it writes, taken apart again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._said = bytearray()
        self._errors: deque[bytes] = deque(maxlen=20)

    @classmethod
    async def open(cls, connection: Any) -> "Stream":
        """Take over the connection that the SDK attached.

        Raises:
            SandboxUnavailable: the connection is encrypted, and asyncio can't take it over.
        """
        theirs = connection._sock  # noqa: SLF001 - the SDK has no other way to it
        if not isinstance(theirs, socket.socket) or isinstance(theirs, ssl.SSLSocket):
            raise SandboxUnavailable("the engine must be reached by a unix socket or plain TCP")
        plain = socket.socket(fileno=theirs.detach())
        plain.setblocking(False)
        return cls(*await asyncio.open_connection(sock=plain))

    def send(self, message: bytes) -> None:
        """Queue a message; what the container does not read yet is kept."""
        if self._writer.is_closing():
            raise SandboxError("the container ended")
        self._writer.write(message)

    async def receive(self, timeout_s: float) -> tuple[bytes, bytes]:
        """The next message: its kind and what it brings."""
        try:
            async with asyncio.timeout(timeout_s):
                kind, length = wire.HEADER.unpack(await self._take(wire.HEADER.size))
                return kind, await self._take(length)
        except TimeoutError:
            raise SandboxError(f"no answer for {timeout_s:.0f} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise SandboxError("the container ended") from None

    async def _take(self, size: int) -> bytes:
        while len(self._said) < size:
            kind, length = _FRAME.unpack(await self._reader.readexactly(_FRAME.size))
            piece = await self._reader.readexactly(length)
            if kind == _STDERR:
                self._errors.append(piece)
            else:
                self._said += piece
        taken = bytes(self._said[:size])
        del self._said[:size]
        return taken

    def errors(self) -> str:
        """What it wrote to its standard error, as the end of a message."""
        text = b"".join(self._errors).decode(errors="replace").strip()[-2000:]
        return f": {text}" if text else ""

    def close(self) -> None:
        """Hang up; the container ends by itself then."""
        self._writer.close()


def _greeting(message: bytes) -> dict[str, Any]:
    hello: dict[str, Any] = json.loads(message)
    if "error" in hello:
        raise SandboxUnavailable(hello["error"])
    return hello


def _explain(error: BaseException, options: Containers) -> str:
    """What went wrong with what a person can do about it."""
    if isinstance(error, ImageNotFound):
        return (
            f"the engine has no image {options.image!r}: make it with `docker build -t "
            f"{options.image} .`, or name one with Python 3.11 or later in REWARD_DOCKER_IMAGE"
        )
    if isinstance(error, APIError):
        return f"the Docker engine refused: {error.explanation or error}"
    if isinstance(error, DockerException):
        return (
            f"no Docker engine answers ({error}): start one, or name it in DOCKER_HOST; the "
            "server's user must be allowed to use it"
        )
    return str(error)
