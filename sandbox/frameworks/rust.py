"""`cargo test`, by rustc alone: a crate of the program, and one of tests with a `main` of ours.

Test functions are called by that `main` instead of libtest's, whose words the program could
imitate. `#[ignore]` is no reason to leave a test out: courses mark all but the first so.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.command import File
from sandbox.frameworks.bench import Bench, Step, lines, text
from sandbox.program import Program

_NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/|r(#*)\".*?\"\1|\"(?:\\.|[^\"\\])*\"|'(?:\\.[^']*|[^'\\\n])'", re.DOTALL
)
_FUNCTION = re.compile(r"((?:#\[[^\]]*\]\s*)+)((?:pub(?:\([^)]*\))?\s+)?)(fn\s+(\w+))", re.DOTALL)
_ATTRIBUTE = re.compile(r"#\[[^\]]*\]")
_TEST = re.compile(r"#\[\s*test\s*\]")
_CONDITION = re.compile(r"#\[\s*cfg\s*\(\s*(?!test\b)")
_OURS = re.compile(r"#\[\s*(?:test|ignore|should_panic)\b")
_EXPECTED = re.compile(r"expected\s*=\s*(\"(?:\\.|[^\"\\])*\")")
_SCOPE = re.compile(r"\bmod\s+(\w+)\s*\{|[{}]")
_SUPER = re.compile(r"\buse\s+super::")
_USED = re.compile(r"\b(?:use|extern\s+crate)\s+(?:::)?(\w+)\b")
_NO_CRATES = {"std", "core", "alloc", "super", "self", "crate"}
_CRATE = re.compile(r"^\s*name\s*=\s*\"([\w-]+)\"", re.MULTILINE)
_EDITION = re.compile(r"^\s*edition\s*=\s*\"(2015|2018|2021)\"", re.MULTILINE)
_FORBIDDEN = re.compile(
    r"\bmacro_rules!\s*(?:assert\w*|debug_assert\w*|panic|unreachable|matches|vec)\b"
    r"|\bas\s+(?:assert\w*|panic|matches)\b|\b(?:link_section|no_mangle|export_name|global_asm)\b"
    r"|\binclude(?:_str|_bytes)?!|#\s*\[\s*path\b|\bextern\s*\"C\""
    r"|\bimpl\b[^{;]*\bPartialEq\s*<\s*&?\s*(?:'\w+\s+)?"
    r"(?:[iu](?:8|16|32|64|128|size)|f32|f64|bool|char|str|String|Vec|Option|Result|\[|\()"
)
"""What would make tests mean something else, or reach them."""

_HARNESS = Path(__file__).with_name("harness") / "tests.rs"
_MARK = f"reward{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class _Function:
    """A test: its path in its file, and what `should_panic` says, as an argument of ours."""

    path: str
    panics: str


@dataclass(frozen=True, slots=True)
class _Tests:
    """A file of tests, with functions that can be called from outside."""

    name: str
    source: str
    functions: tuple[_Function, ...]


def bench(program: Program) -> Bench:
    """How to run a program's `#[test]` functions."""
    found = _FORBIDDEN.search(_blank(program.source))
    if found:
        said = " ".join(found[0].split())
        return Bench(refusal=f"the program must not contain {said!r}: tests share its process")
    sources = {name: its for name, its in program.tests if name.endswith(".rs")}
    tests = [read for name, its in sources.items() if (read := _read(name, its)).functions]
    if not tests:
        return Bench(problem="give a file NAME.rs with #[test] functions")
    cargo = dict(program.tests).get("Cargo.toml", "")
    crate = _crate(cargo, sources)
    edition = found[1] if (found := _EDITION.search(cargo)) else "2021"
    known = {read.name for read in tests}
    others = tuple(text(name, its) for name, its in program.tests if name not in known)
    if crate is None or program.module.endswith("main.rs"):
        steps = _one_crate(program.source, edition, tests)
    else:
        steps = _two_crates(program.source, crate, edition, tests, others)
    return Bench(
        steps=steps,
        files=tuple(file for file in others if not file.path.endswith((".rs", ".toml"))),
        run=("/box/main",),
        names=tuple(
            f"{Path(read.name).stem}::{test.path}" for read in tests for test in read.functions
        ),
        stdin=lines,
    )


def _blank(source: str) -> str:
    """The source with blanks for comments, strings and characters; positions stay."""
    return _NOISE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)


