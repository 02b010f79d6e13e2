"""Java: signatures are read from the program's class files, values are carried by `RewardWire`."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sandbox import jvm
from sandbox.apart import classfile
from sandbox.apart.classfile import ClassFile, Member
from sandbox.apart.halves import Unsplittable, harness, text_file
from sandbox.apart.text import blanked, words
from sandbox.command import File, Source

_SKIPPED = re.compile(
    r'"""(?:\\.|.)*?"""|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)
_IMPORT = re.compile(r"^[ \t]*import\s+(?:static\s+)?[\w.]+(?:\.\*)?\s*;", re.MULTILINE)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_NAME = re.compile(r"[^\W\d][\w]*")
_PRIMITIVES = {"I": "int", "Z": "boolean", "D": "double", "J": "long", "C": "char"}
_PRIMITIVES |= {"F": "float", "S": "short", "B": "byte", "V": "void"}
_JDK = frozenset(Path(__file__).with_name("jdk_names.txt").read_text(encoding="utf-8").split())
"""Public classes of the packages that tests use (java.lang, java.util, java.io, …, of Java 17):
tests judge with these, so they never come from the program, unless it is all that tests take."""

_ALWAYS = {"<init>", "equals", "hashCode", "toString", "compareTo"}
_DIFFERENT = {"equals": "return false;", "compareTo": "throw new ClassCastException();"}
"""What the program's objects are to data: they don't decide that."""

_OWNER, _TESTS, _WIRE = "RewardOwner.java", "RewardTests.java", "RewardWire.java"


def probe(program: str, *_: str) -> Source:
    """The program's half, whose class files have its signatures."""
    return owner(program, "", ())


def owner(program: str, _tests: str, _built: Sequence[File]) -> Source:
    """The program with what calls it by reflection."""
    name = jvm.public_class(program) or "Main"
    files = (text_file(f"{name}.java", program), harness(_OWNER), harness(_WIRE))
    return Source(files, (f"/box/{_OWNER}", f"/box/{_WIRE}"), ("reward.RewardOwner",))


def tester(program: str, tests: str, built: Sequence[File]) -> Source:
    """The tests with stubs of the classes that they use.

    Raises:
        Unsplittable: a class can't be shown to another process.
    """
    package = _PACKAGE.search(program)
    head = f"package {package[1]};\n" if package else ""
    imports = "\n".join(dict.fromkeys(_IMPORT.findall(blanked(program, _SKIPPED))))
    imports = "\n".join(line for line in imports.splitlines() if _is_standard(line))
    tests = _PACKAGE.sub("", tests)
    name = jvm.public_class(tests) or "Tests"
    stubs = _Stubs(built, tests)
    files = (
        text_file(f"{name}.java", f"{head}{imports}\n{tests}"),
        text_file("RewardStubs.java", head + "\n".join(stubs.source())),
        harness(_TESTS),
        harness(_WIRE),
    )
    compiled = ("/box/RewardStubs.java", f"/box/{_TESTS}", f"/box/{_WIRE}")
    return Source(files, compiled, ("reward.RewardTests", "{main}"))


def joined(program: str, tests: str) -> Source:
    """Both in one file."""
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


def _is_standard(line: str) -> bool:
    return re.search(r"import\s+(?:static\s+)?javax?\.", line) is not None


