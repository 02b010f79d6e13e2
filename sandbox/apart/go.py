"""Go: signatures are read from the program's text, values are carried by `wire.go`."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.go_text import SKIPPED, Function, Program, fields, imports, without_imports
from sandbox.apart.halves import Unsplittable, UnusableTests, harness, text_file
from sandbox.apart.text import blanked
from sandbox.command import File, Source

_PACKAGE = re.compile(r"^package\s+\w+[^\n]*\n?", re.MULTILINE)
_MAIN = re.compile(r"^func\s+main\s*\(\s*\)", re.MULTILINE)
_TEST = re.compile(r"^func\s+(Test\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)", re.MULTILINE)
_INSTANCE = re.compile(rb"main\.\.dict\.([^\0]+)\0")
"""What the Go linker calls the types that a generic function is called with."""

_WIRES = tuple(harness(name) for name in ("wire.go", "values.go", "types.go"))
_TESTIFY = "github.com/stretchr/testify/"


def owner(program: str, tests: str, built: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    found = Program(program, tests)
    functions = [f.key for f in (*found.functions, *found.methods) if not f.type_names]
    rows = [f'"{key}": {key},' for key in dict.fromkeys(functions)]
    rows += [f'"{name}": {expression},' for name, expression in _instances(built)]
    rows += [f'"error {name}": {name}.Error,' for name in found.errors]
    calls = "\n".join(
        (
            "package main\nfunc main() {",
            *_registered(found),
            "rewardAnswer(map[string]interface{}{",
            *rows,
            "})\n}",
        )
    )
    program = _MAIN.sub("func rewardProgramMain()", _moved(program, tests)[0])
    return _source(
        *_WIRES,
        harness("owner.go"),
        text_file("program.go", _in_package(program)),
        calls,
    )


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what is no plain data.
    """
    found = Program(program, tests)
    lines = [
        f"type {name}{found.types[name].generic} {_declared(found, name)}" for name in found.used
    ]
    lines += [f'var {name} error = rewardSentinel("{name}")' for name in found.errors]
    lines += found.constants
    lines += [_stub(found, f) for f in (*found.functions, *found.methods)]
    used = [f'import {name} "{found.imports[name]}"' for name in sorted(found.packages)]
    lines = [
        "package main",
        'import reward_testing "testing"',
        *used,
        "var _ reward_testing.TB",
        *lines,
    ]
    tests = _moved(program, tests)[1]
    testify = [path.removeprefix(_TESTIFY) for _, path in imports(tests) if _TESTIFY in path]
    tests = _plain_imports(tests)
    lines += [
        f"var {name} = rewardAssertions{{stop: {str(name == 'require').lower()}}}"
        for name in dict.fromkeys(testify)
    ]
    tests, mains = _MAIN.subn("func rewardTestsMain()", tests)
    lines += ["func main() {", *_registered(found), *_runner(tests, mains), "}"]
    shared = [*_WIRES, harness("tests.go")]
    shared += [harness("testify.go")] if testify else []
    return _source(*shared, text_file("tests_code.go", _in_package(tests)), "\n".join(lines))


def joined(program: str, tests: str) -> Source:
    """Both in one package."""
    program, tests = _moved(program, tests)
    program = _MAIN.sub("func rewardProgramMain()", program)
    tests = _plain_imports(tests)
    more = "package main\n" if _MAIN.search(tests) else "package main\nfunc main() {}\n"
    return _source(
        text_file("program.go", _in_package(program)),
        text_file("tests_code.go", _in_package(tests)),
        more,
    )


def _source(*files: File | str) -> Source:
    """Files for the compiler; the last, which is text, takes the place of the program."""
    *others, last = files
    named = [file for file in others if isinstance(file, File)]
    main = text_file("main.go", str(last))
    return Source((main, *named), tuple(f"/box/{file.path}" for file in named))


def _in_package(text: str) -> str:
    return text if _PACKAGE.search(blanked(text, SKIPPED)) else f"package main\n{text}"


def _moved(program: str, tests: str) -> tuple[str, str]:
    """Both, with the imports of the program that only the tests need where they are needed."""
    there = {path for _, path in imports(tests)}
    plain_tests = blanked(tests, SKIPPED)
    plain = blanked(without_imports(program), SKIPPED)
    needed = []
    for alias, path in imports(program):
        name = alias or path.rpartition("/")[2]
        if alias or not re.search(rf"\b{name}\.", plain_tests):
            continue
        if path not in there and not path.startswith(_TESTIFY):
            needed.append(path)
        if not re.search(rf"\b{name}\.", plain):
            program = re.sub(
                rf'^([ \t]*(?:import[ \t]+)?)"{re.escape(path)}"',
                _without,
                program,
                flags=re.MULTILINE,
            )
    lines = "".join(f'import "{path}"\n' for path in needed)
    head = _PACKAGE.search(tests)
    at = head.end() if head else 0
    return program, f"{tests[:at]}{'' if head else 'package main'}\n{lines}{tests[at:]}"


