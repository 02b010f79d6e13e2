"""Messages over a container's standard streams: a kind, a length and that many bytes.

To the container: a job or a cancellation; from it: a greeting, an answer or an error. In the
container, `Wire` stands where a slot has a socket; what passes there as an open file passes here as
its contents.
"""

import array
import os
import socket
import struct
from collections.abc import Iterable
from typing import Any

from sandbox.namespace import job

HEADER = struct.Struct("=cQ")
JOB, CANCEL, MESSAGE, ANSWER, SETTINGS = b"j", b"c", b"m", b"a", b"s"

_CHUNK = 1 << 16


def pack(kind: bytes, payload: bytes = b"") -> bytes:
    """One message."""
    return HEADER.pack(kind, len(payload)) + payload


class Wire:
    """The inner end, with those methods of a socket that the zygote uses.

    What comes and goes passes through one buffer, which is wiped: a program forked from this
    process must find nothing of another's text or output, nor of its own tests.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        self.incoming = incoming
        self.outgoing = outgoing
        self.buffer = bytearray(_CHUNK)

    def set_inheritable(self, inheritable: bool) -> None:  # noqa: FBT001 - a socket's
        """Whether programs that are executed find it."""
        for descriptor in (self.incoming, self.outgoing):
            os.set_inheritable(descriptor, inheritable)

    def settings(self) -> bytes:
        """The first message."""
        _, length = HEADER.unpack(self._read(HEADER.size))
        return self._read(length)

    def fileno(self) -> int:
        """Readable when a message has come, or the server is gone."""
        return self.incoming

    def recv(self, _size: int) -> bytes:
        """The next message: empty when the server is gone."""
        message, descriptor = self._take()
        if descriptor is not None:
            os.close(descriptor)
        return message

    def recvmsg(self, _size: int, _ancillary_size: int) -> tuple[bytes, list[Any], int, None]:
        """The next message, with a job as an open memory file."""
        message, descriptor = self._take()
        files = [] if descriptor is None else [descriptor]
        passed = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files).tobytes())
        return message, [passed], 0, None

    def _take(self) -> tuple[bytes, int | None]:
        header = self._read(HEADER.size)
        if len(header) < HEADER.size:
            return b"", None
        kind, length = HEADER.unpack(header)
        if kind != JOB:
            return b"cancel", None
        return b"job", self._receive(length)

    def _receive(self, length: int) -> int:
        descriptor = os.memfd_create("job")
        while length:
            with memoryview(self.buffer)[:length] as room:
                size = os.readv(self.incoming, [room])
            if not size:
                os._exit(0)  # the server went in the middle of a message
            self._pass_on(descriptor, size)
            length -= size
        return descriptor

    def _pass_on(self, descriptor: int, size: int) -> None:
        with memoryview(self.buffer)[:size] as piece:
            _write(descriptor, piece)
            piece[:] = bytes(size)

    def _read(self, size: int) -> bytes:
        """Exactly so many bytes, or fewer where the stream ends."""
        parts = []
        while size:
            part = os.read(self.incoming, size)
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def send(self, message: bytes) -> int:
        """Send what is no answer."""
        _write(self.outgoing, pack(MESSAGE, message))
        return len(message)

    def sendmsg(self, buffers: Iterable[bytes], ancillary: Iterable[tuple[int, int, Any]]) -> int:
        """Send the contents of the one file that comes along."""
        del buffers
        ((_, _, files),) = ancillary
        (descriptor,) = files
        left = os.fstat(descriptor).st_size
        _write(self.outgoing, HEADER.pack(ANSWER, left))
        os.lseek(descriptor, 0, os.SEEK_SET)
        while left > 0:
            size = os.readv(descriptor, [self.buffer])
            self._pass_on(self.outgoing, size)
            left -= size
        return 0


def _write(descriptor: int, data: bytes | memoryview) -> None:
    written = 0
    while written < len(data):
        written += os.write(descriptor, data[written:])


def encode_job(descriptor: int) -> bytes:
    """The message that brings the job in a memory file (`job.write`)."""
    size = os.fstat(descriptor).st_size
    return HEADER.pack(JOB, size) + job.blob(descriptor, job.Span(0, size))