def _crate(cargo: str, sources: dict[str, str]) -> str | None:
    """The name under which tests use the program; None where they are meant to be part of it."""
    named = _CRATE.findall(cargo)
    if named:
        return str(named[-1 if "[lib]" in cargo else 0]).replace("-", "_")
    blank = "\n".join(map(_blank, sources.values()))
    own = _NO_CRATES | set(re.findall(r"\bmod\s+(\w+)", blank))
    stem = next((s for s in map(_stem, sources) if re.search(rf"\b{s}::|\buse {s}\b", blank)), None)
    used = (name for name in _USED.findall(blank) if name not in own)
    return stem if stem and stem not in own else next(used, None)


def _stem(name: str) -> str:
    return Path(name).stem.replace("-", "_")


def _read(name: str, source: str) -> _Tests:
    blank = _blank(source)
    functions, pieces, at = [], [], 0
    for found in _FUNCTION.finditer(blank):
        attributes = _ATTRIBUTE.findall(source[found.start(1) : found.end(1)])
        if not any(_TEST.fullmatch(each) for each in attributes):
            continue
        if any(_CONDITION.match(each) for each in attributes):
            continue  # no feature is on
        kept = "".join(each for each in attributes if not _OURS.match(each))
        pieces += [source[at : found.start(1)], kept, " pub(crate) ", found[3]]
        at = found.end(3)
        panics = next((each for each in attributes if "should_panic" in each), "")
        path = "::".join([*_modules(blank[: found.start()]), found[4]])
        functions.append(_Function(path, _why(panics)))
    rest = "".join([*pieces, source[at:]])
    return _Tests(name, re.sub(r"#\[cfg\(test\)\]", "", rest), tuple(functions))


def _why(attribute: str) -> str:
    """A `should_panic` attribute as an argument of ours."""
    expected = _EXPECTED.search(attribute)
    if not attribute:
        return "None"
    return f"Some({expected[1] if expected else chr(34) * 2})"


def _modules(before: str) -> list[str]:
    """The modules that are open at the end of `before`."""
    stack: list[str] = []
    for found in _SCOPE.finditer(before):
        if found[0] == "}":
            if stack:
                stack.pop()
        else:
            stack.append(found[1] or "")
    return [name for name in stack if name]


def _two_crates(
    program: str, crate: str, edition: str, tests: Sequence[_Tests], others: tuple[File, ...]
) -> tuple[Step, ...]:
    """The program as a library, made where no test is, and tests in modules beside `main`."""
    library = f"{_rustc(edition)} -O --crate-type rlib --crate-name {crate} /box/lib.rs"
    modules = [f'#[path = "/box/{read.name}"] mod tests_{i};' for i, read in enumerate(tests)]
    calls = [
        (f"tests_{i}::{test.path}", test.panics)
        for i, read in enumerate(tests)
        for test in read.functions
    ]
    files = tuple(text(read.name, read.source) for read in tests)
    main = text("main.rs", "\n".join([*modules, _main(calls)]))
    binary = f"{_rustc(edition)} --extern {crate}=/box/lib{crate}.rlib /box/main.rs"
    return (
        _step(f"{library} -o /tmp/out/lib{crate}.rlib", text("lib.rs", program)),
        _step(f"{binary} -o /tmp/out/main", main, *files, *others),
    )


def _one_crate(program: str, edition: str, tests: Sequence[_Tests]) -> tuple[Step, ...]:
    """Tests that use the program as `super` or `crate`, or as if both were one file."""
    source = [re.sub(r"\bfn\s+main\s*\(", "fn program_main_(", program)]
    calls = []
    for i, read in enumerate(tests):
        top = _SUPER.search(read.source) and not _modules(_blank(read.source[: _super(read)]))
        source.append(f"mod tests_{i} {{ {read.source} }}" if top else read.source)
        prefix = f"tests_{i}::" if top else ""
        calls += [(prefix + test.path, test.panics) for test in read.functions]
    main = text("main.rs", "\n".join([*source, _main(calls)]))
    return (_step(f"{_rustc(edition)} -O -o /tmp/out/main /box/main.rs", main),)


def _super(read: _Tests) -> int:
    found = _SUPER.search(read.source)
    return found.start() if found else 0


def _main(calls: Sequence[tuple[str, str]]) -> str:
    """A `main` that calls each test and says how it went."""
    runs = [f"    {_MARK}::run({i}, {panics}, {path});" for i, (path, panics) in enumerate(calls)]
    harness = _HARNESS.read_text(encoding="utf-8")
    return "\n".join([f"mod {_MARK} {{", harness, "}", "fn main() {", *runs, "}"])


def _rustc(edition: str) -> str:
    """As `cargo test` has it: an overflow panics."""
    return f"rustc --edition={edition} -A warnings -C debug-assertions=on"


def _step(command: str, *files: File) -> Step:
    return Step(("/bin/sh", "-c", command), files)
