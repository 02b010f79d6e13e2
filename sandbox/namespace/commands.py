"""The zygote's work for every language but Python: close the cage and become the program.

By way of runner.c where that was compiled, else in a forked Python.
"""

import fcntl
import json
import os
import select
import signal
import socket
from typing import Any, NoReturn

from sandbox.command import OUTPUT, RUNNER, TOOLBOX
from sandbox.namespace import board as boards
from sandbox.namespace import box, job, kernel, lockdown, memory, resident, root, seccomp
from sandbox.namespace.answer import Answer
from sandbox.namespace.child import Cancelled, Child
from sandbox.namespace.execute import Entry
from sandbox.namespace.ground import Namespaces
from sandbox.namespace.launch import INNER_UID
from sandbox.namespace.leaving import Leaving
from sandbox.namespace.task import Task
from sandbox.program import Limits

_MIB = 1 << 20
_SLACK_MB = 64
"""Address space past the memory limit, and a quarter of the limit more: code and libraries take
some, and a program that goes over is then seen to, by its resident peak, more often than it is
told by a failed allocation."""

_NOT_FOUND = 127
_FAREWELL_MS = 500
"""How long a program may take to end once its tests have: what broke its end off is then known."""

PARTNER_LIMITS = Limits(time_s=10.0, memory_mb=1024, output_kb=1024)
_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT)
"""What Python ignores or handles, and a program expects to find as usual."""

_RUNNER = f"{TOOLBOX}/{RUNNER}"


