"""Judge0's submissions, as ms-swift's `CodeRewardByJudge0` and others post them.

The bytes are those of Judge0 CE's API: `wait=true` for the verdict at once, else a token to come
back with, batches, `base64_encoded`, and the numbers of its languages and statuses.
"""

import asyncio
import base64
from collections.abc import Coroutine
from typing import Any

from fastapi import Request, Response
from pydantic import Field

from reward_server.errors import ApiError
from reward_server.exchange import fit
from reward_server.jobs import new_token
from reward_server.protocols.dialect import (
    Ask,
    Body,
    Ended,
    answer,
    begin,
    read,
    run,
    run_now,
    speaking,
    under_way,
)
from reward_server.protocols.judge0_about import LANGUAGE_IDS, STATUSES
from reward_server.protocols.programs import exit_code, language_of, limits_of, text
from reward_server.service import Service
from sandbox import Outcome, Program, Run, SandboxError
from sandbox.languages import Language
from verifiers.code.checkers import Checker

MAX_TOKEN = 4000
"""Characters; it travels in a URL. A longer submission is known only where it was sent."""

SIGNALS = {-11: 7, -25: 8, -8: 9, -6: 10}
ENDINGS = {"time_limit": 5, "compile_error": 6, "no_toolchain": 13}
SAME = Checker("lines", 0.0, ignore_case=False)
"""Judge0's comparison: lines, without spaces at their ends."""

TEXTS = ("stdout", "stderr", "compile_output", "message")


def shape(error: ApiError) -> tuple[int, Any]:
    """Judge0 names the field, and for everything else has `error`."""
    if error.status == 422 and error.field:
        return 422, {error.field: [error.message]}
    return error.status, {"error": error.message}


router = speaking("judge0", shape, prefix="/submissions")


class Submission(Body):
    """A program, what it reads, and what it should print."""

    source_code: str
    language_id: int
    stdin: str | None = None
    expected_output: str | None = None
    cpu_time_limit: float | None = None
    memory_limit: float | None = Field(None, description="KiB.")


class Submissions(Body):
    """A batch; one that can't be used does not keep the others from being judged."""

    submissions: list[Any]


Judge = tuple[Ask, bytes | None]
"""A program to run, and what it should print, if anything is to be said of that."""


@router.post("")
@router.post("/", include_in_schema=False)
async def submit(request: Request) -> Response:
    """Judge a submission, at once or for whoever comes back with its token."""
    asked, encoded = await read(request, Submission), _flag(request, "base64_encoded")
    if not _flag(request, "wait"):
        return answer({"token": _begin(request, asked, encoded)}, 201)
    judge = _judge(asked, encoded)
    (ended,) = await run(request, [judge[0]])
    verdict = _verdict(ended, judge)
    return answer({"token": _token(asked, encoded), **_shown(verdict, request)}, 201)


@router.post("/batch")
async def submit_batch(request: Request) -> Response:
    """Take several submissions; each gets a token, or what is wrong with it."""
    asked, encoded = await read(request, Submissions), _flag(request, "base64_encoded")
    return answer([_begun(request, one, encoded) for one in asked.submissions], 201)


def _begun(request: Request, one: Any, encoded: bool) -> Any:  # noqa: FBT001
    try:
        return {"token": _begin(request, fit(Submission, one), encoded)}
    except ApiError as error:
        if error.status != 422:
            raise
        return shape(error)[1]


@router.get("/batch")
async def batch(request: Request) -> Response:
    """What is known of several submissions."""
    tokens = [t for t in request.query_params.get("tokens", "").split(",") if t]
    return answer({"submissions": [_known(request, token) for token in tokens]})


@router.get("/{token}")
async def submission(request: Request, token: str) -> Response:
    """What is known of a submission.

    Raises:
        ApiError: 404.
    """
    known = _known(request, token)
    if known is None:
        raise ApiError(404, "not_found", "there is no such submission; submit it again")
    return answer(known)


def _flag(request: Request, name: str) -> bool:
    return request.query_params.get(name, "false").lower() in {"true", "1"}


def _judge(asked: Submission, encoded: bool) -> Judge:  # noqa: FBT001
    """What to run and compare.

    Raises:
        ApiError: 422, the language's number is not known or a text is not base64.
    """
    decode = _decoded if encoded else _plain
    language = _language(asked.language_id)
    program = Program(language.name, _text(decode(asked.source_code, "source_code")))
    memory_mb = asked.memory_limit / 1024 if asked.memory_limit else None
    limits = limits_of(asked.cpu_time_limit or 5.0, memory_mb)
    ask = Ask(program, Run(decode(asked.stdin or "", "stdin")), limits)
    wanted = asked.expected_output
    return ask, None if wanted is None else decode(wanted, "expected_output")


