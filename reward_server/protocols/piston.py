"""Piston's `/api/v2/execute` and `/runtimes`, as open-r1's `piston_client.py` and others call them.

Anything but 200 makes open-r1's client ask again, up to five times; a message stands in `message`.
"""

import base64
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from reward_server.errors import ApiError
from reward_server.protocols.dialect import Ask, Body, answer, read, run, speaking
from reward_server.protocols.programs import exit_code, known, language_of, limits_of, text
from sandbox import Outcome, Program, Run
from sandbox.languages import Language

SIGNALS = {9: "SIGKILL", 11: "SIGSEGV", 6: "SIGABRT", 8: "SIGFPE", 25: "SIGXFSZ", 15: "SIGTERM"}
STATUSES = {
    "ok": None,
    "runtime_error": "RE",
    "time_limit": "TO",
    "memory_limit": "RE",
    "output_limit": "OL",
}
DECODERS: dict[str, Callable[[str], bytes]] = {
    "utf8": str.encode,
    "base64": base64.b64decode,
    "hex": bytes.fromhex,
}


def shape(error: ApiError) -> tuple[int, Any]:
    """Piston's refusals are 400 with a message."""
    return (400 if error.status == 422 else error.status), {"message": error.message}


router = speaking("piston", shape)


class File(Body):
    """A file of a program; the first one is the program."""

    name: str | None = None
    content: str
    encoding: str = "utf8"


class Execute(Body):
    """A program to run; times in milliseconds, memory in bytes."""

    language: str
    version: str = "*"
    files: list[File]
    stdin: str | None = ""
    args: list[str] | None = None
    run_timeout: float | None = None
    run_memory_limit: float | None = None


@router.post("/api/v2/execute")
async def execute(request: Request) -> Response:
    """Run a program and tell how it ended."""
    asked = await read(request, Execute)
    language = language_of(asked.language)
    program = Program(language.name, _source(asked))
    limits = limits_of(
        asked.run_timeout / 1000 if asked.run_timeout else 3.0,
        asked.run_memory_limit / 2**20 if asked.run_memory_limit else None,
    )
    run_ = Run((asked.stdin or "").encode("utf-8", "surrogatepass"))
    (ended,) = await run(request, [Ask(program, run_, limits)])
    outcome = known(ended, language)
    version = (await _versions(request)).get(language.name) or "*"
    return answer({"language": language.name, "version": version, **_stages(outcome, language)})


@router.get("/runtimes")
@router.get("/api/v2/runtimes")
async def runtimes(request: Request) -> Response:
    """The languages that are here."""
    languages = await request.app.state.service.sandbox.languages()
    return answer(
        [
            {"language": name, "version": about["version"] or "0.0.0", "aliases": about["names"]}
            for name, about in languages.items()
            if about["available"]
        ]
    )


async def _versions(request: Request) -> dict[str, str | None]:
    languages = await request.app.state.service.sandbox.languages()
    return {name: about["version"] for name, about in languages.items()}


def _source(asked: Execute) -> str:
    """The program's text.

    Raises:
        ApiError: there is none, there are several files or arguments, or it can't be decoded.
    """
    if len(asked.files) != 1 or asked.args:
        message = "files: send one file and no args; a program here is one file"
        raise ApiError(422, "invalid", message, field="files")
    (file,) = asked.files
    try:
        return DECODERS[file.encoding](file.content).decode()
    except (KeyError, ValueError):
        message = "files[0].content: is not text in its encoding; send utf8, base64 or hex"
        raise ApiError(422, "invalid", message, field="files[0].content") from None


def _stages(outcome: Outcome, language: Language) -> dict[str, Any]:
    """`run`, and for compiled languages `compile`; what did not compile did not run."""
    if not getattr(language, "compile", ()):
        return {"run": _stage(outcome)}
    if outcome.status != "compile_error":
        return {"compile": _stage(Outcome("ok", 0)), "run": _stage(outcome)}
    stage = _stage(outcome)
    return {"compile": stage, "run": {**stage, "stdout": "", "stderr": "", "output": ""}}


def _stage(outcome: Outcome) -> dict[str, Any]:
    code = exit_code(outcome)
    stdout, stderr = text(outcome.stdout), text(outcome.stderr)
    killed = code is None or code < 0
    return {
        "stdout": stdout,
        "stderr": stderr,
        "output": stdout + stderr,
        "code": None if killed else code,
        "signal": SIGNALS.get(-(code or -9), "SIGKILL") if killed else None,
        "message": None if outcome.status in {"ok", "runtime_error"} else outcome.status,
        "status": "SG" if killed and outcome.status == "runtime_error" else _status(outcome, code),
        "cpu_time": round(outcome.cpu_ms),
        "wall_time": round(outcome.wall_ms),
        "memory": round(outcome.memory_mb * 2**20),
    }


def _status(outcome: Outcome, code: int | None) -> str | None:
    return STATUSES.get(outcome.status, "RE") or ("RE" if code else None)
