"""The rows of SandboxFusion's dataset types, as tests of ours."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from reward_server.errors import ApiError
from reward_server.labels import tests_of as tests_of_lists
from reward_server.protocols.programs import language_of, limits_of

WITHIN = "config.provided_data"
DECIMAL = re.compile(r"\d\.\d|\d[eE][+-]?\d")
MARGIN = re.compile(r"\n(?=[^\s])")
IMPORTS = """import collections, copy, datetime, functools, hashlib, heapq, itertools, math
import re, statistics, string, sys
from collections import *
from typing import *
"""
"""What SandboxFusion puts before HumanEval's programs, less NumPy."""

RUN_TIMEOUT_S = 20.0
"""SandboxFusion's own for problems that name none."""

Row = Mapping[str, Any]


def tests_of(dataset: str, config: Any, row: Row) -> dict[str, Any]:
    """`reference.tests` of a problem.

    Args:
        dataset: its name, for callers that leave the dataset's type out.
        config: what the caller says of all problems.
        row: the problem.

    Raises:
        ApiError: 422, the type is not one of ours or the row not of its shape.
    """
    kind = _kind(dataset, config)
    if kind not in READERS:
        known = ", ".join(READERS)
        message = f"config.dataset_type: {kind[:50]!r} is not offered; there are {known}"
        raise ApiError(422, "invalid", message, field="config.dataset_type")
    labels = read_column(row.get("labels"))
    named = labels.get("programming_language") if isinstance(labels, dict) else None
    language = language_of(config.language or named or "python", "config.language").name
    extra = config.extra or {}
    return {
        "language": language,
        "limits": {
            "time_s": limits_of(config.run_timeout or RUN_TIMEOUT_S).time_s,
            "processes": 16,
        },
        "stop_on_failure": not extra.get("run_all_cases", False),
        **READERS[kind](row),
    }


def completed(dataset: str, config: Any, row: Row, completion: str) -> str:
    """The completion as an answer with a fenced program, where the type's prompts ask for less.

    HumanEval's goes on with the prompt's code, up to the next thing at the margin, unless it is
    `is_freeform`; MBPP's is code up to `[DONE]`.
    """
    kind = _kind(dataset, config)
    if "```" in completion or kind not in {"HumanEvalDataset", "MBPPDataset"}:
        return completion
    if kind == "MBPPDataset":
        program = completion.partition("[DONE]")[0]
    elif (config.extra or {}).get("is_freeform"):
        return completion
    else:
        program = f"{row.get('prompt') or ''}\n{MARGIN.split(completion)[0]}"
    return f"```python\n{program}\n```"


def _kind(dataset: str, config: Any) -> str:
    return str(config.dataset_type or TYPES.get(dataset, "CommonOJDataset"))


def _common_oj(row: Row) -> dict[str, Any]:
    """`test`: `[{"input": {"stdin": …}, "output": {"stdout": …}}]`."""
    cases = read_column(row.get("test"))
    try:
        pairs = [(case["input"]["stdin"], case["output"]["stdout"]) for case in cases]
    except (TypeError, KeyError):
        raise _unfit("test", 'a list of {"input": {"stdin"}, "output": {"stdout"}}') from None
    # its own comparison: line by line in lower case; a number may differ by 1e-5 of it
    numbers = any(isinstance(o, str) and DECIMAL.search(o) for _, o in pairs)
    checker = {"name": "float", "tolerance": 1e-5} if numbers else {"name": "lines"}
    return {
        "stdio": [{"stdin": i, "stdout": o} for i, o in pairs],
        "checker": {**checker, "ignore_case": True},
    }


def _human_eval(row: Row) -> dict[str, Any]:
    """`test` defines `check`, which is called with `entry_point`."""
    test, entry_point = row.get("test"), row.get("entry_point")
    if not isinstance(test, str) or not isinstance(entry_point, str):
        raise _unfit("test", "test code that defines check(candidate), and entry_point")
    return {"asserts": test, "entry_point": entry_point, "prelude": IMPORTS}


def _live_code_bench(row: Row) -> dict[str, Any]:
    """`test.input_output`: parallel lists, with `fn_name` for calls. Pickled tests are refused."""
    test = read_column(row.get("test"))
    lists = read_column(test.get("input_output")) if isinstance(test, dict) else None
    if not (isinstance(lists, dict) and "inputs" in lists and "outputs" in lists):
        raise _unfit(
            "test", '{"input_output": {"inputs", "outputs", "fn_name"}} as JSON; no pickle'
        )
    tests = tests_of_lists(lists)
    return {**tests, "checker": "lines"} if "stdio" in tests else tests


def _mbpp(row: Row) -> dict[str, Any]:
    """`test_list`: asserts, after `test_setup_code`."""
    asserts = read_column(row.get("test_list"))
    if not isinstance(asserts, list) or not all(isinstance(line, str) for line in asserts):
        raise _unfit("test_list", "a list of asserts")
    labels = read_column(row.get("labels"))
    labelled = labels.get("test_setup_code") if isinstance(labels, dict) else None
    setup = row.get("test_setup_code") or labelled or ""
    return {"asserts": "\n".join([str(setup), *asserts])}


def _auto_eval(row: Row) -> dict[str, Any]:
    """`test.code` is appended to the program."""
    test = read_column(row.get("test"))
    code = test.get("code") if isinstance(test, dict) else None
    if not isinstance(code, str) or test.get("asset"):
        raise _unfit("test", '{"code": "test code"}, without assets')
    return {"asserts": code}


READERS: dict[str, Callable[[Row], dict[str, Any]]] = {
    "CommonOJDataset": _common_oj,
    "HumanEvalDataset": _human_eval,
    "MBPPDataset": _mbpp,
    "AutoEvalDataset": _auto_eval,
    "LiveCodeBenchDataset": _live_code_bench,
}
TYPES = {
    "humaneval_python": "HumanEvalDataset",
    "shadow_humaneval_python": "HumanEvalDataset",
    "evoeval": "HumanEvalDataset",
    "mbpp": "MBPPDataset",
    "live_code_bench_v1": "LiveCodeBenchDataset",
}
"""Datasets whose type callers leave out."""


def read_column(value: Any) -> Any:
    """A column that may hold its value as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _unfit(column: str, wanted: str) -> ApiError:
    field = f"{WITHIN}.{column}"
    return ApiError(422, "invalid", f"{field}: send {wanted}", field=field)
