"""Labelled programs as completions with tests of the contract.

Covered: `stdio` (checker programs and interactors included), `function`, `asserts`, `pytest`, and
`framework` where there is a kind of test for it (go test, cargo test, JUnit, Jest); `program`, a
whole file that exits with 0: as `asserts` where it is known at which line its tests begin. Not
covered: test files of other frameworks (Unity, Catch, bats, prove, testthat, hspec, …).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from benchmarks.cases import CASES
from sandbox.languages import LANGUAGES
from verifiers.verdict import Sample

DATA = CASES / "code"
FENCE = "`" * 8

TESTS_BEGIN = {
    "javascript": r"^(?:const test\w+ =|const _ = \{ isEqual|const assert = require)",
    "typescript": r"^(?:import \* as assert|declare var require)",
    "ruby": r"^(?:arg00 =|x0 =|require 'test/unit')",
    "php": r"^(?:function compare\(|function candidate\()",
    "perl": r"^use Data::Compare;",
    "cpp": r"^(?:#undef NDEBUG|template <typename T> bool compare\()",
    "java": r"(?:public )?class Main \{",
    "go": r"^(?:type assertShim|func deepCompare)",
}
"""The first line of the tests in whole files of HumanEvalPack, MBXP and SandboxFusion."""

MODES = {"stdio", "function", "asserts", "pytest", "program"}


def labelled(languages: set[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of each source that are covered, where there are any."""
    for path in sorted(DATA.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        covered = [row for row in rows if row["language"] in languages and _is_covered(row)]
        if covered:
            yield path.stem, covered


def _is_covered(row: dict[str, Any]) -> bool:
    if row["mode"] == "framework":
        return bool(LANGUAGES[row["language"]].frameworks)
    return row["mode"] in MODES


def sample_of(row: dict[str, Any]) -> Sample | None:
    """A row as a completion and its tests; None for a whole file that has to be run as it is."""
    kinds = {
        "stdio": _stdio,
        "function": _function,
        "asserts": _asserts,
        "pytest": _pytest,
        "framework": _framework,
        "program": _whole_file,
    }
    made = kinds[row["mode"]](row)
    if made is None:
        return None
    program, tests = made
    given = row.get("limits") or {}
    limits = {"time_s": min(60, given.get("time_s") or 10)}
    if given.get("memory_mb"):
        limits["memory_mb"] = given["memory_mb"]
    language = row["language"]
    text = f"{FENCE}{language}\n{program}\n{FENCE}"
    return Sample(text, {"tests": {"language": language, "limits": limits, **tests}})


Made = tuple[str, dict[str, Any]] | None
"""The program, and its tests."""


def _stdio(row: Any) -> Made:
    compare, cases, given = row.get("compare", "tokens"), row["tests"], None
    if isinstance(cases, dict):
        problem = json.loads((DATA / cases["ref"]).read_text(encoding="utf-8"))
        compare, cases = problem.get("compare", compare), problem["tests"]
        given = problem.get("checker")
    if not given and any(case["stdout"] is None for case in cases):
        return None
    tests: dict[str, Any] = {
        "stdio": [{"stdin": case["stdin"], "stdout": case["stdout"] or ""} for case in cases]
    }
    if given:
        tests["interactor" if given["interactive"] else "checker"] = _validator(given)
    elif compare.startswith("float:"):
        tests["checker"] = {"name": "float", "tolerance": float(compare[6:])}
    else:
        tests["checker"] = {"name": "tokens", "ignore_case": compare == "tokens_ci"}
    return row["program"], tests


def _validator(given: Any) -> dict[str, Any]:
    """A problem's own output validator."""
    main = next(name for name in given["files"] if name.endswith((".cc", ".cpp", ".py")))
    return {
        "program": given["files"][main],
        "language": given["language"],
        "protocol": "kattis",
        "files": {name: text for name, text in given["files"].items() if name != main},
        "flags": given.get("flags") or [],
    }


def _function(row: Any) -> Made:
    calls = {"entry_point": row["tests"]["fn_name"], "cases": row["tests"]["cases"]}
    return row["program"], {"calls": calls, "checker": {"name": "float", "tolerance": 1e-9}}


def _asserts(row: Any) -> Made:
    entry = (row.get("meta") or {}).get("entry_point")
    return row["program"], {"asserts": row["tests"]} | ({"entry_point": entry} if entry else {})


def _pytest(row: Any) -> Made:
    name = row["tests"]["module"].removesuffix(".py") + ".py"
    return row["program"], {"files": row["tests"]["files"], "solution_file": name}


def _framework(row: Any) -> Made:
    files = row["tests"]["files"]
    if files:
        return row["program"], {"files": files, "solution_file": row["tests"]["solution_path"]}
    program, mark, below = row["program"].partition("#[cfg(test)]")  # Rust, its tests below it
    return program, {"asserts": mark + below}


def _whole_file(row: Any) -> Made:
    """A whole file as a program and its asserts, where it is known how to take it apart."""
    text, mark = row["program"], TESTS_BEGIN.get(row["language"])
    found = mark and re.search(mark, text, re.MULTILINE)
    if not found:
        return None
    at = found.start()
    if text.rfind("?>", 0, at) > text.rfind("<?", 0, at):
        return None  # a program that ends PHP: what follows is text, and tests nothing
    return text[:at], {"asserts": text[at:]}
