"""Keeps modules from asking for work after every fork.

What threading and random do then costs 0.45 ms and 170 page faults a program; `drive.awaken` does
what is needed of it.
"""

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def without_fork_handlers() -> Iterator[None]:
    """Modules imported in here can't register any."""
    register, os.register_at_fork = os.register_at_fork, _ignore
    try:
        yield
    finally:
        os.register_at_fork = register


def _ignore(**_: object) -> None:
    """Stands in for `os.register_at_fork`."""
