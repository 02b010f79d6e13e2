"""Judges programs by their tests: plans what the sandbox runs, and grades what comes out.

It runs nothing itself, and nothing it hands to the sandbox for the program's own process holds an
expected output.
"""

from verifiers.code.grade import grade
from verifiers.code.options import CodeOptions
from verifiers.code.plan import Plan, plan
from verifiers.verdict import ProgramVerifier

REASONS = (
    "passed",
    "wrong_answer",
    "runtime_error",
    "time_limit",
    "memory_limit",
    "output_limit",
    "compile_error",
    "no_entry_point",
    "missing",
    "no_code",
)
"""`skipped` stands in rows of the detail only: a verdict has the reason of the test that failed."""

DETAIL = (
    "language",
    "extracted",
    "isolation",
    "passed_tests",
    "total_tests",
    "subtasks",
    "cpu_ms",
    "tests",
)

VERIFIER = ProgramVerifier(
    summary="Programs, judged by their tests in a sandbox",
    plan=plan,
    grade=grade,
    options=CodeOptions,
    reads=("tests",),
    reasons=REASONS,
    detail=DETAIL,
)

__all__ = ["REASONS", "VERIFIER", "CodeOptions", "Plan", "grade", "plan"]
