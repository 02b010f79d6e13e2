"""`/run_code` of files of tests: `go_test`, `junit` and `jest`, run by the sandbox's frameworks."""

import json
import textwrap
from dataclasses import replace
from typing import Any

from reward_server.errors import ApiError
from reward_server.protocols.sandbox_fusion import files
from sandbox import Outcome, Program, jvm

FRAMEWORKS = {
    "go_test": ("go", "go"),
    "junit": ("java", "junit"),
    "jest": ("typescript", "jest"),
}
"""Of each, the language and the framework that its tests are run by."""

PASSED = {"passed", "skipped"}


def program(kind: str, code: str, given: files.Files) -> Program:
    """The tests with nothing under test: what they test stands beside them.

    Raises:
        ApiError: 422, a file is no text.
    """
    language, framework = FRAMEWORKS[kind]
    texts = {path: _text(path, data) for path, data in files.read(given)}
    if code.strip():
        texts[_name(kind, code)] = textwrap.dedent(code)
    return Program(
        language,
        "",
        kind="tests",
        tests=tuple(texts.items()),
        framework=framework,
        module="auto",
    )


def _name(kind: str, code: str) -> str:
    """What SandboxFusion's runners would find the code under."""
    if kind == "junit":
        return f"{jvm.public_class(code) or 'Main'}.java"
    return "main_test.go" if kind == "go_test" else "main.test.ts"


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        message = f"files: {path[:100]!r} is no text; only texts can lie beside tests"
        raise ApiError(422, "invalid", message, field="files") from None


def as_command(outcome: Outcome) -> Outcome:
    """The outcome as that of one command: TAP on its stdout, and 1 where a test did not pass."""
    if outcome.value is None:
        return outcome
    report: dict[str, Any] = json.loads(outcome.value)
    if not report["complete"]:
        said = f"the tests can't be run: {report['problem']}\n"
        return replace(outcome, status="runtime_error", exit_code=1, stderr=said.encode())
    rows = report["tests"]
    lines = [_line(number, *row) for number, row in enumerate(rows, 1)]
    stdout = b"\n".join([*filter(None, [outcome.stdout]), *lines, b""])
    if any(how == "time_limit" for _, how, _ in rows):
        return replace(outcome, status="time_limit", stdout=stdout)
    passed = all(how in PASSED for _, how, _ in rows)
    return replace(
        outcome,
        status="ok" if passed else "runtime_error",
        exit_code=int(not passed),
        signal=None,
        stdout=stdout,
    )


def _line(number: int, name: str, how: str, message: str) -> bytes:
    """A test in the words of the Test Anything Protocol."""
    if how in PASSED:
        return f"ok {number} - {name}{' # SKIP' if how == 'skipped' else ''}".encode()
    note = f"{how}: {message}" if message else how
    said = "".join(f"\n# {line}" for line in note.splitlines())
    return f"not ok {number} - {name}{said}".encode("utf-8", "surrogatepass")
