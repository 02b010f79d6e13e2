"""C and C++: signatures are read from the program's text, values are carried by `wire.hpp`."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from sandbox.apart.cpp_text import (
    BUILTIN,
    JUDGES,
    KEYWORDS,
    LITERAL,
    SKIPPED,
    STANDARD,
    WIDE,
    Class,
    Declarations,
    Function,
)
from sandbox.apart.halves import Unsplittable, harness, text_file
from sandbox.apart.text import blanked, words
from sandbox.command import File, Source


class Called:
    """What the tests take from a program: the functions and classes whose stubs they get."""

    def __init__(self, program: str, tests: str) -> None:
        self.program = Declarations(program)
        self.tests = Declarations(tests)
        self.wanted = wanted = words(self.tests.plain) - self.tests.names - KEYWORDS
        found = [f for f in self.program.functions if f.name in wanted]
        self.classes = [c for c in self.program.classes.values() if c.name in wanted]
        self.functions = [f for f in found if f.name not in JUDGES]
        if not self.functions and not self.classes and len({f.name for f in found}) == 1:
            self.functions = found

    @cached_property
    def data(self) -> list[Class]:
        """Classes of fields only, which both sides have: those that tests name, or signatures."""
        used = words(" ".join(f"{f.returns} {' '.join(f.params)}" for f in self.all()))
        used |= {c.name for c in self.classes}
        known = self.program.classes.values()
        named = {c.name for c in known if c.name in used}
        for c in reversed(list(known)):
            if c.name in named:
                named |= words(" ".join(kind for kind, _ in c.fields))
        return [c for c in known if c.name in named and self.program.is_data(c.name)]

    @property
    def handled(self) -> list[Class]:
        """Classes whose objects stay with the program."""
        return [c for c in self.classes if not self.program.is_data(c.name)]

    def aliases(self) -> Iterator[str]:
        """Names of types that the tests use, as typedefs."""
        for name, written in self.program.aliases.items():
            if name in self.wanted and name not in BUILTIN | STANDARD:
                try:
                    kind = self.program.canonical(written)
                except Unsplittable:
                    continue
                if words(kind) <= WIDE:
                    yield f"typedef {kind} {name};"

    def all(self) -> Iterator[Function]:
        """The functions and methods that are called."""
        yield from self.functions
        for found in self.handled:
            yield from found.methods


def owner(program: str, tests: str, suffix: str = "cpp") -> Source:
    """The program with a table of what its tests call."""
    called = Called(program, tests)
    lines = [f"reward_wire::serve({_pointer(called, f)});" for f in called.functions]
    for c in called.handled:
        lines += [
            f"reward_wire::serve_new<{', '.join((c.name, *m.params))}>();" for m in _makers(c)
        ]
        lines += [f"reward_wire::serve({_pointer(called, m, c)});" for m in c.methods]
    text = "\n".join(
        (
            _precompiled(called.program),
            '#include "/box/wire.hpp"',
            "static void reward_table_();",
            "int main() { reward_table_(); return reward_wire::answer(); }",
            renamed(program, f"main.{suffix}"),
            '#line 1 "reward_calls"',
            *map(tie, called.data),
            f"static void reward_table_() {{ {' '.join(lines)} }}",
        )
    )
    return Source((text_file(f"main.{suffix}", text), harness("wire.hpp")))


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what is no plain data.
    """
    called = Called(program, tests)
    stubs = list(_stubs(called))
    includes = sorted({*called.program.includes, *called.tests.includes})
    text = "\n".join(
        (
            "#include <bits/stdc++.h>" if "bits/stdc++.h" in includes else "",
            '#define REWARD_TESTS\n#include "/box/wire.hpp"',
            *(f"#include <{name}>" for name in includes),
            "#undef NDEBUG\n#include <assert.h>",
            "using namespace std;" if called.program.using_std else "",
            '#line 1 "reward_calls"',
            *(data(called, c) for c in called.data),
            *map(tie, called.data),
            *called.aliases(),
            *stubs,
            '#line 1 "tests.cpp"',
            with_main(tests),
        )
    )
    return Source((text_file("main.cpp", text), harness("wire.hpp")))


def joined(program: str, tests: str, suffix: str = "cpp") -> Source:
    """Both in one program."""
    again = "\n#undef NDEBUG\n#undef main\n#include <assert.h>\n"
    start = renamed(program, f"main.{suffix}")
    return Source((text_file(f"main.{suffix}", f"{start}{again}{with_main(tests)}"),))


