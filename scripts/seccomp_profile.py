"""Writes deploy/seccomp.json, the container's system call filter; a test fails when it is stale.

It is that of a container of programs (`sandbox.namespace.profile`) with what a server needs.
"""

import json
from pathlib import Path
from typing import Any

from sandbox.namespace import profile as containers

TARGET = Path(__file__).parent.parent / "deploy" / "seccomp.json"

SERVER = "accept accept4 bind connect listen recvmmsg sendmmsg"
"""Connections; the rest of what a server needs, containers of programs need as well."""

SOCKET_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


def profile() -> dict[str, Any]:
    """The whole profile."""
    return containers.profile(SERVER, SOCKET_FAMILIES)


def render() -> str:
    """The file's text."""
    return json.dumps(profile(), indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
