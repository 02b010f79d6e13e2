"""Outputs and talks that a program decides about: checkers and interactors.

testlib (Codeforces): `checker input output answer`, exit code 0 accepted, 1 and 2 refused.
Kattis and ICPC: `validator input answer directory flags...` with the output on standard input, 42
accepted, 43 refused. An interactor is called alike and talks with the program. Any other end is the
checker's own failure, and the caller's to mend; unless it comes of what the program wrote: else a
program could choose that its item is refused, which trainers leave out, where it has failed. So a
checker that broke is tried on the expected output, an interactor on a program that says numbers.
"""

import json
import re
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
_HUNG_UP = re.compile(r"EOFError|BrokenPipeError")
_UNREADABLE = re.compile(
    r"a signal|ValueError|IndexError|OverflowError|MemoryError|Unicode\w+Error"
)
"""What an interactor breaks with when a program ends too soon; and when it says nonsense."""

_LIMITS = Limits(time_s=20.0, memory_mb=1024, output_kb=1024)
_ANSWERS: dict[Protocol, dict[int, str]] = {
    "testlib": {0: "passed", 1: "wrong_answer", 2: "wrong_answer", 7: "wrong_answer"},
    "kattis": {42: "passed", 43: "wrong_answer"},
}
"""Exit codes to what they say of the output; testlib's 7, part of the points, is no pass."""


Held = tuple["Plan", tuple[Outcome, ...]]
"""A plan whose outcomes are being judged, and they."""


class JudgeError(Exception):
    """The judge failed; the message names the field and says how.

    Attributes:
        last_words: the last line of its stderr.
    """

    def __init__(self, message: str, last_words: str) -> None:
        super().__init__(message)
        self.last_words = last_words


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
        runs=tuple(_run(judge, plan.suite.cases[test], outcome.stdout) for test, outcome in asked),
        limits=_LIMITS,
        tests=tuple(test for test, _ in asked),
        held=(plan, tuple(outcomes)),
    )


def on_expected(plan: "Plan", judge: Judge, outcomes: Sequence[Outcome]) -> "Plan":
    """The plan in which the judge, which broke, sees the expected output in the program's place."""
    broken = next(test for test, it in zip(plan.tests, outcomes, strict=True) if _fault(judge, it))
    case = plan.suite.cases[broken]
    run = _run(judge, case, case.expected)
    return replace(plan, runs=(run,), tests=(broken,), held=(plan, tuple(outcomes)))


def _run(judge: Judge, case: "Case", output: bytes) -> Run:
    files = [("input", case.stdin), ("answer", case.expected)]
    if judge.protocol == "kattis":
        arguments = (f"{DATA}/input", f"{DATA}/answer", "/tmp/", *judge.flags)  # noqa: S108
        return Run(output, tuple(files), arguments)
    files.append(("output", output))
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
    if outcome.status != "ok" and (said or not report.get("first")):
        return outcome.status
    if said:
        return said
    code, why = report.get("exit_code"), report.get("compile_error") or report.get("stderr") or ""
    last = "a signal" if code and code < 0 else why.strip().rpartition("\n")[2]
    if judge.language == "python" and _HUNG_UP.match(last):
        return "wrong_answer"
    how = f"failed (exit code {code}): {why.strip()[-300:]}"
    raise JudgeError(f"reference.tests.interactor.program {how}", last)


def with_numbers(
    plan: "Plan", test: int, error: JudgeError, outcomes: Sequence[Outcome]
) -> "Plan | None":
    """The plan in which the interactor, which could not read what was said, hears numbers.

    None where it did not break on that.
    """
    interactor = plan.suite.interactor
    assert interactor
    if not _UNREADABLE.match(error.last_words):
        return None
    return replace(
        plan,
        program=replace(plan.program, language="python", source='print("1\\n" * 1000)'),
        runs=(talk(interactor, plan.suite.cases[test]),),
        tests=(test,),
        held=(plan, tuple(outcomes)),
    )


def talks_after_all(plan: "Plan", judge: Judge, outcome: Outcome) -> bool:
    """Whether the interactor, hearing numbers, does not break as it did."""
    assert plan.held
    asked, said = plan.held
    before = said[asked.tests.index(plan.tests[0])]
    return _talk_fault(judge, before) != _talk_fault(judge, outcome)


def _talk_fault(judge: Judge, outcome: Outcome) -> str:
    """The last words of an interactor that broke, else nothing."""
    try:
        talk_reason(judge, outcome)
    except JudgeError as error:
        return error.last_words or "unknown"
    return ""


def _answer(judge: Judge, exit_code: int | None, said: str) -> str | None:
    """What an exit code says of the output; None where it says nothing.

    A Python program that breaks exits with 1, which is testlib's "wrong answer".
    """
    if exit_code is None or (judge.language == "python" and _TRACEBACK in said):
        return None
    return _ANSWERS[judge.protocol].get(exit_code)


def reasons(plan: "Plan", outcomes: Sequence[Outcome]) -> dict[int, str]:
    """What the judge said of each test that it was asked about; where it broke, no pass."""
    judge = plan.suite.judge
    assert judge is not None
    answers = _ANSWERS[judge.protocol]
    return {
        test: "wrong_answer" if _fault(judge, outcome) else answers[outcome.exit_code or 0]
        for test, outcome in zip(plan.tests, outcomes, strict=True)
    }


def problem(judge: Judge, outcomes: Sequence[Outcome]) -> str | None:
    """Why the judge can't be used, where its end says so."""
    faults = (_fault(judge, outcome) for outcome in outcomes)
    return next((fault for fault in faults if fault), None)


def _fault(judge: Judge, outcome: Outcome) -> str | None:
    """How the judge broke, where it did."""
    ended = outcome.status in {"ok", "runtime_error"}
    said = outcome.stderr.decode("utf-8", "replace").strip()
    if ended and _answer(judge, outcome.exit_code, said) is not None:
        return None
    how = outcome.status if not ended else f"exit code {outcome.exit_code}"
    codes = ", ".join(map(str, _ANSWERS[judge.protocol]))
    return (
        f"reference.tests.checker.program failed ({how}; {judge.protocol} exit codes are "
        f"{codes}): {said[-300:]}"
    )
