"""The warm interpreter of a slot: takes a job, forks a caged child for its runs, watches, answers.

It is the first process of the slot's pid namespace. What keeps one program from the next is its
`Ground`. It never reads what programs wrote: outputs are copied by the kernel from file to file.
"""

import fcntl
import os
import select
import socket
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from sandbox.namespace import board as boards
from sandbox.namespace import calls, drive, job, lockdown, memory, resident, warm
from sandbox.namespace.answer import BATCH_OUTPUT_BYTES, Answer
from sandbox.namespace.child import DOZES, Cancelled, Child
from sandbox.namespace.commands import Commands
from sandbox.namespace.ground import Ground, Namespaces
from sandbox.split import testing
from sandbox.split.report import DIRECTORY as TESTS
from sandbox.split.wire import Pipe

_MIB = 1 << 20


class Zygote:
    """One slot's loop over jobs."""

    def __init__(self, control: socket.socket, ground: Ground, proc: int, *, mapped: bool) -> None:
        self.control = control
        self.ground = ground
        self.proc = proc
        self.base_bytes = lockdown.own_address_space(proc)
        self.null = os.open("/dev/null", os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(self.null, descriptor)
        measured = isinstance(ground, Namespaces) and ground.measured
        self.lock = lockdown.Lock(mapped=mapped, measured=measured)
        self.helpers: dict[int, socket.socket] = {}
        self.is_helper = not ground.shelters
        self.streams = drive.Streams()
        self.cores = len(os.sched_getaffinity(0))
        self.commands: Commands | None = None
        if isinstance(ground, Namespaces):
            control.set_inheritable(False)  # commands execute programs, which must not find it
            self.commands = Commands(control, ground, proc, mapped=mapped)

    def serve(self) -> NoReturn:
        """Take jobs until the server hangs up."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self.control, 16, 1)
            if not message:
                os._exit(0)
            if descriptors:  # else a cancellation that came after its job was done
                self._answer(descriptors[0])

    def _answer(self, source: int) -> None:
        try:
            task = job.read(source)
            if task.helper and not self.is_helper:
                self._delegate(source, self._helper(task.helper))
            else:
                answer = Answer(task)
                if self.commands and task.kind == "command":
                    self.commands.work(source, answer)
                else:
                    self._work(source, answer)
                answer.send(self.control)
        except OSError as error:
            self.control.send(f"error {error}".encode())
            os._exit(1)
        os.close(source)

    def _delegate(self, source: int, helper: socket.socket) -> None:
        """Have a helper do a job, and pass on what either side says meanwhile."""
        socket.send_fds(helper, [b"job"], [source])
        events = select.poll()
        events.register(helper, select.POLLIN)
        events.register(self.control, select.POLLIN)
        while True:
            ready = [descriptor for descriptor, _ in events.poll()]
            if helper.fileno() in ready:
                message, files, _, _ = socket.recv_fds(helper, 1 << 12, 1)
                if message != DOZES:
                    break
                self.control.send(message)
            elif not self.control.recv(16):
                os._exit(0)
            else:
                helper.send(b"cancel")
        if not message:
            raise OSError("the helper ended")
        socket.send_fds(self.control, [message], files)
        for descriptor in files:
            os.close(descriptor)

    def _helper(self, number: int) -> socket.socket:
        """A second zygote, forked from this one, with large packages loaded.

        Only when it is needed: their memory would slow down every other fork (numpy: by 0.3 ms).
        """
        if number in self.helpers:
            return self.helpers[number]
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ground.rejoin()
        if not os.fork():
            try:
                ours.close()
                self.control = theirs
                self.is_helper = True
                warm.load_heavy(number)
                self.base_bytes = lockdown.own_address_space(self.proc)
                self.serve()
            finally:
                os._exit(1)
        theirs.close()
        self.helpers[number] = ours
        return ours

    def _work(self, source: int, answer: Answer) -> None:
        alone = answer.task.isolate
        while not answer.complete():
            done = len(answer.rows)
            count = 1 if alone else job.SHARED_RUNS
            self.ground.reset()
            if answer.task.kind == "tests":
                children = self._spawn_pair(answer.task, source)
            else:
                spans = answer.task.inputs[done : done + count]
                children = [self._spawn(answer.task, source, spans)]
            alone = self._see_through(children, answer) or alone or children[0].stopped_early()

    def _see_through(self, children: list[Child], answer: Answer) -> bool:
        """Watch the first until it is done, end them all, and collect what they did.

        Returns:
            Whether its memory was too much in one of several runs, which must be found.
        """
        limits = answer.task.limits
        tree = limits.processes > 1
        try:
            children[0].watch(self.control, limits.time_s, self.cores, *children[1:], tree=tree)
        except Cancelled:
            answer.skip("skipped")
        finally:
            for child in children:
                child.reap()
            self.ground.sweep()
        unclear = children[0].starved and children[0].count > 1
        if not unclear and not answer.complete():
            answer.collect(*children)
        for child in children:
            child.close()
        return unclear

    def _spawn(self, task: job.Job, source: int, spans: Sequence[job.Span]) -> Child:
        """Fork the child for these runs; in the child this never returns."""
        files = {name: _output(name) for name in ("stdout", "stderr")}
        child = self._child(task, len(spans), files)
        if task.kind != "stdio":
            files["value"] = _output("value")
            return self._fork(self._calls_process(task, source, spans, child), child)
        inputs = [_input(span, source) for span in spans]
        self._fork(self._stdio_process(task, source, inputs, child), child)
        for descriptor in inputs:
            os.close(descriptor)
        return child

    def _fork(self, become: Callable[[], object], child: Child) -> Child:
        """Fork; the forked process runs `become` and ends.

        What this process writes to while a child lives is copied: open what is needed beforehand.
        """
        self.ground.part()
        with child.bound:
            pid = os.fork()
            if not pid:
                try:
                    become()
                finally:
                    os._exit(1)
        child.begin(pid)
        return child

    def _child(
        self, task: job.Job, count: int, files: dict[str, int], which: int = memory.PROGRAM
    ) -> Child:
        child = Child(boards.Board(count), count, files, proc=self.proc, usage=self.ground.usage)
        child.bound = self.ground.bound(task.limits, which)
        child.resident = resident.Resident(task.limits.memory_mb, self.cores)
        return child

    def _spawn_pair(self, task: job.Job, source: int) -> list[Child]:
        """Fork the tests' process and the program's, with a wire between them."""
        theirs, ours = socket.socketpair()
        with theirs, ours:
            files = {name: _output(name) for name in ("stdout", "stderr", "value")}
            tests = self._child(task, 1, files, memory.PARTNER)
            files = {name: _output(name) for name in ("stdout", "stderr")}
            owner = self._child(task, 1, files)
            wires = theirs.fileno(), ours.fileno()
            become_tests = self._tests_process(task, source, tests.files, wires[0])
            become_owner = self._owner_process(task, source, owner, wires[1])
            self._fork(become_tests, tests)
            self._fork(become_owner, owner)
        return [tests, owner]

    def _owner_process(
        self, task: job.Job, source: int, child: Child, wire: int
    ) -> Callable[[], NoReturn]:
        """The program's process, to be: it loads the program and answers the tests."""
        streams = (self.null, child.files["stdout"], child.files["stderr"])
        steps = self.lock.steps(self._cage(task, 1), streams, [wire])

        def become() -> NoReturn:
            text, loading = job.blob(source, task.source), job.part(source, task.loading)
            lockdown.take(steps)
            calls.serve_tests(text, loading, wire, child.board)

        return become

    def _tests_process(
        self, task: job.Job, source: int, files: dict[str, int], wire: int
    ) -> Callable[[], NoReturn]:
        """The tests' process, to be, with its files in a mount that no program can see."""
        report = files["value"]
        streams = (self.null, files["stdout"], files["stderr"])
        steps = self.lock.steps(self._cage(task, 1), streams, [wire, report])

        def become() -> NoReturn:
            part = job.part(source, task.tests)
            if part[0] != "asserts":
                self.ground.hide(TESTS)
            lockdown.take(steps)
            drive.awaken(b"")
            testing.serve(part, Pipe(wire), report)
            sys.stdout.flush()
            os._exit(0)

        return become

    def _stdio_process(
        self, task: job.Job, source: int, inputs: list[int], child: Child
    ) -> Callable[[], NoReturn]:
        """A process, to be, that runs the program once for each of its inputs."""
        streams = (inputs[0], child.files["stdout"], child.files["stderr"])
        steps = self.lock.steps(self._cage(task, child.count), streams, inputs[1:])

        def become() -> NoReturn:
            text = job.blob(source, task.source)
            lockdown.take(steps)
            drive.serve_stdio(text, inputs, child.board, self.streams)

        return become

    def _calls_process(
        self, task: job.Job, source: int, spans: Sequence[job.Span], child: Child
    ) -> Callable[[], NoReturn]:
        """A process, to be, that calls the program's entry point."""
        values = child.files["value"]
        streams = (self.null, child.files["stdout"], child.files["stderr"])
        steps = self.lock.steps(self._cage(task, child.count), streams, [values])

        def become() -> NoReturn:
            text, loading = job.blob(source, task.source), job.part(source, task.loading)
            arguments = [job.blob(source, span) for span in spans]
            lockdown.take(steps)
            calls.serve_calls(text, loading, arguments, values, child.board)

        return become

    def _cage(self, task: job.Job, runs: int) -> lockdown.Cage:
        limits = task.limits
        shared_bytes = min(limits.output_kb * 1024 * (runs - 1), BATCH_OUTPUT_BYTES)
        return lockdown.Cage(
            cpu_s=int(limits.time_s * runs) + 2,
            memory_bytes=self.base_bytes + limits.memory_mb * _MIB,
            file_bytes=limits.output_kb * 1024 + shared_bytes + 1,
            processes=limits.processes,
        )


def _output(name: str) -> int:
    """A memory file that is only ever appended to."""
    descriptor = os.memfd_create(name)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    return descriptor


def _input(span: job.Span, source: int) -> int:
    """The bytes at `span` as a file of their own, at its start."""
    descriptor = os.memfd_create("stdin")
    job.copy(span, source, descriptor)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
