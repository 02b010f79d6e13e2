"""`go test`: every test function is wrapped, so that it reports itself when it has ended."""

import re
import secrets
from pathlib import Path, PurePosixPath

from sandbox.frameworks.bench import Bench, Step, lines, text
from sandbox.program import Program

_TEST = re.compile(
    r"^func[ \t]+((?:Test|Fuzz)(?![a-z])\w*)[ \t]*\([ \t]*\w+[ \t]+\*testing\.([TF])[ \t]*\)",
    re.MULTILINE,
)
_PACKAGE = re.compile(r"^package[ \t]+(\w+)[ \t]*;?", re.MULTILINE)
_MODULE = re.compile(r"^module[ \t]+\"?([\w./-]+)", re.MULTILINE)
_VERSION = re.compile(r"^go[ \t]+(\d+\.\d+)", re.MULTILINE)
_OLDEST = "1.18"
"""The first with generics; what a module without a go line gets, 1.16, has none."""

_FORBIDDEN = re.compile(
    r"//go:(?:linkname|embed)|\bWriteHeapDump\b|\breward[0-9a-f]{16}"
    r"|^[ \t]*(?:import\s+)?(?:[\w.]+\s+)?[\"`](?:unsafe|syscall|embed|C)[\"`]\s*$",
    re.MULTILINE,
)
"""The ways to files and memory that no solution needs."""

_GO = "cd /box && GO111MODULE=on GOPROXY=off GOFLAGS='-p=1 -mod=mod -ldflags=-w' exec go"
_MARK = f"reward{secrets.token_hex(8)}"
_HARNESS = Path(__file__).with_name("harness") / "tests.go"


def bench(program: Program) -> Bench:
    """How to run a program's `_test.go` files."""
    found = _FORBIDDEN.search(program.source)
    if found:
        return Bench(
            refusal=f"the program must not contain {found[0].strip()!r}: tests share its process"
        )
    files = dict(program.tests)
    tests = {name: its for name, its in files.items() if name.endswith("_test.go")}
    names: list[str] = []
    module = _MODULE.search(files.get("go.mod", ""))
    first = next(iter(tests), None)
    package = _PACKAGE.search(tests[first]) if first else None
    if first is None or package is None:
        return Bench(problem="give at least one file NAME_test.go with a package clause")
    package_name = package[1].removesuffix("_test")
    # nothing can be imported from a module that is named main
    path = module[1] if module else {"main": "program"}.get(package_name, package_name)
    wrapped = [text(name, _wrap(its, path, names)) for name, its in tests.items()]
    if not names:
        return Bench(problem="no func TestName(t *testing.T) in any _test.go file")
    solution = _solution(program.module, first)
    folder = PurePosixPath(solution).parent
    others = [text(name, its) for name, its in files.items() if name not in {*tests, "go.mod"}]
    return Bench(
        steps=(
            Step(
                ("/bin/sh", "-c", f"{_GO} test -c -vet=off -o /tmp/out/main ./{folder}"),
                (
                    text("go.mod", f"module {path}\n\ngo {_version(files)}\n"),
                    text(
                        f"{_MARK}/tests.go",
                        _HARNESS.read_text(encoding="utf-8").replace("MARK", _MARK),
                    ),
                    text(f"{folder}/a_{_MARK}.go", _first(package_name, path)),
                    text(solution, _in_package(program.source, package_name)),
                    *wrapped,
                    *others,
                ),
            ),
        ),
        files=tuple(others),
        run=("/box/main", "-test.timeout=0", "-test.parallel=1"),
        names=tuple(names),
        stdin=lines,
    )


def _solution(named: str, first: str) -> str:
    return first.removesuffix("_test.go") + ".go" if named == "auto" else named


def _version(files: dict[str, str]) -> str:
    found = _VERSION.search(files.get("go.mod", ""))
    return found[1] if found else _OLDEST


def _wrap(source: str, path: str, names: list[str]) -> str:
    """The test functions under other names, and in their place some that call and report them."""
    added: list[str] = []

    def rename(found: re.Match[str]) -> str:
        name, kind = found[1], found[2]
        added.append(
            f"func {name}(t *testing.{kind}) "
            f"{{ {_MARK}.Run({len(names)}, t, func() {{ {name}_{_MARK}(t) }}) }}"
        )
        names.append(name)
        return found[0].replace(name, f"{name}_{_MARK}", 1)

    renamed = _TEST.sub(rename, source)
    if not added:
        return source
    imported = _PACKAGE.sub(rf'package \1; import {_MARK} "{path}/{_MARK}"', renamed, count=1)
    return "\n".join([imported, *added]) + "\n"


def _first(package: str, path: str) -> str:
    """What makes the tokens be read before the package of the program is set up."""
    return f'package {package}\n\nimport _ "{path}/{_MARK}"\n'


def _in_package(source: str, package: str) -> str:
    return source if _PACKAGE.search(source) else f"package {package}\n{source}"
