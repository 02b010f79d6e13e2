"""Go: signatures are read from the program's text, values are carried by `wire.go`."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.go_faces import registered, rows, stands
from sandbox.apart.go_imports import imports, without_import, without_imports
from sandbox.apart.go_text import SKIPPED, Function, Program, fields
from sandbox.apart.halves import Unsplittable, UnusableTests, harness, text_file
from sandbox.apart.text import blanked, words
from sandbox.command import File, Source

_PACKAGE = re.compile(r"^package\s+(\w+)[^\n]*\n?", re.MULTILINE)
_MAIN = re.compile(r"^func\s+main\s*\(\s*\)", re.MULTILINE)
_TEST = re.compile(r"^func\s+(Test\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)", re.MULTILINE)
_INSTANCE = re.compile(rb"main\.\.dict\.([^\0]+)\0")
"""What the Go linker calls the types that a generic function is called with."""

_WIRES = tuple(
    harness(f"{name}.go")
    for name in (
        "wire",
        "calls",
        "values",
        "read",
        "types",
        "objects",
        "channels",
        "pulls",
        "errors",
    )
)
_TESTIFY = "github.com/stretchr/testify/"


def owner(program: str, tests: str, built: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    found = Program(program, tests)
    functions = [f.key for f in (*found.functions, *found.methods) if not f.type_names]
    table = [f'"{key}": {key},' for key in dict.fromkeys(functions)]
    table += [f'"{name}": {expression},' for name, expression in _instances(built)]
    table += [f'"error {name}": {name}.Error,' for name in found.errors]
    calls = "\n".join(
        (
            "package main",
            *_imported(found, [*_lent(found, built), *stands(found)]),
            "func main() {",
            *_registered(found),
            "rewardAnswer(map[string]interface{}{",
            *table,
            *rows(found),
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


def _lent(found: Program, built: Sequence[File]) -> list[str]:
    """Types of the tests that the program names, or is called with, and their methods."""
    called = {word for name, _ in _instances(built) for word in re.findall(r"main\.(\w+)", name)}
    called &= found.own_types.keys() - found.types.keys()
    lines = [
        f"type {name}{found.own_types[name].generic} {found.own_types[name].body}"
        for name in sorted(called | found.borrowed.keys())
    ]
    return lines + [_stub(found, method) for method in _lent_methods(found, called)]


def _lent_methods(found: Program, names: set[str]) -> list[Function]:
    """The methods of types of the tests that interfaces of the program have."""
    bodies = " ".join(kind.body for kind in found.types.values() if "interface" in kind.body[:9])
    asked = words(bodies) | {"String", "Error"}
    return [m for m in found.own_methods if m.receiver.lstrip("*") in names and m.name in asked]


def _given(method: Function) -> str:
    kind = method.receiver.lstrip("*")
    return f'rewardLent["{method.key}"] = rewardMethod{{"main.{kind}", {method.key}}}'


def _imported(found: Program, lines: Sequence[str]) -> list[str]:
    """Lines, with imports for the packages that their types name."""
    named = {name for line in lines for name in re.findall(r"\b([a-z]\w*)\.\w", line)}
    paths = {name: found.imports[name] for name in named & found.packages}
    if "time" in named:
        paths.setdefault("time", "time")
    return [*(f'import {name} "{path}"' for name, path in sorted(paths.items())), *lines]


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what is no plain data.
    """
    found = Program(program, tests)
    lines = [
        f"type {name}{found.types[name].generic} {_declared(found, name)}"
        for name in found.used
        if name in found.declared
    ]
    lines += [f"var {name} {found.checked(kind)}" for name, kind in found.variables.items()]
    lines += [f'var {name} error = rewardSentinel("{name}")' for name in found.errors]
    lines += found.constants
    lines += [_stub(found, f) for f in (*found.functions, *found.methods)]
    lines += stands(found)
    lines = [
        "package main",
        'import reward_testing "testing"',
        *_imported(found, lines),
        "var _ reward_testing.TB",
    ]
    tests = _moved(program, tests)[1]
    testify = [path.removeprefix(_TESTIFY) for _, path in imports(tests) if _TESTIFY in path]
    tests = _plain_imports(tests)
    lines += [
        f"var {name} = rewardAssertions{{stop: {str(name == 'require').lower()}}}"
        for name in dict.fromkeys(testify)
    ]
    tests, mains = _MAIN.subn("func rewardTestsMain()", tests)
    lines += ["func main() {", *_registered(found)]
    lines += ["rewardTable = map[string]interface{}{", *rows(found), "}"]
    lines += [_given(method) for method in _lent_methods(found, {*found.own_types})]
    lines += [*_runner(tests, mains), "}"]
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
    """A file as one of the program's package, whatever it calls its own."""
    clause = _PACKAGE.search(blanked(text, SKIPPED))
    if clause is None:
        return f"package main\n{text}"
    return re.sub(rf"^package\s+{clause[1]}\b", "package main", text, count=1, flags=re.MULTILINE)


def _moved(program: str, tests: str) -> tuple[str, str]:
    """Both, with the imports of the program that only the tests need where they are needed."""
    there = {path for _, path in imports(tests)}
    plain_tests = blanked(tests, SKIPPED)
    needed = [] if "testing" in there or "testing." not in plain_tests else ["testing"]
    there |= {*needed}
    plain = blanked(without_imports(program), SKIPPED)
    for alias, path in imports(program):
        name = alias or path.rpartition("/")[2]
        if alias or not re.search(rf"\b{name}\.", plain_tests):
            continue
        if path not in there and not path.startswith(_TESTIFY):
            needed.append(path)
        if not re.search(rf"\b{name}\.", plain):
            program = without_import(program, path)
    lines = "".join(f'import "{path}"\n' for path in needed)
    head = _PACKAGE.search(tests)
    at = head.end() if head else 0
    return program, f"{tests[:at]}{'' if head else 'package main'}\n{lines}{tests[at:]}"


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
    for name in found.variables:
        yield f"rewardVariables = append(rewardVariables, &{name})"
    for name in found.shown:
        yield f"rewardShown[rewardTypeOf((*{name})(nil))] = true"
    yield from registered(found)


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
    if locks := [kind for kind in function.params if re.search(r"\bsync\.", kind)]:
        raise Unsplittable(f"a lock or a group that waits ({locks[0]}) is not shared")
    params = [f"p{i} {found.checked(kind, known)}" for i, kind in enumerate(function.params)]
    results = [f"r{i} {found.checked(kind, known)}" for i, kind in enumerate(function.results)]
    given = [f"&p{i}" for i in range(len(params))]
    turned = []
    for i, kind in enumerate(function.params):
        if kind.startswith("chan "):
            if i >= len(function.ways) or not function.ways[i]:
                raise Unsplittable(
                    "a channel that a function reads and writes; say <-chan or chan<-"
                )
            turned.append(f"q{i} := ({function.ways[i]}{kind.removeprefix('chan')})(p{i})\n")
            given[i] = f"&q{i}"
    receiver = ""
    if function.receiver:
        found.checked(function.receiver, known)
        receiver = f"(self {function.receiver}) "
        given.insert(0, "&self")
    places = "".join(f", &r{i}" for i in range(len(results)))
    return (
        f"//go:noinline\nfunc {receiver}{function.name}{_generic(found, function)}"
        f"({', '.join(params)}) ({', '.join(results)}) {{\n"
        f"{''.join(turned)}rewardCall({_key(function)}, "
        f"[]interface{{}}{{{', '.join(given)}}}{places})\nreturn\n}}"
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
