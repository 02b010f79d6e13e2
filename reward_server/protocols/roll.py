"""ROLL's reward system: submit a sample, then ask for its reward until it is there.

The bytes are those of `remote_reward_system_worker.py: RewardSystemHandler`, which asks by GET with
a JSON body every 2 s and reads `errcode`: 0 done, 1 running, anything else an error.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response
from pydantic import Field

from reward_server.errors import ApiError
from reward_server.jobs import new_token
from reward_server.labels import Item, item_of, tests_of, usable_prompt
from reward_server.protocols.dialect import (
    Body,
    answer,
    begin,
    read,
    refuse_transient,
    score_now,
    speaking,
    under_way,
)
from reward_server.service import Service

ERRCODE = {"gone": 2, "invalid": 3, "failed": 4, "busy": 5}
OTHER_ERROR = 9
MAX_TOKEN = 1 << 20
"""Characters; it travels in the body."""


def shape(error: ApiError) -> tuple[int, Any]:
    """ROLL's own words; the status stays, as that is what its client asks again on."""
    return error.status, {"errcode": ERRCODE.get(error.code, OTHER_ERROR), "errmsg": error.message}


router = speaking("roll", shape, prefix="/roll")


class Task(Body):
    """A sample to judge."""

    prompt: Any = None
    response: str
    reward_info: dict[str, Any] = Field(default_factory=dict)
    reward_manager: list[dict[str, Any]] = Field(default_factory=list)


class Asked(Body):
    """Which sample is asked after."""

    reward_request_id: str


@router.post("/submit")
async def submit(request: Request) -> Response:
    """Take a sample and give it an id."""
    task = await read(request, Task)
    token = new_token(task.model_dump(include=set(Task.model_fields)), MAX_TOKEN)
    begin(request, token, _judge(request.app.state.service, task))
    return answer({"errcode": 0, "errmsg": "", "reward_request_id": token})


@router.get("/result")
@router.post("/result")
async def result(request: Request) -> Response:
    """The reward, once it is there; 200 whatever became of it, as `errcode` is what is read."""
    asked = await read(request, Asked)
    service: Service = request.app.state.service
    task = under_way(
        request,
        asked.reward_request_id,
        lambda carried: _judge(service, Task.model_validate(carried)),
    )
    if task is None:
        message = "reward_request_id: is not known here; submit the sample again"
        raise ApiError(404, "invalid", message, field="reward_request_id")
    if not task.done():
        return answer({"errcode": 1, "errmsg": "running"})
    try:
        return answer(task.result())
    except asyncio.CancelledError:
        return answer({"errcode": ERRCODE["gone"], "errmsg": "dropped; submit the sample again"})
    except ApiError as error:
        return answer(shape(error)[1])


async def _judge(service: Service, task: Task) -> dict[str, Any]:
    """What the client will be told."""
    start, begun = time.perf_counter(), _now()
    plugins = [manager.get("plugin_name") for manager in task.reward_manager]
    rubric = service.rubrics.of_source(*plugins, "roll")
    (judged,) = results = await score_now(service, [_item(task, rubric)])
    refuse_transient(results)
    if judged["reward"] is None:
        raise ApiError(422, "invalid", judged["message"])
    return {
        "errcode": 0,
        "errmsg": "",
        "reward_score": judged["reward"],
        # their spelling
        "dimention_reward_score": {
            name: {
                "reward_score": part["score"],
                "debug_info": {part["verifier"]: {"time_cost": part["ms"] / 1000}},
            }
            for name, part in judged["scores"].items()
        },
        "start_time": begun,
        "end_time": _now(),
        "time_cost": time.perf_counter() - start,
    }


def _item(task: Task, rubric: str | None) -> Item:
    prompt = usable_prompt(task.prompt)
    return item_of(task.response, _label(task.reward_info), rubric=rubric, prompt=prompt)


def _label(info: dict[str, Any]) -> Any:
    """`ground_truth`, or `test_cases` of a `case_type`."""
    if "ground_truth" in info:
        return info["ground_truth"]
    cases = info.get("test_cases")
    if isinstance(cases, dict) and "inputs" in cases and "outputs" in cases:
        return {"tests": tests_of(cases)}
    if isinstance(cases, list) and all(isinstance(case, dict) for case in cases):
        return {"tests": {"stdio": [_stdio(case) for case in cases]}}
    return {"tests": {"asserts": cases}} if isinstance(cases, str) else info


def _stdio(case: dict[str, Any]) -> dict[str, Any]:
    given = next((case[key] for key in ("stdin", "input") if key in case), "")
    wanted = next((case[key] for key in ("expected_stdout", "output") if key in case), None)
    return {"stdin": given, "stdout": wanted}


def _now() -> str:
    return datetime.now(UTC).isoformat()
