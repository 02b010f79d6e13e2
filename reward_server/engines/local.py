"""The local engine: warm worker processes on this machine, one socket each.

Each worker has a socket of its own and no lock is shared, so a worker killed at any moment takes
nothing with it but the job it was working on. (Pools whose workers share a pipe lose tasks then:
under 179 `kill -9` in 40 s of load pebble 5.2 lost 20 tasks and left 2 hanging.)
"""

import asyncio
import ctypes
import multiprocessing
import os
import pickle
import signal
import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from multiprocessing.sharedctypes import RawArray
from typing import Any

import structlog

from reward_server.engines import HEAVY, Block, Job, result_count, weight
from reward_server.worker import (
    DROPPED,
    HEADER,
    IDLE,
    PROGRESS,
    WALL_FACTOR,
    Board,
    WorkerConfig,
    lost,
    main,
)

log = structlog.get_logger(__name__)

CHUNK = 16
"""Jobs a frame; see docs/design-notes.md for what sizes cost."""

MAX_LOSSES = CHUNK + 4
"""Workers that one chunk may cost; more means that the chunk can't even be read."""

START_TIMEOUT_S = 60.0
RECYCLE_CHUNKS = 4000
"""A worker is replaced after this many chunks: what a library leaks stays bounded."""

PRELOAD = ["reward_server.cli", "reward_server.preload"]


