"""Entry point of a slot: enter fresh namespaces, then become the zygote that forks programs.

Started by `sandbox.namespace.slot` as `python -sSBP launch.py DESCRIPTOR SETTINGS`. Two processes
come of it: this one, which stays outside the slot's pid namespace, only waits, and ends the other
when the server goes away; and the zygote, the first process of that namespace.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

PACKAGE_PARENT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
INNER_UID = 1000
"""What a program sees as its own uid, in either form of mapping."""


def main() -> None:
    """Set up the slot and report over the control socket: one JSON message, then the job loop."""
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(sys.argv[2])
    sys.path.append(PACKAGE_PARENT)
    from sandbox.namespace import kernel, memory, seccomp  # noqa: PLC0415

    offer_to_end_first()
    try:
        seccomp.check_architecture()
        groups = memory.open_groups(settings["groups"])
        enter_namespaces(settings["uid_base"])
        kernel.die_with_parent()
        child = os.fork()
    except OSError as error:
        control.send(json.dumps({"error": str(error)}).encode())
        sys.exit(1)
    if child:
        wait(child, control)
    become_zygote(control, settings, groups)


def offer_to_end_first() -> None:
    """Where memory runs out for all, the kernel is to end a slot or a program, not the server."""
    with contextlib.suppress(OSError):
        write("/proc/self/oom_score_adj", "500")


def enter_namespaces(uid_base: int | None) -> None:
    """Unshare everything, with two mapped ids (root) or one (anybody else).

    Root maps ids that nobody uses, `uid_base` and the one above: the slot's own and its programs'.
    Others can only map themselves; the pid namespace keeps their processes apart all the same.
    """
    from sandbox.namespace import kernel  # noqa: PLC0415

    flags = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID
    flags |= kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
    if uid_base is None:
        uid, gid = os.getuid(), os.getgid()
        kernel.unshare(flags)
        write("/proc/self/setgroups", "deny")
        write_maps("self", f"{INNER_UID} {uid} 1", f"{INNER_UID} {gid} 1")
    else:
        finish = start_mapper(uid_base)
        kernel.unshare(flags)
        finish()
    socket.sethostname("sandbox")


def start_mapper(uid_base: int) -> Any:
    """A helper that stays in the old user namespace, where writing a map of two ids is allowed."""
    ready_read, ready_write = os.pipe()
    launcher = os.getpid()
    helper = os.fork()
    if not helper:
        os.close(ready_write)
        os.read(ready_read, 1)
        table = f"0 {uid_base} 1\n{INNER_UID} {uid_base + 1} 1"
        try:
            write_maps(str(launcher), table, table)
        except OSError:
            os._exit(1)
        os._exit(0)

    def finish() -> None:
        os.write(ready_write, b"x")
        os.close(ready_write)
        os.close(ready_read)
        if os.waitstatus_to_exitcode(os.waitpid(helper, 0)[1]):
            raise PermissionError("root may not map user ids here (no CAP_SETUID?)")

    return finish


def write(path: str, text: str) -> None:
    """Put a text into a file, in one write."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def write_maps(process: str, uid_map: str, gid_map: str) -> None:
    """Write both id maps of a process; each must be one write."""
    for name, table in (("uid_map", uid_map), ("gid_map", gid_map)):
        write(f"/proc/{process}/{name}", table)


def wait(child: int, control: socket.socket) -> None:
    """Outlive neither the zygote nor the server: whichever goes first takes the rest along."""
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    ended = os.pidfd_open(child)
    watch = select.poll()
    watch.register(ended, select.POLLIN)
    watch.register(control, 0)
    watch.poll()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os._exit(0)


def become_zygote(control: socket.socket, settings: dict[str, Any], groups: Any) -> None:
    """Import what programs use, move into the small root, and serve jobs until the server goes."""
    from sandbox.namespace import kernel  # noqa: PLC0415

    kernel.die_with_parent()
    try:
        loop = make_zygote(control, settings, groups)
    except Exception as error:  # noqa: BLE001 - whatever it is, the server must be told
        control.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        os._exit(1)
    hello = {"languages": {"python": sys.version.split()[0]}, "memory": loop.ground.says}
    control.send(json.dumps(hello).encode())
    loop.serve()


def make_zygote(
    control: Any,
    settings: dict[str, Any],
    groups: Any,
    within: Callable[[Any, int], Any] = lambda bounds, _: bounds,
) -> Any:
    """The loop over jobs, in a process that has its namespaces; raises whatever goes wrong.

    `groups` are open already (`memory.Groups`), or say why there are none; `within` puts what
    bounds all of a slot around its bounds (`memory.Bounds`, and an open /proc).
    """
    from sandbox.namespace.handlers import without_fork_handlers  # noqa: PLC0415

    with without_fork_handlers():
        from sandbox.namespace import heap, warm  # noqa: PLC0415

    warm.load(settings["preload"])
    heap.fill()  # so that what every fork uses, imported from here on, lies side by side
    with without_fork_handlers():
        from sandbox.namespace import ground, kernel, rehearsal, root, zygote  # noqa: PLC0415

    sys.path.remove(PACKAGE_PARENT)
    proc = os.open("/proc", os.O_PATH)
    bounds = within(ground.choose(groups, proc), proc)
    kernel.copy_code_tables(proc)
    sources = root.Sources(settings["visible"], settings["toolbox"])
    mapped = settings["uid_base"] is not None
    if mapped:
        os.setgroups([])
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
        kernel.set_dumpable(1)
        kernel.die_with_parent()
    root.enter(sources)
    kernel.drop_capability_bounds()
    loop = zygote.Zygote(control, ground.Namespaces(bounds), proc, mapped=mapped)
    warm.settle(settings["path"], rehearsal.rehearse)
    return loop


if __name__ == "__main__":
    main()
