"""Reads programs and their tests in a process of its own, with a limit on the time it takes.

Patterns look for what a text has; a model that tries for long enough writes one on which they take
for ever. In the server's process that would hold up everybody, so a reader does it: one for each
place, started when first needed, and ended by the kernel when its time is up.
"""

import asyncio
import contextlib
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from sandbox.errors import SandboxError

READ_S = 2
"""Seconds of CPU time; honest programs take milliseconds, as do most of a size that is refused."""

_MEMORY_BYTES = 1 << 30
_TOO_MUCH = f"to read it takes more than {READ_S} s of CPU time, or too much memory"
_LENGTH = struct.Struct("=Q")
_START = (
    "import sys; sys.path.append(sys.argv[1])\n"
    "from sandbox.reading import serve; serve(int(sys.argv[2]))"
)
_ROOT = Path(__file__).parents[1]

P = ParamSpec("P")
T = TypeVar("T")


class Unreadable(Exception):  # noqa: N818 - a property of the text, no error of ours
    """A text that can't be read within the limits; the message says so."""


class Reader:
    """The server's end of one reader. One call at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def read(self, work: Callable[P, T], *inputs: P.args, **named: P.kwargs) -> T:
        """What a function of a module returns; a call that is cancelled ends the process.

        Raises:
            Unreadable: it took too long.
            SandboxError: the reader failed, twice.
            Exception: what the function raised.
        """
        frame = pickle.dumps((work, inputs, named))
        for _ in range(2):
            try:
                answer = await self._ask(frame)
            except (OSError, EOFError) as error:
                ended = await self.close()
                if ended == -signal.SIGPROF:
                    raise Unreadable(_TOO_MUCH) from None
                if ended is None:  # closed meanwhile, or never started
                    raise SandboxError(f"programs can't be read: {error}") from error
            except BaseException:
                await self.close()
                raise
            else:
                done, result = pickle.loads(answer)  # noqa: S301 - our own process
                if done:
                    return result  # type: ignore[no-any-return]
                raise result
        raise SandboxError("the process that reads programs was ended, twice")

    async def _ask(self, frame: bytes) -> bytes:
        reader, writer = self._stream or await self._start()
        writer.write(_LENGTH.pack(len(frame)) + frame)
        await writer.drain()
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        return await reader.readexactly(length)

    async def _start(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - starting takes no time; our own code
                [
                    *(sys.executable, "-IS", "-X", "utf8", "-c", _START),
                    *(str(_ROOT), str(theirs.fileno())),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        self._stream = await asyncio.open_unix_connection(sock=ours)
        return self._stream

    async def close(self) -> int | None:
        """End the process, if there is one; how it ended."""
        stream, self._stream = self._stream, None
        process, self._process = self._process, None
        if stream:
            stream[1].close()
            with contextlib.suppress(OSError):
                await stream[1].wait_closed()
        if process is None:
            return None
        process.kill()  # changes nothing where it has ended already
        return process.wait()


def serve(descriptor: int) -> None:
    """Do what is asked on a socket until its other end is closed."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with socket.socket(fileno=descriptor) as ours, ours.makefile("rwb") as stream:
        while head := stream.read(_LENGTH.size):
            frame = stream.read(*_LENGTH.unpack(head))
            signal.setitimer(signal.ITIMER_PROF, READ_S)  # the kernel ends us
            answer = _answer(frame)
            signal.setitimer(signal.ITIMER_PROF, 0)
            stream.write(_LENGTH.pack(len(answer)) + answer)
            stream.flush()


def _answer(frame: bytes) -> bytes:
    try:
        work, inputs, named = pickle.loads(frame)  # noqa: S301 - our own process
        return pickle.dumps((True, work(*inputs, **named)))
    except (MemoryError, RecursionError):
        return pickle.dumps((False, Unreadable(_TOO_MUCH)))
    except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
        return pickle.dumps((False, error))
