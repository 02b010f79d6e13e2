"""Test files of a language's own framework: go test, cargo test, JUnit, node --test, Jest.

Each module has `bench(program)`, which says what to compile and run; `bench.py` reads the report.
"""

import hashlib
from collections.abc import Awaitable, Callable, Container
from dataclasses import replace

from sandbox.command import File
from sandbox.frameworks import go, java, javascript, rust
from sandbox.frameworks.bench import Bench, Listed, Step, listed, new_tokens, report, unusable
from sandbox.program import Outcome, Program
from sandbox.reading import Reader, Unreadable

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


def bench(program: Program, libraries: Container[str]) -> Bench:
    """How to run a program's test files, or why not.

    Args:
        program: of kind `tests`, in a language of `BENCHES`.
        libraries: the paths of those that are installed.
    """
    ready = BENCHES[program.language](program)
    missing = [path for path in ready.needs if path not in libraries]
    if ready.refusal or ready.problem or not missing:
        return ready
    return Bench(problem=f"there is no {missing[0]} here; install the packages {ready.packages}")


async def run(
    ready: Bench, build: Build, execute: Execute, reader: Reader, lists: dict[bytes, Listed]
) -> Outcome:
    """One run of a program's test files.

    Args:
        ready: how.
        build: does a step; an outcome says why it failed.
        execute: runs a command with files and standard input.
        reader: reads what the run wrote.
        lists: what test files were found to hold, kept from one program to the next.
    """
    if ready.refusal:
        return Outcome("compile_error", stderr=ready.refusal.encode())
    if ready.problem:
        return unusable(ready.problem)
    built: tuple[File, ...] = ()
    for step in ready.steps:
        made = await build(Step(step.arguments, (*step.files, *built)))
        if isinstance(made, Outcome):
            return made
        built = made
    return await _run(ready, built, execute, reader, lists)


async def _run(
    ready: Bench,
    built: tuple[File, ...],
    execute: Execute,
    reader: Reader,
    lists: dict[bytes, Listed],
) -> Outcome:
    hidden = [file for file in built if ready.hides(file)]
    files = (*ready.files, *(file for file in built if not ready.hides(file)))
    names, found = ready.names, None
    if ready.listing is not None:
        wanted = ready.listing(hidden)
        key = hashlib.sha256(wanted).digest()
        found = lists.get(key)
        if found is None:
            outcome = await execute(ready.run, files, wanted)
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
    outcome = await execute(ready.run, files, ready.stdin(tokens, hidden, found))
    try:
        return await reader.read(report, outcome, tokens, names)
    except Unreadable:  # lines by the million
        return replace(outcome, status="output_limit", value=None)
