"""node:test, and the words of Jest and Mocha, for JavaScript and TypeScript.

Program and tests arrive on standard input and are loaded from memory: no file can be read, no
package.json or NODE_OPTIONS has a say. The tests are listed by a run of their own in which a
stand-in takes the program's place. The harness runs tests itself.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from sandbox.command import File
from sandbox.frameworks.bench import Bench, Listed, Step, Tokens, lines, text
from sandbox.program import Program

_HARNESS = tuple(
    File(name, (Path(__file__).with_name("harness") / name).read_bytes())
    for name in ("tests.js", "expect.js", "transpile.js")
)
_CODE = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
_TEST_FILE = re.compile(
    r"(?:^|[/._-])(?:test|tests|spec)(?:\.[cm]?[jt]s$|[._-].*\.[cm]?[jt]s$)|(?:^|/)(?:tests?|__tests__)/"
)
_MODULES = re.compile(r"^[ \t]*(?:import\b(?!\s*\()|export\b)", re.MULTILINE)
_LOCAL = re.compile(r"""(?:\bfrom|\brequire\s*\(|\bimport)\s*\(?\s*['"](\.{1,2}/[^'"]+)['"]""")
_FOLDER = "program"
TYPESCRIPT = "/usr/share/nodejs/typescript"
_TRANSPILE = ("node", "--stack-size=4000", "/box/transpile.js")


def bench(program: Program) -> Bench:
    """How to run a program's test files."""
    files = dict(program.tests)
    tests = [name for name in files if name.endswith(_CODE) and _TEST_FILE.search(name)]
    tests = [name for name in tests if not name.endswith(".d.ts")]
    if not tests:
        return Bench(problem="give at least one file NAME.test.js (or .spec.js, .ts, …)")
    solution = (
        program.module if program.module != "auto" else _solution(program.language, tests, files)
    )
    sources = {**files, solution: program.source}
    rewrite = program.language == "typescript" or any(
        name.endswith((".mjs", ".ts", ".mts")) or (name.endswith(".js") and _MODULES.search(its))
        for name, its in sources.items()
    )
    given = tuple(text(f"{_FOLDER}/{name}", its) for name, its in sources.items())
    job = {"tests": tests, "solution": solution, "files": {} if rewrite else sources}
    stdin = partial(_stdin, job)
    return Bench(
        steps=(Step(_TRANSPILE, (_HARNESS[2], *given)),) if rewrite else (),
        files=_HARNESS[:2],
        run=("node", "--max-old-space-size={memory_mb}", "/box/tests.js"),
        names=None,
        stdin=stdin,
        listing=partial(_listing, stdin),
        hides=_hides,
        needs=(TYPESCRIPT,) if rewrite else (),
        packages="node-typescript, which rewrites import and export",
    )


def _solution(language: str, tests: Sequence[str], files: dict[str, str]) -> str:
    """The first file that a test wants and that is not there."""
    ending = ".ts" if language == "typescript" else ".js"
    for name in tests:
        for wanted in _LOCAL.findall(files[name]):
            path = _joined(PurePosixPath(name).parent, wanted)
            stem = re.sub(r"\.[cm]?[jt]s$", "", path)
            if not any(f"{stem}{end}" in files for end in (*_CODE, ".json", "")):
                return path if path.endswith(_CODE) and path.endswith(ending) else stem + ending
    return f"solution{ending}"


def _joined(folder: PurePosixPath, wanted: str) -> str:
    parts: list[str] = list(folder.parts)
    for part in wanted.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _stdin(
    job: dict[str, Any], tokens: Tokens | None, hidden: Sequence[File], listed: Listed | None
) -> bytes:
    """Tokens by line, none for a listing, an empty line, and the job with its files as JSON."""
    made = {
        file.path.removeprefix(f"{_FOLDER}/"): file.data.decode("utf-8", "surrogatepass")
        for file in hidden
    }
    if tokens is None:
        made[job["solution"]] = ""  # so that a list holds for every program
    whole = job | {"files": {**job["files"], **made}}
    if listed:
        whole |= {"expected": listed.rows, "ends": listed.ends}
    return (lines(tokens) if tokens else b"") + b"\n" + json.dumps(whole).encode()


def _listing(stdin: Callable[..., bytes], hidden: Sequence[File]) -> bytes:
    return stdin(None, hidden, None)


def _hides(_: File) -> bool:
    return True