class Commands:
    """Executes the command of a job once for each of its runs."""

    def __init__(
        self, control: socket.socket, ground: Namespaces, proc: int, *, mapped: bool
    ) -> None:
        self.proc = proc
        self.control = control
        self.own_pid = ground.own_pid
        self.scratch = ground.scratch
        self.bound = ground.bound
        self.usage = ground.usage
        self.mapped = mapped
        self.entry, self.partner_entry = Entry(), Entry()
        self.filters = {several: _filter_file(several, ground) for several in (False, True)}
        self.lock, self.partner_lock = (
            lockdown.Lock(mapped=mapped, measured=ground.measured, path_address=entry.address)
            for entry in (self.entry, self.partner_entry)
        )
        self.box = box.Box()
        self.board = boards.Board(1)
        self.loaded = boards.Board(1)
        self.loaded.set(1)
        self.leaving = Leaving(proc)
        self.null = os.open("/dev/null", os.O_RDONLY)
        self.cores = len(os.sched_getaffinity(0))

    def work(self, source: int, answer: Answer) -> None:
        """Do the job; nothing of it is left behind."""
        task, *partners = (Task(*row) for row in job.part(source, answer.task.loading))
        self.entry.set(task.arguments, task.environment)
        self.box.fill(task, answer.task.source.start, source)
        try:
            while not answer.complete():
                if partners and task.wire:
                    self._run_wired(task, partners[0], source, answer)
                elif partners:
                    self._run_pair(task, partners[0], source, answer)
                else:
                    self._run(task, source, answer)
        finally:
            self.box.empty()

    def _run(self, task: Task, source: int, answer: Answer) -> None:
        self.scratch.reset(task.scratch_mb)
        if task.collect:
            os.mkdir(OUTPUT)
            os.chmod(OUTPUT, 0o777)  # noqa: S103 - the program's uid is another
        limits = answer.task.limits
        stdin = _memory_input(answer.task.inputs[len(answer.rows)], source)
        child = self._spawn(task, limits, stdin)
        child.proc, child.usage = self.proc, self.usage
        os.close(stdin)
        try:
            child.watch(self.control, limits.time_s, self.cores, tree=limits.processes > 1)
        except Cancelled:
            answer.skip("skipped")
        finally:
            child.reap()
        if task.collect:
            box.collect(child.files["value"], limits.output_kb * 1024)
        if not answer.complete():
            answer.collect(child)
        child.close()

    def _run_pair(self, task: Task, partner: Task, source: int, answer: Answer) -> None:
        """One run of a program and its partner, which talk through pipes.

        The row is the program's; its value says how the partner ended, and whether that was first.
        """
        self.scratch.reset(task.scratch_mb)
        to_program, from_partner = os.pipe()
        to_partner, from_program = os.pipe()
        limits = answer.task.limits
        outputs = _memory_outputs(value=True)
        self.leaving.start((from_program, from_partner))
        program = self._start(task, limits, outputs, (to_program, from_program, outputs["stderr"]))
        self.leaving.expect(program)
        files = _memory_outputs()
        streams = (to_partner, from_partner, files["stderr"])
        other = self._spawn_partner(partner, answer, source, (files, streams), PARTNER_LIMITS)
        self.leaving.expect(other)
        for descriptor in (to_program, from_partner, to_partner, from_program):
            os.close(descriptor)
        try:
            program.watch(self.control, limits.time_s, self.cores, tree=True)
            first = self.leaving.first() is other
            if not program.over:
                other.watch(self.control, PARTNER_LIMITS.time_s, self.cores)
            report: dict[str, Any] = {"first": first, "in_time": not other.over}
        except Cancelled:
            answer.skip("skipped")
        finally:
            program.reap()
            other.reap()
        if not answer.complete():
            report["exit_code"] = os.waitstatus_to_exitcode(other.exit_status)
            report["stderr"] = os.pread(other.files["stderr"], 2000, 0).decode(errors="replace")
            os.write(program.files["value"], json.dumps(report).encode())
            answer.collect(program)
        program.close()
        other.close()

    def _run_wired(self, task: Task, tests: Task, source: int, answer: Answer) -> None:
        """One run of a program and the tests that reach it over a wire: the row is the tests'.

        Its value says how the program had ended before them, where it had.
        """
        self.scratch.reset(task.scratch_mb)
        limits = answer.task.limits
        ours, theirs = socket.socketpair()
        with ours, theirs:
            outputs = _memory_outputs()
            streams = self._wired(task, ours.fileno(), outputs)
            program = self._start(task, limits, outputs, streams)
            files = _memory_outputs(value=True)
            ends = (files, self._wired(tests, theirs.fileno(), files))
            other = self._spawn_partner(tests, answer, source, ends, limits)
        program.board = self.loaded
        program.proc = other.proc = self.proc
        other.usage = self.usage
        try:
            tree = limits.processes > 1
            other.watch(self.control, limits.time_s, self.cores, program, tree=tree)
            gone = not other.over and _has_ended(program, _FAREWELL_MS)
        except Cancelled:
            answer.skip("skipped")
        finally:
            program.reap()
            other.reap()
        if not answer.complete():
            code = os.waitstatus_to_exitcode(program.exit_status) if gone else None
            os.write(other.files["value"], json.dumps({"program": code}).encode())
            answer.collect(other, program)
        program.close()
        other.close()

    def _wired(self, task: Task, wire: int, files: dict[str, int]) -> tuple[int, ...]:
        """The descriptors of a process with one end of a wire, in order."""
        own = {0: self.null, 1: files["stdout"], 2: files["stderr"]} | dict.fromkeys(
            task.wire, wire
        )
        return tuple(own[number] for number in range(len(own)))

    def _spawn_partner(
        self,
        task: Task,
        answer: Answer,
        source: int,
        outputs: tuple[dict[str, int], tuple[int, ...]],
        limits: Limits,
    ) -> Child:
        """The partner, in a mount namespace of its own: the program must not see its files."""
        files, streams = outputs
        child = Child(self.board, 1, files, bound=self.bound(limits, memory.PARTNER))
        self.partner_entry.set(task.arguments, task.environment)
        cage = _cage(task, limits)
        kernel.setns(self.own_pid, kernel.CLONE_NEWPID)
        kernel.unshare(kernel.CLONE_NEWPID)
        with child.bound:
            pid = os.fork()
            if not pid:
                try:
                    kernel.unshare(kernel.CLONE_NEWNS)
                    box.mount_filled(task, answer.task.tests.start, source)
                    root.mount_private("/tmp")  # noqa: S108
                    self._become(cage, streams, self.partner_lock, self.partner_entry)
                finally:
                    os._exit(_NOT_FOUND)
        child.begin(pid)
        return child

    def _spawn(self, task: Task, limits: Limits, stdin: int) -> Child:
        files = _memory_outputs(value=task.collect)
        return self._start(task, limits, files, (stdin, files["stdout"], files["stderr"]))

    def _start(
        self, task: Task, limits: Limits, files: dict[str, int], streams: tuple[int, ...]
    ) -> Child:
        cage = _cage(task, limits)
        child = Child(self.board, 1, files, bound=self.bound(limits, memory.PROGRAM))
        child.resident = resident.Resident(limits.memory_mb, self.cores)
        kernel.setns(self.own_pid, kernel.CLONE_NEWPID)
        kernel.unshare(kernel.CLONE_NEWPID)
        with child.bound:
            if os.access(_RUNNER, os.X_OK):  # not where it lies on a file system without exec
                pid = self._start_runner(task, cage, streams)
            else:
                pid = os.fork()
                if not pid:
                    self._become(cage, streams, self.lock, self.entry)
        child.begin(pid)
        return child

    def _start_runner(self, task: Task, cage: lockdown.Cage, streams: tuple[int, ...]) -> int:
        """As `fork` and `_become`, without copying our page tables: 1.3 ms of CPU, not 2.7."""
        data = -1 if cage.data_bytes is None else cage.data_bytes
        uid = INNER_UID if self.mapped else -1
        limits = cage.cpu_s, cage.memory_bytes, cage.file_bytes, data, cage.stack_bytes, uid
        wanted = (*streams[:3], self.filters[cage.processes > 1], *streams[3:])
        wires = len(streams) - 3
        return os.posix_spawn(
            _RUNNER,
            [_RUNNER, *map(str, (*limits, wires)), *task.arguments],
            task.environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, mine, its) for its, mine in enumerate(wanted)],
            setsigdef=_IGNORED,
        )

    @staticmethod
    def _become(
        cage: lockdown.Cage, streams: tuple[int, ...], lock: lockdown.Lock, entry: Entry
    ) -> NoReturn:
        try:
            for number in _IGNORED:
                signal.signal(number, signal.SIG_DFL)
            lockdown.take(lock.steps(cage, streams, []))
            problem = entry.become()
            os.write(2, os.strerror(problem).encode())
        finally:
            os._exit(_NOT_FOUND)


