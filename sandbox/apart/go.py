"""Go: signatures are read from the program's text, values are carried by `wire.go`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.apart.halves import nothing as probe
from sandbox.apart.halves import nothing as question
from sandbox.apart.halves import Unsplittable, UnusableTests, harness, text_file
from sandbox.apart.text import blanked, closing, parts, words
from sandbox.command import File, Source

_SKIPPED = re.compile(
    r'`[^`]*`|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)
_IMPORTS = re.compile(
    r"^import\s*(?:\(([^()]*)\)|((?:\w+\s+)?\"[^\"\n]+\"))", re.MULTILINE | re.DOTALL
)
_IMPORT = re.compile(r"(?:^|;|\()\s*(\w+\s+|\.\s+)?\"([\w./-]+)\"", re.MULTILINE)
_PACKAGE = re.compile(r"^package\s+\w+[^\n]*\n?", re.MULTILINE)
_MAIN = re.compile(r"^func\s+main\s*\(\s*\)", re.MULTILINE)
_FUNCTION = re.compile(r"^func\s+(?:\(([^()]*)\)\s*)?(\w+)\s*(?=[(\[])", re.MULTILINE)
_TEST = re.compile(r"^func\s+(Test\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)", re.MULTILINE)
_TYPE = re.compile(r"^(?:type\s+|[ \t]+)(\w+)\s+(struct\s*\{|[\[\]\w*{}]+\s*$)", re.MULTILINE)
_ERROR = re.compile(
    r"^\s*(?:var\s+)?(\w+)(?:\s+error)?\s*=\s*(?:errors\.New|fmt\.Errorf)\(", re.MULTILINE
)
_TESTIFY = "github.com/stretchr/testify/"
_BASIC = frozenset(
    words("""
    bool int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr float32 float64
    complex64 complex128 string byte rune error any
    """)
)
_PREDECLARED = frozenset(
    words("""
    append cap clear close complex copy delete imag len make max min new panic print println
    real recover true false nil iota comparable main init
    """)
)
"""Names that tests have from the language: never taken from the program."""

_SPELLED = {"String", "Error", "Len", "Less", "Swap"}
"""Methods that the standard library calls."""

_TOKEN = re.compile(r"\[\d*\]|\*|map\[|\]|interface\{\}|\w+|\s+")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of the program.

    Attributes:
        receiver: of a method, the type, with its star; empty for a function.
        name: without it.
        params, results: types; the last parameter may start with dots.
    """

    receiver: str
    name: str
    params: tuple[str, ...]
    results: tuple[str, ...]

    @property
    def key(self) -> str:
        """An expression that is the function, its receiver being the first parameter."""
        return f"({self.receiver}).{self.name}" if self.receiver else self.name


class _Program:
    """What a program declares, and what of it the tests name."""

    def __init__(self, program: str, tests: str) -> None:
        self.plain = blanked(program, _SKIPPED)
        plain_tests = blanked(tests, _SKIPPED)
        own = {found[2] for found in _FUNCTION.finditer(plain_tests) if not found[1]}
        own |= {found[1] for found in _TYPE.finditer(plain_tests)}
        self.words = words(plain_tests) - own - _PREDECLARED - _BASIC
        self.types = {
            name: body for name, body in self._types() if name not in own | _PREDECLARED | _BASIC
        }
        self.functions = [f for f in self._functions() if not f.receiver and f.name in self.words]
        self.errors = [n for n in _ERROR.findall(self.plain) if n in self.words and n[0] != "_"]
        self.used: dict[str, None] = {}
        for name in self.types:
            if name in self.words:
                self._use(name)
        for function in self.functions:
            for kind in (*function.params, *function.results):
                self._use_all(kind)
        self.methods = [m for m in self._functions() if m.receiver and self._is_wanted(m)]
        for method in self.methods:
            for kind in (*method.params, *method.results):
                self._use_all(kind)

    def _types(self) -> Iterator[tuple[str, str]]:
        for found in _TYPE.finditer(self.plain):
            if found[2].startswith("struct"):
                start = found.end() - 1
                yield found[1], self.plain[start : closing(self.plain, start) + 1]
            elif found[0].startswith("type"):
                yield found[1], found[2].strip()

    def _functions(self) -> Iterator[Function]:
        for found in _FUNCTION.finditer(self.plain):
            receiver = re.sub(r"^\w+\s+(?=\S)", "", (found[1] or "").strip()).replace(" ", "")
            if found[1] is None and found[2] not in self.words:
                continue
            if self.plain[found.end()] == "[":
                if found[2] in self.words and not receiver:
                    raise Unsplittable(f"{found[2]} has type parameters")
                continue
            end = closing(self.plain, found.end())
            rest = self.plain[end + 1 :].split("\n", 1)[0]
            yield Function(
                receiver,
                found[2],
                _params(self.plain[found.end() + 1 : end]),
                _results(rest),
            )

    def _is_wanted(self, method: Function) -> bool:
        name = method.receiver.lstrip("*")
        return name in self.used and (method.name in self.words or method.name in _SPELLED)

    def _use(self, name: str) -> None:
        if name in self.used:
            return
        self.used[name] = None
        for kind in _kinds(self.types[name]):
            self._use_all(kind)

    def _use_all(self, kind: str) -> None:
        for name in words(kind) & self.types.keys():
            self._use(name)

    def checked(self, kind: str) -> str:
        """A type, if values of it can travel."""
        kind = kind.strip()
        body = kind.removeprefix("...")
        names = {token for token in _TOKEN.findall(body) if re.fullmatch(r"[A-Za-z_]\w*", token)}
        if _TOKEN.sub("", body) or not names - {"map"} <= _BASIC | self.types.keys():
            raise Unsplittable(f"the type {kind[:60]} is no plain data")
        return kind


