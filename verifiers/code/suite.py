"""`reference.tests`, checked: what is wrong with it is said with the field's name and the fix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.languages import LANGUAGES, Language, find
from sandbox.program import Kind, Limits
from verifiers.code import fields, kinds
from verifiers.code import options as bounds
from verifiers.code.agreement import check_agreement
from verifiers.code.checkers import Checker
from verifiers.code.credit import Credit, read_credit
from verifiers.code.deciders import checker, interactor, judge
from verifiers.code.fields import UnusableTestsError
from verifiers.code.judge import Judge
from verifiers.code.kinds import Case
from verifiers.code.options import CodeOptions

MAX_TESTS = 10_000
MAX_INPUT_BYTES = 64 << 20
"""All inputs of one item together."""

_COMMON = frozenset({"language", "limits", "checker", "credit", "prelude", "stop_on_failure"})
_MORE_KEYS = {
    "stdio": {"interactor", "subtasks"},
    "calls": {"subtasks"},
    "asserts": {"entry_point"},
    "files": {"framework", "solution_file"},
}
_CODE = (Case(b"", None),)


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one item.

    Attributes:
        language, kind, cases: what is tested, and how; test code is one case without data.
        entry_point: for calls, and for asserts that define `check(candidate)`.
        files, framework, module: for test code: its files, what runs them, and the name under
            which they import the program.
        limits, checker, credit, prelude, stop_on_failure: as in the reference, defaults filled in.
        judge: a program that decides instead of the checker.
        interactor: a program that talks with the one under test, and decides.
    """

    language: Language
    kind: Kind
    cases: tuple[Case, ...]
    limits: Limits
    checker: Checker
    credit: Credit
    prelude: str
    stop_on_failure: bool
    entry_point: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    framework: str = "asserts"
    module: str = "solution"
    judge: Judge | None = None
    interactor: Judge | None = None

    def left(self, reasons: Sequence[str | None]) -> list[int]:
        """The tests to run next; `reasons` says how those went that are decided."""
        undecided = [test for test, reason in enumerate(reasons) if reason is None]
        if not self.stop_on_failure:
            return undecided
        if self.credit.subtasks:
            return self.credit.worth_running(reasons)
        failed = any(reason not in {None, "passed"} for reason in reasons)
        return [] if failed else undecided


def read_suite(tests: Any, options: CodeOptions) -> Suite:
    """The suite that `reference.tests` describes.

    Raises:
        UnusableTestsError: it describes none.
    """
    where = "reference.tests"
    table = fields.mapping(tests, where, "an object with stdio, calls, asserts or files")
    kind = _kind(table)
    fields.known_keys(table, _COMMON | {kind} | _MORE_KEYS[kind], where)
    language = _language(table)
    part = {"cases": _CODE, **kinds.READERS[kind](table, language)}
    program = judge(table.get("checker"), kind)
    _check_cases(part["cases"], f"{where}.{kind}")
    credit = read_credit(table, kind, part["cases"], options.credit)
    named = checker(None if program else table.get("checker"), kind)
    talks = interactor(table, kind)
    if kind in {"stdio", "calls"} and not (program or talks):
        check_agreement(part["cases"], kind, named)
    stop = table.get("stop_on_failure")
    return Suite(
        language=language,
        limits=_limits(table.get("limits"), options),
        checker=named,
        judge=program,
        interactor=talks,
        credit=credit,
        prelude=fields.text(table.get("prelude") or "", f"{where}.prelude"),
        stop_on_failure=credit.kind in {"all", "subtasks"}
        if stop is None
        else fields.flag(stop, f"{where}.stop_on_failure"),
        **part,
    )


def _kind(table: Mapping[str, Any]) -> str:
    given = [kind for kind in kinds.READERS if table.get(kind) is not None]
    if len(given) == 1:
        return given[0]
    known = ", ".join(kinds.READERS)
    if given:
        found = " and ".join(given)
        raise UnusableTestsError(f"reference.tests has {found}: give exactly one of {known}")
    raise UnusableTestsError(f"reference.tests has no tests: give one of {known}")


def _language(table: Mapping[str, Any]) -> Language:
    name = fields.text(table.get("language", "python"), "reference.tests.language")
    language = find(name)
    if language is None:
        known = ", ".join(sorted(LANGUAGES))
        raise UnusableTestsError(
            f"reference.tests.language: unknown language {name[:50]!r} (known: {known})"
        )
    return language


def _check_cases(cases: tuple[Case, ...], where: str) -> None:
    if not cases:
        raise UnusableTestsError(f"{where} is empty: no tests can't be passed; give one at least")
    if len(cases) > MAX_TESTS:
        raise UnusableTestsError(f"{where} has {len(cases)} tests; at most {MAX_TESTS} are run")
    size = sum(len(case.stdin) for case in cases)
    if size > MAX_INPUT_BYTES:
        raise UnusableTestsError(
            f"{where}: the inputs are {size >> 20} MiB together; at most "
            f"{MAX_INPUT_BYTES >> 20} MiB are taken"
        )


_LIMITS: dict[str, tuple[float, float]] = {
    "time_s": (0.01, bounds.MAX_TIME_S),
    "memory_mb": (16, bounds.MAX_MEMORY_MB),
    "output_kb": (1, bounds.MAX_OUTPUT_KB),
    "processes": (1, bounds.MAX_PROCESSES),
}
"""Least and most of each limit that a reference may set."""


def _limits(value: Any, options: CodeOptions) -> Limits:
    limits = Limits(options.time_s, options.memory_mb, options.output_kb)
    if value is None:
        return limits
    where = "reference.tests.limits"
    table = fields.mapping(value, where, f"an object with any of {', '.join(_LIMITS)}")
    fields.known_keys(table, _LIMITS.keys(), where)
    return replace(
        limits, **{name: _limit(name, number, f"{where}.{name}") for name, number in table.items()}
    )


def _limit(name: str, value: Any, where: str) -> Any:
    number = fields.number(value, where, *_LIMITS[name])
    return number if name == "time_s" else int(number)