def _memory_outputs(*, value: bool = False) -> dict[str, int]:
    """Memory files; what a program writes is only ever appended."""
    names = ("stdout", "stderr", "value") if value else ("stdout", "stderr")
    files = {name: os.memfd_create(name) for name in names}
    for name in ("stdout", "stderr"):
        fcntl.fcntl(files[name], fcntl.F_SETFL, os.O_APPEND)
    return files


def _memory_input(span: job.Span, source: int) -> int:
    """The bytes at `span` as a file of their own, at its start."""
    descriptor = os.memfd_create("stdin")
    job.copy(span, source, descriptor)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _has_ended(child: Child, timeout_ms: int) -> bool:
    events = select.poll()
    events.register(child.ended, select.POLLIN)
    return bool(events.poll(timeout_ms))


def _filter_file(several: bool, ground: Namespaces) -> int:  # noqa: FBT001
    """A filter for the runner to install: for programs that may, or may not, start processes."""
    descriptor = os.memfd_create("filter")
    code = seccomp.build(
        processes=several, path_address=seccomp.ADDRESS_MARK, measured=ground.measured
    )
    os.write(descriptor, code)
    return descriptor


def _cage(task: Task, limits: Limits) -> lockdown.Cage:
    writable = limits.memory_mb + limits.memory_mb // 4 + _SLACK_MB
    return lockdown.Cage(
        cpu_s=int(limits.time_s) + 2,
        memory_bytes=(writable + task.address_mb) * _MIB,
        file_bytes=limits.output_kb * 1024 + 1,
        processes=limits.processes,
        data_bytes=(writable + task.spare_mb) * _MIB if task.address_mb else None,
        stack_bytes=task.stack_mb * _MIB,
        executes=True,
    )