class _Stubs:
    """The classes of a program that its tests use, as source."""

    def __init__(self, built: Sequence[File], tests: str) -> None:
        plain = blanked(tests, _SKIPPED)
        self.words = words(plain)
        own = set(re.findall(r"\b(?:class|interface|enum|record)\s+(\w+)", plain))
        self.known: dict[str, ClassFile] = {}
        for file in built:
            if file.path.endswith(".class") and not file.path.startswith("reward/"):
                self._add(file, own)
        self.wanted: dict[str, None] = {}
        named = [name for name in self.known if _simple(name) in self.words]
        if len(named) != 1 or "$" in named[0]:
            self.known = {n: c for n, c in self.known.items() if not _JDK & set(_parts(n))}
        for name in named:
            self._want(name)

    def _add(self, file: File, own: set[str]) -> None:
        try:
            found = classfile.read(file.data)
        except ValueError as error:
            raise Unsplittable(f"{file.path} is no class") from error
        parts = _parts(found.name)
        if all(_NAME.fullmatch(part) for part in parts) and not own & set(parts):
            self.known[found.name] = found

    def _want(self, name: str) -> None:
        """A class, those around it and those it extends."""
        if name in self.wanted or name not in self.known:
            return
        outer = name.rpartition("$")[0]
        self._want(outer)
        self.wanted[name] = None
        found = self.known[name]
        for other in (found.parent, *found.interfaces):
            self._want(other)
        for method in self._methods(found):
            for used in re.findall(r"L([\w/$]+)", method.signature):
                self._want(used)
            for thrown in method.throws:
                self._want(thrown)

    def _methods(self, found: ClassFile) -> Iterator[Member]:
        face = found.access & classfile.INTERFACE
        for method in found.methods:
            hidden = method.access & (classfile.PRIVATE | classfile.SYNTHETIC)
            asked = _simple(found.name) not in self.words and not method.descriptor.startswith("()")
            used = method.name in self.words and not (asked and not face)
            if not hidden and (used or method.name in _ALWAYS):
                yield method

    def source(self) -> Iterator[str]:
        """The stubs' text."""
        for name in self.wanted:
            if "$" not in name:
                yield from self._class(self.known[name], "")

    def _class(self, found: ClassFile, lead: str) -> Iterator[str]:
        inner = [n for n in self.wanted if n.rpartition("$")[0] == found.name]
        nested = [line for n in inner for line in self._class(self.known[n], "public static ")]
        if found.access & classfile.ENUM:
            constants = [f.name for f in found.fields if f.access & classfile.ENUM]
            yield f"{lead}enum {_simple(found.name)} {{ {', '.join(constants)} }}"
        elif self._is_throwable(found):
            yield from self._throwable(found, lead)
        elif found.access & classfile.INTERFACE:
            yield from self._interface(found, lead, nested)
        else:
            yield from self._plain(found, lead, nested)

    def _is_throwable(self, found: ClassFile) -> bool:
        parent = found.parent
        if parent in self.known:
            return self._is_throwable(self.known[parent])
        return parent.endswith(("Exception", "Error", "Throwable"))

    def _throwable(self, found: ClassFile, lead: str) -> Iterator[str]:
        name = _simple(found.name)
        yield f"{lead}class {name} extends {_class_name(found.parent)} {{"
        yield f"public {name}() {{}} public {name}(String message) {{ super(message); }} }}"

    def _interface(self, found: ClassFile, lead: str, nested: list[str]) -> Iterator[str]:
        generics, rest = _generics(found.signature)
        parents = list(_types(rest))[1:] or [_class_name(i) for i in found.interfaces]
        extends = f" extends {', '.join(parents)}" if parents else ""
        yield f"{lead}interface {_simple(found.name)}{generics}{extends} {{"
        yield from nested
        for method in found.methods:
            if method.access & classfile.ABSTRACT:
                yield f"{self._head(method)};"
        yield "}"

    def _plain(self, found: ClassFile, lead: str, nested: list[str]) -> Iterator[str]:
        name = _simple(found.name)
        generics, rest = _generics(found.signature)
        parents = list(_types(rest)) or [_class_name(found.parent)]
        mine = found.parent in self.known
        faces = parents[1:] or [_class_name(i) for i in found.interfaces]
        abstract = "abstract " if found.access & classfile.ABSTRACT else ""
        extends = f" extends {parents[0]}" if mine else ""
        yield f"{lead}{abstract}class {name}{generics}{extends}"
        yield f" implements {', '.join(['reward.RewardTests.Stub', *faces])} {{"
        if mine:
            yield f"protected {name}(reward.RewardTests.Made made) {{ super(made); }}"
        else:
            yield "private final int rewardNumber_;"
            yield f"protected {name}(reward.RewardTests.Made made) {{"
            yield "rewardNumber_ = reward.RewardTests.keep(this, made); }"
            yield "@Override public int rewardNumber() { return rewardNumber_; }"
        yield from nested
        for method in self._methods(found):
            if method.name == "<init>":
                yield self._maker(found, method)
            elif method.name != "<clinit>":
                yield self._method(found, method)
        yield "}"

    def _maker(self, found: ClassFile, method: Member) -> str:
        call = _call("null", found, method)
        head = f"{_access(method)}{_simple(found.name)}({_params(method)}){_throws(method)}"
        return f"{head} {{ this((reward.RewardTests.Made) {call}); }}"

    def _method(self, found: ClassFile, method: Member) -> str:
        if method.access & classfile.ABSTRACT:
            return f"{self._head(method)};"
        static = method.access & classfile.STATIC
        call = _call("null" if static else "this", found, method)
        returns = _returned(method)
        body = f"{call};" if returns == "void" else f"return ({returns}) {call};"
        if method.name in {"equals", "compareTo"} and method.descriptor.startswith("(Ljava/lang/"):
            body = f"if (!(p0 instanceof reward.RewardTests.Stub)) {_DIFFERENT[method.name]} {body}"
        return f'@SuppressWarnings("unchecked") {self._head(method)} {{ {body} }}'

    def _head(self, method: Member) -> str:
        generics, _ = _generics(method.signature)
        static = "static " if method.access & classfile.STATIC else ""
        abstract = "abstract " if method.access & classfile.ABSTRACT else ""
        lead = f"{_access(method)}{static}{abstract}{generics} {_returned(method)}"
        return f"{lead} {_checked(method.name)}({_params(method)}){_throws(method)}"


