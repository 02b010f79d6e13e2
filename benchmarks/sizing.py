"""Items a second that one core judges, by verifier and by language: for docs/operations.md.

    python -m benchmarks.sizing

A server, one batch after the other, no two items alike; CPU seconds of the server and of all its
processes, programs under test included (by the kernel's accounts of children that ended).
"""

import sys

if sys.path[0].endswith("benchmarks"):  # run as a file: our math.py must not hide Python's own
    sys.path[0] = sys.path[0].rpartition("/")[0] or "."

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console
from rich.table import Table

from reward_server.canary import of_language, of_verifiers
from sandbox.languages import LANGUAGES
from tests.live import Server, running
from verifiers.registry import REGISTRY

TEXTS = 2048
PROGRAMS = 64
BATCH_S = 3.0
"""CPU seconds that one batch of programs should take; a compiler may take 6 s for one."""
COMMENTS = {"sql": "--", "lua": "--", "python": "#", "bash": "#", "perl": "#", "ruby": "#"}
Make = Callable[[int], dict[str, Any]]


def main(
    rounds: Annotated[int, typer.Option(help="Batches of each kind; the median counts.")] = 3,
) -> None:
    """Measure and print."""
    table = Table("what", "items/s a core", "ms of CPU an item")
    with TemporaryDirectory() as folder, running(Path(folder) / "log") as server:
        offered = server.client().get("/v1/languages").json()["languages"]
        kinds = {name: _texts(name) for name in REGISTRY if name != "code"}
        programs = [name for name in LANGUAGES if offered[name]["available"]]
        kinds |= {f"code, {name}": _programs(name) for name in programs}
        for name, make in kinds.items():
            count = TEXTS
            if name.startswith("code"):
                count = max(2, min(PROGRAMS, int(BATCH_S / _cost_s(server, make, 2, -1))))
            costs = sorted(_cost_s(server, make, count, turn) for turn in range(rounds))
            cost = costs[len(costs) // 2]
            table.add_row(name, f"{1 / cost:,.0f}", f"{cost * 1000:.2f}")
    Console().print(table)


def _texts(verifier: str) -> Make:
    """The canary's first item as a real answer is: after some 2,000 characters of thought."""
    (canary,) = of_verifiers([verifier])
    item = canary.items[0]

    def make(number: int) -> dict[str, Any]:
        words = f"We look at case {number} and add what is known about it so far. " * 30
        thought = f"<think>{words}</think>\n"
        text = item["completion"].replace("<think>", f"<think>{words}")
        text = text if "<think>" in item["completion"] else thought + text
        return {**item, "completion": text, "group": number // 8}

    return make


def _programs(language: str) -> Make:
    """The canary of a language, no two with the same text, so that each is compiled."""
    item = of_language(language).items[0]
    comment = COMMENTS.get(language, "//")

    def make(number: int) -> dict[str, Any]:
        text = item["completion"].removesuffix("\n```")
        return {**item, "completion": f"{text}\n{comment} {number}\n```"}

    return make


def _cost_s(server: Server, make: Make, count: int, turn: int) -> float:
    """CPU seconds an item."""
    items = [make(turn * 10_000 + number) for number in range(count)]
    before = _cpu_s(server)
    results = server.score(items)["results"]
    time.sleep(0.05)
    failed = [result["message"] for result in results if result["status"] != "ok"]
    assert not failed, failed[:3]
    return (_cpu_s(server) - before) / count


def _cpu_s(server: Server) -> float:
    """Of the server, of what it started, and of what ended below it."""
    total = 0.0
    for process in [psutil.Process(server.process.pid), *server.descendants()]:
        times = process.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


if __name__ == "__main__":
    typer.run(main)
