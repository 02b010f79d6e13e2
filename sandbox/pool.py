"""The sandbox as the server sees it: a few slots, a fair queue before them, one retry."""

import asyncio
import contextlib
import re
import signal
from collections import Counter, OrderedDict, deque
from collections.abc import Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from sandbox.errors import OutOfMemory, SandboxError, Unsupported
from sandbox.languages import LANGUAGES
from sandbox.place import Place
from sandbox.program import Limits, Outcome, Program, Run
from sandbox.reserve import Reserve

ATTEMPTS = 2
"""A job whose slot failed is tried once more, on another slot."""

_VERSION = re.compile(r"\d+(?:\.\d+)+")
_RESTART_PAUSES_S = (0.0, 1.0, 5.0, 30.0)


@dataclass(frozen=True, slots=True)
class Health:
    """How the sandbox is.

    Attributes:
        backend: its name.
        slots: places that can run a program now.
        expected: places there should be.
        waiting: calls in the queue.
        problem: why a place is missing, where one is.
        restarts: how often a place failed and had to be brought back.
        memory, memory_why: what bounds the memory of all processes of a program together, and why
            not something better.
        outcomes: how many runs ended in each status; `failed` where the sandbox itself did.
    """

    backend: str
    slots: int
    expected: int
    waiting: int
    problem: str | None
    restarts: int = 0
    memory: str | None = None
    memory_why: str | None = None
    outcomes: Mapping[str, int] = field(default_factory=dict)