def _language(number: int) -> Language:
    name = LANGUAGE_IDS.get(number)
    if name is None:
        message = f"language with id {number} doesn't exist here; GET /languages lists them"
        raise ApiError(422, "invalid", message, field="language_id")
    return language_of(name, "language_id")


def _plain(given: str, _field: str) -> bytes:
    return given.encode("utf-8", "surrogatepass")


def _decoded(given: str, field: str) -> bytes:
    try:
        return base64.b64decode(given)
    except ValueError:
        message = "is not base64, as base64_encoded=true says"
        raise ApiError(422, "invalid", message, field=field) from None


def _text(source: bytes) -> str:
    try:
        return source.decode()
    except UnicodeDecodeError:
        message = "is no UTF-8; send the program's text"
        raise ApiError(422, "invalid", message, field="source_code") from None


def _token(asked: Submission, encoded: bool) -> str:  # noqa: FBT001
    given = asked.model_dump(include=set(Submission.model_fields))
    return new_token([given, encoded], MAX_TOKEN)


def _begin(request: Request, asked: Submission, encoded: bool) -> str:  # noqa: FBT001
    judge, token = _judge(asked, encoded), _token(asked, encoded)
    begin(request, token, _judged(request.app.state.service, judge))
    return token


async def _judged(service: Service, judge: Judge) -> dict[str, Any]:
    (ended,) = await run_now(service, [judge[0]])
    return _verdict(ended, judge)


def _known(request: Request, token: str) -> dict[str, Any] | None:
    service: Service = request.app.state.service

    def anew(carried: Any) -> Coroutine[Any, Any, Any]:
        given, encoded = carried
        return _judged(service, _judge(Submission.model_validate(given), bool(encoded)))

    task = under_way(request, token, anew)
    if task is None:
        return None
    if not task.done():
        return {"token": token, **_verdict_of(2)}
    try:
        return {"token": token, **_shown(task.result(), request)}
    except asyncio.CancelledError:
        return {"token": token, **_verdict_of(13, message="the submission was dropped")}


def _verdict(ended: Ended, judge: Judge) -> dict[str, Any]:
    """The fields of a submission that is over."""
    if isinstance(ended, SandboxError):
        return _verdict_of(13, message=str(ended))
    compiled = ended.status != "compile_error"
    code = exit_code(ended)
    return _verdict_of(
        _status(ended, code, judge[1]),
        stdout=ended.stdout or None,
        stderr=(ended.stderr or None) if compiled else None,
        compile_output=None if compiled else ended.stderr,
        message=None if ended.status in {"ok", "runtime_error"} else ended.status,
        time=f"{ended.cpu_ms / 1000:.3f}",
        wall_time=f"{ended.wall_ms / 1000:.3f}",
        memory=round(ended.memory_mb * 1024),
        exit_code=code if code is None or code >= 0 else None,
        exit_signal=-code if code is not None and code < 0 else None,
    )


def _status(outcome: Outcome, code: int | None, wanted: bytes | None) -> int:
    if outcome.status in ENDINGS:
        return ENDINGS[outcome.status]
    if code:
        return SIGNALS.get(code, 11 if code > 0 else 12)
    return 3 if wanted is None or SAME.accepts(outcome.stdout, wanted) else 4


def _verdict_of(status: int, **fields: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("stdout", "time", "memory", "stderr", "compile_output", "message"))
    return {**empty, **fields, "status": {"id": status, "description": STATUSES[status]}}


def _shown(verdict: dict[str, Any], request: Request) -> dict[str, Any]:
    """The fields that are asked for, texts in base64 where the client asks for that."""
    wanted = request.query_params.get("fields")
    if wanted and wanted != "*":
        names = wanted.split(",")
        verdict = {key: value for key, value in verdict.items() if key in names}
    show = _encoded if _flag(request, "base64_encoded") else _readable
    return {key: show(value) if key in TEXTS else value for key, value in verdict.items()}


def _encoded(value: str | bytes | None) -> str | None:
    """What was written, byte for byte."""
    raw = value.encode() if isinstance(value, str) else value
    return None if raw is None else base64.b64encode(raw).decode()


def _readable(value: str | bytes | None) -> str | None:
    return text(value) if isinstance(value, bytes) else value
