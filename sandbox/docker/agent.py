"""Inside the container, as its process 1: chooses what stands between programs there.

It ends when its standard input does, and so does the container: a server that is killed leaves
none behind.
"""

import json
import os
import sys
from dataclasses import asdict
from typing import Any, NoReturn

from sandbox import installed
from sandbox.docker import bare, nested
from sandbox.docker.wire import Wire
from sandbox.namespace import seccomp


def main() -> NoReturn:
    """Get ready, greet, and serve jobs until standard input ends."""
    wire = Wire(os.dup(0), os.dup(1))
    try:
        seccomp.check_architecture()
        hello = _greeting(json.loads(wire.settings()))
        hello["problem"] = nested.serve(wire, hello)
        bare.serve(wire, hello)
    except Exception as error:  # noqa: BLE001 - whatever it is, the server must be told
        wire.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        os._exit(1)


def _greeting(wanted: list[str]) -> dict[str, Any]:
    """What the server is told of the image."""
    return {
        "languages": {"python": sys.version.split()[0]},
        "interpreter": asdict(installed.own_interpreter()),
        "paths": installed.look(wanted),
        "shelf": nested.shelf(),
        "problem": None,
    }