def _spread(text: str) -> str:
    return re.sub(r"\binterface\s*\{\s*\}", "interface{}", " ".join(text.split()))


def _params(text: str) -> tuple[str, ...]:
    """The types of a list of parameters, named or not."""
    found = parts(_spread(text))
    split = [re.fullmatch(r"(\w+)\s+(\S.*)", part) for part in found]
    if not any(split):
        return tuple(found)
    kinds: list[str] = []
    kind = ""
    for named in reversed(split):
        kind = named[2] if named else kind
        kinds.append(kind)
    return tuple(reversed(kinds))


def _results(rest: str) -> tuple[str, ...]:
    rest = _spread(rest).strip()
    if rest.startswith("("):
        return _params(rest[1 : closing(rest, 0)])
    kind = re.split(r"(?<!interface)\{", rest, maxsplit=1)[0].strip()
    return (kind,) if kind else ()


def _kinds(body: str) -> list[str]:
    """The types in a declaration: of a struct's fields, or the one that it names."""
    if not body.startswith("{"):
        return [body]
    fields = [line.strip() for line in re.split(r"[\n;]", body[1:-1])]
    fields = [re.sub(r"\s*\"\"$", "", _spread(field)) for field in fields if field]
    return [re.sub(r"^\w+(?:\s*,\s*\w+)*\s+(?=\S)", "", field) for field in fields]


def owner(program: str, tests: str, _: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    found = _Program(program, tests)
    functions = {f.key: f.key for f in (*found.functions, *found.methods)}
    rows = [f'"{key}": {value},' for key, value in functions.items()]
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
        harness("wire.go"),
        harness("owner.go"),
        text_file("program.go", _in_package(program)),
        calls,
    )


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what is no plain data.
    """
    found = _Program(program, tests)
    lines = ["package main", 'import "testing"', "var _ testing.TB"]
    lines += [f"type {name} {_declared(found, name)}" for name in found.used]
    lines += [f'var {name} error = rewardSentinel("{name}")' for name in found.errors]
    lines += [_stub(found, f) for f in (*found.functions, *found.methods)]
    tests = _moved(program, tests)[1]
    testify = [path.removeprefix(_TESTIFY) for _, path in _imports(tests) if _TESTIFY in path]
    tests = _plain_imports(tests)
    lines += [
        f"var {name} = rewardAssertions{{stop: {str(name == 'require').lower()}}}"
        for name in dict.fromkeys(testify)
    ]
    tests, mains = _MAIN.subn("func rewardTestsMain()", tests)
    lines += ["func main() {", *_registered(found), *_runner(tests, mains), "}"]
    shared = [harness("wire.go"), harness("tests.go")]
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
    return text if _PACKAGE.search(blanked(text, _SKIPPED)) else f"package main\n{text}"


def _moved(program: str, tests: str) -> tuple[str, str]:
    """Both, with the imports of the program that only the tests need where they are needed."""
    there = {path for _, path in _imports(tests)}
    plain_tests = blanked(tests, _SKIPPED)
    plain = blanked(_IMPORTS.sub("", program), _SKIPPED)
    needed = []
    for alias, path in _imports(program):
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


def _imports(text: str) -> list[tuple[str, str]]:
    blocks = [a or b for a, b in _IMPORTS.findall(text)]
    return [(alias.strip(), path) for block in blocks for alias, path in _IMPORT.findall(block)]


def _registered(found: _Program) -> Iterator[str]:
    for name in found.used:
        yield f'rewardTypes["main.{name}"] = rewardTypeOf((*{name})(nil))'
    for name in found.errors:
        yield f'rewardErrors["{name}"] = {name}'


def _runner(tests: str, mains: int) -> Iterator[str]:
    if mains:
        yield "rewardRunMain(rewardTestsMain)"
        return
    named = _TEST.findall(blanked(tests, _SKIPPED))
    if not named:
        raise UnusableTests("give a func main() or a func Test…(t *testing.T)")
    rows = (f'{{Name: "{name}", F: {name}}},' for name in named)
    yield f"rewardRunNamed([]testing.InternalTest{{{''.join(rows)}}})"


def _declared(found: _Program, name: str) -> str:
    body = found.types[name]
    for kind in _kinds(body):
        found.checked(kind)
    if not body.startswith("{"):
        return body
    lines = (re.sub(r"\s*\"\"$", "", line) for line in re.split(r"[\n;]", body[1:-1]))
    return "struct {\n" + "\n".join(lines) + "\n}"


def _stub(found: _Program, function: Function) -> str:
    params = [f"p{i} {found.checked(kind)}" for i, kind in enumerate(function.params)]
    results = [f"r{i} {found.checked(kind)}" for i, kind in enumerate(function.results)]
    given = [f"&p{i}" for i in range(len(params))]
    receiver = ""
    if function.receiver:
        found.checked(function.receiver)
        receiver = f"(self {function.receiver}) "
        given.insert(0, "&self")
    places = "".join(f", &r{i}" for i in range(len(results)))
    return (
        f"func {receiver}{function.name}({', '.join(params)}) ({', '.join(results)}) {{\n"
        f'rewardCall("{function.key}", []interface{{}}{{{", ".join(given)}}}{places})\nreturn\n}}'
    )
