"""Verifiers that misbehave in every way a broken one could, loaded through REWARD_VERIFIERS."""

import collections
import itertools
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from verifiers.verdict import OPTIONS_CONFIG, Sample, Verdict, Verifier, judged


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions:
    """Nothing to choose."""

    __pydantic_config__ = OPTIONS_CONFIG


def _spin() -> None:
    while True:
        pass


def _deaf() -> None:
    """Spin inside C, where no Python signal handler runs."""
    collections.deque(itertools.repeat(0), maxlen=0)


def _sleep() -> None:
    time.sleep(3600)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _exit() -> None:
    os._exit(3)


def _break() -> None:
    raise KeyError("secret text of a completion")


def _recurse() -> None:
    _recurse()


def _hog() -> None:
    bytearray(1 << 40)


def _node() -> None:
    """Take down the node's actor of a Ray cluster that this worker belongs to, if any."""
    pid = os.getpid()
    while pid > 1:
        process = Path("/proc") / str(pid)
        if b"NodeActor" in (process / "cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
        pid = int((process / "stat").read_text().rpartition(")")[2].split()[1])


class _Unreadable:
    """Can be sent and not be read: reading raises, in the server, with a completion's text."""

    def __reduce__(self):
        return int, ("secret text of a completion",)


DEEDS = {
    "spin": _spin,
    "deaf": _deaf,
    "sleep": _sleep,
    "die": _die,
    "exit": _exit,
    "break": _break,
    "recurse": _recurse,
    "hog": _hog,
    "node": _node,
}


def verify(sample: Sample, options: NoOptions) -> Verdict:
    """Do what the completion says; score 1 for anything else."""
    del options
    DEEDS.get(sample.completion, int)()
    length = _Unreadable() if sample.completion == "unreadable" else len(sample.completion)
    return judged(1.0, passed=True, reason="passed", length=length)


REGISTRY = {
    "poison": Verifier(
        summary="Does what the completion says.",
        verify=verify,
        options=NoOptions,
        reads=("completion",),
        reasons=("passed",),
        detail=("length",),
    )
}
