"""The connection between a driver and a node's actor, with no Ray: answers, drops, losses, keys."""

import asyncio
import pickle
import secrets
import socket
import struct
from contextlib import asynccontextmanager, suppress

import psutil
import pytest

from reward_server.engines.ray_link import CallFailedError, Door, NodeLostError, connect

HOST = "127.0.0.1"
LARGE = 5 << 20


class Actor:
    """Notes what was dropped, and answers when it is told to."""

    def __init__(self):
        self.waiting = {}
        self.dropped = []
        self.changed = asyncio.Condition()

    async def echo(self, value):
        return value

    async def fail(self, text):
        raise ValueError(text)

    async def unsendable(self):
        return lambda: None

    async def wait(self, name):
        self.waiting[name] = asyncio.Event()
        await self._tell()
        try:
            await self.waiting[name].wait()
        except asyncio.CancelledError:
            self.dropped.append(name)
            asyncio.get_running_loop().call_soon(asyncio.ensure_future, self._tell())
            raise
        return name

    async def until(self, holds):
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: holds(self))

    async def _tell(self):
        async with self.changed:
            self.changed.notify_all()


@asynccontextmanager
async def linked(drivers=1):
    """An actor behind a door, and links to it, with events that tell of their loss."""
    actor = Actor()
    methods = (actor.echo, actor.fail, actor.unsendable, actor.wait)
    door = Door({method.__name__: method for method in methods})
    port, key = await door.open(HOST)
    losses = [asyncio.Event() for _ in range(drivers)]
    links = [await connect(HOST, port, key, lost.set) for lost in losses]
    try:
        yield actor, door, links, losses
    finally:
        for link in links:
            link.close("over")
        await shut(door)


async def shut(door):
    """Close a door, which elsewhere ends with its process, and wait until everyone has left."""
    door._server.close()
    mine = psutil.Process()
    while [c for c in mine.net_connections("tcp") if c.status != psutil.CONN_LISTEN]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def test_answers_find_their_calls_in_any_order():
    async def main():
        async with linked() as (actor, _, (link,), _):
            slow = [link.ask("wait", name) for name in "abc"]
            sizes = [1, LARGE, 3, LARGE + 1, 0]
            echoed = await asyncio.gather(*(link.ask("echo", b"x" * size) for size in sizes))
            assert [len(value) for value in echoed] == sizes
            await actor.until(lambda a: len(a.waiting) == 3)
            for name in "cab":
                actor.waiting[name].set()
            assert await asyncio.gather(*slow) == ["a", "b", "c"]

    asyncio.run(main())


def test_a_failing_call_fails_alone():
    async def main():
        async with linked() as (_, _, (link,), _):
            calls = [
                link.ask("echo", 1),
                link.ask("fail", "why"),
                link.ask("no_such"),
                link.ask("unsendable"),
                link.ask("echo", lambda: None),
                link.ask("echo", 2),
            ]
            one, failed, unknown, unsendable, unsent, two = await asyncio.gather(
                *calls, return_exceptions=True
            )
            assert (one, two) == (1, 2)
            assert isinstance(failed, CallFailedError)
            assert str(failed) == "ValueError: why"
            assert isinstance(unknown, CallFailedError)
            assert isinstance(unsendable, CallFailedError)
            assert isinstance(unsent, (pickle.PicklingError, AttributeError))

    asyncio.run(main())


def test_only_the_dropped_call_is_dropped():
    async def main():
        async with linked() as (actor, _, (link,), _):
            kept, dropped = link.ask("wait", "kept"), link.ask("wait", "dropped")
            await actor.until(lambda a: len(a.waiting) == 2)
            dropped.cancel()
            await actor.until(lambda a: a.dropped == ["dropped"])
            actor.waiting["kept"].set()
            assert await kept == "kept"
            assert actor.dropped == ["dropped"]

    asyncio.run(main())


