"""NeMo Gym's resources server, at the root and under `/nemo-gym`.

The bytes are those of `nemo_gym/base_resources_server.py` and of Prime's verifiers, whose
`NeMoGymTask` deletes `responses_create_params` and `response` from the reply and takes
`float(reward)`: without the echo, or with a null, it breaks.
"""

import statistics
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from reward_server.errors import ApiError
from reward_server.exchange import read_json
from reward_server.labels import Item, item_of, tests_of, usable_prompt
from reward_server.protocols.dialect import answer, refuse_transient, score, speaking

ROUTERS = (speaking("nemo-gym"), speaking("nemo-gym", prefix="/nemo-gym"))
NUMBERS = (bool, int, float)
LARGEST = 1e100
MEASURES = ("mean", "max", "min", "median", "std")


async def seed_session(request: Request) -> Response:
    """A session begins: nothing is kept of it, so there is nothing to say."""
    await _row(request)
    return answer({})


async def verify(request: Request) -> Response:
    """Every field of the row, and its reward and what each component says.

    A row that can't be judged is refused with 422: the protocol's reward is a number, and its own
    way, a reward of 0 with a failure class, would train on it.
    """
    row = await _row(request)
    service = request.app.state.service
    source = row.get("data_source") or row.get("dataset") or _agent(row)
    results = await score(request, [_item(row, service.rubrics.of_source(source, "nemo-gym"))])
    refuse_transient(results)
    (result,) = results
    if result["reward"] is None:
        field, _ = _label(row)
        raise ApiError(422, "invalid", f"{field}: {result['message']}", field=field)
    scores = {name: part["score"] for name, part in result["scores"].items()}
    first = next(iter(result["scores"].values()))
    return answer(
        {
            **row,
            "reward": result["reward"],
            "extracted_answer": first["detail"].get("extracted"),
            "reason": first["reason"],
            "reward_components": scores,
        }
    )


async def aggregate_metrics(request: Request) -> Response:
    """Statistics of every number in the verified rows, of all and of each task."""
    rows = (await _row(request)).get("verify_responses")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ApiError(422, "invalid", "verify_responses: send a list of verified rows")
    tasks: dict[Any, list[Mapping[str, Any]]] = {}
    for at, row in enumerate(rows):
        task = row.get("_ng_task_index")
        if not isinstance(task, int | str | None):
            field = f"verify_responses[{at}]._ng_task_index"
            raise ApiError(422, "invalid", f"{field}: send a number or a string", field=field)
        tasks.setdefault(task, []).append(row)
    metrics = _statistics(rows)
    return answer(
        {
            "group_level_metrics": [
                {"_ng_task_index": task, **_statistics(members)}
                for task, members in tasks.items()
                if task is not None
            ],
            "agent_metrics": metrics,
            "key_metrics": {k: v for k, v in metrics.items() if k.startswith("mean/")},
        }
    )


async def reverify_mode(_request: Request) -> Response:
    """Verifying is a function of the row, so old rollouts may be verified again as they are."""
    return answer({"reverify_mode": "stateless"})


def _mount(to: APIRouter) -> None:
    to.add_api_route("/seed_session", seed_session, methods=["POST"])
    to.add_api_route("/verify", verify, methods=["POST"])
    to.add_api_route("/aggregate_metrics", aggregate_metrics, methods=["POST"])
    to.add_api_route("/reverify_mode", reverify_mode, methods=["GET"])


for _router in ROUTERS:
    _mount(_router)


async def _row(request: Request) -> dict[str, Any]:
    row = await read_json(request)
    if not isinstance(row, dict):
        raise ApiError(422, "invalid", "the body is no object; send a row of the dataset")
    return row


def _agent(row: Mapping[str, Any]) -> Any:
    agent = row.get("agent_ref")
    return agent.get("name") if isinstance(agent, dict) else None


def _item(row: Mapping[str, Any], rubric: str | None) -> Item:
    params = row.get("responses_create_params")
    asked = params.get("input") if isinstance(params, dict) else None
    text, reasoning = _said(row.get("response"))
    message = {"role": "assistant", "content": text, "reasoning_content": reasoning}
    return item_of([message], _label(row)[1], rubric=rubric, prompt=usable_prompt(asked))


def _label(row: Mapping[str, Any]) -> tuple[str, Any]:
    """What the row knows of the answer, and the name that NeMo Gym's datasets have for it."""
    metadata = row.get("verifier_metadata")
    known = {**row, **(metadata if isinstance(metadata, dict) else {})}
    if "reference" in known or "tests" in known:
        kept = ("reference", "tests", "rubric")
        return "reference", {key: known[key] for key in kept if key in known}
    unit_tests = known.get("unit_tests")
    if isinstance(unit_tests, dict) and "inputs" in unit_tests and "outputs" in unit_tests:
        return "unit_tests", {"tests": tests_of(unit_tests)}
    if isinstance(known.get("options"), list) and known["options"]:
        choices = _choices(known["options"])
        return "options", {"answer": known.get("expected_answer"), "choices": choices}
    name = "expected_answer" if "expected_answer" in known else "label"
    return name, known.get(name)


def _choices(options: list[Any]) -> Any:
    """`[{"A": "text"}, …]` as `{"A": "text", …}`; anything else as it is."""
    if all(isinstance(option, dict) for option in options):
        return {letter: text for option in options for letter, text in option.items()}
    return options


def _said(response: Any) -> tuple[str, str | None]:
    """What the model said, and its reasoning, of the items of a response."""
    output = response.get("output") if isinstance(response, dict) else None
    if not isinstance(output, list):
        raise ApiError(422, "invalid", "response.output: send the list of the response's items")
    items = [item for item in output if isinstance(item, dict)]
    said = [_texts(i, "content") for i in items if i.get("type", "message") == "message"]
    thought = [_texts(i, "summary") + _texts(i, "content") for i in items if _reasons(i)]
    return "".join(said), "".join(thought) or None


def _reasons(item: Mapping[str, Any]) -> bool:
    return item.get("type") == "reasoning"


def _texts(item: Mapping[str, Any], key: str) -> str:
    parts = item.get(key)
    if isinstance(parts, str):
        return parts
    known = parts if isinstance(parts, list) else []
    return "".join(str(part.get("text") or "") for part in known if isinstance(part, dict))


def _counts(value: Any) -> bool:
    """Whether it is a number of which means and deviations can be made."""
    return isinstance(value, NUMBERS) and abs(value) < LARGEST


def _statistics(rows: list[Any]) -> dict[str, float]:
    """`mean/reward`, `max/reward` … of each key whose values are numbers."""
    names = {name: None for row in rows for name in row if not name.startswith("_ng_")}
    metrics: dict[str, float] = {}
    for name in names:
        values = [float(row[name]) for row in rows if _counts(row.get(name))]
        if values:
            measures = (
                statistics.fmean(values),
                max(values),
                min(values),
                statistics.median(values),
                statistics.stdev(values) if len(values) > 1 else 0.0,
            )
            metrics |= {f"{m}/{name}": v for m, v in zip(MEASURES, measures, strict=True)}
    return metrics
