"""The system call filter of a container in which slots are to work, in the form of engines.

An allow-list of three parts: what programs in the sandbox may use (the sandbox's own lists), what a
container's start and a slot need, and what builds the sandbox. The last is all that goes beyond
what container engines allow by default, and none of it needs a capability: it works inside a user
namespace. The form is the one that Docker, Podman and Kubernetes share.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.namespace import syscall_numbers as numbers

PROGRAMS = (*numbers.ALWAYS, numbers.PROCESSES, numbers.CHECKED)

START = """
capget capset prctl seccomp setgroups setgid setuid setregid setreuid setresgid setresuid
setfsgid setfsuid setrlimit sched_setparam sched_setscheduler sched_setattr sched_getattr
sched_rr_get_interval getitimer
chown fchown fchownat lchown getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch memfd_create mknod mknodat
openat2 signalfd signalfd4 rt_sigqueueinfo rt_tgsigqueueinfo vmsplice readahead sync syncfs
semget semop semctl semtimedop shmget shmat shmctl shmdt
mlock mlock2 munlock mlockall munlockall
futex_waitv futex_wait futex_wake futex_requeue
"""
"""Python, the container's init and its runtime."""

SANDBOX = "unshare setns mount umount2 pivot_root mount_setattr sethostname"
"""Namespaces and the small root of `sandbox.namespace`."""

_NEW_NAMESPACES = 0x7E020000
_EPERM, _ENOSYS = 1, 38


def profile(more: str = "", families: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The whole profile, with further calls, and sockets of these families."""
    special = {"clone", "clone3"}
    programs = {name for group in PROGRAMS for name in group} - special
    rules = [
        _allow("programs in the sandbox, which has a stricter filter of its own", programs),
        _allow("the server and the container's start", set(f"{START} {more}".split()) - programs),
        _allow("what builds the sandbox; harmless without capabilities", set(SANDBOX.split())),
        *map(_socket, (families or {}).items()),
        {
            **_allow("processes and threads; namespaces come from unshare alone", {"clone"}),
            "args": [
                {"index": 0, "value": _NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
            ],
        },
        {
            "comment": "its flags can't be seen by a filter: ENOSYS makes C libraries use clone",
            "names": ["clone3"],
            "action": "SCMP_ACT_ERRNO",
            "errnoRet": _ENOSYS,
        },
    ]
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": _EPERM,
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
        "syscalls": rules,
    }


def _allow(why: str, names: set[str]) -> dict[str, Any]:
    return {"comment": why, "names": sorted(names), "action": "SCMP_ACT_ALLOW"}


def _socket(family: tuple[str, int]) -> dict[str, Any]:
    name, number = family
    rule = _allow(f"sockets of {name}", {"socket"})
    return {**rule, "args": [{"index": 0, "value": number, "valueTwo": 0, "op": "SCMP_CMP_EQ"}]}