def renamed(program: str, path: str) -> str:
    """A program whose own main is out of the way of another."""
    return f'#define main program_main_\n#line 1 "{path}"\n{program}'


def with_main(tests: str) -> str:
    """Tests with a main; without one they are statements."""
    if re.search(r"\bmain\s*\(", blanked(tests, SKIPPED)):
        return tests
    return f"int main(void) {{\n{tests}\nreturn 0;\n}}"


def is_block(kind: str) -> bool:
    """Whether a type is a pointer to memory whose size must be known."""
    return "*" in kind and kind.replace(" ", "") != "constchar*"


def _precompiled(found: Declarations) -> str:
    return "#include <bits/stdc++.h>" if "bits/stdc++.h" in found.includes else ""


def _makers(found: Class) -> list[Function]:
    return found.makers or [Function("make", "", ())]


def _pointer(called: Called, function: Function, inside: Class | None = None) -> str:
    """A pointer to a function; where the name has several meanings, to the right one."""
    name = f"&{inside.name}::{function.name}" if inside else f"&::{function.name}"
    pool = inside.methods if inside else called.program.functions
    if sum(f.name == function.name for f in pool) < 2:
        return name
    scope = "*" if function.static or not inside else f"{inside.name}::*"
    return f"static_cast<{function.returns} ({scope})({', '.join(function.params)})>({name})"


def _stubs(called: Called) -> Iterator[str]:
    index = 0
    for function in called.functions:
        yield "static " + _stub(called.program, function, index)
        index += 1
    for c in called.handled:
        yield f"class {c.name} {{ std::uint64_t reward_object_; public:"
        for maker in _makers(c):
            params, sent = _arguments(called.program, maker)
            yield (
                f"{c.name}({params}) : reward_object_(reward_wire::call<std::uint64_t>({index}ull"
                f"{sent})) {{}}"
            )
            index += 1
        yield f"{c.name}(const {c.name} &) = delete;"
        for method in c.methods:
            lead = "static " if method.static else ""
            yield lead + _stub(called.program, method, index, method=not method.static)
            index += 1
        yield "};"


def _stub(known: Declarations, function: Function, index: int, *, method: bool = False) -> str:
    params, sent = _arguments(known, function)
    returns = re.sub(r"\s*&+$", "", known.canonical(function.returns)).strip()
    if "*" not in returns:
        returns = re.sub(r"^const\b|\bconst$", "", returns).strip()
    lead = ", reward_wire::Sent<std::uint64_t>{reward_object_}" if method else ""
    return (
        f"inline __attribute__((always_inline)) {returns} {function.name}({params}) "
        f"{{ return reward_wire::call<{returns}>({index}ull{lead}{sent}); }}"
    )


def _arguments(known: Declarations, function: Function) -> tuple[str, str]:
    """The parameters of a stub, and how they are sent."""
    types = [known.canonical(param) for param in function.params]
    params = [f"{kind} a{i}" for i, kind in enumerate(types)]
    first = len(params) - len(function.defaults)
    for i, default in enumerate(function.defaults):
        if not LITERAL.fullmatch(default) or default in {'""', "' '"}:
            raise Unsplittable(f"a default argument of {function.name} is no plain number")
        params[first + i] += f" = {default}"
    sent = "".join(f", {_sent(kind, f'a{i}')}" for i, kind in enumerate(types))
    return ", ".join(params), sent


def _sent(kind: str, name: str) -> str:
    if not is_block(kind):
        return f"reward_wire::Sent<{kind}>{{{name}}}"
    if kind.count("*") > 1 or "<" in kind or "&" in kind or "void" in kind:
        raise Unsplittable(f"the type {kind} is no plain data")
    size = f"__builtin_dynamic_object_size({name}, 0)"
    return f"reward_wire::Sent<{kind}>{{{{{name}, {size}}}}}"


def data(called: Called, found: Class) -> str:
    """A class of fields only, as a declaration."""
    fields = (f"{called.program.canonical(kind)} {name};" for kind, name in found.fields)
    return f"struct {found.name} {{ {' '.join(fields)} }};"


def tie(found: Class) -> str:
    """How the wire gets at the fields of a class."""
    names = ", ".join(f"value.{name}" for _, name in found.fields)
    return f"inline auto reward_tie_({found.name} &value) {{ return std::tie({names}); }}"
