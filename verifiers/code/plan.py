"""From a sample to what the sandbox is to run; the expected outputs stay behind, in the plan."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.program import Limits, Outcome, Program, Run
from verifiers.code import judge
from verifiers.code.extract import Extraction, extract
from verifiers.code.fields import UnusableTestsError
from verifiers.code.kinds import Case
from verifiers.code.options import CodeOptions
from verifiers.code.suite import Suite, read_suite
from verifiers.verdict import Sample, Verdict, invalid, judged

MAX_PROGRAM_CHARS = 2_000_000
"""A longer program is no program; a parser would only burn its time limit on it."""

_FUTURE = re.compile(r"^from __future__ import [^\n]*\n?", re.MULTILINE)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Programs to run, and what is needed to grade what comes out.

    Attributes:
        program, runs, limits: for `sandbox.run`; all that ever reaches it.
        suite, options, extraction: what is graded, how, and where it was found.
        tests: which test each run is.
        rows: of each test, its row of the detail once it is decided.
        held: while `program` is a judge of outputs: the plan that they came from, and they.
    """

    program: Program
    runs: tuple[Run, ...]
    limits: Limits
    suite: Suite
    options: CodeOptions
    extraction: Extraction
    tests: tuple[int, ...]
    rows: tuple[Row | None, ...]
    held: "tuple[Plan, tuple[Outcome, ...]] | None" = None

    def again(self, tests: Sequence[int], rows: Sequence[Row | None], *, isolate: bool) -> "Plan":
        """The plan that runs `tests` next, with what is decided by now."""
        return replace(
            self,
            program=replace(self.program, isolate=isolate),
            runs=tuple(self._run(self.suite.cases[test]) for test in tests),
            tests=tuple(tests),
            rows=tuple(rows),
        )

    def _run(self, case: Case) -> Run:
        interactor = self.suite.interactor
        return judge.talk(interactor, case) if interactor else Run(case.stdin)


def plan(sample: Sample, options: CodeOptions) -> Plan | Verdict:
    """What to run for a sample, or its verdict where there is nothing to run."""
    try:
        suite = read_suite(sample.reference.get("tests"), options)
    except UnusableTestsError as error:
        return invalid(str(error))
    found = extract(sample, suite.language.name, bare=options.bare)
    if found.source == "none" or len(found.program) > MAX_PROGRAM_CHARS:
        detail = {"language": suite.language.name, "extracted": describe(found)}
        return judged(0.0, passed=False, reason="no_code", **detail)
    program = Program(
        language=suite.language.name,
        source=_with_prelude(found.program, suite.prelude),
        kind=suite.kind,
        entry_point=suite.entry_point,
        tests=suite.files,
        framework=suite.framework,
        module=suite.module,
        isolate=options.isolate_tests,
        stop_on_failure=suite.stop_on_failure,
        partner=judge.partner(suite.interactor) if suite.interactor else None,
    )
    nothing = (None,) * len(suite.cases)
    first = Plan(program, (), suite.limits, suite, options, found, (), nothing)
    return first.again(suite.left(nothing), nothing, isolate=options.isolate_tests)


def _with_prelude(program: str, prelude: str) -> str:
    """The prelude and then the program, whose `__future__` imports must stay on top."""
    if not prelude:
        return program
    futures = "".join(line.rstrip("\n") + "\n" for line in _FUTURE.findall(program))
    return f"{futures}{prelude}\n{_FUTURE.sub('', program)}"


def describe(found: Extraction) -> dict[str, Any]:
    """The extraction as plain data for the detail."""
    return {
        "from": found.source,
        "tag": found.tag[:50],
        "blocks": found.blocks,
        "closed": found.closed,
        "chars": len(found.program),
    }
