"""Tests in one process, the program in another, for languages that are compiled.

The tests' half is compiled with stubs of what it calls; the program's half with a table of what can
be called. Arguments and results travel as plain data over two pipes. So the program never sees what
is expected, and can't say that it passed: the tests' process does, by how it ends. What takes or
gives anything but data does not cross: such tests are refused, with the reason.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from sandbox.apart import c, cpp, cpp_fitting, go, java, java_fitting, rust
from sandbox.apart.halves import Unsplittable, UnusableTests
from sandbox.command import File, Source
from sandbox.program import Outcome
from sandbox.reading import Reader, Unreadable

GONE, RAISED, NOT_CALLED, UNSPLIT = 81, 82, 83, 84
"""How the tests' process ends where it does not by itself; the wires know these."""

MOST_CHARS = 1 << 16
"""Of a program, as on Codeforces: taking texts apart may look at a character more than once."""

Built = tuple[File, ...] | Outcome
Build = Callable[[Source], Awaitable[Built]]
"""What the compiler makes of one half, or how it failed."""

Halves = tuple[Source, Sequence[File], Source, Sequence[File]]
"""The program's half and the tests', each with what the compiler made of it."""

Pair = Callable[[Source, Sequence[File], Source, Sequence[File]], Awaitable[Outcome]]
"""Runs the program's half with the tests' half as its partner."""


def _nothing(*_: str) -> None:
    """Where a language needs no such half."""


def _as_given(program: str, tests: str) -> tuple[str, str]:
    return program, tests


@dataclass(frozen=True, slots=True)
class Language:
    """How a language's halves are made, one after the other.

    Attributes:
        question: first, of a program and its tests: tests that will not compile, but say of which
            types nothing is known; or None.
        probe: of both and of what the question's compiler said: what tells of types that the text
            does not; or None.
        tester: of both and what came of the probe: the tests' half.
        owner: of both and what came of the tests' half, which knows what templates are called with:
            the program's half.
        joined: of both: one program, never run; it tells whether they fit each other.
        fitted: of both, first of all: the same as two texts that are whole.
    """

    tester: Callable[[str, str, Sequence[File]], Source]
    owner: Callable[[str, str, Sequence[File]], Source]
    joined: Callable[[str, str], Source]
    question: Callable[[str, str], Source | None] = _nothing
    probe: Callable[[str, str, str], Source | None] = _nothing
    fitted: Callable[[str, str], tuple[str, str]] = _as_given


_CPP = Language(cpp.tester, cpp.owner, cpp.joined, cpp.question, cpp.probe, cpp_fitting.fitted)
LANGUAGES: dict[str, Language] = {
    "c": Language(c.tester, c.owner, c.joined, fitted=cpp_fitting.fitted_c),
    "cpp": _CPP,
    "cpp20": _CPP,
    "go": Language(go.tester, go.owner, go.joined),
    "java": Language(
        java.tester, java.owner, java.joined, probe=java.probe, fitted=java_fitting.fitted
    ),
    "rust": Language(rust.tester, rust.owner, rust.joined),
}
"""Those whose test code runs apart from the program."""


async def run(
    build: Build, pair: Pair, reader: Reader, language: str, texts: tuple[str, str]
) -> Outcome:
    """One run of test code; the outcome's value is a report as `sandbox.split` writes it.

    Args:
        build: what the language's compiler is asked for.
        pair: runs both halves.
        reader: reads the texts.
        language: one of `LANGUAGES`.
        texts: the program and its tests.
    """
    if len(texts[0]) > MOST_CHARS:
        return _unfit(f"it has {len(texts[0])} characters, at most {MOST_CHARS} are taken")
    way = LANGUAGES[language]
    try:
        texts = await reader.read(way.fitted, *texts)
        halves = await _halves_or_misfit(build, reader, way, texts)
    except UnusableTests as problem:
        return _refused(str(problem))
    except Unreadable as problem:
        return _unfit(str(problem))
    return halves if isinstance(halves, Outcome) else _reported(await pair(*halves))


async def _halves_or_misfit(
    build: Build, reader: Reader, way: Language, texts: tuple[str, str]
) -> Halves | Outcome:
    try:
        return await _halves(build, reader, way, *texts)
    except Unsplittable as problem:
        why = str(problem)
    except _NotBuiltError as error:
        if error.outcome.exit_code is None:
            return error.outcome
        said = error.outcome.stderr.decode(errors="replace")
        why = next((line for line in said.splitlines() if "error" in line), said)[:300]
    return await _misfit(build, reader, way, texts, why)


async def _halves(build: Build, reader: Reader, way: Language, program: str, tests: str) -> Halves:
    """Read and compiled."""

    async def made(source: Source) -> tuple[File, ...]:
        built = await build(source)
        if isinstance(built, Outcome):
            raise _NotBuiltError(built)
        return built

    question = await reader.read(way.question, program, tests)
    answer = await build(question) if question else None
    asked = answer.stderr.decode(errors="replace") if isinstance(answer, Outcome) else ""
    probe = await reader.read(way.probe, program, tests, asked)
    probed = await made(probe) if probe else ()
    tester = await reader.read(way.tester, program, tests, probed)
    tests_built = await made(tester)
    owner = await reader.read(way.owner, program, tests, tests_built)
    return owner, await made(owner), tester, tests_built


class _NotBuiltError(Exception):
    """A half could not be compiled."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.status)
        self.outcome = outcome


async def _misfit(
    build: Build, reader: Reader, way: Language, texts: tuple[str, str], why: str
) -> Outcome:
    """What failed: what the compiler says of both in one file, where they don't fit there either.

    Else it is what keeps the program from being a half.
    """
    whole = await build(await reader.read(way.joined, *texts))
    return whole if isinstance(whole, Outcome) else _unfit(why)


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
