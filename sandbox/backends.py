"""The backends by name, and how `auto` chooses."""

import compileall
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxUnavailable
from sandbox.place import Place
from sandbox.pool import Sandbox

BACKENDS = ("namespace", "docker")

_SPARES = 4
"""Slots that may stand in for those whose programs sleep; 16 MB each while they are needed."""


@dataclass(frozen=True, slots=True)
class Containers:
    """How the `docker` backend makes its containers.

    Attributes:
        image: with a `python3` of 3.11 or later on its path; it is not pulled.
        runtime: such as gVisor's `runsc`; the engine's default where None.
    """

    image: str = "reward-server"
    runtime: str | None = None


async def open_backend(
    backend: str, slots: int | None, containers: Containers | None = None
) -> Sandbox:
    """See `sandbox.open_sandbox`."""
    if backend not in {"auto", *BACKENDS}:
        known = ", ".join(("auto", *BACKENDS))
        raise SandboxUnavailable(f"unknown sandbox backend {backend!r} (known: {known})")
    if sys.platform != "linux":
        raise SandboxUnavailable(f"the sandbox needs Linux, not {sys.platform}")
    count = slots or len(os.sched_getaffinity(0))
    if backend == "docker":
        return await _docker(count, containers or Containers())
    try:
        return await _namespace(count)
    except SandboxUnavailable as first:
        if backend == "namespace":
            raise
        try:
            return await _docker(count, containers or Containers())
        except SandboxUnavailable as second:
            raise SandboxUnavailable(f"namespace: {first}; docker: {second}") from first


async def _namespace(count: int) -> Sandbox:
    from sandbox import cgroups, installed, toolbox, workshop  # noqa: PLC0415
    from sandbox.namespace.slot import Slot  # noqa: PLC0415

    cgroups.remove_leftovers()
    compileall.compile_dir(Path(__file__).parent, quiet=2)  # byte code lies denser in a slot
    python = installed.own_interpreter()
    found = installed.Installed(python, installed.look(workshop.wanted()))
    box = toolbox.Toolbox(toolbox.directory(_cache_directory()))
    shop = workshop.Workshop(box, found)
    slots = [Slot(index, python, shop) for index in range(count + _SPARES)]
    return await _started("namespace", slots[:count], slots[count:])


async def _docker(count: int, containers: Containers) -> Sandbox:
    from sandbox.docker import fleet, place  # noqa: PLC0415 - the SDK takes 0.2 s to import

    ready = await fleet.prepare(containers)
    return await _started("docker", [place.Place(ready) for _ in range(count)])


async def _started(backend: str, places: Sequence[Place], spares: Sequence[Place] = ()) -> Sandbox:
    sandbox = Sandbox(backend, places, spares)
    await sandbox.start()
    return sandbox


def _cache_directory() -> Path | None:
    """Where the user's programs keep what can be made again (XDG base directories)."""
    given = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(given) / "reward-server" / "toolbox" if given.startswith("/") else None
