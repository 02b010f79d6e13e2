"""Inside the container, as its process 1: the zygote, with the container as its ground.

It ends when its standard input does, and so does the container: a server that is killed leaves
none behind.
"""

import json
import os
import shutil
import signal
import socket
import sys
import sysconfig
from pathlib import Path
from typing import NoReturn, cast

from sandbox.docker.wire import Wire
from sandbox.namespace import kernel, memory, seccomp, warm, zygote
from sandbox.program import Limits

_SCRATCH = "/tmp"  # noqa: S108 - a small tmpfs of the container's own


class Container:
    """The ground of a slot that has a container to itself.

    Process 1 of the container can't be hurt by signals from inside it. Programs have its uid and
    share /tmp with no one but those before and after them, so both are swept clean between.
    """

    shelters = False

    def bound(self, limits: Limits, which: int) -> memory.Bound:
        """See `ground.Ground`: the engine's limit on the container."""
        del limits, which
        return memory.Elsewhere()

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


def main() -> NoReturn:
    """Get ready, greet, and serve jobs until standard input ends."""
    wire = Wire(os.dup(0), os.dup(1))
    try:
        seccomp.check_architecture()
        path = [p for p in sys.path if "agent.zip" not in p]
        warm.load(warm.HELPERS[-1])
        proc = os.open("/proc", os.O_PATH)
        kernel.copy_code_tables(proc)
        kernel.set_dumpable(0)  # or programs, having its uid, could look into it through /proc
        loop = zygote.Zygote(cast("socket.socket", wire), Container(), proc, mapped=False)
        sys.path[:] = path
        warm.settle(_packages(path))
        loop.ground.reset()
    except Exception as error:  # noqa: BLE001 - whatever it is, the server must be told
        wire.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        os._exit(1)
    hello = {"languages": {"python": sys.version.split()[0]}, "memory": {"bound": "container"}}
    wire.send(json.dumps(hello).encode())
    loop.serve()


def _packages(path: list[str]) -> list[str]:
    """Installed packages that are not on the path yet."""
    places = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    return [place for place in places if place not in path and Path(place).is_dir()]
