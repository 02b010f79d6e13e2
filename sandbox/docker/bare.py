"""Inside the container, where it can't hold namespaces of a slot: a zygote with it as its ground.

Python programs only: there is no place that one program can execute and no other can write, and
none where files can be hidden from a program.
"""

import json
import os
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn, cast

from sandbox.docker import limit
from sandbox.docker.wire import Wire
from sandbox.namespace import kernel, launch, memory, rehearsal, warm, zygote

_SCRATCH = "/tmp"  # noqa: S108 - a small tmpfs of the container's own


class Container:
    """The ground of a slot that has a container to itself.

    Process 1 of the container can't be hurt by signals from inside it. Programs have its uid and
    share /tmp with no one but those before and after them, so both are swept clean between.
    """

    shelters = False
    usage: int | None = None

    def __init__(self, proc: int) -> None:
        bounds = limit.Limit(memory.Alone({"bound": "container", "why": None}), proc)
        bounds.expose(exposed=False)  # opens its file in /proc, which is not allowed later
        self.bound, self.says = bounds.bound, bounds.says

    def reset(self) -> None:
        """See `ground.Ground`. Ends the container where it can't be made clean: it is replaced."""
        try:
            _empty(Path(_SCRATCH))
        except OSError:
            os._exit(1)

    def part(self) -> None:
        """See `ground.Ground`: the cage of the forked process is all there is."""

    def rejoin(self) -> None:
        """See `ground.Ground`."""

    def sweep(self) -> None:
        """See `ground.Ground`."""
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            return
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return

    def hide(self, directory: str) -> None:
        """See `ground.Ground`.

        Raises:
            OSError: always; nothing in here can be hidden from a process of the same uid.
        """
        raise OSError(f"{directory} can't be hidden in a container")


def _empty(directory: Path) -> None:
    """Delete all that is in a directory, whatever modes it was given."""
    for place, directories, _ in os.walk(directory):
        for name in directories:
            path = Path(place, name)
            if not path.is_symlink():
                path.chmod(0o700)
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def serve(wire: Wire, hello: dict[str, Any]) -> NoReturn:
    """Greet, and serve jobs until standard input ends; raises whatever goes wrong before."""
    sys.path.remove(launch.PACKAGE_PARENT)
    path = list(sys.path)
    warm.load(warm.HELPERS[-1])
    proc = os.open("/proc", os.O_PATH)
    kernel.copy_code_tables(proc)
    container = Container(proc)
    kernel.set_dumpable(0)  # or programs, having its uid, could look into it through /proc
    loop = zygote.Zygote(cast("socket.socket", wire), container, proc, mapped=False)
    sys.path[:] = path
    added = [place for place in hello["interpreter"]["path"] if place not in path]
    warm.settle(added, rehearsal.rehearse)
    loop.ground.reset()
    wire.send(json.dumps(hello | {"memory": dict(loop.ground.says)}).encode())
    loop.serve()