def _without(found: re.Match[str]) -> str:
    return "" if "import" in found[1] else found[1]


def _plain_imports(tests: str) -> str:
    """Tests without the import of testify, in whose place `testify.go` stands."""
    tests = re.sub(rf'(?:import\s+)?"{_TESTIFY}\w+"[ \t]*;?', "", tests)
    return re.sub(r"^import\s*\(\s*\)", "", tests, flags=re.MULTILINE)


def _registered(found: Program) -> Iterator[str]:
    for name in found.used:
        plain = not found.types[name].generic and "interface" not in found.types[name].body[:9]
        if plain:
            yield f'rewardTypes["main.{name}"] = rewardTypeOf((*{name})(nil))'
    for name in found.errors:
        yield f'rewardErrors["{name}"] = {name}'


def _instances(built: Sequence[File]) -> Iterator[tuple[str, str]]:
    """The names and the expressions of generic functions with the types they are called with."""
    for file in built:
        for name in sorted(set(_INSTANCE.findall(file.data))):
            text = name.decode("utf-8", "replace")
            yield text, re.sub(r"\bmain\.", "", text)


def _runner(tests: str, mains: int) -> Iterator[str]:
    if mains:
        yield "rewardRunMain(rewardTestsMain)"
        return
    named = _TEST.findall(blanked(tests, SKIPPED))
    if not named:
        raise UnusableTests("give a func main() or a func Test…(t *testing.T)")
    rows = (f'{{Name: "{name}", F: {name}}},' for name in named)
    yield f"rewardRunNamed([]reward_testing.InternalTest{{{''.join(rows)}}})"


def _declared(found: Program, name: str) -> str:
    body = found.types[name].body
    if body.startswith("interface"):
        if re.search(r"[^\w\s{}\[\]()*.,;~|]", body):
            raise Unsplittable(f"the type {name} can't be read")
        found.packages |= set(re.findall(r"\b(\w+)\.\w", body)) & found.imports.keys()
        return body
    known = re.findall(r"\w+", found.types[name].generic)
    for kind in fields(body):
        found.checked(kind, known)
    if not re.match(r"struct\s*\{", body):
        return body
    start = body.index("{")
    lines = (re.sub(r"\s*\"\"$", "", line) for line in re.split(r"[\n;]", body[start + 1 : -1]))
    return "struct {\n" + "\n".join(lines) + "\n}"


def _stub(found: Program, function: Function) -> str:
    known = re.findall(r"\w+", function.generic) + function.type_names
    params = [f"p{i} {found.checked(kind, known)}" for i, kind in enumerate(function.params)]
    results = [f"r{i} {found.checked(kind, known)}" for i, kind in enumerate(function.results)]
    given = [f"&p{i}" for i in range(len(params))]
    receiver = ""
    if function.receiver:
        found.checked(function.receiver, known)
        receiver = f"(self {function.receiver}) "
        given.insert(0, "&self")
    places = "".join(f", &r{i}" for i in range(len(results)))
    return (
        f"//go:noinline\nfunc {receiver}{function.name}{_generic(found, function)}"
        f"({', '.join(params)}) ({', '.join(results)}) {{\n"
        f"rewardCall({_key(function)}, []interface{{}}{{{', '.join(given)}}}{places})\nreturn\n}}"
    )


def _generic(found: Program, function: Function) -> str:
    if not function.generic:
        return ""
    known = re.findall(r"\w+", function.generic)
    return f"[{found.checked(function.generic[1:-1], known)}]"


def _key(function: Function) -> str:
    """The function's name, with its types as they are when it is called."""
    names = function.type_names
    if not names:
        return f'"{function.key}"'
    types = ", ".join(f"(*{name})(nil)" for name in names)
    if function.generic:
        return f'rewardName("{function.name}[", "]", {types})'
    start, _, end = function.receiver.partition("[")
    tail = f"{end[end.index(']') :]}).{function.name}"
    if not start.startswith("*"):
        return f'rewardName("{start}[", "].{function.name}", {types})'
    return f'rewardName("({start}[", "{tail}", {types})'
