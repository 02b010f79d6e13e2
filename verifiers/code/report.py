"""Grades test code: what the tests' own process reported, which the program could not reach."""

import json
from typing import Any

from sandbox.program import Outcome
from verifiers.code.detail import Row, empty_row, shown, shown_end
from verifiers.code.plan import Plan, describe
from verifiers.verdict import Verdict, invalid, judged

_REASONS = {
    "passed": "passed",
    "failed": "wrong_answer",
    "error": "runtime_error",
    "skipped": "skipped",
    "missing": "missing",
}
MAX_ROWS = 1000
"""Rows of tests that the detail shows."""


def grade_report(plan: Plan, outcome: Outcome) -> Verdict:
    """The verdict on a run of test code. Tests that never reported have not passed."""
    report = _read(outcome)
    if report is None:
        return _verdict(plan, outcome, [_run_row(plan, outcome)])
    if "problem" in report:
        kind = "asserts" if plan.suite.framework == "asserts" else "files"
        return invalid(f"reference.tests.{kind}: {report['problem']}")
    if not report["complete"]:
        return invalid(
            f"reference.tests: the test code needs the module {report['missing']!r}, which is not "
            "installed beside the server"
        )
    rows = [_row(index, *test) for index, test in enumerate(report["tests"])]
    if not any(row["reason"] != "skipped" for row in rows):
        return invalid(
            "reference.tests: the test code holds nothing that runs: give asserts, a "
            "check(candidate) with entry_point, or test functions"
        )
    return _verdict(plan, outcome, rows)


def _read(outcome: Outcome) -> dict[str, Any] | None:
    """The report, where there is one."""
    if outcome.status != "ok" or not outcome.value:
        return None
    try:
        report = json.loads(outcome.value)
    except (ValueError, RecursionError):
        return None
    return report if isinstance(report, dict) and "complete" in report else None


def _row(index: int, name: str, how: str, message: str) -> Row:
    row = empty_row(index, _REASONS.get(how, how))
    row.update(name=name, message=message or None)
    return row


def _run_row(plan: Plan, outcome: Outcome) -> Row:
    """The one row of a run that never came to its end."""
    row = empty_row(0, outcome.status if outcome.status != "ok" else "runtime_error")
    row["name"] = plan.suite.framework
    return row


def _isolation(plan: Plan) -> str:
    """Whether tests and program had a process each ("split") or one ("shared")."""
    split = plan.suite.language.name == "python" or plan.suite.framework == "asserts"
    return "split" if split else "shared"


def _verdict(plan: Plan, outcome: Outcome, rows: list[Row]) -> Verdict:
    counted = [row for row in rows if row["reason"] != "skipped"]
    passed = sum(row["reason"] == "passed" for row in counted)
    everything = passed == len(counted)
    failure = next((row["reason"] for row in counted if row["reason"] != "passed"), "passed")
    rows[0].update(
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        wall_ms=outcome.wall_ms,
        cpu_ms=outcome.cpu_ms,
        memory_mb=outcome.memory_mb,
        stdout=shown(outcome.stdout, plan.options.shown),
        stderr=shown_end(outcome.stderr, plan.options.shown),
    )
    return judged(
        plan.suite.credit.score([row["reason"] == "passed" for row in counted]),
        passed=everything,
        reason=failure,
        language=plan.suite.language.name,
        extracted=describe(plan.extraction),
        isolation=_isolation(plan),
        passed_tests=passed,
        total_tests=len(counted),
        subtasks=[],
        cpu_ms=outcome.cpu_ms,
        tests=rows[:MAX_ROWS],
    )
