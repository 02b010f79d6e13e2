"""Inside a program's process: run it as `python3 solution.py` would, once or for several inputs.

Everything here runs after the cage is closed, beside hostile code: it protects nothing, it only
reports how far things are.
"""

import atexit
import builtins
import decimal
import errno
import gc
import io
import linecache
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from types import CodeType, ModuleType
from typing import NoReturn

from sandbox.namespace import board as boards
from sandbox.namespace import interior

FILE_NAME = "solution.py"
_RECURSION_LIMIT = sys.getrecursionlimit()
_UNFLUSHED = 120
"""What python3 exits with when the last flush of stdout fails."""


_text: list[bytes] = []
"""The program's source, for tracebacks: there is no file of it."""


class Streams:
    """sys.stdin, stdout and stderr on descriptors 0-2; the first set is in use before the fork."""

    def __init__(self) -> None:
        self.ready = (_reader(), _writer(1, "strict"), _writer(2, "backslashreplace"))
        self.use()

    def use(self) -> None:
        """Make them the interpreter's."""
        sys.stdin, sys.stdout, sys.stderr = self.ready
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = self.ready  # type: ignore[misc]


def _reader() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)), "utf-8")


def _writer(descriptor: int, errors: str) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    error_stream = descriptor == 2
    return io.TextIOWrapper(
        io.BufferedWriter(raw), "utf-8", errors=errors, line_buffering=error_stream
    )


def new_module(name: str) -> ModuleType:
    """A fresh module of that name for a program, as the interpreter makes `__main__`."""
    module = ModuleType(name)
    module.__dict__.update(__builtins__=builtins, __file__=f"/tmp/{FILE_NAME}")  # noqa: S108
    sys.modules[name] = module
    interior.expect(name)
    return module


def compile_program(source: bytes, board: boards.Board) -> CodeType:
    """The program's code; where it does not compile, this process ends and stderr says why."""
    _text.append(source)
    try:
        return compile(source, FILE_NAME, "exec", dont_inherit=True)
    except BaseException as error:  # noqa: BLE001
        flag = boards.FLAG_MEMORY if is_out_of_memory(error) else boards.FLAG_SYNTAX
        board.set(0, flag)
        traceback.print_exception(type(error), error, None)
        sys.stderr.flush()
        os._exit(1)


def forget_program() -> None:
    """After a rehearsal: as if nothing had been compiled."""
    _text.clear()
    linecache.clearcache()


def execute(code: CodeType, module: ModuleType) -> tuple[int, bool]:
    """Run the program's top level: its exit code, and whether memory ran out."""
    try:
        exec(code, module.__dict__)  # noqa: S102 - this is what the cage is for
    except SystemExit as error:
        return exit_code_of(error), False
    except BaseException as error:  # noqa: BLE001
        memory = is_out_of_memory(error)
        report(error)
        return 1, memory
    return 0, False


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the interpreter, or the kernel, had no memory to give."""
    refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return refused or isinstance(error, MemoryError)


def report(error: BaseException) -> None:
    """Print an uncaught exception the way the interpreter does."""
    try:
        lines = _text[0].decode("utf-8", "replace").splitlines(keepends=True)
        linecache.cache[FILE_NAME] = (len(_text[0]), None, lines, FILE_NAME)
        trace = error.__traceback__
        error = error.with_traceback(trace.tb_next if trace else None)
        sys.excepthook(type(error), error, error.__traceback__)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()


def exit_code_of(error: SystemExit) -> int:
    """What a process exits with for this `SystemExit`."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return int(error.code) & 0xFF
    print(error.code, file=sys.stderr)  # noqa: T201
    return 1


def finish(exit_code: int) -> int:
    """What the interpreter does on its way out: wait for threads, atexit, flush."""
    try:
        if len(threading._active) > 1:  # type: ignore[attr-defined]  # noqa: SLF001
            threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
        atexit._run_exitfuncs()  # noqa: SLF001
    except BaseException as error:  # noqa: BLE001
        report(error)
    try:
        if not sys.stdout.closed:
            sys.stdout.flush()
    except BaseException:  # noqa: BLE001
        exit_code = exit_code or _UNFLUSHED
    try:
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001
        return exit_code
    return exit_code


def is_clean() -> bool:
    """Whether another run may follow in this process: nothing left behind that it could see."""
    try:
        return (
            len(sys._current_frames()) == 1  # noqa: SLF001
            and interior.is_as_remembered()
            and not os.listdir("/tmp")  # noqa: S108
            and os.getcwd() == "/tmp"  # noqa: S108
            and signal.getitimer(signal.ITIMER_REAL)[0] == 0
            and os.fstat(1).st_size >= 0
        )
    except BaseException:  # noqa: BLE001
        return False


def renew(streams: Streams) -> None:
    """Put back what a run may have changed in the interpreter."""
    streams.ready = (_reader(), _writer(1, "strict"), _writer(2, "backslashreplace"))
    streams.use()
    sys.setrecursionlimit(_RECURSION_LIMIT)
    sys.argv[:] = [FILE_NAME]
    sys.excepthook = sys.__excepthook__
    decimal.setcontext(decimal.DefaultContext.copy())
    random.seed()


def mark(exit_code: int, values: int | None = None) -> boards.Row:
    """Where the files end and what the clocks say, now."""
    return boards.Row(
        os.fstat(1).st_size,
        os.fstat(2).st_size,
        os.fstat(values).st_size if values is not None else 0,
        time.process_time(),
        time.monotonic(),
        exit_code,
    )


def awaken(source: bytes) -> None:
    """First steps of a fresh child: what a started interpreter would have."""
    gc.enable()
    if b"random" in source:
        random.seed()
    if b"fork" in source or b"process" in source:
        os.register_at_fork(after_in_child=threading._after_fork)  # type: ignore[attr-defined]  # noqa: SLF001
        os.register_at_fork(after_in_child=random.seed)


def serve_stdio(
    source: bytes, inputs: Sequence[int], board: boards.Board, streams: Streams
) -> NoReturn:
    """One run for each input; `inputs` are descriptors, the first of them already on 0.

    A run that fails where others ran before it is not counted: it is done again by itself.
    """
    awaken(source)
    code = compile_program(source, board)
    for index, descriptor in enumerate(inputs):
        if index:
            os.dup2(descriptor, 0)
            os.close(descriptor)
            renew(streams)
        exit_code, memory = execute(code, new_module("__main__"))
        exit_code = finish(exit_code)
        if memory and not index:
            board.set(0, boards.FLAG_MEMORY)
        if exit_code or len(inputs) == 1:
            os._exit(exit_code)
        try:
            board.put(index, mark(exit_code))
        except OSError:  # it closed its own stdout or stderr
            os._exit(exit_code)
        board.set(index + 1)
        if not is_clean():
            os._exit(0)
    os._exit(0)
