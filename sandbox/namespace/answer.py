"""What a slot answers to a job, as it grows: a row for each run, and what the runs wrote."""

import os
import signal
import socket
from dataclasses import dataclass, field

from sandbox.namespace import board as boards
from sandbox.namespace import job
from sandbox.namespace import rows as table
from sandbox.namespace.child import Child
from sandbox.program import Limits, Status

_MIB = 1 << 20
_STDERR_HALF = 32 << 10
BATCH_CPU_S = 2.0
BATCH_OUTPUT_BYTES = 64 * _MIB
"""After so much, the rest of a batch is deferred: whoever knows the expected outputs may stop."""

_CODES = {status: code for code, status in enumerate(table.STATUSES)}
_OK = _CODES["ok"]


@dataclass(slots=True)
class Answer:
    """The answer to one job.

    Attributes:
        task: the job.
        rows: one for each run that is decided, in order.
        file: where the outputs are gathered; the rows' place is left free at its start.
        cpu_s: used so far, by all children.
    """

    task: job.Job
    rows: list[table.Row] = field(default_factory=list)
    file: int = field(default_factory=lambda: os.memfd_create("answer"))
    cpu_s: float = 0.0

    def __post_init__(self) -> None:
        os.lseek(self.file, len(self.task.inputs) * table.SIZE, os.SEEK_SET)

    def complete(self) -> bool:
        """Whether nothing is left to run; runs that are not to be run get their rows here."""
        rest = len(self.task.inputs) - len(self.rows)
        if rest and self.rows:
            size = os.lseek(self.file, 0, os.SEEK_CUR)
            if self.task.stop_on_failure and any(row.status != _OK for row in self.rows):
                self.skip("skipped")
            elif self.cpu_s > BATCH_CPU_S or size > BATCH_OUTPUT_BYTES:
                self.skip("deferred")
        return len(self.rows) == len(self.task.inputs)

    def skip(self, status: Status) -> None:
        """Leave the rest undone."""
        self.rows += [table.Row(_CODES[status])] * (len(self.task.inputs) - len(self.rows))

    def collect(self, child: Child, owner: Child | None = None) -> None:
        """Rows for the runs that a child finished, and for the one it broke off, if that counts.

        A run that broke off where others had run before it is not counted, and so will be done
        again by itself; except at its deadline, which no earlier run can have moved.
        """
        before = boards.Row(0, 0, 0, 0.0, child.started, 0)
        if owner:
            self._collect_tests(child, owner, before)
            return
        finished, flags = child.finished(), child.board.get()[1]
        for index in range(finished):
            row = child.board.row(index)
            memory = index == finished - 1 and flags & boards.FLAG_MEMORY
            status: Status = "runtime_error" if row.exit_code else "ok"
            self._add(child, (before, row), "memory_limit" if memory else status, index)
            before = row
        if finished < child.count and (child.over or not finished):
            self._add(child, (before, child.end()), _broken_off(child, self.task), finished)
        self.cpu_s += child.cpu_s

    def _collect_tests(self, tests: Child, owner: Child, before: boards.Row) -> None:
        """The one row of a pair: what befell the program while loading, else the tests' report."""
        ended = tests.end()
        tests.starved = tests.starved or owner.starved
        if tests.over:
            status: Status = "time_limit"
        elif not owner.finished():
            status = _broken_off(owner, self.task)
        else:
            status = "ok" if ended.value_end and not tests.exit_status else "runtime_error"
        after = ended._replace(cpu_s=tests.cpu_s + owner.cpu_s)
        tests.peak_mb = max(tests.peak_mb, owner.peak_mb)
        self._add(tests, (before, after), status, 0, owner)
        self.cpu_s += after.cpu_s

    def _add(
        self,
        child: Child,
        span: tuple[boards.Row, boards.Row],
        status: Status,
        index: int,
        owner: Child | None = None,
    ) -> None:
        before, after = span
        status = _over_limits(child, self.task.limits, span, status)
        self.rows.append(
            table.Row(
                _CODES[status],
                index == 0,
                after.exit_code,
                os.lseek(self.file, 0, os.SEEK_CUR),
                self._keep(child, "stdout", before.stdout_end, after.stdout_end),
                self._keep_ends(child, before.stderr_end, after.stderr_end)
                + (self._keep_ends(owner, 0, owner.end().stderr_end) if owner else 0),
                self._keep(child, "value", before.value_end, after.value_end),
                max(after.wall_s - before.wall_s, 0.0) * 1000,
                max(after.cpu_s - before.cpu_s, 0.0) * 1000,
                child.peak_mb,
            )
        )

    def _keep(self, child: Child, name: str, start: int, end: int) -> int:
        """Copy a piece of a child's file to the end of ours; its length."""
        if end <= start:
            return 0
        length = min(end - start, self.task.limits.output_kb * 1024)
        at = os.lseek(self.file, 0, os.SEEK_CUR)
        job.copy(job.Span(start, length), child.files[name], self.file)
        return os.lseek(self.file, 0, os.SEEK_CUR) - at

    def _keep_ends(self, child: Child, start: int, end: int) -> int:
        """Of stderr, the first and the last 32 KiB: tracebacks come last."""
        if end - start <= 2 * _STDERR_HALF:
            return self._keep(child, "stderr", start, end)
        first = self._keep(child, "stderr", start, start + _STDERR_HALF)
        return first + self._keep(child, "stderr", end - _STDERR_HALF, end)

    def send(self, control: socket.socket) -> None:
        """Hand everything over."""
        os.pwrite(self.file, table.pack(self.rows), 0)
        socket.send_fds(control, [b"done"], [self.file])
        os.close(self.file)


def _broken_off(child: Child, task: job.Job) -> Status:
    """How a run ended that never said it was finished."""
    flags = child.board.get()[1]
    if child.over:
        return "time_limit"
    if flags & boards.FLAG_MEMORY:
        return "memory_limit"
    if flags & boards.FLAG_SYNTAX:
        return "compile_error"
    if flags & boards.FLAG_NO_ENTRY_POINT:
        return "no_entry_point"
    if child.exit_status == signal.SIGKILL and child.cpu_s >= task.limits.time_s:
        return "time_limit"
    quiet_end = task.kind in {"stdio", "command"} and not child.exit_status
    return "ok" if quiet_end else "runtime_error"


def _over_limits(
    child: Child, limits: Limits, span: tuple[boards.Row, boards.Row], status: Status
) -> Status:
    """The limit that was broken, where one was, else `status`."""
    if child.starved:
        return "memory_limit"
    before, after = span
    most = limits.output_kb * 1024
    if max(after.stdout_end - before.stdout_end, after.stderr_end - before.stderr_end) > most:
        return "output_limit"
    if status in {"ok", "runtime_error"} and child.peak_mb > limits.memory_mb:
        return "memory_limit"
    if status == "ok" and after.cpu_s - before.cpu_s > limits.time_s:
        return "time_limit"
    return status
