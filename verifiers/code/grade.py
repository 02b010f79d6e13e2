"""From a plan and the outcomes of its runs to a verdict, or to a plan for what must run again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.languages import LANGUAGES
from sandbox.program import Outcome
from sandbox.values import decode
from verifiers.code import judge
from verifiers.code.detail import empty_row, shown, shown_end
from verifiers.code.kinds import Case
from verifiers.code.plan import Plan, Row, describe
from verifiers.code.report import grade_report
from verifiers.code.same import same
from verifiers.code.suite import Suite
from verifiers.verdict import Verdict, invalid, judged

_NOT_RUN = {"deferred", "skipped"}

SHOWN_IN_ALL = 20_000
"""Characters of all rows' stdout and stderr together."""


def grade(plan: Plan, outcomes: Sequence[Outcome]) -> Verdict | Plan:
    """The verdict; or, where more must run first, a plan for that.

    A wrong answer by a process that had run other tests before is asked for once more, in a process
    of its own; runs that were deferred follow when nothing before them failed.
    """
    if any(outcome.status == "no_toolchain" for outcome in outcomes):
        return _no_toolchain(plan)
    if plan.suite.kind == "tests":
        return grade_report(plan, outcomes[0])
    if plan.held and plan.suite.judge:
        return _grade_judged(plan, plan.suite.judge, plan.held, outcomes)
    if plan.suite.judge and any(outcome.status == "ok" for outcome in outcomes):
        return judge.ask(plan, plan.suite.judge, outcomes)
    if plan.suite.interactor:
        return _grade_talks(plan, plan.suite.interactor, outcomes)
    return _grade_runs(plan, outcomes, {})


def _grade_judged(
    plan: Plan, checker: judge.Judge, held: judge.Held, outcomes: Sequence[Outcome]
) -> Verdict | Plan:
    """As `grade`, for a judge's runs: on the program's outputs, then on one that was expected."""
    problem = judge.problem(checker, outcomes)
    if held[0].held is None:
        if problem:
            return judge.on_expected(plan, checker, outcomes)
        return _grade_runs(*held, judge.reasons(plan, outcomes))
    if problem:
        return invalid(problem)
    asked, said = held
    assert asked.held
    return _grade_runs(*asked.held, judge.reasons(asked, said))


def _grade_talks(
    plan: Plan, interactor: judge.Judge, outcomes: Sequence[Outcome]
) -> Verdict | Plan:
    """As `grade`, for runs of a program with its interactor."""
    asked, said = plan.held or (plan, outcomes)
    excused = plan.held is not None and judge.talks_after_all(plan, interactor, outcomes[0])
    reasons: dict[int, str] = {}
    for test, outcome in zip(asked.tests, said, strict=True):
        try:
            reasons[test] = judge.talk_reason(interactor, outcome)
        except judge.JudgeError as error:
            if not excused:
                again = None if plan.held else judge.with_numbers(plan, test, error, outcomes)
                return again or invalid(str(error))
            reasons[test] = "wrong_answer"
    return _grade_runs(asked, said, reasons)


def _no_toolchain(plan: Plan) -> Verdict:
    language = LANGUAGES[plan.program.language]
    where = "reference.tests.checker" if plan.held else "reference.tests"
    return invalid(
        f"{where}.language: there is no toolchain for {language.name} where programs run; "
        f"install the Debian package {language.package} there"
    )


def _grade_runs(
    plan: Plan, outcomes: Sequence[Outcome], judged_reasons: Mapping[int, str]
) -> Verdict | Plan:
    """As `grade`, for runs of the program; `judged_reasons` are those that a judge gave."""
    rows = list(plan.rows)
    doubtful: dict[int, Row] = {}
    for test, outcome in zip(plan.tests, outcomes, strict=True):
        reason = judged_reasons.get(test) or reason_of(plan.suite, plan.suite.cases[test], outcome)
        if reason == "wrong_answer" and not outcome.isolated:
            doubtful[test] = _row(plan, test, outcome, reason)
        elif reason not in _NOT_RUN:
            rows[test] = _row(plan, test, outcome, reason)
    stop = plan.suite.stop_on_failure
    left = plan.suite.left([row["reason"] if row else None for row in rows])
    if stop and not left:
        return _verdict(plan, [row or doubtful.get(test) for test, row in enumerate(rows)])
    doubted = [test for test in left if test in doubtful]
    if doubted:
        return plan.again(doubted[:1] if stop else doubted, rows, isolate=True)
    if left:
        return plan.again(left, rows, isolate=plan.options.isolate_tests)
    return _verdict(plan, rows)


def reason_of(suite: Suite, case: Case, outcome: Outcome) -> str:
    """How a test went, in one word of the closed list."""
    if outcome.status != "ok":
        return outcome.status
    right = _value_is_right if suite.kind == "calls" else _output_is_right
    return "passed" if right(suite, case, outcome) else "wrong_answer"


def _output_is_right(suite: Suite, case: Case, outcome: Outcome) -> bool:
    return suite.checker.accepts(outcome.stdout, case.expected)


def _value_is_right(suite: Suite, case: Case, outcome: Outcome) -> bool:
    tolerance = suite.checker.tolerance if suite.checker.name == "float" else None
    try:
        return same(decode(outcome.value or b""), case.expected, tolerance)
    except (ValueError, RecursionError):
        return False


def _row(plan: Plan, test: int, outcome: Outcome, reason: str) -> Row:
    """A test's row of the detail."""
    most = min(plan.options.shown, SHOWN_IN_ALL // (2 * len(plan.suite.cases)))
    written = outcome.value or b"" if plan.suite.kind == "calls" else outcome.stdout
    row = empty_row(test, reason)
    row.update(
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        wall_ms=outcome.wall_ms,
        cpu_ms=outcome.cpu_ms,
        memory_mb=outcome.memory_mb,
        stdout=shown(written, most),
        stderr=shown_end(outcome.stderr, most),
    )
    if plan.options.reveal and reason == "wrong_answer":
        row["expected"] = shown(_as_bytes(plan.suite.cases[test].expected), most)
    return row


def _as_bytes(expected: Any) -> bytes:
    return expected if isinstance(expected, bytes) else json.dumps(expected).encode()


def _verdict(plan: Plan, rows: Sequence[Row | None]) -> Verdict:
    """What the rows come to; a test without one was not run."""
    table = [row or empty_row(test, "skipped") for test, row in enumerate(rows)]
    passed = [row["reason"] == "passed" for row in table]
    everything = all(passed)
    failures = (row["reason"] for row in table if row["reason"] not in {"passed", "skipped"})
    return judged(
        plan.suite.credit.score(passed),
        passed=everything,
        reason="passed" if everything else next(failures, "skipped"),
        language=plan.suite.language.name,
        extracted=describe(plan.extraction),
        isolation="outside",
        passed_tests=sum(passed),
        total_tests=len(table),
        subtasks=plan.suite.credit.describe(passed),
        cpu_ms=round(sum(row["cpu_ms"] or 0 for row in table), 3),
        tests=table,
    )
