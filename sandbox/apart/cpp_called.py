"""What C or C++ tests take from a program, as a list of calls that both halves number alike."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sandbox.apart.cpp_items import Class, Enum, Field, Function
from sandbox.apart.cpp_text import Declarations
from sandbox.apart.cpp_words import (
    BUILTIN,
    ITERATING,
    ITERATING_LEAST,
    JUDGES,
    KEYWORDS,
    STANDARD,
    WIDE,
)
from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import words

_STRUCTURAL = {"operator==", "operator!="}
"""Of a class of fields, these compare the fields: the program does not decide what equals."""

_COMPARING = {f"operator{sign}" for sign in ("==", "!=", "<", ">", "<=", ">=", "<=>", "-", "-=")}
_ALONE = {"operator[]", "operator()", "operator++", "operator--", "operator!"}
"""An index or an argument is no value that it could be compared with."""

_SCALAR = re.compile(r"-?[\d.]+\w*|true|false|nullptr|NULL|\{\}|INT_MAX|INT_MIN")


@dataclass(frozen=True, slots=True)
class Call:
    """Something that the tests can call.

    Attributes:
        function: what it is; a constructor is called "make", what copies an object "copy".
        inside: the class that it is a member of.
        count: how many arguments are given; the others have the program's defaults.
    """

    function: Function
    inside: Class | None = None
    count: int = 0

    @property
    def params(self) -> tuple[str, ...]:
        """The types of the arguments, without the object of a method."""
        return self.function.params[: self.count]

    @property
    def generic(self) -> tuple[str, ...]:
        """The names of the parameters of the templates that it stands in."""
        return (*(self.inside.generic if self.inside else ()), *self.function.generic)

    @property
    def self_type(self) -> str:
        """The type of the object that a method is called on, or empty."""
        if self.inside is None or self.function.static or self.function.name == "make":
            return ""
        const = "const " if self.function.const or self.function.name == "copy" else ""
        return f"{const}{of(self.inside)} &"


def is_printing(call: Call) -> bool:
    """Whether what comes is the text that an object is written as."""
    return call.inside is None and call.function.name == "operator<<"


def of(found: Class) -> str:
    """A class with its own parameters."""
    return f"{found.name}<{', '.join(found.generic)}>" if found.generic else found.name


class Called:
    """What the tests take from a program: functions, classes, and what these are made of."""

    def __init__(self, program: str, tests: str, *, memory: bool = False) -> None:
        self.program = Declarations(program)
        self.program.memory = memory
        self.tests = Declarations(tests)
        self.wanted = wanted = words(self.tests.plain) - self.tests.names - KEYWORDS
        found = [f for f in self.program.functions if f.name in wanted]
        self.functions = [f for f in found if f.name not in JUDGES or _is_other(f)]
        if not self.functions and len({f.name for f in found}) == 1:
            self.functions = found
        self.classes = self._classes()
        named = {c.name for c in self.classes}
        self.operators = [f for f in self.program.operators if self._is_honest(f, named & wanted)]

    @staticmethod
    def _is_honest(operator: Function, named: set[str], left: str = "") -> bool:
        """Whether an operator can't be an answer that agrees to what it is compared with.

        It is between objects of classes that the tests name; or one of its sides is, and so is what
        comes of it. No object of the program is compared with data, or less than it.
        """
        kinds = [*([left] if left else []), *operator.params]
        sides = [bool(words(kind) & named) for kind in kinds]
        if operator.generic or operator.name == "operator<<":
            return False
        if operator.name in _ALONE:
            return any(sides)
        mixed = operator.name not in _COMPARING and bool(words(operator.returns) & named)
        return all(sides) or (any(sides) and mixed)

    def _classes(self) -> list[Class]:
        """The classes that tests name or signatures do, and what these need, in their order."""
        known = self.program.classes
        named = {name for name in known if name in self.wanted}
        named |= known.keys() & words(" ".join(map(_signature, self.functions)))
        more = named
        while more:
            reached: set[str] = set()
            for c in (known[name] for name in more):
                reached |= words(" ".join(f.kind for f in c.fields)) | {c.extends}
                reached |= words(" ".join(_signature(m) for m in c.methods if self._is_used(m)))
            more = (reached & known.keys()) - named
            named |= more
        taken = STANDARD | self.tests.names
        return [c for c in known.values() if c.name in named - taken]

    def _is_used(self, method: Function) -> bool:
        return method.name in self.wanted or method.name.startswith("operator")

    @cached_property
    def data(self) -> list[Class]:
        """Classes of plain fields, which both sides have."""
        return [c for c in self.classes if self.program.is_data(c.name)]

    @cached_property
    def linked(self) -> list[Class]:
        """Classes of fields to whose objects others point."""
        names: set[str] = set()
        for c in self.data:
            names |= self.program.pointed(c.name)
        if self.program.memory:
            names |= self._made()
        return [c for c in self.data if c.name in names]

    def _made(self) -> set[str]:
        """Structs with memory of their own that functions make, by their address."""
        made = words(" ".join(f.returns for f in self.functions if "*" in f.returns))
        names = {name for alias, name in self.program.aliases.items() if alias in made} | made
        return {c.name for c in self.data if any("*" in f.kind for f in c.fields)} & names

    @cached_property
    def kept(self) -> list[Class]:
        """Classes whose objects stay with the program."""
        errors = self.errors
        return [c for c in self.classes if not self.program.is_data(c.name) and c not in errors]

    @cached_property
    def errors(self) -> list[Class]:
        """Exceptions of the program, those that others extend first."""
        found: dict[str, Class] = {}
        for c in self.classes:
            if (c.base or c.extends in found) and not c.generic:
                found[c.name] = c
        return list(found.values())

    @cached_property
    def calls(self) -> list[Call]:
        """All that can be called; the place in this list is its number."""
        found = [call for f in self.functions for call in _with_defaults(f, None)]
        for c in (*self.data, *self.kept):
            found += self._of_class(c)
        for c in self.errors:
            found += self._of_error(c)
        for f in self.program.operators:
            if printed := self._printed(f):
                shown = Function(f.name, "std::string", (f"const {printed.name} &",))
                found.append(Call(replace(shown, space=printed.space), None, 1))
        for f in self.operators:
            if f.name not in _STRUCTURAL or not self._are_data(f):
                found += _with_defaults(f, None)
        return found

    def _of_class(self, found: Class) -> Iterator[Call]:
        data = found in self.data
        for maker in self.makers(found):
            yield from _with_defaults(maker, found)
        if not data and not found.abstract:
            yield Call(Function("copy", "", (), static=False), found)
        for method in found.methods:
            if self._is_taken(found, method) and not (data and method.name in _STRUCTURAL):
                yield from _with_defaults(method, found)

    def _of_error(self, found: Class) -> Iterator[Call]:
        for method in found.methods:
            if self._is_taken(found, method) and method.name != "what":
                yield from _with_defaults(method, found)
        for one in self.shown(found):
            getter = Function(f"field {one.name}", one.kind, (), static=False, const=True)
            yield Call(getter, found)

    def shares(self, call: Call) -> bool:
        """Whether what comes is a place within an object of the program, to read and to write."""
        returns = call.function.returns
        if not call.self_type or not returns.endswith("&") or returns.endswith("&&"):
            return False
        others = {c.name for c in (*self.kept, *self.linked, *self.errors)} | {"const", "auto"}
        return not words(returns) & others and "*" not in returns

    def shown(self, found: Class) -> list[Field]:
        """The fields of an exception that tests name."""
        return [f for f in found.fields if f.name in self.wanted and not f.size]

    def _printed(self, operator: Function) -> Class | None:
        """Whose objects an operator writes as text."""
        if operator.generic or operator.name != "operator<<":
            return None
        if "ostream" not in "".join(operator.params[:1]):
            return None
        named = words("".join(operator.params[1:]))
        return next(
            (c for c in (*self.data, *self.kept) if c.name in named and not c.generic), None
        )

    def _is_taken(self, found: Class, method: Function) -> bool:
        """Whether tests can call a method.

        They may have expected data in the place of a class that they don't name: no method of its
        objects is then told what is asked of it.
        """
        if not self._is_used(method):
            return False
        if method.name.startswith("operator"):
            return self._is_honest(method, {found.name} & self.wanted, found.name)
        return found.name in self.wanted or not method.params

    def makers(self, found: Class) -> list[Function]:
        """The constructors of a class that tests can call."""
        if found.abstract:
            return []
        if found.makers:
            return found.makers
        none = found in self.data or found.closed
        return [] if none else [Function("make", "", ())]

    def _are_data(self, function: Function) -> bool:
        return any(words(param) & {c.name for c in self.data} for param in function.params)

    def compared(self) -> Iterator[Class]:
        """The classes of fields for which the program defines what is equal."""
        for c in self.data:
            methods = {m.name for m in c.methods}
            free = {f.name for f in self.program.operators if c.name in words(" ".join(f.params))}
            if (methods | free) & _STRUCTURAL:
                yield c

    def enums(self) -> Iterator[Enum]:
        """The enumerations that tests or signatures name."""
        used = self.wanted | words(" ".join(_signature(call.function) for call in self.calls))
        used |= words(" ".join(f.kind for c in self.data for f in c.fields))
        for enum in self.program.enums.values():
            if (enum.names | {enum.name}) & used and not enum.names & (BUILTIN | STANDARD):
                yield enum

    def constants(self) -> Iterator[str]:
        """Numbers that the program names and the tests use, and sums; the library's come first."""
        known = self.wanted - BUILTIN - STANDARD - JUDGES
        for name, value in self.program.constants.items():
            if name in known and (space := self.program.constant_spaces.get(name)):
                yield f"namespace {'::'.join(space)} {{ static const auto {name} = {value}; }}"
            elif name in known:
                yield f"#ifndef {name}\n#define {name} ({value})\n#endif"
        for name, (taken, body) in self.program.macros.items():
            if name in known:
                yield f"#ifndef {name}\n#define {name}({taken}) ({body})\n#endif"

    def aliases(self) -> Iterator[str]:
        """Names of types that the tests use, as typedefs."""
        for name, written in self.program.aliases.items():
            if name in self.wanted and name not in BUILTIN | STANDARD:
                try:
                    kind = self.program.canonical(written)
                except Unsplittable:
                    continue
                plain = words(kind) - self.program.classes.keys() - self.program.enums.keys()
                pointer = name in self.program.pointers
                if kind and (pointer or plain <= (WIDE | {"int", "char"} if "<" in kind else WIDE)):
                    yield f"typedef {kind} {name};"


def _is_other(function: Function) -> bool:
    """Whether no call of the library's function can be meant: it takes other arguments."""
    numbers = sum(words(param) <= {"int", "long", "double", "const"} for param in function.params)
    several = function.name in {"max", "min"} and numbers >= ITERATING_LEAST
    return several or (function.name in ITERATING and len(function.params) < ITERATING_LEAST)


def _signature(function: Function) -> str:
    return f"{function.returns} {' '.join(function.params)}"


def _with_defaults(function: Function, inside: Class | None) -> Iterator[Call]:
    """A function, and where its defaults can't be copied, one for each count of arguments."""
    count = len(function.params)
    call = Call(function, inside, count)
    yield call
    if not defaults(call):
        for left in range(count - len(function.defaults), count):
            yield Call(function, inside, left)


def defaults(call: Call) -> Sequence[str]:
    """The defaults of a call's last parameters, where they are plain numbers."""
    plain = all(_SCALAR.fullmatch(value) for value in call.function.defaults)
    return call.function.defaults if plain else ()