class WorkerLostError(Exception):
    """A worker died or fell silent with a chunk; `late` tells that the item's clock ended it."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("worker lost")
        self.late = late


@dataclass(slots=True)
class _Chunk:
    """Jobs that travel together, by position in the batch; `alone` for one that lost a worker."""

    jobs: list[tuple[int, Job]]
    queued: float = field(default_factory=time.monotonic)
    alone: bool = False
    losses: int = 0


@dataclass(slots=True, eq=False)
class _Worker:
    process: ForkServerProcess
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    board: Board
    chunks: int = 0

    async def send(self, frame: bytes) -> None:
        self.board[PROGRESS], self.board[DROPPED] = IDLE, False
        self.chunks += 1
        self.writer.write(HEADER.pack(len(frame)) + frame)
        await self.writer.drain()

    async def receive(self) -> Any:
        size = HEADER.unpack(await self.reader.readexactly(HEADER.size))[0]
        return pickle.loads(await self.reader.readexactly(size))  # noqa: S301 - our own process


class LocalEngine:
    """A fixed number of worker processes; every batch's chunks take turns for them."""

    def __init__(
        self, workers: int, config: WorkerConfig, on_restart: Callable[[], None] = lambda: None
    ) -> None:
        self._size = workers
        self._config = config
        self._on_restart = on_restart
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._workers: set[_Worker] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._starting = asyncio.Lock()
        self._context = multiprocessing.get_context("forkserver")

    async def start(self) -> None:
        """Start every worker; returns when all are warm.

        Raises:
            OSError, EOFError, TimeoutError: a worker did not come up.
        """
        # gmpy2's C calls can't be interrupted and abort the interpreter when memory runs out
        os.environ.setdefault("SYMPY_GROUND_TYPES", "python")
        os.environ.setdefault("MPMATH_NOGMPY", "1")
        self._context.set_forkserver_preload(PRELOAD)
        for _ in range(self._size):
            self._idle.put_nowait(await self._spawn())

    @property
    def ready(self) -> bool:
        """Whether any worker is up."""
        return bool(self._workers)

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that are up."""
        return [worker.process.pid for worker in self._workers if worker.process.pid]

    async def close(self) -> None:
        """End every worker; jobs that still run are dropped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(self._end(worker) for worker in list(self._workers)))

    async def run(self, jobs: Sequence[Job]) -> AsyncIterator[Block]:
        """See `engines.Engine.run`."""
        chunks = deque(_cut(jobs, self._size))
        blocks: asyncio.Queue[Block | Exception] = asyncio.Queue()
        # one runner more than workers has its next frame packed when a worker comes free
        runners = [
            asyncio.create_task(self._run_chunks(chunks, blocks))
            for _ in range(min(self._size + 1, len(chunks)))
        ]
        left = len(jobs)
        try:
            while left:
                block = await blocks.get()
                if isinstance(block, Exception):
                    raise block
                left -= len(block)
                yield block
        finally:
            for runner in runners:
                runner.cancel()

    async def _run_chunks(
        self, chunks: deque[_Chunk], blocks: asyncio.Queue[Block | Exception]
    ) -> None:
        """Take chunks until none is left; those that a lost worker leaves go back in front."""
        try:
            while chunks:
                chunk = chunks.popleft()
                frame = pickle.dumps([job for _, job in chunk.jobs], pickle.HIGHEST_PROTOCOL)
                worker = await self._take()
                work = self._in_background(self._run_chunk(worker, chunk, frame, blocks))
                chunks.extendleft(await _or_drop(work, worker))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever reads the blocks
            blocks.put_nowait(error)

    async def _take(self) -> _Worker:
        """An idle worker that is alive, first come first served."""
        while True:
            worker = await self._idle.get()
            if not worker.reader.at_eof():
                return worker
            self._replace(worker)

    async def _run_chunk(
        self,
        worker: _Worker,
        chunk: _Chunk,
        frame: bytes,
        blocks: asyncio.Queue[Block | Exception],
    ) -> list[_Chunk]:
        """One chunk on one worker; returns what has to be run again."""
        waited = time.monotonic() - chunk.queued
        left = dict(enumerate(chunk.jobs))
        try:
            await self._converse(worker, frame, left, waited, blocks)
        except WorkerLostError as error:
            self._replace(worker)
            return _after_loss(chunk, left, worker.board[PROGRESS], blocks, late=error.late)
        if worker.chunks >= RECYCLE_CHUNKS:
            self._replace(worker)
        else:
            self._idle.put_nowait(worker)
        return []

    async def _converse(
        self,
        worker: _Worker,
        frame: bytes,
        left: dict[int, tuple[int, Job]],
        waited: float,
        blocks: asyncio.Queue[Block | Exception],
    ) -> None:
        """Send a frame and pass on what comes back, taking it out of `left`."""
        patience_s = self._config.item_timeout_s * WALL_FACTOR * 2 + 5
        try:
            await worker.send(frame)
            while left:
                async with asyncio.timeout(patience_s * _longest(left)):
                    done = await worker.receive()
                if done is None:
                    return
                blocks.put_nowait([(left.pop(at)[0], results, waited) for at, results in done])
        except TimeoutError as error:
            raise WorkerLostError(late=True) from error
        except (OSError, EOFError) as error:
            await asyncio.to_thread(worker.process.join, 5)
            late = worker.process.exitcode == -signal.SIGVTALRM
            raise WorkerLostError(late=late) from error
        except Exception as error:
            log.exception("unreadable_verdict", error=type(error).__name__)
            raise WorkerLostError(late=False) from error

    def _replace(self, worker: _Worker) -> None:
        self._on_restart()
        self._in_background(self._renew(worker))

    async def _renew(self, worker: _Worker) -> None:
        """End a worker and put a new one in its place, however often that takes."""
        await self._end(worker)
        pause_s = 0.1
        while True:
            try:
                self._idle.put_nowait(await self._spawn())
            except (OSError, EOFError, TimeoutError) as error:
                log.exception("worker_start_failed", error=type(error).__name__)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5.0)
            else:
                return

    async def _spawn(self) -> _Worker:
        ours, theirs = socket.socketpair()
        board: Any = RawArray(ctypes.c_uint32, [IDLE, False])
        connection = multiprocessing.connection.Connection(theirs.detach())
        process = self._context.Process(
            target=main, args=(connection, board, self._config), daemon=True, name="reward-worker"
        )
        async with self._starting:
            await asyncio.to_thread(process.start)
        connection.close()
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = _Worker(process, reader, writer, board)
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await worker.receive()
        except BaseException:
            await self._end(worker)
            raise
        self._workers.add(worker)
        return worker

    async def _end(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        worker.writer.close()
        with suppress(OSError, AttributeError):
            worker.process.kill()
        await asyncio.to_thread(worker.process.join, 5)

    def _in_background(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _or_drop(work: asyncio.Task[list[_Chunk]], worker: _Worker) -> list[_Chunk]:
    """The work's result; where its batch is cancelled, the worker ends with the job it is at."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if not work.done():
            worker.board[DROPPED] = True
        raise


def _cut(jobs: Sequence[Job], workers: int) -> Iterator[_Chunk]:
    """Chunks of at most `CHUNK` jobs, none much heavier than `HEAVY`, small batches spread out."""
    size = max(1, min(CHUNK, -(-len(jobs) // workers)))
    chunk: list[tuple[int, Job]] = []
    load = 0
    for position, job in enumerate(jobs):
        if chunk and (len(chunk) == size or load + weight(job) > HEAVY):
            yield _Chunk(chunk)
            chunk, load = [], 0
        chunk.append((position, job))
        load += weight(job)
    if chunk:
        yield _Chunk(chunk)


def _longest(left: dict[int, tuple[int, Job]]) -> int:
    """The most clocks that one of these jobs runs through."""
    return max(result_count(job) for _, job in left.values())


def _after_loss(
    chunk: _Chunk,
    left: dict[int, tuple[int, Job]],
    progress: int,
    blocks: asyncio.Queue[Block | Exception],
    *,
    late: bool,
) -> list[_Chunk]:
    """What to run again when a worker was lost: all but the job that took it down.

    That job's fault is settled when its clock ended the worker, or when it took down a second
    worker on its own; one loss may have been a `kill -9` from outside.
    """
    again = []
    losses = chunk.losses + 1
    given_up = list(left.values()) if losses > MAX_LOSSES else []
    suspect = left.pop(progress, None)
    if suspect is not None and (late or chunk.alone):
        given_up = given_up or [suspect]
    elif suspect is not None:
        again.append(_Chunk([suspect], chunk.queued, alone=True))
    if left:
        again.append(_Chunk(list(left.values()), chunk.queued, losses=losses))
    if given_up:
        blocks.put_nowait(
            [(at, [lost(late=late)] * result_count(job), 0.0) for at, job in given_up]
        )
    return again if losses <= MAX_LOSSES else []