class Sandbox:
    """Runs programs, as many at once as there are places. Made by `open_sandbox`.

    Programs that sleep are not counted while there are `spares` to stand in for their places.
    """

    def __init__(self, backend: str, places: Sequence[Place], spares: Sequence[Place] = ()) -> None:
        self.backend = backend
        self._places = list(places)
        self._reserve = Reserve(spares)
        for place in (*places, *spares):
            place.on_doze = self._doze
        self._free: deque[Place] = deque()
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[Place]]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._problem: str | None = None
        self._closed = False
        self._known: dict[str, str | None] = {}
        self._restarts = 0
        self._outcomes: Counter[str] = Counter()

    async def start(self) -> None:
        """Start every place.

        Raises:
            SandboxUnavailable: the first reason, where none can be started.
        """
        try:
            results = await asyncio.gather(
                *(place.start() for place in self._places), return_exceptions=True
            )
            _raise_first(results)
        except BaseException:
            await self.close()
            raise
        self._free.extend(self._places)

    async def run(
        self,
        program: Program,
        runs: Sequence[Run],
        limits: Limits | None = None,
        *,
        queue: Hashable = None,
    ) -> list[Outcome]:
        """One outcome for each of `runs`, in order; never runs anything unsandboxed.

        Cancelling the call ends the program and frees the place. Time spent waiting for a place
        counts against no limit.

        Args:
            program: the code.
            runs: its inputs; an empty sequence gives an empty list.
            limits: for each run; the defaults of `Limits` where None.
            queue: calls with the same mark take turns with those of other marks, so that one
                large request does not hold up a small one.

        Raises:
            SandboxError: the sandbox failed, on two places; nothing is known about the program.
            ValueError: it has no such language.
        """
        if not runs:
            return []
        for attempt in range(ATTEMPTS):
            place = await self._acquire(queue)
            try:
                outcomes = await self._use(place, program, runs, limits or Limits())
            except Unsupported:
                raise
            except OutOfMemory:
                self._outcomes["failed"] += 1
                if attempt == ATTEMPTS - 1:
                    return await self._find_large(program, runs, limits, queue)
            except SandboxError:
                self._outcomes["failed"] += 1
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                killed = any(map(_killed_from_outside, outcomes))
                if not killed or (attempt == ATTEMPTS - 1 and _can_end_itself(place)):
                    self._outcomes.update(outcome.status for outcome in outcomes)
                    return outcomes
        self._outcomes["failed"] += 1
        raise SandboxError(
            "the program was ended from outside, twice: the machine, or the container of the "
            "server, has too little memory for what runs there"
        )

    async def _find_large(
        self, program: Program, runs: Sequence[Run], limits: Limits | None, queue: Hashable
    ) -> list[Outcome]:
        """Each run by itself, as a place ended for the memory of one of them."""
        if len(runs) == 1:
            self._outcomes["memory_limit"] += 1
            return [Outcome("memory_limit")]
        outcomes: list[Outcome] = []
        for run in runs:
            if program.stop_on_failure and any(done.status != "ok" for done in outcomes):
                outcomes.append(Outcome("skipped"))
            else:
                outcomes += await self.run(program, [run], limits, queue=queue)
        return outcomes

    async def _use(
        self, place: Place, program: Program, runs: Sequence[Run], limits: Limits
    ) -> list[Outcome]:
        try:
            outcomes = await place.run(program, runs, limits)
        except asyncio.CancelledError:
            self._spawn(self._clear(place))
            raise
        except Unsupported:
            self._release(place)
            raise
        except SandboxError as error:
            self._problem = str(error)
            self._spawn(self._restart(place))
            raise
        except ValueError:
            self._release(place)
            raise
        except BaseException:
            self._spawn(self._restart(place))
            raise
        self._release(place)
        return outcomes

    async def _acquire(self, queue: Hashable) -> Place:
        if self._closed:
            raise SandboxError("the sandbox is closed")
        if self._free:
            return self._free.popleft()
        turn: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(queue, deque()).append(turn)
        self._lend()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self._release(turn.result())
            raise

    def _release(self, place: Place) -> None:
        """A place has nothing to do."""
        free, over = self._reserve.awake(place, self._free)
        if over:
            if over in self._free:
                self._free.remove(over)
            self._reserve.rest(over)
        if free:
            self._offer(free)
        self._lend()
        if not self._waiting:
            for spare in self._reserve.idle():
                self._spawn(self._end(spare))

    def _doze(self, place: Place) -> None:
        """The program at a place sleeps, so that its core is free."""
        self._reserve.doze(place)
        self._lend()

    def _lend(self) -> None:
        """Have other places stand in for those whose programs sleep, as long as calls wait."""
        while self._waiting and (spare := self._reserve.stand_in()):
            if spare.alive:
                self._offer(spare)
            else:
                self._spawn(self._bring(spare))

    async def _bring(self, spare: Place) -> None:
        try:
            await spare.start()
        except SandboxError:
            other = self._reserve.give_up(spare)
            if other:
                self._offer(other)
        else:
            self._offer(spare)

    async def _end(self, spare: Place) -> None:
        await spare.close()
        self._reserve.rest(spare)
        self._lend()

    def _offer(self, place: Place) -> None:
        """Give the place to whoever's turn it is: one call of each queue after the other."""
        while self._waiting:
            queue, turns = self._waiting.popitem(last=False)
            while turns:
                turn = turns.popleft()
                if not turn.done():
                    if turns:
                        self._waiting[queue] = turns
                    turn.set_result(place)
                    return
        self._free.append(place)

    async def _clear(self, place: Place) -> None:
        await place.cancel()
        if place.alive:
            self._release(place)
        else:
            await self._restart(place)

    async def _restart(self, place: Place) -> None:
        """Bring a failed place back, with pauses that grow; meanwhile the others carry on."""
        attempt = 0
        self._restarts += 1
        while not self._closed:
            await asyncio.sleep(_RESTART_PAUSES_S[min(attempt, len(_RESTART_PAUSES_S) - 1)])
            attempt += 1
            try:
                await place.close()
                await place.start()
            except SandboxError as error:
                self._problem = str(error)
                self._refuse_if_dead()
                continue
            self._problem = None
            self._release(place)
            return

    def _refuse_if_dead(self) -> None:
        if any(place.alive for place in self._all()):
            return
        self._fail_waiting(f"no sandbox place could be restarted: {self._problem}")

    def _fail_waiting(self, reason: str) -> None:
        for turns in self._waiting.values():
            for turn in turns:
                if not turn.done():
                    turn.set_exception(SandboxError(reason))
        self._waiting.clear()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _all(self) -> list[Place]:
        return [*self._places, *self._reserve.spares]

    async def check(self) -> str | None:
        """Why programs can't run now; None when they can."""
        if any(place.alive for place in self._all()):
            return None
        return self._problem or "the sandbox is closed"

    def health(self) -> Health:
        """How the sandbox is, at once and without running anything."""
        memory = self.facts().get("memory", {})
        return Health(
            backend=self.backend,
            slots=sum(place.alive for place in self._places),
            expected=len(self._places),
            waiting=sum(len(turns) for turns in self._waiting.values()),
            problem=self._problem,
            restarts=self._restarts,
            memory=memory.get("bound"),
            memory_why=memory.get("why"),
            outcomes=dict(self._outcomes),
        )

    def facts(self) -> Mapping[str, Any]:
        """What the places said of themselves when they started."""
        return self._places[0].hello

    def offered(self) -> list[str]:
        """The languages whose toolchain is here, without running anything."""
        return list(self.facts().get("languages", {}))

    async def languages(self) -> dict[str, dict[str, Any]]:
        """The languages that programs can be written in here: name to version and availability."""
        found = await self._versions()
        return {
            name: {
                "available": name in found,
                "version": found.get(name),
                "names": list(language.names),
                "package": language.package,
            }
            for name, language in LANGUAGES.items()
        }

    async def _versions(self) -> dict[str, str | None]:
        """What is here and its version; toolchains are asked, in the sandbox, when first needed."""
        found = self.facts().get("languages", {})
        self._known |= {name: version for name, version in found.items() if version}
        unknown = [name for name in found if name not in self._known]
        await asyncio.gather(*map(self._ask_version, unknown))
        return self._known

    async def _ask_version(self, language: str) -> None:
        """Kept when it is known: who gives up waiting for all of them waits for fewer later."""
        (outcome,) = await self.run(Program(language, "", kind="version"), [Run()])
        said = (outcome.stdout + outcome.stderr).decode(errors="replace")
        found = _VERSION.search(said)
        self._known[language] = found[0] if found and outcome.status == "ok" else None

    async def close(self) -> None:
        """End every program and every process of the sandbox; safe to call twice."""
        self._closed = True
        self._free.clear()
        self._fail_waiting("the sandbox is closed")
        for task in list(self._tasks):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(place.close() for place in self._all()), return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


def _killed_from_outside(outcome: Outcome) -> bool:
    """Whether somebody else ended a program, such as the kernel when the machine's memory ran out.

    It is process 1 of its namespace, which `kill -9` from inside does not reach, and what we end
    has a status of its own. Tried once more, as that says nothing about the program.
    """
    return outcome.status == "runtime_error" and outcome.signal == signal.SIGKILL


def _can_end_itself(place: Place) -> bool:
    """Whether `kill -9` from inside reaches a program: where containers hold no namespaces."""
    return bool(place.hello.get("problem"))


def _raise_first(results: Sequence[BaseException | None]) -> None:
    for problem in results:
        if problem is not None:
            raise problem
