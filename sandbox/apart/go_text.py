"""What a Go program declares, as far as its text tells without a compiler."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.apart.go_imports import imports
from sandbox.apart.go_variables import lines, variables
from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import blanked, closing, parts, words

SKIPPED = re.compile(
    r'`[^`]*`|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)
FUNCTION = re.compile(r"^func\s+(?:\(([^()]*)\)\s*)?(\w+)\s*(?=[(\[])", re.MULTILINE)
_TYPE = re.compile(r"(\w+)(?=(\[?))")
_GENERIC = re.compile(r"\[\s*\w+(?:\s*,\s*\w+)*\s+[^\d\]]")
_ERROR = re.compile(
    r"^[ \t]*(?:var\s+)?(\w+)(?:\s+error)?\s*=\s*(?:errors\.New|fmt\.Errorf)\(", re.MULTILINE
)
_CONSTANTS = re.compile(
    r"^const\s*(?:\((?P<group>(?:[^()\"`]|\"[^\"\n]*\"|\([^()]*\))*)\)|(?P<one>[^\n(]+)$)",
    re.MULTILINE,
)
_CONSTANT = re.compile(r"[\w\s.,=+*/%<>|&^~;()-]*")
BASIC = frozenset(
    words("""
    bool int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr float32 float64
    complex64 complex128 string byte rune error any comparable
    """)
)
PREDECLARED = frozenset(
    words("""
    append cap clear close complex copy delete imag len make max min new panic print println
    real recover true false nil iota main init
    """)
)
"""Names that tests have from the language: never taken from the program."""

_SPELLED = {"String", "Error", "Len", "Less", "Swap"}
"""Methods that the standard library calls."""

ASKING = {"Cmp", "Equal", "Compare", "Before", "After", "Sub", "Is"}
"""Methods of the library's values, for which a type that tests don't name may stand."""

_TOKEN = re.compile(r"[A-Za-z_]\w*(?:\.\w+)?|\.\.\.|<-|\{\s*\}|[\[\]*(),~|]|\d+|\s+")
_WORDS = frozenset(words("map func interface struct chan"))


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of the program.

    Attributes:
        receiver: of a method, the type, with its star; empty for a function.
        name: without it.
        params, results: types; the last parameter may start with dots.
        generic: the type parameters, as they are declared.
        ways: of each parameter that is a channel: whether the function reads it ("<-chan"), writes
            it ("chan<-"), or more than one of these (empty).
    """

    receiver: str
    name: str
    params: tuple[str, ...]
    results: tuple[str, ...]
    generic: str = ""
    ways: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """An expression that is the function, its receiver being the first parameter."""
        return f"({self.receiver}).{self.name}" if self.receiver else self.name

    @property
    def type_names(self) -> list[str]:
        """The names of its type parameters, or of those of its receiver."""
        if self.generic:
            return _names(self.generic[1:-1])
        return re.findall(r"\w+", self.receiver.partition("[")[2])


@dataclass(frozen=True, slots=True)
class Type:
    """A type of the program: its parameters as declared, and what stands after them."""

    generic: str
    body: str


class Program:
    """What a program declares, and what of it the tests name."""

    def __init__(self, program: str, tests: str) -> None:
        self.plain = blanked(program, SKIPPED)
        plain_tests = blanked(tests, SKIPPED)
        own = {found[2] for found in FUNCTION.finditer(plain_tests) if not found[1]}
        self.own_types = dict(_types(plain_tests))
        own |= self.own_types.keys()
        self.own_methods = [f for f in _functions(plain_tests) if f.receiver]
        self.words = words(plain_tests) - own - PREDECLARED - BASIC
        self.types = {
            name: found for name, found in _types(self.plain) if name not in PREDECLARED | BASIC
        }
        self.declared = self.types.keys() - own
        self.borrowed = {
            name: self.own_types[name]
            for name in sorted(self.own_types.keys() & words(self.plain))
            if name not in self.types
        }
        self.types |= self.borrowed
        self.imports = {alias or path.rpartition("/")[2]: path for alias, path in imports(program)}
        self.packages: set[str] = set()
        everything = list(_functions(self.plain))
        self.functions = [f for f in everything if not f.receiver and f.name in self.words]
        self.errors = [n for n in _ERROR.findall(self.plain) if n in self.words and n[0] != "_"]
        results = {f.name: f.results for f in everything if not f.receiver}
        self.variables = {
            name: kind
            for name, kind in variables(self.plain, results)
            if name in self.words and name not in self.errors
        }
        self.constants = list(self._constants(program, own))
        self.used: dict[str, None] = {}
        for name in self.types:
            if name in self.words or any(name in words(text) for text in self.constants):
                self._use(name)
        for function in self.functions:
            self._use_all(f"{function.generic} {function.params} {function.results}")
        self._use_all(" ".join(self.variables.values()))
        for name in self.borrowed:
            self._use(name)
        self.shown = [name for name in self.used if self._is_shown(name, plain_tests)]
        self.methods = [m for m in everything if m.receiver and self._is_wanted(m)]
        for method in self.methods:
            self._use_all(f"{method.params} {method.results}")

    def _constants(self, program: str, own: set[str]) -> Iterator[str]:
        """Declarations of constants that the tests name, as they stand."""
        for found in _CONSTANTS.finditer(program):
            text = found["group"] or found["one"] or ""
            plain = blanked(text, SKIPPED)
            named = set(re.findall(r"(?:^|[\n;])\s*(\w+)", plain))
            taken = own | PREDECLARED | BASIC | set(self.imports)
            whole = _CONSTANT.fullmatch(re.sub(r"\"\"|' '", "", plain))
            if named & self.words and not named & taken and whole:
                yield f"const (\n{text}\n)"

    def _is_wanted(self, method: Function) -> bool:
        name = re.sub(r"\[.*", "", method.receiver.lstrip("*"))
        if name not in self.used or name not in self.declared:
            return False
        faces = (found.body for found in self.types.values() if found.body.startswith("interface"))
        if name not in self.words and method.name in ASKING:
            return False
        return method.name in self.words | _SPELLED or any(
            method.name in words(face) for face in faces
        )

    def _is_shown(self, name: str, tests: str) -> bool:
        """Whether tests name one of a struct's fields."""
        kind = self.types[name]
        if kind.generic or not re.match(r"struct\s*\{", kind.body):
            return False
        named = set(re.findall(r"\.(\w+)\b(?!\s*\()", tests))
        return bool(named & words(kind.body))

    def _use(self, name: str) -> None:
        if name in self.used:
            return
        self.used[name] = None
        self._use_all(f"{self.types[name].generic} {self.types[name].body}")

    def _use_all(self, text: str) -> None:
        for name in sorted(words(text) & self.types.keys()):
            self._use(name)

    def checked(self, kind: str, known: list[str] | None = None) -> str:
        """A type, if values of it can travel; the packages that it names are noted.

        Raises:
            Unsplittable: they can't.
        """
        kind = kind.strip()
        if _TOKEN.sub("", kind):
            raise Unsplittable(f"the type {kind[:60]} is no plain data")
        fine = BASIC | self.types.keys() | self.own_types.keys() | _WORDS | set(known or ())
        is_function = re.search(r"\bfunc\b", kind) is not None
        for token in re.findall(r"[A-Za-z_][\w.]*", kind):
            package, dot, _ = token.partition(".")
            if dot and package in self.imports and "." not in self.imports[package]:
                self.packages.add(package)
            elif (dot or token not in fine) and not (is_function and not dot):
                raise Unsplittable(f"the type {kind[:60]} is no plain data")
        return kind


