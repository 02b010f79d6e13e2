"""Whose a container or control group is: a label that tells a living server's from leftovers.

A container ends by itself when its server does. What can be left all the same: one that was created
and not started, or one on an engine that stalled, and the groups of a server that was killed; the
next server to start removes those.
"""

import os
from pathlib import Path

LABEL = "reward-server.sandbox"


def me() -> str:
    """This process, unmistakably: the machine's boot, the pid namespace, the pid, its start."""
    return _describe(os.getpid())


def _describe(pid: int) -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    namespace = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116
    return f"{boot}/{namespace}/{pid}/{_start_ticks(pid)}"


def _start_ticks(pid: int) -> str:
    """When the process started; the fields are counted from the end of its name, in brackets."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return stat.rpartition(")")[2].split()[19]


def is_gone(label: str) -> bool:
    """Whether the server of that label has certainly ended; no where we can't see its processes."""
    boot, _, rest = label.partition("/")
    namespace, _, process = rest.partition("/")
    pid = process.partition("/")[0]
    ours = me()
    if not ours.startswith(f"{boot}/{namespace}/") or not pid.isdecimal():
        return False
    try:
        return _describe(int(pid)) != label
    except OSError:
        return True
