"""The server's end of the stream to one container."""

import asyncio
import socket
import ssl
import struct
from collections import deque
from typing import Any

from sandbox.docker import wire
from sandbox.errors import SandboxError, SandboxUnavailable

_FRAME = struct.Struct(">BxxxL")
"""How the engine marks the pieces of a container's two output streams."""

_STDERR = 2


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
