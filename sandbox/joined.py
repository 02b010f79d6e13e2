"""Joins a program with test code that must live in its process, so that ending is not passing.

The tests pass where a token comes out that is made for each run: a harness takes it from standard
input before the program's own code runs, and writes it after the last test. `exit(0)` in the
program, in a static initialiser or in a destructor ends the process without it. What a program can
still do is hunt for the token in its own memory, or lie with what its language lets it redefine;
hence `isolation: shared` in the verdict. Harnesses: `harness/`, one a language.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.command import File
from sandbox.program import Outcome

_HARNESS = Path(__file__).with_name("harness")
_RUST_PASSED = re.compile(rb"test result: ok\. [1-9]\d* passed; 0 failed; [^\n]*\n\s*\Z")
_ASSERTION = re.compile(rb"[Aa]ssert")

FORBIDDEN: dict[str, re.Pattern[str]] = {
    "c": re.compile(
        r"(?:^|\n)[ \t]*(?:#|%:)[ \t]*define[ \t]+"
        r"(?:assert|main|if|else|for|while|return|true|false|abort|exit|throw)\b"
        r"|__(?:wrap|real)_|__assert_fail|preinit_array"
        r"|operator[ \t]*[=!]=[ \t]*\([^()]*\bstd::(?:vector|basic_string|string|map|set|pair)\b"
    ),
    "rust": re.compile(
        r"macro_rules!\s*(?:assert\w*|debug_assert\w*|panic|unreachable|matches|vec)\b"
        r"|__(?:wrap|real)_main|no_mangle|no_main|export_name"
    ),
    "java": re.compile(
        r"\bclass\s+(?:RewardToken|AssertionError|Arrays|Objects)\b|\bRewardToken\b"
    ),
    "go": re.compile(r"^\s*//go:linkname|\breward(?:Token|Tests|Out)", re.MULTILINE),
}
"""What would make tests mean something else; no honest program has it."""

_FAMILIES = {"cpp": "c", "cpp20": "c"}


@dataclass(frozen=True, slots=True)
class Joined:
    """A program and its tests.

    Attributes:
        files: for the compiler, or for the run where there is none.
        compile: what takes the place of "{harness}" in the compile command.
        run: what takes the place of the last argument of the run command; empty: it stays.
        after: files that are added to what the compiler made.
        stdin: what the run reads, with "{token}" where that belongs.
        shows: what stands at the end of the output, before the token, where tests were run.
        refusal: why there is nothing to compile, where there is not.
    """

    files: tuple[File, ...] = ()
    compile: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    after: tuple[File, ...] = ()
    stdin: Callable[[str], bytes] = str.encode
    shows: re.Pattern[bytes] | None = None
    refusal: str = ""


def join(language: str, program: str, tests: str) -> Joined:
    """The program of one of `LANGUAGES`, with its tests."""
    family = _FAMILIES.get(language, language)
    found = FORBIDDEN[family].search(_spliced(program)) if family in FORBIDDEN else None
    if found:
        text = " ".join(found[0].split())
        return Joined(refusal=f"the program must not contain {text!r}: tests share its process")
    return _JOINS[language](program, tests)


def new_token() -> str:
    """A token for one run."""
    return secrets.token_hex(16)


def report(outcome: Outcome, token: str, shows: re.Pattern[bytes] | None = None) -> Outcome:
    """The outcome of a run with the report of its tests as its value, if it came to an end."""
    stdout = outcome.stdout.removesuffix(token.encode())
    if outcome.status == "ok":
        done = stdout != outcome.stdout and (shows is None or shows.search(stdout) is not None)
        how = ("passed", "") if done else ("missing", "ended before the last test had run")
    elif outcome.status == "runtime_error" and _ASSERTION.search(stdout[-4000:] + outcome.stderr):
        how = ("failed", "")
    else:
        return outcome
    value = json.dumps({"complete": True, "tests": [("asserts", *how)]}).encode()
    return replace(outcome, status="ok", stdout=stdout, value=value)


def _spliced(program: str) -> str:
    """The text without comments and continued lines, between which a word could be split."""
    return re.sub(r"/\*.*?\*/", " ", program.replace("\\\n", ""), flags=re.DOTALL)


def _harness(name: str, path: str | None = None, *, executable: bool = False) -> File:
    return File(path or name, (_HARNESS / name).read_bytes(), executable)


def _text(path: str, text: str) -> File:
    return File(path, text.encode("utf-8", "surrogatepass"))


def _mark(tests: str) -> str:
    """A name that only who knows the tests can know."""
    return hashlib.sha256(tests.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _c(program: str, tests: str, suffix: str, kind: str) -> Joined:
    if re.search(r"\bmain\s*\(", tests):
        program = _renamed(program)
    else:
        tests = f"int main() {{\n{tests}\nreturn 0;\n}}"
    again = "\n#undef NDEBUG\n#undef main\n#include <assert.h>\n"
    wraps = ("-Wl,--wrap=main", "-Wl,--wrap=__assert_fail")
    return Joined(
        files=(_text(f"main.{suffix}", program + again + tests), _harness("token.c")),
        compile=(*wraps, "-x", "c", "/box/token.c", "-x", kind),
    )


def _renamed(program: str) -> str:
    """A program whose own main, an example of use most likely, is out of the way of the tests'."""
    if not re.search(r"\bmain\s*\(", program):
        return program
    return f"#define main program_main_\n{program}"


