"""`/run_jupyter`: cells that share one interpreter for the length of the request."""

from typing import Any, Literal

from fastapi import Request, Response
from pydantic import Field

from reward_server.errors import ApiError
from reward_server.protocols.dialect import Ask, Body, answer, read, run
from reward_server.protocols.programs import limits_of
from reward_server.protocols.sandbox_fusion import files, replies
from sandbox import Outcome, SandboxError
from sandbox.notebook import cells_of, notebook, run_of

router = replies.router()

KEYS = ("stdout", "stderr", "display", "error")
MAX_CELLS = 1000


class RunJupyter(Body):
    """Cells in order; seconds for each, where not 0, and for all."""

    cells: list[str]
    cell_timeout: float = Field(0, ge=0)
    total_timeout: float = 45
    memory_limit_MB: float = -1  # noqa: N815 - the protocol's spelling
    kernel: Literal["python3"] = "python3"
    files: dict[str, str | None] = Field(default_factory=dict)
    fetch_files: list[str] = Field(default_factory=list)


@router.post("/run_jupyter")
async def run_jupyter(request: Request) -> Response:
    """Run cells and tell how each ended.

    A cell that raises does not keep the next from running. Where the time of all is up, or a cell
    ends the interpreter, the status is Failed and the cells are those that had ended.
    """
    asked = await read(request, RunJupyter)
    if len(asked.cells) > MAX_CELLS:
        message = f"cells: at most {MAX_CELLS} can be sent at once"
        raise ApiError(422, "invalid", message, field="cells")
    one = run_of(asked.cells, cell_s=asked.cell_timeout)
    program, one = files.placed(notebook(), one, asked.files, asked.fetch_files)
    limits = limits_of(asked.total_timeout, asked.memory_limit_MB)
    (outcome,) = await run(request, [Ask(program, one, limits)])
    if isinstance(outcome, SandboxError):
        return answer(_reply("SandboxError", message=str(outcome)))
    return answer(_ended(asked, outcome))


def _ended(asked: RunJupyter, outcome: Outcome) -> dict[str, Any]:
    cells = [_cell(cell, asked.cell_timeout) for cell in cells_of(outcome)]
    whole = len(cells) == len(asked.cells) and outcome.status == "ok"
    driver = {**replies.command(outcome), "stdout": ""}  # the cells' reports
    fetched = files.fetched(outcome, asked.fetch_files)
    status = "Success" if whole else "Failed"
    return _reply(status, driver=driver, cells=cells[: len(asked.cells)], files=fetched)


def _cell(cell: dict[str, Any], cell_s: float) -> dict[str, Any]:
    """As Jupyter's messages have it; a cell whose time was up was interrupted."""
    if not cell.get("late"):
        return {key: cell[key] for key in KEYS}
    message = f"the cell ran for longer than {cell_s:g} s"
    late = {"ename": "KeyboardInterrupt", "evalue": message, "traceback": []}
    return {**{key: cell[key] for key in KEYS}, "error": [late]}


def _reply(status: str, message: str = "", **parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"driver": None, "cells": [], "files": {}}
    return {"status": status, "message": message, "executor_pod_name": None, **empty, **parts}