def _access(method: Member) -> str:
    return "public " if method.access & classfile.PUBLIC else ""


def _throws(method: Member) -> str:
    return f" throws {', '.join(map(_class_name, method.throws))}" if method.throws else ""


def _call(self_: str, found: ClassFile, method: Member) -> str:
    params = method.descriptor[1 : method.descriptor.index(")")]
    count = len(list(_types(params)))
    given = "".join(f", p{i}" for i in range(count))
    if count == 1 and params.startswith(("[L", "[[")):
        given = ", (Object) p0"
    type_name = found.name.replace("/", ".")
    return f'reward.RewardTests.call({self_}, "{type_name}", "{method.name}", "{params}"{given})'


def _params(method: Member) -> str:
    _, rest = _generics(method.signature)
    kinds = list(_types(rest[1 : rest.index(")")]))
    if method.access & classfile.VARARGS and kinds and kinds[-1].endswith("[]"):
        kinds[-1] = kinds[-1].removesuffix("[]") + "..."
    return ", ".join(f"{kind} p{i}" for i, kind in enumerate(kinds))


def _returned(method: Member) -> str:
    _, rest = _generics(method.signature)
    return next(_types(rest[rest.index(")") + 1 :]))


def _simple(name: str) -> str:
    return _parts(name)[-1]


def _parts(name: str) -> list[str]:
    return re.split(r"[/$]", name)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Unsplittable(f"the name {name[:60]} can't be written")
    return name


def _class_name(name: str) -> str:
    return ".".join(_checked(part) for part in _parts(name))


def _generics(signature: str) -> tuple[str, str]:
    """The type parameters at the start of a signature as source, and the rest."""
    if not signature.startswith("<"):
        return "", signature
    at, named = 1, []
    while signature[at] != ">":
        end = signature.index(":", at)
        name, at, bounds = _checked(signature[at:end]), end, []
        while signature[at] == ":":
            at += 1
            if signature[at] != ":":
                bound, at = _type(signature, at)
                bounds.append(bound)
        named.append(f"{name} extends {' & '.join(bounds)}" if bounds else name)
    return f"<{', '.join(named)}>", signature[at + 1 :]


def _types(signature: str) -> Iterator[str]:
    at = 0
    while at < len(signature) and signature[at] not in ")^":
        found, at = _type(signature, at)
        yield found


def _type(signature: str, at: int) -> tuple[str, int]:
    """The type at a place in a signature as source, and where it ends."""
    letter = signature[at]
    if letter == "[":
        inner, end = _type(signature, at + 1)
        return f"{inner}[]", end
    if letter == "T":
        end = signature.index(";", at)
        return _checked(signature[at + 1 : end]), end + 1
    if letter != "L":
        return _PRIMITIVES[letter], at + 1
    text, at = "", at + 1
    while signature[at] != ";":
        found = re.compile(r"[^<;.]+").match(signature, at)
        if found:
            text += _class_name(found[0])
            at = found.end()
        elif signature[at] == ".":
            text, at = f"{text}.", at + 1
        else:
            bounds, at = _arguments(signature, at + 1)
            text += f"<{', '.join(bounds)}>"
    return text, at + 1


def _arguments(signature: str, at: int) -> tuple[list[str], int]:
    found = []
    while signature[at] != ">":
        if signature[at] == "*":
            found.append("?")
            at += 1
            continue
        lead = {"+": "? extends ", "-": "? super "}.get(signature[at], "")
        inner, at = _type(signature, at + bool(lead))
        found.append(lead + inner)
    return found, at + 1
