"""Test files of a language's own framework: go test, cargo test, JUnit, node --test, Jest.

Each module has `bench(program)`, which says what to compile and run; `bench.py` reads the report.
"""

import hashlib
from collections.abc import Awaitable, Callable, Container

from sandbox.command import File
from sandbox.frameworks import go, java, javascript, rust
from sandbox.frameworks.bench import Bench, Listed, Step, listed, new_tokens, report, unusable
from sandbox.program import Outcome, Program

BENCHES: dict[str, Callable[[Program], Bench]] = {
    "go": go.bench,
    "java": java.bench,
    "javascript": javascript.bench,
    "typescript": javascript.bench,
    "rust": rust.bench,
}
"""A language's frameworks; their names are in the table of languages."""

LIBRARIES = frozenset({*java.LIBRARIES, javascript.TYPESCRIPT})
"""Paths of what benches may need."""

MOST_LISTS = 1000

Build = Callable[[Step], Awaitable[tuple[File, ...] | Outcome]]
Execute = Callable[[tuple[str, ...], tuple[File, ...], bytes], Awaitable[Outcome]]


async def run(
    program: Program,
    build: Build,
    execute: Execute,
    lists: dict[bytes, Listed],
    libraries: Container[str],
) -> Outcome:
    """One run of a program's test files.

    Args:
        program: of kind `tests`, in a language of `BENCHES`.
        build: does a step; an outcome says why it failed.
        execute: runs a command with files and standard input.
        lists: what test files were found to hold, kept from one program to the next.
        libraries: the paths of those that are installed.
    """
    bench = BENCHES[program.language](program)
    if bench.refusal:
        return Outcome("compile_error", stderr=bench.refusal.encode())
    if bench.problem:
        return unusable(bench.problem)
    missing = [path for path in bench.needs if path not in libraries]
    if missing:
        return unusable(f"there is no {missing[0]} here; install the packages {bench.packages}")
    built: tuple[File, ...] = ()
    for step in bench.steps:
        made = await build(Step(step.arguments, (*step.files, *built)))
        if isinstance(made, Outcome):
            return made
        built = made
    return await _run(bench, built, execute, lists)


async def _run(
    bench: Bench, built: tuple[File, ...], execute: Execute, lists: dict[bytes, Listed]
) -> Outcome:
    hidden = [file for file in built if bench.hides(file)]
    files = (*bench.files, *(file for file in built if not bench.hides(file)))
    names, found = bench.names, None
    if bench.listing is not None:
        wanted = bench.listing(hidden)
        key = hashlib.sha256(wanted).digest()
        found = lists.get(key)
        if found is None:
            outcome = await execute(bench.run, files, wanted)
            found = listed(outcome)
            if found is None:
                said = outcome.stderr.decode("utf-8", "replace").strip()[-300:]
                return unusable(
                    f"can't be loaded, even without the program ({outcome.status}): {said}"
                )
            if len(lists) >= MOST_LISTS:
                lists.clear()
            lists[key] = found
        names = found.names()
    tokens = new_tokens(names)
    outcome = await execute(bench.run, files, bench.stdin(tokens, hidden, found))
    return report(outcome, tokens, names)