def _functions(plain: str) -> Iterator[Function]:
    """The functions and methods of a blanked text."""
    for found in FUNCTION.finditer(plain):
        receiver = re.sub(r"^\w+\s+(?=\S)", "", (found[1] or "").strip()).replace(" ", "")
        start, generic = found.end(), ""
        if plain[start] == "[":
            end = closing(plain, start)
            generic = " ".join(plain[start : end + 1].split())
            start = plain.find("(", end)
        end = closing(plain, start)
        params = _params(plain[start + 1 : end])
        body = plain[end : closing(plain, max(plain.find("{", end), end)) + 1]
        ways = tuple(_ways(plain[start + 1 : end], body)) if "chan" in str(params) else ()
        results = _results(plain[end + 1 :].split("\n", 1)[0])
        yield Function(receiver, found[2], params, results, generic, ways)


def _ways(params: str, body: str) -> Iterator[str]:
    """How a function uses each parameter, if it is a channel."""
    for part in _pieces(_spread(params)):
        name = part.split()[0] if part else "_"
        reads = re.search(rf"<-\s*{re.escape(name)}\b|\brange\s+{re.escape(name)}\b", body)
        writes = re.search(rf"\b{re.escape(name)}\s*<-|\bclose\(\s*{re.escape(name)}\b", body)
        yield "" if bool(reads) == bool(writes) else "<-chan" if reads else "chan<-"


def method_of(head: str) -> Function | None:
    """A method as an interface declares it."""
    found = re.match(r"(\w+)\s*\(", head)
    if found is None:
        return None
    end = closing(head, found.end() - 1)
    return Function("", found[1], _params(head[found.end() : end]), _results(head[end + 1 :]))


def fields(body: str) -> list[str]:
    """The types in the declaration of a struct, or the text itself."""
    if not re.match(r"struct\s*\{", body):
        return [body]
    rows = [" ".join(line.split()) for line in lines(body[body.index("{") + 1 : -1])]
    rows = [re.sub(r"\s*\"\"$", "", row) for row in rows if row]
    return [re.sub(r"^\w+(?:\s*,\s*\w+)*\s+(?=\S)", "", row) for row in rows]


def _types(plain: str) -> Iterator[tuple[str, Type]]:
    read = 0
    for found in re.finditer(r"^type\s+(?=\w)|^type\s*\(", plain, re.MULTILINE):
        if found.start() < read:
            continue
        if found[0].endswith("("):
            text = plain[found.end() : closing(plain, found.end() - 1)]
        else:
            text = next(lines(plain[found.end() :]))
        read = found.end() + len(text)
        for line in lines(text):
            if (named := _TYPE.match(line.strip())) is not None:
                yield named[1], _type(line.strip()[named.end() :])


def _type(rest: str) -> Type:
    generic = ""
    if _GENERIC.match(rest):
        end = closing(rest, 0)
        generic, rest = " ".join(rest[: end + 1].split()), rest[end + 1 :]
    return Type(generic, rest.strip())


def _spread(text: str) -> str:
    return re.sub(r"\b(interface|struct)\s*\{\s*\}", r"\1{}", " ".join(text.split()))


def _pieces(text: str) -> list[str]:
    """What stands between commas; the arrow of a channel is no bracket."""
    return [part.replace("\0", "<-") for part in parts(text.replace("<-", "\0"))]


def _names(text: str) -> list[str]:
    return [part.split()[0] for part in parts(text)]


def _params(text: str) -> tuple[str, ...]:
    """The types of a list of parameters, named or not."""
    found = _pieces(_spread(text))
    split = [re.fullmatch(r"(?!func\b|map\b|chan\b|interface\b)(\w+)\s+(\S.*)", p) for p in found]
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
    kind = re.split(r"(?<!interface)(?<!struct)\{", rest, maxsplit=1)[0].strip()
    return (kind,) if kind else ()
