"""Tests that no program can pass together: the same input with two outputs."""

from collections.abc import Sequence

from verifiers.code.checkers import Checker
from verifiers.code.fields import UnusableTestsError
from verifiers.code.kinds import Case
from verifiers.code.same import same


def check_agreement(cases: Sequence[Case], kind: str, checker: Checker) -> None:
    """Compare the outputs of equal inputs, as the checker would.

    Raises:
        UnusableTestsError: two of them differ.
    """
    first: dict[bytes, int] = {}
    for number, case in enumerate(cases):
        known = first.setdefault(case.stdin, number)
        if known != number and not _agree(case, cases[known], checker):
            where, what = f"reference.tests.{kind}", _WHAT[kind]
            raise UnusableTestsError(
                f"{where}: tests {known} and {number} contradict each other, the same {what}; "
                "leave one out"
            )


def _agree(one: Case, other: Case, checker: Checker) -> bool:
    if isinstance(one.expected, bytes):
        return checker.accepts(one.expected, other.expected)
    tolerance = checker.tolerance if checker.name == "float" else None
    return same(one.expected, other.expected, tolerance)


_WHAT = {
    "stdio": "stdin with different stdout",
    "calls": "args with different expected",
}
