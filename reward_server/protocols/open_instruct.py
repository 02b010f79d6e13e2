"""open-instruct's code API: `--code_api_url http://HOST:8000/test_program`.

The bytes are those of `open_instruct/code_utils/api.py` and of `ground_truth_utils.py:
CodeVerifier`, which asks again on 500, 502, 503 and 504 and counts any other failure as 0 itself.
"""

import json
import re
from typing import Any

from fastapi import Request, Response

from reward_server.errors import ApiError
from reward_server.labels import Item
from reward_server.protocols.dialect import Body, answer, read, refuse_transient, score, speaking
from reward_server.protocols.programs import limits_of

router = speaking("open-instruct")
BARE = {"components": [{"verifier": "code", "options": {"bare": True}}]}
LEAST_S = 0.1


class TestRequest(Body):
    """A program and its tests, each judged by itself."""

    program: str
    tests: Any
    max_execution_time: float = 1.0


@router.post("/test_program")
async def test_program(request: Request) -> Response:
    """Tests that are asserts: which hold, and how long each took."""
    asked = await read(request, TestRequest)
    tests = [_text(test, at) for at, test in enumerate(_tests(asked.tests))]
    return await _judge(request, asked, [{"asserts": test} for test in tests])


@router.post("/test_program_stdio")
async def test_program_stdio(request: Request) -> Response:
    """Tests of input and output: which pass, and how long each took."""
    asked = await read(request, TestRequest)
    tests = [_pair(test, at) for at, test in enumerate(_tests(asked.tests))]
    return await _judge(request, asked, [{"stdio": [test]} for test in tests])


async def _judge(request: Request, asked: TestRequest, tests: list[Any]) -> Response:
    completion = _fenced(asked.program)
    limits = {"time_s": limits_of(max(asked.max_execution_time, LEAST_S)).time_s}
    results = await score(
        request, [_item(completion, {**test, "limits": limits}) for test in tests]
    )
    refuse_transient(results)
    unusable = next((r for r in results if r["reward"] is None), None)
    if unusable:
        raise ApiError(422, "invalid", f"tests: {unusable['message']}", field="tests")
    passed = [bool(result["scores"]["code"]["passed"]) for result in results]
    return answer(
        {
            "results": [int(right) for right in passed],
            "runtimes": [
                _seconds(result) if right else -1.0
                for result, right in zip(results, passed, strict=True)
            ],
        }
    )


def _item(completion: str, tests: dict[str, Any]) -> Item:
    return {"completion": completion, "reference": {"tests": tests}, "rubric": BARE}


def _seconds(result: dict[str, Any]) -> float:
    rows = result["scores"]["code"]["detail"]["tests"]
    return sum(row["wall_ms"] or 0.0 for row in rows) / 1000


def _fenced(program: str) -> str:
    """The program as the only block of an answer, whatever it holds itself."""
    longest = max((len(run) for run in re.findall(r"`{3,}", program)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}python\n{program}\n{fence}"


def _tests(given: Any) -> list[Any]:
    """The list of tests, which may come as JSON text.

    Raises:
        ApiError: 422; also for tests that were pickled, as reading a pickle runs its author's code.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            message = (
                "tests: is a string that is not JSON. Pickled tests (base64 of a compressed "
                "pickle) are refused, since unpickling runs code of whoever wrote them: decode "
                "the data set's tests once and send them as a JSON list"
            )
            raise ApiError(422, "invalid", message, field="tests") from None
    if not isinstance(given, list):
        raise ApiError(422, "invalid", "tests: send a list", field="tests")
    return given


def _text(test: Any, at: int) -> str:
    if isinstance(test, str):
        return test
    raise ApiError(422, "invalid", f"tests[{at}]: send an assert as a string", field="tests")


def _pair(test: Any, at: int) -> dict[str, Any]:
    if isinstance(test, dict) and {"input", "output"} <= test.keys():
        return {"stdin": test["input"], "stdout": test["output"]}
    message = f"tests[{at}]: send an object with input and output"
    raise ApiError(422, "invalid", message, field="tests")
