"""The classes of a Java program that its tests use, as source: stubs of what stays there."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sandbox.apart import classfile
from sandbox.apart.classfile import ClassFile, Member
from sandbox.apart.halves import Unsplittable
from sandbox.apart.java_borrowed import CALL, borrowed
from sandbox.apart.java_types import (
    NAME,
    checked,
    class_name,
    generics,
    name_parts,
    params,
    returned,
    simple,
    types,
)
from sandbox.apart.text import words
from sandbox.command import File

_JDK = frozenset(Path(__file__).with_name("jdk_names.txt").read_text(encoding="utf-8").split())
"""Public classes of the packages that tests use (java.lang, java.util, java.io, …, of Java 17):
tests judge with these, so they never come from the program, unless it is all that tests take."""

_ASKED = {"equals": "(Ljava/lang/Object;)", "hashCode": "()", "toString": "()"}
"""What every object has. What else is called so, tests don't see: it would be told what they
expect."""

_DIFFERENT = {"equals": "return false;", "compareTo": "throw new ClassCastException();"}
"""What the program's objects are to data: they don't decide that."""

_FACES = re.compile(
    r"java/util/function/\w+|java/util/(?:Comparator|Iterator|PrimitiveIterator\$Of\w+)"
    r"|java/util/concurrent/Callable|java/lang/(?:Iterable|Runnable|Comparable|AutoCloseable)"
)
"""Interfaces of the library by which the program's objects can be used (RewardCodec.isFace)."""

_ACTIONS = words(
    """
    iterator hasNext next nextInt nextLong nextDouble close run call get apply accept test compare
    applyAsInt applyAsLong applyAsDouble getAsInt getAsLong getAsDouble getAsBoolean
    """
)
"""Their methods, which tests use without naming them."""


