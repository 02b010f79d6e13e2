"""How this process becomes part of a Ray cluster, and notices in time that there is none."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ray

CONNECT_TIMEOUT_S = 5.0


class ClusterError(OSError):
    """There is no cluster to use; the message says what was tried and what would help."""


def connect() -> None:
    """Join this process to the cluster of `RAY_ADDRESS`, else to the one that runs on this machine.

    Where the process is part of a cluster already (a trainer's driver or worker), that is used.

    Raises:
        ClusterError: there is none, or it can't be joined.
    """
    if ray.is_initialized():
        return
    _check_reachable(os.environ.get("RAY_ADDRESS") or _announced())
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        ray.init("auto", log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError) as error:
        raise ClusterError(
            f"no Ray cluster can be joined: {error}; start one with `ray start --head`, or set "
            "RAY_ADDRESS to HOST:PORT of its head"
        ) from error
    finally:
        _put_back(handlers)


def _check_reachable(address: str) -> None:
    """Find out in seconds what Ray itself takes two minutes for.

    Raises:
        ClusterError: nobody listens there, or it is not the address of a cluster's head.
    """
    host, _, port = address.rpartition(":")
    if address == "auto":
        return
    if not port.isdecimal() or "/" in host:
        raise ClusterError(
            f"RAY_ADDRESS is {address!r}: name HOST:PORT of the head (6379, not the port of Ray "
            "Client or of the dashboard), from a machine that is a node of the cluster"
        )
    try:
        socket.create_connection((host, int(port)), CONNECT_TIMEOUT_S).close()
    except OSError as error:
        raise ClusterError(
            f"no Ray cluster answers at {address} ({error}): start its head with "
            "`ray start --head`, or name another one in RAY_ADDRESS"
        ) from error


def _announced() -> str:
    """The address that a cluster on this machine has left, whether it still runs or not."""
    file = Path(os.environ.get("RAY_TMPDIR", "/tmp")) / "ray" / "ray_current_cluster"  # noqa: S108
    return (file.read_text().strip() if file.is_file() else "") or "auto"


def _put_back(handlers: Mapping[Any, Any]) -> None:
    """Undo what Ray does to a process: on SIGTERM it would exit at once, whatever is in hand."""
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():
            signal.signal(number, handler)
