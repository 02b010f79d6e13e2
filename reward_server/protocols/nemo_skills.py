"""NeMo-Skills' sandbox: `/execute`, with `NEMO_SKILLS_SANDBOX_HOST` and `_PORT` set to us.

The bytes are those of `nemo_skills/code_execution/sandbox.py: LocalSandbox`, the words those of its
own server. The client reads the reply's JSON whatever the status and asks again on 502 only, so
where the sandbox fails the answer is 502. Where `new_session_created` says that a session's state
is lost, the client runs the session's earlier cells again by itself.
"""

import re
from typing import Any

from fastapi import Request, Response
from pydantic import Field

from reward_server.errors import ApiError
from reward_server.protocols.dialect import Ask, Body, Ended, answer, read, run, speaking
from reward_server.protocols.programs import known, language_of, limits_of, text
from reward_server.sessions import MAX_CELLS, Session
from sandbox import Outcome, Program, Run
from sandbox.languages import LANGUAGES
from sandbox.notebook import Cell, cells_of, notebook, run_of

CUT = "<output cut>"
FULL = (
    f"RuntimeError: the session is full: its cells are too many (more than {MAX_CELLS}), too long "
    "or too slow to be run again. Start a new session.\n"
)
ENDED = "RuntimeError: the cell ended the interpreter; the session is as it was before it.\n"
REPLAY_SLACK_S = 2.0
"""Cells that are run again may take longer on a busier machine."""

_OWN_FRAME = re.compile(r'^ *File "<ipython-[^\n]*\n', re.MULTILINE)


def shape(error: ApiError) -> tuple[int, Any]:
    """A reply of its kind, so that a client that looks at nothing else still learns of it."""
    reply = {"process_status": "failed", "stdout": "", "stderr": error.message}
    return (502 if error.status == 503 else error.status), reply


router = speaking("nemo-skills", shape)


class Execute(Body):
    """Code to run."""

    generated_code: str
    std_input: str | None = ""
    timeout: int | float = Field(10.0, gt=0)  # an int is said again as one
    language: str = "ipython"
    max_output_characters: int = Field(1000, ge=0)


@router.post("/execute")
async def execute(request: Request) -> Response:
    """Run code and tell how it ended."""
    asked = await read(request, Execute)
    if asked.language == "ipython":
        reply = await _cell(request, asked)
    else:
        reply = await _program(request, asked)
    for name in ("stdout", "stderr"):
        if len(reply[name]) > asked.max_output_characters:
            reply[name] = reply[name][: asked.max_output_characters] + CUT
    return answer(reply)


@router.delete("/sessions/{session}")
async def end_session(request: Request, session: str) -> Response:
    """End a session."""
    if request.app.state.sessions.end(session):
        return answer({"message": f"IPython session {session} deleted successfully"})
    return answer({"error": f"IPython session {session} not found"}, 404)


async def _program(request: Request, asked: Execute) -> dict[str, Any]:
    """A program by itself; a Python program that raises has completed, in this protocol."""
    language = language_of(asked.language)
    given = Run((asked.std_input or "").encode("utf-8", "surrogatepass"))
    program = Program(language.name, asked.generated_code)
    (ended,) = await run(request, [Ask(program, given, limits_of(asked.timeout))])
    outcome = known(ended, language)
    if outcome.status == "time_limit":
        return _late(asked)
    stdout, stderr = text(outcome.stdout), text(outcome.stderr)
    raised = outcome.status in {"ok", "runtime_error", "compile_error"}
    fine = outcome.status == "ok" and not outcome.exit_code
    completed = fine or (raised and language.name == "python")
    status = "completed" if completed else "error"
    return {"process_status": status, "stdout": stdout, "stderr": stderr}


async def _cell(request: Request, asked: Execute) -> dict[str, Any]:
    """A cell of the session that `X-Session-ID` names, after all that were run in it before."""
    name = request.headers.get("X-Session-ID")
    session, new = request.app.state.sessions.open(name) if name else (Session(), True)
    async with session.lock:
        if session.full(asked.generated_code):
            reply = {"process_status": "error", "stdout": "", "stderr": FULL}
        else:
            reply = await _run_cell(request, asked, session)
    return {**reply, "new_session_created": new}


async def _run_cell(request: Request, asked: Execute, session: Session) -> dict[str, Any]:
    cells = [*session.cells, asked.generated_code]
    one = run_of(cells, quiet=len(session.cells), cell_s=asked.timeout)
    again_s = 2 * session.seconds + REPLAY_SLACK_S if session.cells else 0.0
    limits = limits_of(asked.timeout + again_s)
    (ended,) = await run(request, [Ask(notebook(), one, limits)])
    outcome = _known(ended)
    cell = next(iter(cells_of(outcome)), None)
    if cell is None:
        late = outcome.status == "time_limit"
        return _late(asked) if late else _died(outcome)
    if cell.get("late"):
        return _late(asked, cell["stdout"], cell["stderr"])
    session.add(asked.generated_code, min(_seconds(cell), asked.timeout))
    return _shown(cell)


def _known(ended: Ended) -> Outcome:
    return known(ended, LANGUAGES["python"])


def _shown(cell: Cell) -> dict[str, Any]:
    """As its server has it: the last value and the traceback among what was printed."""
    values = [shown.get("text/plain") for shown in cell["display"] if isinstance(shown, dict)]
    stdout = cell["stdout"] + "".join(f"{value}\n" for value in values)
    for error in cell["error"]:
        lines = error.get("traceback") if isinstance(error, dict) else None
        stdout += _OWN_FRAME.sub("", "".join(map(str, lines or ())))
    status = "error" if cell["error"] else "completed"
    return {
        "process_status": status,
        "stdout": _trimmed(stdout),
        "stderr": _trimmed(cell["stderr"]),
    }


def _trimmed(printed: str) -> str:
    """Without empty lines at either end."""
    kept = printed.lstrip("\n").rstrip()
    return f"{kept}\n" if kept else ""


def _seconds(cell: Cell) -> float:
    seconds = cell.get("seconds")
    return float(seconds) if isinstance(seconds, int | float) and seconds >= 0 else 0.0


def _late(asked: Execute, stdout: str = "", stderr: str = "") -> dict[str, Any]:
    stderr += f"Execution timed out after {asked.timeout} seconds\n"
    return {"process_status": "timeout", "stdout": _trimmed(stdout), "stderr": stderr}


def _died(outcome: Outcome) -> dict[str, Any]:
    """The cell took the interpreter with it, or broke a limit."""
    said = text(outcome.stderr) + ENDED
    return {"process_status": "error", "stdout": "", "stderr": said}
