"""The clients that the trainers' modules share, one a process and one an event loop.

Where the server is stands in the environment: `REWARD_URL`, `REWARD_KEY`.
"""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from typing import Any

from reward_client.client import AsyncRewardClient, RewardClient
from reward_client.errors import NoRewardError
from reward_client.results import Result

_lock = threading.Lock()
_clients: dict[int, RewardClient] = {}
_of_loops: weakref.WeakKeyDictionary[Any, AsyncRewardClient] = weakref.WeakKeyDictionary()

LABEL_COLUMNS = ("label", "answer", "solution", "ground_truth", "reference", "tests")
"""Columns of data sets that hold what is known of the right answer; the first one there counts."""


def client() -> RewardClient:
    """This process's client; a process that was forked makes its own."""
    with _lock:
        if os.getpid() not in _clients:
            _clients[os.getpid()] = RewardClient()
        return _clients[os.getpid()]


def async_client() -> AsyncRewardClient:
    """This event loop's client."""
    loop = asyncio.get_running_loop()
    if loop not in _of_loops:
        _of_loops[loop] = AsyncRewardClient()
    return _of_loops[loop]


def number(result: Result, missing: float | None = None) -> float:
    """The reward, for trainers that can take only a number.

    Args:
        result: of an item.
        missing: what stands for a missing reward; None raises, so that no failure is trained on.

    Raises:
        NoRewardError: there is no reward.
    """
    if result.reward is not None:
        return result.reward
    if missing is None:
        raise NoRewardError(f"{result.status}: {result.message}")
    return missing


def label_column(columns: dict[str, Any], name: str | None) -> Any:
    """The column of labels: the one named, else the first of the usual names.

    Raises:
        KeyError: there is none.
    """
    names = [name] if name else [known for known in LABEL_COLUMNS if known in columns]
    if not names:
        raise KeyError(f"no column of labels: name one, or have one of {', '.join(LABEL_COLUMNS)}")
    return columns[names[0]]


def source_column(columns: dict[str, Any], count: int) -> Any:
    """The column `data_source`, by which the server chooses rubrics; None for each where absent."""
    return columns.get("data_source") or [None] * count
