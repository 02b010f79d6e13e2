"""The server's end of one slot: starts its processes, hands it jobs, reads what came out."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox import cgroups
from sandbox.command import Command
from sandbox.errors import SandboxError, SandboxUnavailable
from sandbox.installed import Interpreter
from sandbox.namespace import deadline, job, rows, warm
from sandbox.namespace.child import DOZES
from sandbox.program import Limits, Outcome, Program, Run
from sandbox.reading import Reader
from sandbox.workshop import Workshop, is_command

START_TIMEOUT_S = 60.0
"""A slot starts in 0.3 s; on a machine under heavy load it may take long."""

ANSWER_GRACE_S = 30.0
"""Seconds past all limits of a job after which the slot itself is taken for dead."""

UID_BASE = 700_000
"""Host ids that root maps into slots, two for each: above what login systems hand out, and away
from the subordinate ids (100000 and up) that container engines use."""


class Slot:
    """One zygote and the socket to it. One job at a time."""

    def __init__(
        self,
        index: int,
        interpreter: Interpreter,
        workshop: Workshop,
        preload: Sequence[str] = (),
    ) -> None:
        self.index = index
        self.interpreter = interpreter
        self.workshop = workshop
        self.preload = tuple(preload)
        self.hello: Mapping[str, Any] = {}
        self.on_doze: Callable[[Slot], None] = lambda _: None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._inbox: deque[tuple[bytes, list[int]]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._working = False
        self._groups: cgroups.Groups | None = None
        self.reader = Reader()

    async def start(self) -> None:
        """Start the processes and wait until they are ready.

        Raises:
            SandboxUnavailable: they can't do their work here; the message says why.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        errors = os.memfd_create("stderr")
        try:
            with theirs:
                self._process = self._launch(theirs, errors)
            self._control = ours
            asyncio.get_running_loop().add_reader(ours, self._arrived, ours)
            message, _ = await self._receive(START_TIMEOUT_S)
            self.hello = self._greeting(message)
        except (SandboxError, OSError, ValueError) as error:
            await self.close()
            said = os.pread(errors, 2000, 0).decode(errors="replace").strip()
            raise SandboxUnavailable(f"{error}{': ' if said else ''}{said}") from error
        except BaseException:
            await self.close()
            raise
        finally:
            os.close(errors)

    def _greeting(self, message: bytes) -> dict[str, Any]:
        hello: dict[str, Any] = json.loads(message)
        if "error" in hello:
            raise SandboxUnavailable(explain(hello["error"]))
        hello["languages"] |= dict.fromkeys(self.workshop.languages())
        return hello

    def _launch(self, theirs: socket.socket, errors: int) -> subprocess.Popen[bytes]:
        settings = {
            "groups": self._make_groups(),
            "uid_base": UID_BASE + 2 * self.index if os.getuid() == 0 else None,
            "visible": self.interpreter.visible,
            "path": self.interpreter.path,
            "preload": self.preload,
            "toolbox": self.workshop.toolbox.path,
        }
        script = str(Path(__file__).with_name("launch.py"))
        return subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [
                self.interpreter.executable,
                "-sSBP",
                script,
                str(theirs.fileno()),
                json.dumps(settings),
            ],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=warm.ENVIRONMENT | {"LD_BIND_NOW": "1"},  # lazy binding would dirty each fork
            cwd="/",
            start_new_session=True,
        )

    def _make_groups(self) -> dict[str, Any] | str:
        """Control groups as the launcher is told of them, or why there are none."""
        try:
            self._groups = made = cgroups.make()
        except cgroups.Refused as refusal:
            return str(refusal)
        return {
            "version": made.version,
            "homes": [str(path) for path in made.homes],
            "program": str(made.program),
            "partner": str(made.partner),
            "crowd": made.crowd and str(made.crowd),
            "usage": made.usage and str(made.usage),
        }

    @property
    def alive(self) -> bool:
        """Whether jobs can be sent."""
        return self._control is not None

    async def run(self, program: Program, runs: Sequence[Run], limits: Limits) -> list[Outcome]:
        """Run one job.

        Raises:
            SandboxError: the slot failed; it is closed then.
            ValueError: it has no such language.
        """
        if is_command(program):
            return await self.workshop.run(self, program, runs, limits)
        return await self._do(job.write(program, runs, limits), len(runs), limits)

    async def execute(
        self,
        command: Command,
        runs: Sequence[Run],
        limits: Limits,
        stop: bool,  # noqa: FBT001 - a callback's
    ) -> list[Outcome]:
        """See `sandbox.toolbox.Execute`."""
        task = job.write_command(command, runs, limits, stop_on_failure=stop)
        return await self._do(task, len(runs), limits)

    async def _do(self, descriptor: int, count: int, limits: Limits) -> list[Outcome]:
        """Have the job in a memory file done, and close the file."""
        try:
            control = self._open_control()
            self._working = True
            socket.send_fds(control, [b"job"], [descriptor])
            longest = limits.time_s * deadline.LAST_FACTOR + deadline.LAST_EXTRA_S
            message, files = await self._receive(longest * (count + 1) + ANSWER_GRACE_S)
            self._working = False
            return _outcomes(message, files, count)
        except (OSError, ValueError, SandboxError) as error:
            await self.close()
            raise SandboxError(f"a sandbox slot failed: {error}") from error
        finally:
            os.close(descriptor)

    def _open_control(self) -> socket.socket:
        if self._control is None:
            raise SandboxError("the slot is closed")
        return self._control

    async def cancel(self) -> None:
        """End the job that runs, after a cancelled `run`, and get the slot ready for the next."""
        if not self._control or not self._working:
            return
        self._working = False
        try:
            self._control.send(b"cancel")
            _, files = await self._receive(ANSWER_GRACE_S)
        except (OSError, SandboxError):
            await self.close()
            return
        _close(files)

    async def _receive(self, timeout_s: float) -> tuple[bytes, list[int]]:
        """The next message; fails when `close` is called meanwhile."""
        if not self._inbox:
            self._open_control()
            loop = asyncio.get_running_loop()
            waiter = self._waiter = loop.create_future()
            timer = loop.call_later(timeout_s, _give_up, waiter, timeout_s)
            try:
                await waiter
            finally:
                self._waiter = None
                timer.cancel()
        message, files = self._inbox.popleft()
        if not message:
            raise SandboxError("its processes ended")
        return message, files

    def _arrived(self, control: socket.socket) -> None:
        """Something can be read. An answer may come when nobody waits: before a cancellation."""
        try:
            message, files, _, _ = socket.recv_fds(control, 1 << 16, 8)
        except BlockingIOError:
            return
        except OSError:
            message, files = b"", []
        if message == DOZES:
            self.on_doze(self)
            return
        if not message:
            asyncio.get_running_loop().remove_reader(control)
        self._inbox.append((message, list(files)))
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    async def close(self) -> None:
        """End the slot's processes and wait until they are gone."""
        control, self._control = self._control, None
        process, self._process = self._process, None
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(SandboxError("the slot was closed"))
        await self.reader.close()
        if control:
            asyncio.get_running_loop().remove_reader(control)
            control.close()
        while self._inbox:
            _close(self._inbox.popleft()[1])
        if process:
            loop = asyncio.get_running_loop()
            await asyncio.shield(loop.run_in_executor(None, _end, process))
        groups, self._groups = self._groups, None
        if groups:
            groups.remove()


