"""`/submit` and its prompts: problems whose rows the caller provides; no data set is kept here."""

from typing import Any

from fastapi import Request, Response
from pydantic import Field

from reward_server.errors import ApiError
from reward_server.protocols.dialect import Body, answer, read, refuse_transient, score
from reward_server.protocols.sandbox_fusion import replies
from reward_server.protocols.sandbox_fusion.datasets import completed, read_column, tests_of
from verifiers.code.extract import extract
from verifiers.verdict import Sample

router = replies.router()

CLEAN = {"passed", "wrong_answer"}
"""Reasons of runs that ended as programs should."""

RUBRIC = {"components": [{"verifier": "code", "options": {"shown": 20_000}}]}

EXTRACTED = {
    "language_block": "fenced",
    "other_block": "fenced",
    "bare": "heuristic",
    "none": "empty",
}


class Config(Body):
    """What is known of a problem; the problem itself stands in `provided_data`."""

    dataset_type: str | None = None
    language: str | None = None
    run_timeout: float | None = None
    provided_data: dict[str, Any] | list[dict[str, Any]] | None = None
    extra: dict[str, Any] | None = None


class Submit(Body):
    """A completion for a problem of a dataset."""

    dataset: str
    id: int | str
    completion: str
    config: Config


@router.post("/submit")
async def submit(request: Request) -> Response:
    """Judge a completion by the problem's tests, which the caller provides.

    The protocol has no word for a problem that can't be used: it is refused with 422.
    """
    asked = await read(request, Submit)
    problem = _problem(asked)
    tests = tests_of(asked.dataset, asked.config, problem)
    completion = completed(asked.dataset, asked.config, problem, asked.completion)
    item = {"completion": completion, "reference": {"tests": tests}, "rubric": RUBRIC}
    (result,) = results = await score(request, [item])
    refuse_transient(results)
    if result["reward"] is None:
        message = f"config.provided_data: {result['message']}"
        raise ApiError(422, "invalid", message, field="config.provided_data")
    found = extract(Sample(completion), tests["language"])
    details = result["scores"]["code"]["detail"]
    return answer(
        {
            "id": asked.id,
            "accepted": result["scores"]["code"]["passed"],
            "extracted_code": found.program,
            "full_code": None,
            "test_code": None,
            "tests": [_test(row) for row in details["tests"] or ()],
            "extracted_type": EXTRACTED[found.source] if found.closed else "incomplete_fenced",
            "extra": None,
        }
    )


def _problem(asked: "Submit | PromptById") -> dict[str, Any]:
    """The problem of this id.

    Raises:
        ApiError: the caller provides none; no dataset is kept here.
    """
    given = asked.config.provided_data
    if isinstance(given, dict) and given:
        return given
    known = (row for row in given or () if isinstance(row, dict) and row.get("id") == asked.id)
    problem = next(known, None)
    if problem is None:
        message = (
            "config.provided_data: holds no problem of this id; datasets are not kept here: "
            "send the problem's row"
        )
        raise ApiError(422, "invalid", message, field="config.provided_data")
    return problem


class Prompts(Body):
    """Which prompts are wanted."""

    dataset: str
    config: Config
    offset: int = Field(0, ge=0)
    limit: int = Field(1_000_000, ge=0)


class PromptById(Body):
    """Which prompt is wanted."""

    dataset: str
    config: Config
    id: int | str


@router.post("/get_prompts")
async def get_prompts(request: Request) -> Response:
    """The prompts of the problems that the caller provides, as their rows have them."""
    asked = await read(request, Prompts)
    given = asked.config.provided_data
    rows = given if isinstance(given, list) else [given] if given else []
    return answer([_prompt(row) for row in rows[asked.offset : asked.offset + asked.limit]])


@router.post("/get_prompt_by_id")
async def get_prompt_by_id(request: Request) -> Response:
    """The prompt of one of them."""
    return answer(_prompt(_problem(await read(request, PromptById))))


def _prompt(row: dict[str, Any]) -> dict[str, Any]:
    labels = read_column(row.get("labels"))
    return {
        "id": row.get("id", row.get("task_id")),
        "prompt": row.get("content", row.get("prompt")) or "",
        "labels": labels if isinstance(labels, dict) else {},
    }


def _test(row: dict[str, Any]) -> dict[str, Any]:
    """A test as SandboxFusion tells of it: its run in the words of `/run_code`."""
    late = row["reason"] == "time_limit"
    passed = row["reason"] == "passed"
    code = None if late else (row["exit_code"] or (row["reason"] not in CLEAN))
    run = {
        "status": "TimeLimitExceeded" if late else "Finished",
        "execution_time": (row["wall_ms"] or 0) / 1000,
        "return_code": None if code is None else int(code),
        "stdout": row["stdout"] or "",
        "stderr": row["stderr"] or row["message"] or "",
    }
    status = "Success" if row["reason"] in CLEAN else "Failed"
    return {
        "passed": passed,
        "exec_info": replies.reply(status, run_result=run),
        "test_info": {"reason": row["reason"]},
    }
