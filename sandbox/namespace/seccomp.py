"""The system call filter: an allow-list laid out as a binary search tree, no libseccomp needed.

The kernel runs every filter once for each of some 900 call numbers when it is installed; as a tree
that costs 0.05 ms, as a list 0.27 ms. What is not named is refused with EPERM.
"""

import ctypes
import os
import resource
import struct
from dataclasses import dataclass
from typing import Final

from sandbox.namespace import syscall_numbers as numbers
from sandbox.namespace.sampling import SHARED_BYTES

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGUMENT_0, _OFFSET_ARGUMENT_1 = 0, 4, 16, 24
_OFFSET_ARGUMENT_2, _OFFSET_ARGUMENT_3 = 32, 40
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOMEM, _ENOSYS, _ENOTTY = 1, 12, 38, 25
_MAP_SHARED, _MAP_ANONYMOUS = 1, 0x20
_X32_BIT = 0x40000000
_CLONE_THREAD, _CLONE_NEW_ANY = 0x10000, 0x7E020080
_AF_UNIX = 1
_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 15, 16, 0x53564D41
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: what a runtime asks of its files."""

ADDRESS_MARK = 0x1122334455667788
"""What stands in for the address where that is chosen later, by runner.c."""

Instructions = list[bytes]
_Ranges = list[tuple[int, Instructions]]

_ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine name to (column of the number tables, AUDIT_ARCH value)."""


def check_architecture() -> None:
    """Raise `OSError` where there is no filter for this machine."""
    machine = os.uname().machine
    if machine not in _ARCHITECTURES or struct.calcsize("P") != 8:
        known = ", ".join(_ARCHITECTURES)
        raise OSError(f"no system call filter for the {machine!r} architecture (only {known})")


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", _LOAD, 0, 0, offset)


