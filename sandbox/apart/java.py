"""Java: signatures are read from the program's class files, values are carried by `RewardWire`."""

import re
from collections.abc import Sequence

from sandbox import jvm
from sandbox.apart.halves import harness, text_file
from sandbox.apart.java_fitting import SKIPPED
from sandbox.apart.java_stubs import Stubs
from sandbox.apart.text import blanked, words
from sandbox.command import LIBRARY, File, Source

_IMPORT = re.compile(r"^[ \t]*import\s+(?:static\s+)?[\w.]+(?:\.\*)?\s*;", re.MULTILINE)
_PACKAGE = re.compile(r"^[ \t]*package\s+([\w.]+)\s*;", re.MULTILINE)
_TYPE = re.compile(r"\b(?:class|interface|enum|record)\s+(\w+)")

_OWNER, _TESTS = "RewardOwner.java", "RewardTests.java"
_WIRE = (
    "RewardWire.java",
    "RewardCodec.java",
    "RewardContainers.java",
    "RewardFields.java",
    "RewardTexts.java",
)


def probe(program: str, *_: str) -> Source:
    """The program's half, whose class files have its signatures."""
    return owner(program, "", ())


def owner(program: str, _tests: str, _built: Sequence[File]) -> Source:
    """The program with what calls it by reflection."""
    name = jvm.public_class(program) or "Main"
    files = (text_file(f"{name}.java", program), harness(_OWNER))
    return Source(files, _compiled(_OWNER), ("reward.RewardOwner",), _library())


def tester(program: str, tests: str, built: Sequence[File]) -> Source:
    """The tests with stubs of the classes that they use.

    Raises:
        Unsplittable: a class can't be shown to another process.
    """
    package = _PACKAGE.search(program)
    head = f"package {package[1]};\n" if package else ""
    imports = "\n".join(dict.fromkeys(_IMPORT.findall(blanked(program, SKIPPED))))
    imports = "\n".join(line for line in imports.splitlines() if _is_standard(line))
    tests = _with_main(_PACKAGE.sub("", tests))
    plain = blanked(tests, SKIPPED)
    name = jvm.public_class(tests) or "Tests"
    stubs = Stubs(built, words(plain), set(_TYPE.findall(plain)))
    made = ("RewardStubs.java", "RewardTable.java")
    files = (
        text_file(f"{name}.java", f"{head}{imports}\n{tests}"),
        text_file(made[0], head + "\n".join(stubs.source())),
        text_file(made[1], stubs.table()),
        harness(_TESTS),
    )
    return Source(files, _compiled(*made, _TESTS), ("reward.RewardTests", "{main}"), _library())


def joined(program: str, tests: str) -> Source:
    """Both in one file."""
    tests = _with_main(tests)
    imports = _IMPORT.findall(tests)
    tests = _IMPORT.sub("", tests)
    if jvm.public_class(tests):
        program = re.sub(
            r"\bpublic\s+(?=(?:final\s+|abstract\s+)*(?:class|record|enum)\b)", "", program
        )
    package = re.match(r"\s*package\s[^;]+;", program)
    body = program[package.end() :] if package else program
    text = "\n".join([package[0] if package else "", *imports, body, tests])
    return Source((text_file(f"{jvm.public_class(text) or 'Main'}.java", text),))


def _library() -> Source:
    """What carries calls in both halves: half of the time of their compile, if it were not once."""
    return Source(tuple(map(harness, _WIRE)), tuple(f"/box/{name}" for name in _WIRE[1:]))


def _compiled(*names: str) -> tuple[str, ...]:
    return ("-cp", LIBRARY, *(f"/box/{name}" for name in names))


def _is_standard(line: str) -> bool:
    return re.search(r"import\s+(?:static\s+)?javax?\.", line) is not None


def _with_main(tests: str) -> str:
    """Tests with a class around them; without one they are methods, or statements."""
    plain = blanked(tests, SKIPPED)
    if _TYPE.search(plain):
        return tests
    imports, rest = "\n".join(_IMPORT.findall(plain)), _IMPORT.sub("", tests)
    if not re.search(r"\bvoid\s+main\s*\(", plain):
        rest = f"public static void main(String[] arguments) throws Throwable {{\n{rest}\n}}"
    return f"{imports}\nclass Tests {{\n{rest}\n}}"
