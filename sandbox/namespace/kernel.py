"""The kernel calls that Python has no names for, through ctypes. Every failure is an `OSError`."""

import contextlib
import ctypes
import os
import struct

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 0x1000, 0x4000, 1 << 18
MNT_DETACH = 2
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV = 1, 2, 4
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE = 442, -100, 0x8000

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 1, 4, 22, 24
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_IN_CLOSE_WRITE = 8
_LAST_CAPABILITY = 63
_CAP_SETGID, _CAP_SETUID = 6, 7
_CALL_NUMBERS = {"x86_64": (155, 126), "aarch64": (41, 91)}
"""Machine to the numbers of pivot_root and capset, which the C library does not wrap."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
_libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
_libc.umount2.argtypes = [ctypes.c_char_p, ctypes.c_int]
_libc.setns.argtypes = [ctypes.c_int, ctypes.c_int]
_libc.unshare.argtypes = [ctypes.c_int]
_libc.execve.argtypes = [ctypes.c_void_p] * 3
_libc.close_range.argtypes = [ctypes.c_uint, ctypes.c_uint, ctypes.c_int]

_libc.inotify_add_watch.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32]
_libc.inotify_rm_watch.argtypes = [ctypes.c_int, ctypes.c_int]

_CAPABILITY_HEADER = struct.pack("Ii", 0x20080522, 0)
_NO_CAPABILITIES = bytes(24)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name for fresh ones."""
    _check(_libc.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter the namespace of a pidfd."""
    _check(_libc.setns(descriptor, flags), "setns")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount a filesystem, or a directory at another place."""
    result = _libc.mount(
        source.encode() if source else None,
        target.encode(),
        kind.encode() if kind else None,
        flags,
        data.encode() or None,
    )
    _check(result, f"mount {target}")


def protect(target: str, attributes: int, *, recursive: bool) -> None:
    """Add mount attributes (MOUNT_ATTR_*) to a mount, or to all below it; Linux 5.12 and later."""
    flags = _AT_RECURSIVE if recursive else 0
    change = struct.pack("QQQQ", attributes, 0, 0, 0)
    result = _libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, target.encode(), flags, change, len(change))
    _check(result, f"mount_setattr {target}")


def unmount(target: str) -> None:
    """Detach a mount at once, whoever still uses it."""
    _check(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root directory and put the old one at `old`."""
    number = _CALL_NUMBERS[os.uname().machine][0]
    _check(_libc.syscall(number, new.encode(), old.encode()), "pivot_root")


def close_range(first: int, last: int = 0x7FFFFFFF) -> None:
    """Close every descriptor from `first` to `last`."""
    _check(_libc.close_range(first, last, 0), "close_range")


def open_notes() -> int:
    """A descriptor, never blocking, from which notes of what happens to files can be read."""
    return _check(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), "inotify_init1")


def note_close(notes: int, path: str) -> int:
    """Have a note written when a file is closed by its last writer; the number of that watch."""
    return _check(_libc.inotify_add_watch(notes, path.encode(), _IN_CLOSE_WRITE), "inotify")


def note_no_more(notes: int, watch: int) -> None:
    """End a watch."""
    _check(_libc.inotify_rm_watch(notes, watch), "inotify_rm_watch")


def die_with_parent() -> None:
    """Be killed when the parent (the thread that started us) ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0), "PR_SET_PDEATHSIG")


def set_dumpable(value: int) -> None:
    """Whether others of our uid may look into us; 1 is also what lets us use /proc/self."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, value, 0, 0, 0), "PR_SET_DUMPABLE")


def drop_capability_bounds() -> None:
    """Nothing that is executed from here on can gain a capability.

    But for those that runner.c needs, once, to change from our id to the program's; a program has
    another id, no new privileges, and so no way to any.
    """
    for capability in set(range(_LAST_CAPABILITY)) - {_CAP_SETGID, _CAP_SETUID}:
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up every capability for good."""
    number = _CALL_NUMBERS[os.uname().machine][1]
    _check(_libc.syscall(number, _CAPABILITY_HEADER, _NO_CAPABILITIES), "capset")


def trim_heap() -> None:
    """Give free memory back: pages that are not there need no copying at a fork."""
    with contextlib.suppress(AttributeError):  # other C libraries than glibc have none
        _libc.malloc_trim(0)


_CODE = ("python3", "libpython", "libc.so")


def copy_code_tables(proc: int) -> None:
    """Have forks start with the page tables of the interpreter's code; `proc` is an open /proc.

    The kernel copies those of private memory and lets a fork find the rest by page faults, 60 of
    them. A mapping is private to it once one page was written to: here a byte, as it was.
    """
    with contextlib.suppress(OSError):  # gVisor has no such file
        memory = os.open("self/mem", os.O_RDWR, dir_fd=proc)
        with open(os.open("self/maps", os.O_RDONLY, dir_fd=proc), encoding="utf-8") as maps:
            spans = [line.split(maxsplit=5) for line in maps]
        for span, mode, _, _, _, *path in spans:
            if path and mode in {"r-xp", "r--p"} and os.path.basename(path[0]).startswith(_CODE):
                start = int(span.partition("-")[0], 16)
                os.pwrite(memory, os.pread(memory, 1, start), start)
        os.close(memory)


def no_new_privileges() -> None:
    """Setuid bits and file capabilities mean nothing from here on."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")


def execute(path: int, arguments: object, environment: object) -> int:
    """Become the program whose path lies at an address; the error number where that fails."""
    _libc.execve(path, arguments, environment)
    return ctypes.get_errno()


def install_filter(address: int) -> None:
    """Put this process under the filter at `address` (`seccomp.Filter`)."""
    _check(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, address, 0, 0), "seccomp")
