"""JUnit 4 and 5, by JUnit's own launcher from Debian's packages.

All classes but the harness come through standard input: a program can't read its tests' class
files. The tests are listed by JUnit before a method of the program runs.
"""

import re
import struct
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sandbox import jvm
from sandbox.command import OUTPUT, File
from sandbox.frameworks.bench import MOST_TESTS, Bench, Listed, Step, Tokens, lines, text
from sandbox.languages import LANGUAGES
from sandbox.program import Program

_JARS = Path("/usr/share/java")
_NEEDED = (
    "junit-platform-launcher",
    "junit-platform-engine",
    "junit-platform-commons",
    "junit-jupiter-api",
    "junit-jupiter-engine",
    "junit-jupiter-params",
    "junit-vintage-engine",
    "junit4",
    "hamcrest",
    "opentest4j",
    "apiguardian-api",
    "univocity-parsers",
)
LIBRARIES = tuple(str(_JARS / f"{name}.jar") for name in _NEEDED)
_USEFUL = ("assertj-core", "byte-buddy")
_ENGINE = {"junit": "", "junit4": "junit-vintage", "junit5": "junit-jupiter"}
_FORBIDDEN = re.compile(
    r"\bpackage\s+(?:org\.(?:junit|opentest4j|hamcrest|assertj|apiguardian)|junit)\b"
    r"|\bRewardTests\b|\bsun\.misc\.Unsafe\b"
    r"|\bclass\s+(?:AssertionError|Assertions?|Assert|Arrays|Objects|String|Integer)\b"
)
_HARNESS = File(
    "RewardTests.java", (Path(__file__).with_name("harness") / "RewardTests.java").read_bytes()
)
_TESTS = re.compile(r"@(?:org\.junit\.(?:jupiter\.api\.)?)?\w*Test\w*\b|\bextends\s+TestCase\b")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TOP_CLASS = re.compile(r"^(?:(?:public|final)\s+)*class\s+(\w+)[^;{}()\"]*\{", re.MULTILINE)
_LENGTHS = struct.Struct(">II")


def bench(program: Program) -> Bench:
    """How to run a program's JUnit tests."""
    found = _FORBIDDEN.search(program.source)
    if found:
        said = " ".join(found[0].split())
        return Bench(refusal=f"the program must not contain {said!r}: tests share its process")
    sources = [(name, its) for name, its in program.tests if name.endswith(".java")]
    tests = [(name, its) for name, its in sources if _TESTS.search(its)]
    classes = [known for name, its in tests for known in _classes(name, its)]
    if not classes:
        return Bench(problem="give a file NAME.java with @Test methods")
    jars = ":".join(str(_JARS / f"{name}.jar") for name in (*_NEEDED, *_USEFUL))
    public = jvm.public_class(program.source)
    solution = text(f"program/{public or 'Solution'}.java", program.source)
    files = (_HARNESS, solution, *(text(f"tests/{name}", its) for name, its in sources))
    language = LANGUAGES["java"]
    compiler = language.compile[: language.compile.index("-d")]
    return Bench(
        steps=(
            Step(
                (
                    *(*compiler, "-cp", jars, "-d", OUTPUT),
                    *(f"/box/{file.path}" for file in files),
                ),
                files,
            ),
        ),
        files=tuple(text(name, its) for name, its in program.tests if (name, its) not in sources),
        run=(*language.run[:-2], f"{jars}:/box", "RewardTests"),
        names=None,
        stdin=partial(_stdin, _ENGINE[program.framework], classes),
        hides=_hides,
        needs=LIBRARIES,
        packages="junit5 and libassertj-core-java",
    )


def _classes(name: str, source: str) -> list[str]:
    """The class that a file of tests is named after, and others that stand at its margin."""
    package = re.search(r"^[ \t]*package\s+([\w.]+)\s*;", source, re.MULTILINE)
    others = _TOP_CLASS.findall(_COMMENT.sub("", source))
    names = dict.fromkeys([Path(name).stem, *others])
    return [f"{package[1]}.{known}" if package else known for known in names]


def _hides(file: File) -> bool:
    return not file.path.startswith("RewardTests")


def _stdin(
    engine: str, classes: Sequence[str], tokens: Tokens, hidden: Sequence[File], _: Listed | None
) -> bytes:
    """A line of what to run, then the tokens, then the class files with their lengths."""
    head = f"{tokens.names}\n{engine}\n{' '.join(classes)}\n{MOST_TESTS}\n".encode()
    parts = [head, lines(tokens)]
    for file in hidden:
        if file.path.endswith(".class"):
            name = file.path.removesuffix(".class").replace("/", ".").encode()
            parts += [_LENGTHS.pack(len(name), len(file.data)), name, file.data]
    return b"".join(parts)
