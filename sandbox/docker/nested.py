"""Inside the container: a slot as the namespace sandbox has it, in namespaces of its own.

All that the other backend can, this can then, behind two walls. Programs see neither the
container's /proc nor its process 1, and nothing of the image but what the small root shows.
"""

import json
import os
import socket
import sys
from typing import Any, NoReturn, cast

from sandbox.command import TOOLBOX
from sandbox.docker import limit
from sandbox.docker.wire import Wire
from sandbox.namespace import kernel, launch, zygote

_READY = b"ready"


def serve(wire: Wire, hello: dict[str, Any]) -> str:
    """Serve jobs until the server goes; where the kernel does not let us, say why instead."""
    ours, theirs = os.pipe()
    slot = os.fork()
    if not slot:
        os.close(ours)
        try:
            _enter(wire, hello, theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    with open(ours, "rb") as file:
        said = file.read()
    os.waitpid(slot, 0)
    if said == _READY:
        os._exit(0)
    return said.decode(errors="replace") or "its processes ended"


def _enter(wire: Wire, hello: dict[str, Any], told: int) -> NoReturn:
    """In a forked process, which stays outside the slot's pid namespace."""
    try:
        launch.enter_namespaces(None)
        child = os.fork()
    except OSError as error:
        os.write(told, str(error).encode())
        os._exit(1)
    if not child:
        try:
            _become_zygote(wire, hello, told)
        finally:
            os._exit(1)
    os.close(told)
    launch.wait(child, cast("socket.socket", wire))
    os._exit(0)


def _become_zygote(wire: Wire, hello: dict[str, Any], told: int) -> NoReturn:
    kernel.die_with_parent()
    here = [place for place in sys.path if os.path.isdir(place)]
    python = hello["interpreter"]
    settings = {
        "uid_base": None,
        "preload": (),
        "visible": (*python["visible"], *here),
        "path": [place for place in python["path"] if place not in here],
        "toolbox": TOOLBOX if os.path.isdir(TOOLBOX) else "",
    }
    try:
        why = "programs share the container's own group with what watches them"
        loop: zygote.Zygote = launch.make_zygote(wire, settings, why, limit.Limit)
    except Exception as error:  # noqa: BLE001 - whatever it is, there is another way
        os.write(told, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.write(told, _READY)
    os.close(told)
    wire.send(json.dumps(hello | {"memory": loop.ground.says}).encode())
    loop.serve()


def shelf() -> list[str]:
    """What lies in the toolbox that all containers of an image share."""
    top = TOOLBOX
    return [
        os.path.relpath(f"{place}/{name}", top)
        for place, _, names in os.walk(top)
        for name in names
    ]