class Stubs:
    """Reads what a compiler made of a program.

    Raises:
        Unsplittable: a file is no class, or has names that can't be written.
    """

    def __init__(self, built: Sequence[File], names: set[str], own: set[str]) -> None:
        self.words = names
        self.known: dict[str, ClassFile] = {}
        self.bodies: list[ClassFile] = []
        for file in built:
            if file.path.endswith(".class") and not file.path.startswith("reward/"):
                self._add(file, own)
        self.wanted: dict[str, None] = {}
        named = [name for name in self.known if simple(name) in self.words]
        if len(named) != 1 or "$" in named[0]:
            self.known = {n: c for n, c in self.known.items() if not _JDK & set(name_parts(n))}
        for name in named:
            self._want(name)
        count = -1
        while count != len(self.wanted):
            count = len(self.wanted)
            for name, found in self.known.items():
                if {found.parent, *found.interfaces} & self.wanted.keys():
                    self._want(name)

    def _add(self, file: File, own: set[str]) -> None:
        try:
            found = classfile.read(file.data)
        except ValueError as error:
            raise Unsplittable(f"{file.path} is no class") from error
        parts = name_parts(found.name)
        if not all(NAME.fullmatch(part) for part in parts):
            self.bodies.append(found)
        elif not own & set(parts):
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
        for member in (*self._methods(found), *self._fields(found)):
            for used in re.findall(r"L([\w/$]+)", member.signature):
                self._want(used)
            for thrown in member.throws:
                self._want(thrown)

    def _methods(self, found: ClassFile) -> Iterator[Member]:
        """Those that tests can call.

        They may have expected data in the place of a class that they don't name: no method of its
        objects is then told what is asked of it.
        """
        named = simple(found.name) in self.words
        faces = any(map(_FACES.fullmatch, found.interfaces))
        for method in (*found.methods, *self._inherited(found)):
            takes = not method.descriptor.startswith("()")
            acts = faces and method.name in _ACTIONS
            if method.access & (classfile.PRIVATE | classfile.SYNTHETIC) or _is_main(method):
                continue
            if method.name in _ASKED:
                wanted = method.descriptor.startswith(_ASKED[method.name])
            elif method.name == "compareTo":
                wanted = method.descriptor.startswith("(L") and method.descriptor.count(";") == 1
            elif found.access & classfile.INTERFACE:
                wanted = bool(method.access & classfile.ABSTRACT) or method.name in self.words
            else:
                used = method.name in self.words or method.name == "<init>"
                wanted = acts or (used and (named or not takes))
            if wanted:
                yield method

    def _inherited(self, found: ClassFile) -> Iterator[Member]:
        """Methods that a class has without saying so.

        Those of its interfaces, and those that only the bodies of an enumeration's constants have.
        """
        if not found.access & classfile.ABSTRACT or found.access & classfile.INTERFACE:
            return
        own = {(method.name, method.descriptor) for method in found.methods}
        others = [
            c for c in self.bodies if c.parent == found.name and found.access & classfile.ENUM
        ]
        faces = list(found.interfaces)
        for name in faces:
            if name in self.known:
                others.append(self.known[name])
                faces += self.known[name].interfaces
        for other in others:
            for method in other.methods:
                if method.name[0] != "<" and (method.name, method.descriptor) not in own:
                    own.add((method.name, method.descriptor))
                    if not method.access & classfile.STATIC:
                        yield method

    def _fields(self, found: ClassFile) -> Iterator[Member]:
        hidden = classfile.PRIVATE | classfile.SYNTHETIC | classfile.ENUM
        for field in found.fields:
            if field.name in self.words and not field.access & hidden:
                yield field

    def table(self) -> str:
        """What the tests' process knows of the stubs."""
        rows, known, named = [], [], []
        for name in self.wanted:
            found, text = self.known[name], json.dumps(name.replace("/", "."))
            known.append(text)
            named += [text] if simple(name) in self.words else []
            shared = [json.dumps(field.name) for field in self._fields(found)]
            if shared and not found.access & classfile.INTERFACE:
                rows.append(f"{{{', '.join([text, *shared])}}}")
        return (
            "package reward; final class RewardTable { "
            f"static final String[][] FIELDS = {{{', '.join(rows)}}}; "
            f"static final java.util.Set<String> KNOWN = java.util.Set.of({_list(known)}); "
            f"static final java.util.Set<String> NAMED = java.util.Set.of({_list(named)}); }}"
        )

    def source(self) -> Iterator[str]:
        """The stubs' text."""
        for name in self.wanted:
            if "$" not in name:
                yield from self._class(self.known[name], "")

    def _class(self, found: ClassFile, lead: str) -> Iterator[str]:
        inner = [n for n in self.wanted if n.rpartition("$")[0] == found.name]
        nested = [
            line
            for n in inner
            for line in self._class(
                self.known[n], "public " if self.known[n].bound else "public static "
            )
        ]
        if found.access & classfile.INTERFACE:
            yield self._interface_head(found, lead)
        elif found.access & classfile.ENUM:
            yield from self._enum_head(found, lead)
        else:
            yield from self._class_head(found, lead)
        yield from nested
        for field in self._fields(found):
            yield self._field(found, field)
        for method in self._methods(found):
            if method.name == "<init>" and not found.access & classfile.ENUM:
                yield self._maker(found, method)
            elif method.name[0] != "<" and not self._is_given(found, method):
                yield self._method(found, method)
        if simple(found.name) in self.words:
            yield from borrowed(found, self.words)
        yield "}"

    @staticmethod
    def _is_given(found: ClassFile, method: Member) -> bool:
        """Whether a method is one that every enumeration has."""
        return bool(found.access & classfile.ENUM) and method.name in {"values", "valueOf"}

    def _faces(self, found: ClassFile) -> list[str]:
        """The interfaces that its stub has too."""
        written = list(types(generics(found.signature)[1]))[1:]
        kinds = written or [class_name(name) for name in found.interfaces]
        acts = {m.name for m in self._methods(found)} & (_ACTIONS | {"compareTo"})
        acts |= {"extends"} if found.access & classfile.INTERFACE else set()
        kept = [n in self.known or (acts and _FACES.fullmatch(n)) for n in found.interfaces]
        return [kind for kind, keep in zip(kinds, kept, strict=True) if keep]

    def _interface_head(self, found: ClassFile, lead: str) -> str:
        faces = self._faces(found)
        extends = f" extends {', '.join(faces)}" if faces else ""
        return f"{lead}interface {simple(found.name)}{generics(found.signature)[0]}{extends} {{"

    def _enum_head(self, found: ClassFile, lead: str) -> Iterator[str]:
        constants = [f.name for f in found.fields if f.access & classfile.ENUM]
        faces = ", ".join(["reward.RewardTests.Stub", *self._faces(found)])
        yield f"{lead}enum {simple(found.name)} implements {faces} {{ {', '.join(constants)};"
        yield "@Override public int rewardNumber() { return reward.RewardTests.numberOf(this); }"

    def _class_head(self, found: ClassFile, lead: str) -> Iterator[str]:
        name = simple(found.name)
        own, rest = generics(found.signature)
        mine = found.parent in self.known
        error = self._is_throwable(found)
        parent = next(types(rest), "") or class_name(found.parent)
        extends = f" extends {parent}" if mine or error else ""
        faces = ", ".join(["reward.RewardTests.Stub", *self._faces(found)])
        yield f"{lead}class {name}{own}{extends} implements {faces} {{"
        text = "made.message" if error else ""
        start = f"super({'made' if mine else text});"
        if mine:
            yield f"protected {name}(reward.RewardTests.Made made) {{ {start} }}"
            return
        yield "private final int rewardNumber_;"
        yield f"protected {name}(reward.RewardTests.Made made) {{ {start}"
        yield "rewardNumber_ = reward.RewardTests.keep(this, made); }"
        yield "@Override public int rewardNumber() { return rewardNumber_; }"

    def _is_throwable(self, found: ClassFile) -> bool:
        parent = found.parent
        if parent in self.known:
            return self._is_throwable(self.known[parent])
        return parent.endswith(("Exception", "Error", "Throwable"))

    def _field(self, found: ClassFile, field: Member) -> str:
        kind = next(types(field.signature))
        if found.access & classfile.INTERFACE:
            given = f'"{found.name.replace("/", ".")}", "{checked(field.name)}"'
            return f"{kind} {field.name} = ({kind}) reward.RewardTests.constant({given});"
        static = "static " if field.access & classfile.STATIC else ""
        return f"public {static}{kind} {checked(field.name)};"

    def _maker(self, found: ClassFile, method: Member) -> str:
        call = _call("null", found, method)
        taken = params(method)
        if found.bound:
            taken, call = _within(found, method)
        head = f"{_access(method)}{simple(found.name)}({taken}){_throws(method)}"
        return f"{head} {{ this((reward.RewardTests.Made) {call}); }}"

    def _method(self, found: ClassFile, method: Member) -> str:
        face = found.access & classfile.INTERFACE
        static = method.access & classfile.STATIC
        if face and method.access & classfile.ABSTRACT:
            return f"{_head(method)};"
        call = _call("null" if static else "this", found, method)
        returns = returned(method)
        body = f"{call};" if returns == "void" else f"return ({returns}) {call};"
        if method.name in _DIFFERENT:
            body = f"if (!(p0 instanceof reward.RewardTests.Stub)) {_DIFFERENT[method.name]} {body}"
        lead = "default " if face and not static else ""
        return f'@SuppressWarnings("unchecked") {lead}{_head(method)} {{ {body} }}'


