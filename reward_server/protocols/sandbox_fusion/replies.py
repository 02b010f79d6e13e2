"""What all of SandboxFusion's replies share."""

from typing import Any

from fastapi import APIRouter

from reward_server.errors import ApiError
from reward_server.protocols.dialect import detail, speaking
from reward_server.protocols.programs import exit_code, text
from sandbox import Outcome
from sandbox.languages import Language


def _shape(error: ApiError) -> tuple[int, Any]:
    """FastAPI's, with the one status on which verl's client asks again."""
    status, content = detail(error)
    return (504 if status == 503 else status), content


def router() -> APIRouter:
    """For routes whose refusals are SandboxFusion's."""
    return speaking("sandbox-fusion", _shape)


def reply(status: str, message: str = "", **results: Any) -> dict[str, Any]:
    """A reply of `/run_code` with all of its keys."""
    both = {"compile_result": None, "run_result": None, "files": {}, **results}
    return {"status": status, "message": message, "executor_pod_name": None, **both}


def ended(outcome: Outcome, language: Language, files: dict[str, str]) -> dict[str, Any]:
    """The reply to a program that was run, or that its compiler refused."""
    if outcome.status == "compile_error" and language.name != "python":
        return reply("Failed", compile_result=command(outcome))
    compiled = command(Outcome("ok", 0)) if getattr(language, "compile", ()) else None
    status = "Success" if outcome.status == "ok" and not outcome.exit_code else "Failed"
    return reply(status, compile_result=compiled, run_result=command(outcome), files=files)


def command(outcome: Outcome) -> dict[str, Any]:
    """How a command ended; the return code of one whose time was up is null."""
    late = outcome.status == "time_limit"
    return {
        "status": "TimeLimitExceeded" if late else "Finished",
        "execution_time": outcome.wall_ms / 1000,
        "return_code": exit_code(outcome),
        "stdout": text(outcome.stdout),
        "stderr": text(outcome.stderr),
        "cpu_time": outcome.cpu_ms / 1000,
    }
