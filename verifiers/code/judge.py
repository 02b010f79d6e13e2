"""Outputs and talks that a program decides about: checkers and interactors.

testlib (Codeforces): `checker input output answer`, exit code 0 accepted, 1 and 2 refused.
Kattis and ICPC: `validator input answer directory flags...` with the output on standard input, 42
accepted, 43 refused. An interactor is called alike and talks with the program. Any other end is the
checker's own failure, and the caller's to mend.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sandbox.program import DATA, Limits, Outcome, Program, Run

if TYPE_CHECKING:
    from verifiers.code.kinds import Case
    from verifiers.code.plan import Plan

Protocol = Literal["testlib", "kattis"]
PROTOCOLS: tuple[Protocol, ...] = ("testlib", "kattis")

_TRACEBACK = "Traceback (most recent call last)"
_LIMITS = Limits(time_s=20.0, memory_mb=1024, output_kb=1024)
_ANSWERS: dict[Protocol, dict[int, str]] = {
    "testlib": {0: "passed", 1: "wrong_answer", 2: "wrong_answer", 7: "wrong_answer"},
    "kattis": {42: "passed", 43: "wrong_answer"},
}
"""Exit codes to what they say of the output; testlib's 7, part of the points, is no pass."""


class JudgeError(Exception):
    """The judge failed; the message names the field and says how."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A checker that is a program.

    Attributes:
        language: a key of the languages table.
        source: its text.
        protocol: how it is called and what its exit codes mean.
        files: further source files beside it, such as testlib.h.
        flags: for Kattis: what stands at the end of its command.
    """

    language: str
    source: str
    protocol: Protocol
    files: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()


def ask(plan: "Plan", judge: Judge, outcomes: Sequence[Outcome]) -> "Plan":
    """The plan in which the judge sees each output of a run that ended well."""
    asked = [
        (test, outcome)
        for test, outcome in zip(plan.tests, outcomes, strict=True)
        if outcome.status == "ok"
    ]
    return replace(
        plan,
        program=Program(judge.language, judge.source, kind="judge", tests=judge.files),
        runs=tuple(_run(judge, plan.suite.cases[test], outcome) for test, outcome in asked),
        limits=_LIMITS,
        tests=tuple(test for test, _ in asked),
        held=(plan, tuple(outcomes)),
    )


def _run(judge: Judge, case: "Case", outcome: Outcome) -> Run:
    files = [("input", case.stdin), ("answer", case.expected)]
    if judge.protocol == "kattis":
        arguments = (f"{DATA}/input", f"{DATA}/answer", "/tmp/", *judge.flags)  # noqa: S108
        return Run(outcome.stdout, tuple(files), arguments)
    files.append(("output", outcome.stdout))
    return Run(b"", tuple(files), tuple(f"{DATA}/{name}" for name in ("input", "output", "answer")))


def partner(judge: Judge) -> Program:
    """The judge as an interactor."""
    return Program(judge.language, judge.source, kind="judge", tests=judge.files)


def talk(judge: Judge, case: "Case") -> Run:
    """A run of a program that the judge talks with."""
    names = ["answer", "/tmp/"] if judge.protocol == "kattis" else ["/tmp/output", "answer"]  # noqa: S108
    arguments = [name if name.startswith("/") else f"{DATA}/{name}" for name in ("input", *names)]
    files = (("input", case.stdin), ("answer", case.expected))
    return Run(b"", files, (*arguments, *judge.flags))


def talk_reason(judge: Judge, outcome: Outcome) -> str:
    """How a run of a program with its interactor went: one of our reasons, or else a problem.

    Where both failed, whoever ended first decides: an interactor that refuses hangs up on the
    program, and a program that crashes leaves the interactor with half a talk.

    Raises:
        JudgeError: the interactor failed by itself.
    """
    report = json.loads(outcome.value or b"{}")
    said = _answer(judge, report.get("exit_code"), report.get("stderr") or "")
    if said == "wrong_answer" and (report["first"] or outcome.status == "ok"):
        return said
    if outcome.status != "ok":
        return outcome.status
    if said:
        return said
    why = report.get("compile_error") or report.get("stderr") or ""
    raise JudgeError(
        f"reference.tests.interactor.program failed (exit code {report.get('exit_code')}): "
        f"{why.strip()[-300:]}"
    )


def _answer(judge: Judge, exit_code: int | None, said: str) -> str | None:
    """What an exit code says of the output; None where it says nothing.

    A Python program that breaks exits with 1, which is testlib's "wrong answer".
    """
    if exit_code is None or (judge.language == "python" and _TRACEBACK in said):
        return None
    return _ANSWERS[judge.protocol].get(exit_code)


def reasons(plan: "Plan", outcomes: Sequence[Outcome]) -> dict[int, str]:
    """What the judge said of each test that it was asked about."""
    assert plan.suite.judge is not None
    answers = _ANSWERS[plan.suite.judge.protocol]
    return {
        test: answers[outcome.exit_code or 0]
        for test, outcome in zip(plan.tests, outcomes, strict=True)
    }


def problem(judge: Judge, outcomes: Sequence[Outcome]) -> str | None:
    """Why the judge can't be used, where its end says so."""
    for outcome in outcomes:
        ended = outcome.status in {"ok", "runtime_error"}
        said = outcome.stderr.decode("utf-8", "replace").strip()
        if not ended or _answer(judge, outcome.exit_code, said) is None:
            how = outcome.status if not ended else f"exit code {outcome.exit_code}"
            codes = ", ".join(map(str, _ANSWERS[judge.protocol]))
            return (
                f"reference.tests.checker.program failed ({how}; {judge.protocol} exit codes are "
                f"{codes}): {said[-300:]}"
            )
    return None