def _give_up(waiter: asyncio.Future[None], timeout_s: float) -> None:
    if not waiter.done():
        waiter.set_exception(SandboxError(f"no answer for {timeout_s:.0f} s"))


def _close(files: list[int]) -> None:
    for descriptor in files:
        os.close(descriptor)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The closed socket makes the launcher end; where that takes long, end it ourselves."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
        return
    process.kill()
    process.wait()


def _outcomes(message: bytes, files: list[int], count: int) -> list[Outcome]:
    """The outcomes in an answer, which is closed."""
    try:
        if message != b"done":
            raise SandboxError(message.decode(errors="replace"))
        return rows.read(files[0], count)
    finally:
        _close(files)


def explain(reason: str) -> str:
    """A reason from the kernel with what a person can do about it."""
    if "unshare" in reason or "uid_map" in reason or "setgroups" in reason:
        return (
            f"{reason}. User namespaces are not allowed here: in a container, run it with "
            "--security-opt seccomp=deploy/seccomp.json; on a host, allow them "
            "(kernel.unprivileged_userns_clone=1, user.max_user_namespaces>0, "
            "kernel.apparmor_restrict_unprivileged_userns=0)"
        )
    if "mount" in reason or "pivot_root" in reason:
        return (
            f"{reason}. Mounting is not allowed here: in a container, run it with "
            "--security-opt seccomp=deploy/seccomp.json and, where AppArmor is on, "
            "--security-opt apparmor=unconfined; the kernel must be 5.12 or later"
        )
    return reason
