"""Does once, before the first fork, what forked processes will do.

An interpreter fills caches as it runs: of attributes, of types, of specialised instructions. In a
fork each page that this writes to is copied, for 2 us, so the caches had better be full.
"""

import builtins
import os
import socket
import sys
from types import ModuleType

from sandbox import values
from sandbox.namespace import board as boards
from sandbox.namespace import calls, drive, lockdown
from sandbox.split import testing
from sandbox.split.owner import Owner
from sandbox.split.wire import Pipe

_TIMES = 24
"""Instructions specialise after eight rounds, some of them at a second attempt."""

_PROGRAM = b"""
from typing import List

def near(values: List[float], most: float = 1.5) -> bool:
    return any(abs(a - b) < most for i, a in enumerate(values) for b in values[i + 1 :])

def same(values):
    return values
"""
_TESTS = """
def check(near):
    assert near([1.0, 2.0, 3.9], 0.5) == False
    assert near([1, 2, 3], most=1.5) is True
assert same([1, "a", None, True, (1, 2), {"b": 2.5}]) == [1, "a", None, True, (1, 2), {"b": 2.5}]
assert not same(0), f"{same}"
assert same(0), "as it may be"
"""


def rehearse() -> None:
    """Load a program, call it and test it; nothing of that stays but warm caches."""
    modules, path = dict(sys.modules), sys.path[:]
    streams, ask = (sys.stdin, sys.stdout, sys.stderr), builtins.input
    for _ in range(_TIMES):
        lockdown.take([(len, ("",))])
        _fail()
        _call(_load())
        _test(_load())
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.modules.update(modules)
    sys.path[:], builtins.input = path, ask
    sys.stdin, sys.stdout, sys.stderr = streams


def _fail() -> None:
    code = drive.compile_program(b"1 / 0", boards.Board(1))
    drive.execute(code, drive.new_module("__main__"))
    drive.forget_program()


def _load() -> ModuleType:
    board = boards.Board(1)
    module = drive.new_module("solution")
    drive.execute(drive.compile_program(_PROGRAM, board), module)
    drive.forget_program()
    board.set(1)
    return module


def _call(module: ModuleType) -> None:
    make = calls.find(module, "same")
    assert make
    args, kwargs = values.decode(values.encode_call([[1, 2.5, "a", None]], {}))
    values.encode(make()(*args, **kwargs))


class _Answering(Pipe):
    """The tests' end of a wire whose other end is in the same process."""

    def __init__(self, descriptor: int, owner: Owner) -> None:
        super().__init__(descriptor)
        self.owner = owner

    def receive(self) -> object:
        self.owner.answer(self.owner.pipe.receive())
        return super().receive()


def _test(module: ModuleType) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, open(os.devnull, "wb") as nowhere:
        owner = Owner(Pipe(theirs.fileno()), module)
        sys.stdout = owner.printed
        part = ["asserts", "solution", "near", [["tests.py", _TESTS]]]
        sys.path.append("/tmp")  # noqa: S108 - it takes that out
        testing.serve(part, _Answering(ours.fileno(), owner), nowhere.fileno())
