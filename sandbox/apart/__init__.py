"""Tests in one process, the program in another, for languages that are compiled.

The tests' half is compiled with stubs of what it calls; the program's half with a table of what can
be called. Arguments and results travel as plain data over two pipes. So the program never sees what
is expected, and can't say that it passed: the tests' process does, by how it ends. What takes or
gives anything but data does not cross: such tests are refused, with the reason.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from sandbox.apart import c, cpp, go, java, rust
from sandbox.apart.halves import Unsplittable, UnusableTests
from sandbox.command import File, Source
from sandbox.program import Outcome

GONE, RAISED, NOT_CALLED, UNSPLIT = 81, 82, 83, 84
"""How the tests' process ends where it does not by itself; the wires know these."""

_OURS = ("reward_", "Reward", "main.go:")
"""One of these stands in the compiler's words where the fault is not in the program's text."""

Built = tuple[File, ...] | Outcome
Build = Callable[[Source], Awaitable[Built]]
"""What the compiler makes of one half, or how it failed."""

Pair = Callable[[Source, Sequence[File], Source, Sequence[File]], Awaitable[Outcome]]
"""Runs the program's half with the tests' half as its partner."""


@dataclass(frozen=True, slots=True)
class Language:
    """How a language's halves are made.

    Attributes:
        owner: of a program and its tests: the program's half.
        tester: of a program, its tests and what came of the program's half: the tests' half.
        joined: of both: one program, never run; it tells whether they fit each other.
    """

    owner: Callable[[str, str], Source]
    tester: Callable[[str, str, Sequence[File]], Source]
    joined: Callable[[str, str], Source]


LANGUAGES: dict[str, Language] = {
    "c": Language(c.owner, c.tester, c.joined),
    "cpp": Language(cpp.owner, cpp.tester, cpp.joined),
    "cpp20": Language(cpp.owner, cpp.tester, cpp.joined),
    "go": Language(go.owner, go.tester, go.joined),
    "java": Language(java.owner, java.tester, java.joined),
    "rust": Language(rust.owner, rust.tester, rust.joined),
}
"""Those whose test code runs apart from the program."""


async def run(build: Build, pair: Pair, language: str, program: str, tests: str) -> Outcome:
    """One run of test code; the outcome's value is a report as `sandbox.split` writes it."""
    with_tests = LANGUAGES[language]
    try:
        owner = with_tests.owner(program, tests)
        built = await build(owner)
        if isinstance(built, Outcome):
            said = built.stderr.decode(errors="replace")
            if not any(name in said for name in _OURS):
                return built
            return await _misfit(build, with_tests, (program, tests), built)
        tester = with_tests.tester(program, tests, built)
    except UnusableTests as problem:
        return _refused(str(problem))
    except Unsplittable as problem:
        return _unfit(str(problem))
    tests_built = await build(tester)
    if isinstance(tests_built, Outcome):
        return await _misfit(build, with_tests, (program, tests), tests_built)
    return _reported(await pair(owner, built, tester, tests_built))


async def _misfit(
    build: Build, language: Language, texts: tuple[str, str], failed: Outcome
) -> Outcome:
    """Why a half could not be compiled: in the compiler's words about both in one file where they
    don't fit there either, else what keeps the program from being a half."""
    said = failed.stderr.decode(errors="replace")
    if failed.exit_code is None:
        return failed
    whole = await build(language.joined(*texts))
    if isinstance(whole, Outcome):
        return whole
    return _unfit(next((line for line in said.splitlines() if "error" in line), said)[:300])


def _reported(outcome: Outcome) -> Outcome:
    """How the tests' process ended, as a report."""
    ended = json.loads(outcome.value or b"{}")
    code, said = ended.get("exit_code"), " ".join(str(ended.get("stderr", "")).split())
    if code == UNSPLIT:
        return _unfit(said)
    if code == GONE and outcome.status != "ok":
        return replace(outcome, value=None)
    if outcome.status in {"time_limit", "memory_limit", "output_limit"}:
        return replace(outcome, value=None)
    if not ended.get("in_time"):
        return replace(outcome, status="time_limit", value=None)
    if code == RAISED:
        stderr = outcome.stderr + str(ended.get("stderr", "")).encode()
        return replace(outcome, status="runtime_error", stderr=stderr, value=None)
    how = {
        0: ("passed", ""),
        GONE: ("missing", "ended before the last test had run"),
        NOT_CALLED: ("missing", "the tests never called the program"),
    }.get(code, ("failed", ""))
    value = json.dumps({"complete": True, "tests": [("asserts", *how)]}).encode()
    return replace(outcome, status="ok", value=value)


def _unfit(why: str) -> Outcome:
    return Outcome("compile_error", stderr=f"can't run apart from its tests: {why}".encode())


def _refused(problem: str) -> Outcome:
    return Outcome("ok", value=json.dumps({"complete": False, "problem": problem}).encode())
