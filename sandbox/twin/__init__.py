"""Tests of scripting languages in a process of their own, the program in another.

Each process is the language's interpreter with the same harness, of which each runs its end. The
tests' process has the tests and the token, the program's has the program; between them goes plain
data, and numbers for what is none. The token comes out of the tests' process after the last test,
so an end before that is no pass, and nothing that the program does can make it.
"""

import json
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.command import BOX, File
from sandbox.program import Outcome

_FAILED = re.compile(rb"[Aa]ssert|Failed test|Failure:|^not ok ", re.MULTILINE)
_LAST = 1 << 16
"""Bytes of each output that tell how tests ended."""


@dataclass(frozen=True, slots=True)
class Twin:
    """How a language does it.

    Attributes:
        harness: its file beside this one.
        suffix: of the files with the program and the tests.
        wire: the descriptors of a process that lead to the other one (see `Command.wire`).
        source: the suffix before compiling, where that is another.
        flags: for the interpreter. Debian's PHP compiles assertions away.
    """

    harness: str
    suffix: str
    wire: tuple[int, ...] = (3,)
    source: str = ""
    flags: tuple[str, ...] = ()


TWINS = {
    "javascript": Twin("javascript.js", "js"),
    "typescript": Twin("javascript.js", "js", source="ts"),
    "ruby": Twin("ruby.rb", "rb"),
    "php": Twin("php.php", "php", flags=("-d", "zend.assertions=1", "-d", "assert.exception=1")),
    "perl": Twin("perl.pl", "pl"),
    "lua": Twin("lua.lua", "lua", wire=(0, 2)),
}
"""By language; Lua has no descriptors but the standard ones."""

LANGUAGES = frozenset(TWINS)


def sources(language: str, program: str, tests: str) -> tuple[File, ...]:
    """The program and its tests, as files for the compiler where there is one."""
    twin = TWINS[language]
    suffix = twin.source or twin.suffix
    texts = (("main", program), ("tests", tests))
    return tuple(
        File(f"{name}.{suffix}", text.encode("utf-8", "surrogatepass")) for name, text in texts
    )


def ends(
    language: str, built: tuple[File, ...], token: str
) -> tuple[tuple[File, ...], tuple[File, ...]]:
    """The files of the program's process, and those of the tests', from the `sources`, compiled."""
    twin = TWINS[language]
    harness = File("harness", Path(__file__).with_name(twin.harness).read_bytes())
    program = [file for file in built if file.path == f"main.{twin.suffix}"]
    tests = [file for file in built if file.path == f"tests.{twin.suffix}"]
    return (harness, *program), (harness, *tests, File("token", token.encode()))


def arguments(language: str, role: str) -> tuple[str, ...]:
    """What the interpreter is started with; `role` is "program" or "tests"."""
    return (*TWINS[language].flags, f"{BOX}/harness", role)


def new_token() -> str:
    """A token for one run."""
    return secrets.token_hex(16)


def report(outcome: Outcome, token: str) -> Outcome:
    """The outcome of the tests' process with their report as its value, if it came to an end."""
    if outcome.status == "ok":
        stdout = outcome.stdout.removesuffix(token.encode())
        ended = json.loads(outcome.value or b"{}").get("program")
        if stdout != outcome.stdout:
            how = ("passed", "")
        elif ended:
            how_ended = {"exit_code": ended} if ended > 0 else {"exit_code": None, "signal": -ended}
            return replace(outcome, status="runtime_error", value=None, **how_ended)
        else:
            how = ("missing", "ended before the last test had run")
        outcome = replace(outcome, stdout=stdout)
    elif outcome.status == "runtime_error" and _FAILED.search(
        outcome.stdout[-_LAST:] + outcome.stderr[-_LAST:]
    ):
        how = ("failed", "")
    else:
        return outcome
    value = json.dumps({"complete": True, "tests": [("asserts", *how)]}).encode()
    return replace(outcome, status="ok", value=value)