def _jump(test: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("HBBI", test, if_true, if_false, value)


def _answer(value: int) -> bytes:
    return struct.pack("HBBI", _RETURN, 0, 0, value)


_YES: Final = [_answer(_ALLOW)]
_NO: Final = [_answer(_ERRNO | _EPERM)]


def _argument_in(offset: int, values: tuple[int, ...], refusal: int = _EPERM) -> Instructions:
    tests = [_jump(_EQUAL, value, len(values) - i, 0) for i, value in enumerate(values)]
    return [_load(offset), *tests, _answer(_ERRNO | refusal), _answer(_ALLOW)]


def _clone(*, processes: bool) -> Instructions:
    """Threads always; processes where allowed, but never a namespace of their own."""
    load = _load(_OFFSET_ARGUMENT_0)
    if processes:
        return [load, _jump(_ANY_BIT, _CLONE_NEW_ANY, 0, 1), *_NO, *_YES]
    namespace = _jump(_ANY_BIT, _CLONE_NEW_ANY, 1, 0)
    return [load, namespace, _jump(_ANY_BIT, _CLONE_THREAD, 1, 0), *_NO, *_YES]


def _pointer_is(offset: int, address: int) -> Instructions:
    """An argument of 64 bits, low half first, which is this address."""
    low, high = address & 0xFFFFFFFF, address >> 32
    return [
        _load(offset),
        _jump(_EQUAL, low, 0, 2),
        _load(offset + 4),
        _jump(_EQUAL, high, 1, 0),
        *_NO,
        *_YES,
    ]


def _own_limits() -> Instructions:
    """prlimit64 for the caller only; a limit on CPU time is accepted, and stays what it was.

    Who broke that would end as only the kernel can end it, as if memory had run out for all: a
    program could choose to have no verdict.
    """
    return [
        _load(_OFFSET_ARGUMENT_0),
        _jump(_EQUAL, 0, 1, 0),
        *_NO,
        _load(_OFFSET_ARGUMENT_1),
        _jump(_EQUAL, resource.RLIMIT_CPU, 0, 4),
        _load(_OFFSET_ARGUMENT_2),
        _jump(_EQUAL, 0, 0, 3),
        _load(_OFFSET_ARGUMENT_2 + 4),
        _jump(_EQUAL, 0, 0, 1),
        *_YES,
        _answer(_ERRNO),
    ]


def _mmap() -> Instructions:
    """All but large pieces of shared anonymous memory, see `sampling.SHARED_BYTES`."""
    return [
        _load(_OFFSET_ARGUMENT_3),
        _jump(_ANY_BIT, _MAP_SHARED, 0, 6),
        _jump(_ANY_BIT, _MAP_ANONYMOUS, 0, 5),
        _load(_OFFSET_ARGUMENT_1 + 4),
        _jump(_EQUAL, 0, 0, 2),
        _load(_OFFSET_ARGUMENT_1),
        _jump(_AT_LEAST, SHARED_BYTES + 1, 0, 1),
        _answer(_ERRNO | _ENOMEM),
        _answer(_ALLOW),
    ]


def _checked(*, processes: bool) -> dict[str, Instructions]:
    """Calls that are allowed for some arguments only.

    clone3 takes its flags through a pointer, which no filter can follow: ENOSYS makes every C
    library fall back to clone. prctl names threads and memory; socketpair makes connected pairs
    inside one program (asyncio's wake-up), nothing else.
    """
    return {
        "clone": _clone(processes=processes),
        "clone3": [_answer(_ERRNO | _ENOSYS)],
        "prlimit64": _own_limits(),
        "ioctl": _argument_in(_OFFSET_ARGUMENT_1, _IOCTLS, _ENOTTY),
        "prctl": _argument_in(_OFFSET_ARGUMENT_0, (_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA)),
        "socketpair": _argument_in(_OFFSET_ARGUMENT_0, (_AF_UNIX,)),
    }


def _allowed(
    *, processes: bool, column: int, path_address: int | None, measured: bool
) -> dict[int, Instructions]:
    groups = (*numbers.ALWAYS, numbers.PROCESSES) if processes else numbers.ALWAYS
    plain = {number[column]: _YES for group in groups for number in group.values()}
    for name, instructions in _checked(processes=processes).items():
        plain[numbers.CHECKED[name][column]] = instructions
    if measured:
        plain[numbers.MEMORY["mmap"][column]] = _mmap()
    if path_address is not None and not processes:
        execve = numbers.PROCESSES["execve"][column]
        plain[execve] = _pointer_is(_OFFSET_ARGUMENT_0, path_address)
    return {number: rule for number, rule in plain.items() if number is not None}


def _ranges(rules: dict[int, Instructions]) -> _Ranges:
    """`rules` as (first number, what holds from there on), in order, neighbours merged."""
    ranges: _Ranges = []
    for number in sorted(rules):
        for start, rule in ((number, rules[number]), (number + 1, _NO)):
            if ranges and ranges[-1][0] == start:
                ranges.pop()
            if not ranges or ranges[-1][1] is not rule:
                ranges.append((start, rule))
    return ranges


def _tree(ranges: _Ranges) -> Instructions:
    """A search tree of tests, then the rules that they lead to, each of them once."""
    tests: list[tuple[int, int | Instructions, int | Instructions]] = []

    def grow(part: _Ranges, below: Instructions) -> int | Instructions:
        """Where to go on: the number of a test, or a rule."""
        if not part:
            return below
        middle = len(part) // 2
        start, rule = part[middle]
        number = len(tests)
        tests.append((start, _NO, _NO))
        tests[number] = start, grow(part[middle + 1 :], rule), grow(part[:middle], below)
        return number

    grow(ranges, _NO)
    rules, places = Instructions(), dict[int, int]()
    for rule in (_NO, *(rule for _, rule in ranges)):
        if id(rule) not in places:
            places[id(rule)] = len(tests) + len(rules)
            rules += rule

    def skipped(number: int, goal: int | Instructions) -> int:
        return (goal if isinstance(goal, int) else places[id(goal)]) - number - 1

    return [
        _jump(_AT_LEAST, start, skipped(number, reached), skipped(number, missed))
        for number, (start, reached, missed) in enumerate(tests)
    ] + rules


def build(*, processes: bool, path_address: int | None = None, measured: bool = False) -> bytes:
    """The filter's instructions for this machine, with or without leave to start processes.

    Without it, `path_address` still allows to execute the program whose path lies there. With
    `measured`, memory must be such that `sampling` sees it.
    """
    column, audit_arch = _ARCHITECTURES[os.uname().machine]
    rules = _allowed(
        processes=processes, column=column, path_address=path_address, measured=measured
    )
    head = [
        _load(_OFFSET_ARCH),
        _jump(_EQUAL, audit_arch, 1, 0),
        _answer(_KILL),
        _load(_OFFSET_NUMBER),
        _jump(_AT_LEAST, _X32_BIT, 0, 1),
        _answer(_KILL),
    ]
    return b"".join(head + _tree(_ranges(rules)))


class _Header(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter ready to install; built before the fork, so that a program's process only points.

    Attributes:
        address: of the `sock_fprog` structure.
        kept: what must stay alive behind it.
    """

    address: int
    kept: tuple[object, ...]


def prepare(*, processes: bool, path_address: int | None = None, measured: bool = False) -> Filter:
    """The filter in memory, in the form that prctl(PR_SET_SECCOMP) takes."""
    code = build(processes=processes, path_address=path_address, measured=measured)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = _Header(len(code) // 8, ctypes.addressof(buffer))
    return Filter(ctypes.addressof(header), (buffer, header))
