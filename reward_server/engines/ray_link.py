"""The line between a driver and a node's actor: a connection of their own, a frame each way a call.

Ray brings the two together and is then left out: a call through it costs the driver ten times the
CPU of one through here. Frames hold pickles, so both ends prove first that they have the actor's
key, which only Ray's own calls hand out: who has it could have the actor run anything anyway.
"""

import asyncio
import hmac
import pickle
import secrets
import struct
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

HEADER = struct.Struct("!QQ")
"""Of a frame: the number of its call, and how many bytes follow."""

DROP = b""
"""The frame after which a call's answer is not waited for any more."""

EVERYWHERE = "0.0.0.0"  # noqa: S104 - as Ray's own workers; what comes in has to prove itself
BUFFER_BYTES = 1 << 20
KEY_BYTES = 32
CONNECT_S = 10.0
"""Both ends wait so long for the other one to prove that it has the key."""

Method = Callable[..., Awaitable[Any]]


class NodeLostError(Exception):
    """A node left or fell silent with work in hand."""


class CallFailedError(Exception):
    """The actor is there, and could not do what it was asked for; the text says why."""


class _Line(asyncio.Protocol):
    """Frames both ways over a connection whose ends have proved themselves."""

    def __init__(
        self,
        writer: asyncio.StreamWriter,
        on_frame: Callable[[int, bytearray], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._writer = writer  # it would close the connection when it is collected
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._buffer = bytearray()
        writer.transport.set_protocol(self)

    def send(self, number: int, data: bytes) -> None:
        """Put a frame on its way; what waits to be sent is bounded by who asks."""
        self._writer.write(HEADER.pack(number, len(data)) + data)

    def close(self) -> None:
        self._writer.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            number, size = HEADER.unpack_from(self._buffer)
            end = HEADER.size + size
            if len(self._buffer) < end:
                return
            frame = self._buffer[HEADER.size : end]
            del self._buffer[:end]
            self._on_frame(number, frame)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._on_lost()


class Link:
    """The driver's end."""

    def __init__(self, writer: asyncio.StreamWriter, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost
        self._numbers = count()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._problem: str | None = None
        self._line = _Line(writer, self._answered, self._ended)

    def ask(self, method: str, *arguments: Any) -> asyncio.Future[Any]:
        """What a method of the actor returns; cancelling it cancels the call there.

        Raises, when awaited:
            NodeLostError: the connection was lost, or is.
            CallFailedError: the method raised.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._problem is not None:
            answer.set_exception(NodeLostError(self._problem))
            return answer
        try:
            data = pickle.dumps((method, arguments), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the answer
            answer.set_exception(error)
            return answer
        number = next(self._numbers)
        self._answers[number] = answer
        answer.add_done_callback(partial(self._over, number))
        self._line.send(number, data)
        return answer

    def close(self, problem: str) -> None:
        """Let go of the actor; calls that still wait are lost."""
        self._problem = self._problem or problem
        self._line.close()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(NodeLostError(self._problem))

    def _answered(self, number: int, data: bytearray) -> None:
        answer = self._answers.pop(number, None)
        if answer is None or answer.done():
            return
        try:
            done, value = pickle.loads(data)  # noqa: S301 - from our own actor
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the answer
            answer.set_exception(error)
            return
        if done:
            answer.set_result(value)
        else:
            answer.set_exception(CallFailedError(value))

    def _over(self, number: int, answer: asyncio.Future[Any]) -> None:
        if self._answers.pop(number, None) and answer.cancelled():
            self._line.send(number, DROP)

    def _ended(self) -> None:
        if self._problem is None:
            self.close("its connection was lost")
            self._on_lost()


async def connect(address: str, port: int, key: bytes, on_lost: Callable[[], None]) -> Link:
    """A link to the actor behind a door.

    Args:
        address: of the node.
        port: of the door.
        key: of the door.
        on_lost: called when the connection ends by itself.

    Raises:
        OSError: nobody is there, or not who has the key.
    """
    try:
        async with asyncio.timeout(CONNECT_S):
            writer = await _proved(address, port, key)
    except (OSError, EOFError) as error:
        raise OSError(
            f"no way to the actor's door at {address}:{port}: {error or type(error).__name__}; "
            "nodes must reach each other on any port, as for Ray's own workers"
        ) from error
    return Link(writer, on_lost)


async def _proved(address: str, port: int, key: bytes) -> asyncio.StreamWriter:
    """A connection whose both ends have the key."""
    reader, writer = await asyncio.open_connection(address, port, limit=BUFFER_BYTES)
    try:
        nonces = await reader.readexactly(KEY_BYTES) + secrets.token_bytes(KEY_BYTES)
        writer.write(nonces[KEY_BYTES:] + _proof(key, b"driver", nonces))
        _check(await reader.readexactly(KEY_BYTES), _proof(key, b"actor", nonces))
    except BaseException:
        writer.close()
        raise
    return writer


class Door:
    """The actor's end: answers everyone who has its key."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = methods
        self._key = secrets.token_bytes(KEY_BYTES)
        self._opening = asyncio.Lock()
        self._server: asyncio.Server | None = None

    async def open(self, address: str) -> tuple[int, bytes]:
        """Its port and key; it is opened where it is not yet.

        Args:
            address: of this machine, as others know it. Where it is not one of its own (a published
                port of a container), the door is open on all that it has.
        """
        async with self._opening:
            if self._server is None:
                try:
                    self._server = await self._listen(address)
                except OSError:
                    self._server = await self._listen("::" if ":" in address else EVERYWHERE)
        port: int = self._server.sockets[0].getsockname()[1]
        return port, self._key

    async def _listen(self, address: str) -> asyncio.Server:
        return await asyncio.start_server(self._serve, address, 0, limit=BUFFER_BYTES)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._admit(reader, writer)
        except (OSError, EOFError):
            writer.close()
        else:
            _Guest(writer, self._methods)

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Exchange proofs.

        Raises:
            OSError, EOFError: whoever is there has not the key.
        """
        nonce = secrets.token_bytes(KEY_BYTES)
        writer.write(nonce)
        nonces = nonce + await reader.readexactly(KEY_BYTES)
        _check(await reader.readexactly(KEY_BYTES), _proof(self._key, b"driver", nonces))
        writer.write(_proof(self._key, b"actor", nonces))


class _Guest:
    """A driver that was let in: its calls run until they are done, or it drops them or leaves."""

    def __init__(self, writer: asyncio.StreamWriter, methods: Mapping[str, Method]) -> None:
        self._methods = methods
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._line = _Line(writer, self._asked, self._left)

    def _asked(self, number: int, data: bytearray) -> None:
        if data != DROP:
            self._calls[number] = call = asyncio.create_task(self._answer(number, data))
            call.add_done_callback(lambda _: self._calls.pop(number))
        elif number in self._calls:
            self._calls[number].cancel()

    def _left(self) -> None:
        for call in self._calls.values():
            call.cancel()

    async def _answer(self, number: int, data: bytearray) -> None:
        try:
            method, arguments = pickle.loads(data)  # noqa: S301 - from who has the key
            value = await self._methods[method](*arguments)
            answer = pickle.dumps((True, value), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is to know
            answer = pickle.dumps((False, f"{type(error).__name__}: {error}"))
        self._line.send(number, answer)


def _proof(key: bytes, role: bytes, nonces: bytes) -> bytes:
    """What only who has the key can say, and not by repeating what the other one says."""
    return hmac.digest(key, role + nonces, "sha256")


def _check(proof: bytes, expected: bytes) -> None:
    if not hmac.compare_digest(proof, expected):
        raise PermissionError("it has not the key")
