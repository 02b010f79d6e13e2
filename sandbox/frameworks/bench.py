"""What a framework needs to run test files with a program, and what its tests reported: plain data.

Tests share the process with the program, so their word is only taken with a token that this process
can't know before they end: each expected test has one for "passed" and one for "skipped". They
arrive on standard input, which is read before any code of the program runs. A test that failed says
so under a name that anybody may know, as nobody gains by it, and even after it had passed, as what
is torn down may fail. A test that says nothing is missing.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sandbox.command import File
from sandbox.program import Outcome

NOTE = b"#reward "
"""Starts a line of a test that did not pass: `#reward NUMBER failed|error MESSAGE`, the message
JSON."""

LISTED = b"#tests "
"""Starts the list of tests of a run without the program, JSON."""

_SEPARATOR = b" "
_NUMBER = re.compile(rb"\d{1,9}")

_REPORT = re.compile(rb"^(#reward [^\n]*|[0-9a-f]{32}[^\n]*)(?:\n|\Z)", re.MULTILINE)
"""A line that may be a test's, or the list of tests: most of what is written is neither."""


@dataclass(frozen=True, slots=True)
class Step:
    """A compile: what it made is there for the next one, and for the run.

    Attributes:
        arguments: the command; what it leaves in /tmp/out is kept.
        files: what it finds in /box, beside what earlier steps made.
    """

    arguments: tuple[str, ...]
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one run: of each test, and of the list of tests."""

    names: str
    passed: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a run without the program found.

    Attributes:
        rows: file and name of each test; a file that lists none is a test without a name.
        ends: whether such files end the process by themselves.
    """

    rows: tuple[tuple[str, str], ...]
    ends: bool

    def names(self) -> tuple[str, ...]:
        """The names for the report."""
        return tuple(name or file for file, name in self.rows)


def _no_stdin(*_: object) -> bytes:
    return b""


def _hides_none(_: File) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Bench:
    """How to run test files with a program; its functions belong to modules, to be sent.

    Attributes:
        steps: compiles, in turn.
        files: what the run finds in /box, beside what was compiled.
        run: takes the place of the run command of the language; empty: it stays.
        names: the expected tests; None where the run itself lists them, before it touches the
            program.
        stdin: what the run reads, of the tokens, the hidden files and the tests that were listed.
        hides: whether compiled files are only handed over on standard input.
        listing: what a run of its own reads that prints the expected tests, without the program.
        refusal: why the program can't be run, as a compile error.
        problem: why the tests can't be used, with the fix.
        needs: paths of the libraries without which nothing runs.
        packages: the Debian packages that bring those.
    """

    steps: tuple[Step, ...] = ()
    files: tuple[File, ...] = ()
    run: tuple[str, ...] = ()
    names: tuple[str, ...] | None = ()
    stdin: Callable[[Tokens, Sequence[File], Listed | None], bytes] = _no_stdin
    hides: Callable[[File], bool] = _hides_none
    listing: Callable[[Sequence[File]], bytes] | None = None
    refusal: str = ""
    problem: str = ""
    needs: tuple[str, ...] = ()
    packages: str = ""


MOST_TESTS = 1000
"""Of those that a run lists itself."""


def unusable(problem: str) -> Outcome:
    """The tests can't be run, whatever the program."""
    return Outcome("ok", value=json.dumps({"complete": False, "problem": problem}).encode())


def new_tokens(names: Sequence[str] | None) -> Tokens:
    """Tokens for one run."""
    count = MOST_TESTS if names is None else len(names)
    return Tokens(
        secrets.token_hex(16),
        tuple(secrets.token_hex(16) for _ in range(count)),
        tuple(secrets.token_hex(16) for _ in range(count)),
    )


def lines(tokens: Tokens, *_: object) -> bytes:
    """The tokens as a harness reads them: a line each, pass and skip of a test in turn."""
    pairs = zip(tokens.passed, tokens.skipped, strict=True)
    return "".join(f"{token}\n" for pair in pairs for token in pair).encode()


def listed(outcome: Outcome) -> Listed | None:
    """What a run without the program said; None where it did not come to its end."""
    for line in outcome.stdout.split(b"\n"):
        if line.startswith(LISTED):
            said = json.loads(line[len(LISTED) :])
            return Listed(tuple((file, name) for file, name in said["rows"]), said["ends"])
    return None


def report(outcome: Outcome, tokens: Tokens, names: Sequence[str] | None) -> Outcome:
    """The outcome of a run with a row for each expected test as its value."""
    candidates = list(_REPORT.finditer(outcome.stdout))
    said = dict.fromkeys(found[1] for found in candidates)
    if names is None:
        names = _listed(said, tokens)
        if names is None:
            return outcome if outcome.status != "ok" else replace(outcome, status="runtime_error")
    notes = _notes(said)
    rows: list[tuple[str, str, str]] = []
    for number, name in enumerate(names):
        if number not in notes and tokens.passed[number].encode() in said:
            rows.append((name, "passed", ""))
        elif tokens.skipped[number].encode() in said:
            rows.append((name, "skipped", ""))
        else:
            rows.append((name, *notes.get(number, ("", ""))))
    value = json.dumps({"complete": True, "isolation": "shared", "tests": _filled(rows, outcome)})
    stdout = _without_reports(outcome.stdout, candidates, tokens)
    return replace(outcome, status="ok", stdout=stdout, value=value.encode())


def _filled(rows: list[tuple[str, str, str]], outcome: Outcome) -> list[tuple[str, str, str]]:
    """The first test that said nothing is where the run ended; what follows is missing."""
    ended = outcome.status
    filled = []
    for name, how, message in rows:
        if how:
            filled.append((name, how, message))
        elif ended not in {"ok", "runtime_error"} or not any(row[1] == "failed" for row in rows):
            filled.append((name, "missing" if ended == "ok" else ended, ""))
            ended = "ok"
        else:
            filled.append((name, "missing", ""))
    return filled


def _listed(written: Iterable[bytes], tokens: Tokens) -> tuple[str, ...] | None:
    """The tests that the run said there are."""
    start = tokens.names.encode() + _SEPARATOR
    listed = next((line for line in written if line.startswith(start)), None)
    return None if listed is None else tuple(json.loads(listed[len(start) :]))


def _notes(written: Iterable[bytes]) -> dict[int, tuple[str, str]]:
    """What tests that did not pass said of themselves; the first word counts."""
    notes: dict[int, tuple[str, str]] = {}
    for line in written:
        words = line.split(b" ", 3)
        if not line.startswith(NOTE) or len(words) < 3 or not _NUMBER.fullmatch(words[1]):
            continue
        number = int(words[1])
        if number not in notes:
            how = "failed" if words[2] == b"failed" else "error"
            notes[number] = (how, _message(words[3] if words[3:] else b""))
    return notes


def _message(text: bytes) -> str:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return message[:600] if isinstance(message, str) else ""


def _without_reports(stdout: bytes, candidates: Sequence[re.Match[bytes]], tokens: Tokens) -> bytes:
    known = {token.encode() for token in (*tokens.passed, *tokens.skipped)}
    ours = (NOTE, tokens.names.encode())
    kept, at = [], 0
    for found in candidates:
        if found[1] in known or found[1].startswith(ours):
            kept.append(stdout[at : found.start()])
            at = found.end()
    return b"".join([*kept, stdout[at:]]).strip(b"\n")


def text(path: str, content: str) -> File:
    """A file of text."""
    return File(path, content.encode("utf-8", "surrogatepass"))
