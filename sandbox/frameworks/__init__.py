"""Test files of a language's own framework: go test, cargo test, JUnit, node --test, Jest.

Each module has `bench(program)`, which says what to compile and run; `bench.py` reads the report.
"""

from collections.abc import Awaitable, Callable

from sandbox.command import File
from sandbox.frameworks import go, java, javascript, rust
from sandbox.frameworks.bench import Bench, Step, listed, new_tokens, report, unusable
from sandbox.program import Outcome, Program

BENCHES: dict[str, Callable[[Program], Bench]] = {
    "go": go.bench,
    "java": java.bench,
    "javascript": javascript.bench,
    "typescript": javascript.bench,
    "rust": rust.bench,
}
"""A language's frameworks; their names are in the table of languages."""

Build = Callable[[Step], Awaitable[tuple[File, ...] | Outcome]]
Execute = Callable[[tuple[str, ...], tuple[File, ...], bytes], Awaitable[Outcome]]


async def run(program: Program, build: Build, execute: Execute) -> Outcome:
    """One run of a program's test files.

    Args:
        program: of kind `tests`, in a language of `BENCHES`.
        build: does a step; an outcome says why it failed.
        execute: runs a command (empty: the language's own) with files and standard input.
    """
    bench = BENCHES[program.language](program)
    if bench.refusal:
        return Outcome("compile_error", stderr=bench.refusal.encode())
    if bench.problem:
        return unusable(bench.problem)
    built: tuple[File, ...] = ()
    for step in bench.steps:
        made = await build(Step(step.arguments, (*step.files, *built)))
        if isinstance(made, Outcome):
            return made
        built = made
    return await _run(bench, built, execute)


async def _run(bench: Bench, built: tuple[File, ...], execute: Execute) -> Outcome:
    hidden = [file for file in built if bench.hides(file)]
    files = (*bench.files, *(file for file in built if not bench.hides(file)))
    names, found = bench.names, None
    if bench.listing is not None:
        outcome = await execute(bench.run, files, bench.listing(hidden))
        found = listed(outcome)
        if found is None:
            said = outcome.stderr.decode("utf-8", "replace").strip()[-300:]
            return unusable(f"can't be loaded, even without the program ({outcome.status}): {said}")
        names = found.names()
    tokens = new_tokens(names)
    outcome = await execute(bench.run, files, bench.stdin(tokens, hidden, found))
    return report(outcome, tokens, names)