def _java(program: str, tests: str) -> Joined:
    from sandbox.jvm import public_class  # noqa: PLC0415

    imports = re.findall(r"^\s*import\s[^;]+;", tests, re.MULTILINE)
    tests = re.sub(r"^\s*import\s[^;]+;", "", tests, flags=re.MULTILINE)
    if public_class(tests):
        program = re.sub(
            r"\bpublic\s+(?=(?:final\s+|abstract\s+)*(?:class|record|enum)\b)", "", program
        )
    package = re.match(r"\s*package\s[^;]+;", program)
    body = program[package.end() :] if package else program
    text = "\n".join([package[0] if package else "", *imports, body, tests])
    name = public_class(text) or "Main"
    return Joined(
        files=(_text(f"{name}.java", text), _harness("RewardToken.java")),
        compile=("/box/RewardToken.java",),
        run=("RewardToken", "{main}"),
    )


def _go(program: str, tests: str) -> Joined:
    mark = _mark(tests)
    program = re.sub(
        r"^func\s+main\s*\(\s*\)", f"func programMain{mark}()", program, flags=re.MULTILINE
    )
    tests, mains = re.subn(
        r"^func\s+main\s*\(\s*\)", f"func rewardTests{mark}()", tests, flags=re.MULTILINE
    )
    if not mains:
        return Joined(refusal="tests.asserts of a Go program need a func main()")
    harness = (_HARNESS / "token.go").read_text(encoding="utf-8").replace("MARK", mark)
    return Joined(
        files=(
            _text("a_token.go", harness),
            _text("main.go", _in_package(program)),
            _text("tests.go", _in_package(tests)),
        ),
        compile=("/box/a_token.go", "/box/tests.go"),
    )


def _in_package(text: str) -> str:
    return text if re.search(r"^package\s", text, re.MULTILINE) else f"package main\n{text}"


def _rust(program: str, tests: str) -> Joined:
    library = re.search(r"#\[(?:cfg\(test\)|test)\]", tests) is not None
    if not library and not re.search(r"\bfn\s+main\b", tests):
        tests = f"fn main() {{\n{tests}\n}}"
    if not library:
        program = re.sub(r"\bfn\s+main\s*\(", "fn program_main_(", program)
    linker = ("-C", "linker=/box/cc_with_token.sh")
    return Joined(
        files=(
            _text("main.rs", f"{program}\n{tests}"),
            _harness("token.c"),
            _harness("cc_with_token.sh", executable=True),
        ),
        compile=(("--test", *linker) if library else linker),
        run=("/box/main", "--test-threads=1") if library else (),
        shows=_RUST_PASSED if library else None,
    )


_JOINS: dict[str, Callable[[str, str], Joined]] = {
    "c": lambda program, tests: _c(program, tests, "c", "c"),
    "cpp": lambda program, tests: _c(program, tests, "cpp", "c++"),
    "cpp20": lambda program, tests: _c(program, tests, "cpp", "c++"),
    "java": _java,
    "go": _go,
    "rust": _rust,
}

LANGUAGES = frozenset(_JOINS)
"""Those whose test code can be joined with a program."""