def _is_main(method: Member) -> bool:
    """Whether a program would begin there: the tests' process begins with the tests."""
    return method.name == "main" and method.descriptor == "([Ljava/lang/String;)V"


def _list(texts: list[str]) -> str:
    return f"new String[] {{{', '.join(texts)}}}"


def _head(method: Member) -> str:
    own, _ = generics(method.signature)
    static = "static " if method.access & classfile.STATIC else ""
    lead = f"{_access(method)}{static}{own} {returned(method)}"
    return f"{lead} {checked(method.name)}({params(method)}){_throws(method)}"


def _access(method: Member) -> str:
    return "public " if method.access & classfile.PUBLIC else ""


def _within(found: ClassFile, method: Member) -> tuple[str, str]:
    """What the constructor of a class within another takes, and how it is called.

    Its first argument is the object around it, of which generic signatures say nothing.
    """
    outer = found.name.rpartition("$")[0]
    around = f"L{outer};"
    signature = method.signature.replace(f"({around}", "(", 1)
    inner = replace(method, signature=signature)
    count = len(list(types(generics(signature)[1][1:].partition(")")[0])))
    given = "".join(f", p{i}" for i in range(count))
    taken = method.descriptor[1 : method.descriptor.index(")")]
    name = found.name.replace("/", ".")
    call = f'{CALL}(null, "{name}", "<init>", "{taken}", {simple(outer)}.this{given})'
    return params(inner), call


def _throws(method: Member) -> str:
    return f" throws {', '.join(map(class_name, method.throws))}" if method.throws else ""


def _call(self_: str, found: ClassFile, method: Member) -> str:
    taken = method.descriptor[1 : method.descriptor.index(")")]
    count = len(list(types(taken)))
    given = "".join(f", p{i}" for i in range(count))
    if count == 1 and taken.startswith(("[L", "[[")):
        given = ", (Object) p0"
    return f'{CALL}({self_}, "{found.name.replace("/", ".")}", "{method.name}", "{taken}"{given})'
