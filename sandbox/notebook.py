"""Notebooks: cells that share their globals, run by a harness inside the sandbox."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.program import Outcome, Program, Run

_HARNESS = Path(__file__).with_name("harness") / "notebook.py"
_KEYS = {"stdout": str, "stderr": str, "display": list, "error": list}

Cell = dict[str, Any]
"""`stdout`, `stderr`, `display` and `error` as Jupyter's messages have them, `late`, `seconds`."""


def notebook() -> Program:
    """The program that runs cells."""
    return Program("python", _HARNESS.read_text(encoding="utf-8"))


def run_of(cells: Sequence[str], *, quiet: int = 0, cell_s: float = 0.0) -> Run:
    """A run of these cells.

    Args:
        cells: the code of each.
        quiet: how many of them, at the start, only bring back what an earlier run left.
        cell_s: seconds that each may take; 0 for as long as the run may.
    """
    asked = {"cells": list(cells), "quiet": quiet, "cell_s": cell_s}
    return Run(json.dumps(asked).encode())


def cells_of(outcome: Outcome) -> list[Cell]:
    """How the cells ended that did; a cell may have written anything in the harness's place."""
    cells = []
    for line in outcome.stdout.splitlines():
        try:
            cell = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not isinstance(cell, dict) or not all(
            isinstance(cell.get(k), t) for k, t in _KEYS.items()
        ):
            break
        cells.append(cell)
    return cells