def test_a_driver_that_leaves_drops_its_own_calls_only():
    async def main():
        async with linked(2) as (actor, _, (one, two), losses):
            calls = [one.ask("wait", "theirs"), two.ask("wait", "ours")]
            await actor.until(lambda a: len(a.waiting) == 2)
            one.close("enough")
            await actor.until(lambda a: a.dropped == ["theirs"])
            actor.waiting["ours"].set()
            assert await calls[1] == "ours"
            with pytest.raises(NodeLostError, match="enough"):
                await calls[0]
            with pytest.raises(NodeLostError, match="enough"):
                await one.ask("echo", 1)
            assert not losses[0].is_set()  # it was closed, not lost

    asyncio.run(main())


def test_a_lost_connection_loses_every_call_and_is_told():
    async def main():
        async with relayed() as (actor, link, lost, relay):
            calls = [link.ask("wait", name) for name in "ab"]
            await actor.until(lambda a: len(a.waiting) == 2)
            relay.transport.abort()
            for call in calls:
                with pytest.raises(NodeLostError, match="connection was lost"):
                    await call
            assert lost.is_set()
            with pytest.raises(NodeLostError, match="connection was lost"):
                await link.ask("echo", 1)

    asyncio.run(main())


@asynccontextmanager
async def relayed():
    """A link through a relay, whose end towards the driver is given."""
    tasks = set()
    inner = []

    async def pump(reader, writer):
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
        writer.close()

    async with linked(0) as (actor, door, _, _):
        port, key = await door.open(HOST)

        async def accept(reader, writer):
            onward = await asyncio.open_connection(HOST, port)
            inner.append(writer)
            tasks.add(asyncio.create_task(pump(reader, onward[1])))
            tasks.add(asyncio.create_task(pump(onward[0], writer)))

        server = await asyncio.start_server(accept, HOST, 0)
        lost = asyncio.Event()
        link = await connect(HOST, server.sockets[0].getsockname()[1], key, lost.set)
        try:
            yield actor, link, lost, inner[0]
        finally:
            link.close("over")
            server.close()
            for writer in inner:
                writer.close()
            await asyncio.gather(*tasks)


def test_who_has_not_the_key_is_let_go_and_nothing_of_it_is_read():
    async def main():
        async with linked() as (_, door, (link,), _):
            port, _ = await door.open(HOST)
            with pytest.raises(OSError, match="no way to the actor's door"):
                await connect(HOST, port, secrets.token_bytes(32), lambda: None)
            bomb = pickle.dumps(("echo", (Bomb(),)))
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"\0" * 64 + struct.pack("!QQ", 0, len(bomb)) + bomb)
            async with asyncio.timeout(30):
                told = await reader.read()
            writer.close()
            assert len(told) == 32  # its nonce, and the end
            assert not Bomb.read
            assert await link.ask("echo", 1) == 1

    asyncio.run(main())


class Bomb:
    """Notes that it was unpickled."""

    read = False

    def __reduce__(self):
        return setattr, (Bomb, "read", True)


def test_a_stranger_in_the_actors_place_is_not_believed():
    """It repeats what the driver proves, as it can't prove anything itself."""

    async def parrot(reader, writer):
        writer.write(b"n" * 32)
        await reader.readexactly(32)
        writer.write(await reader.readexactly(32))
        writer.close()

    async def main():
        server = await asyncio.start_server(parrot, HOST, 0)
        with pytest.raises(OSError, match="has not the key"):
            await connect(HOST, server.sockets[0].getsockname()[1], b"k" * 32, lambda: None)
        server.close()

    asyncio.run(main())


def test_nobody_there_is_told_with_the_address():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
        with pytest.raises(OSError, match=rf"{HOST}:{port}.*any port"):
            asyncio.run(connect(HOST, port, b"k" * 32, lambda: None))


def test_a_door_whose_address_is_not_the_machines_own_is_open_all_the_same():
    async def main():
        door = Door({"echo": Actor().echo})
        port, key = await door.open("203.0.113.7")  # reserved for documentation: RFC 5737
        assert await door.open("203.0.113.7") == (port, key)
        link = await connect(HOST, port, key, lambda: None)
        assert await link.ask("echo", 5) == 5
        link.close("over")
        await shut(door)

    asyncio.run(main())
