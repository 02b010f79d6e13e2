"""C: as C++, with its own compiler for the program and for the tests; the calls are in C++."""

from collections.abc import Iterator, Sequence

from sandbox.apart import cpp
from sandbox.apart.cpp_called import Called
from sandbox.apart.cpp_items import Class, Function
from sandbox.apart.cpp_stubs import is_block, linked, tie
from sandbox.apart.cpp_text import Declarations
from sandbox.apart.halves import Unsplittable, harness, text_file
from sandbox.apart.text import words
from sandbox.command import File, Source

_CALLS = ("-x", "c++", "/box/calls.cpp", "-lstdc++", "-x", "c")


def owner(program: str, tests: str, _: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    called = Called(program, tests)
    table = ", ".join(f"(void *)&{f.name}" for f in called.functions)
    text = "\n".join(
        (
            cpp.renamed(program, "main.c"),
            '#line 1 "reward_calls"',
            f"void *const reward_table_[] = {{{table or '0'}}};",
        )
    )
    rows = [
        f"reward_wire::serve(reinterpret_cast<{_pointer(called.program, f)}>(reward_table_[{i}]));"
        for i, f in enumerate(called.functions)
    ]
    lines = ("int main() {", *rows, "return reward_wire::answer(); }")
    return Source((text_file("main.c", text), *_calls(called, lines)), _CALLS)


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what is no plain data.
    """
    called = Called(program, tests)
    includes = sorted({*called.program.includes, *called.tests.includes})
    functions = list(enumerate(called.functions))
    text = "\n".join(
        (
            *(f"#include <{name}>" for name in includes),
            "#undef NDEBUG\n#include <assert.h>\n#include <stddef.h>\n#include <sys/types.h>",
            '#line 1 "reward_calls"',
            *called.constants(),
            *(f"typedef {e.text[:-1]} {e.name};" if e.name else e.text for e in called.enums()),
            *(f"typedef struct {c.name} {c.name};" for c in called.data),
            *(_data(called, c) for c in called.data),
            *called.aliases(),
            *(_inline(called, f, i) for i, f in functions),
            "void reward_free_(void *);\n#define free reward_free_",
            '#line 1 "tests.c"',
            cpp.with_main(tests),
        )
    )
    lines = [_stub(called, f, i) for i, f in functions]
    return Source(
        (text_file("main.c", text), *_calls(called, lines, "#define REWARD_TESTS")), _CALLS
    )


def joined(program: str, tests: str) -> Source:
    """Both in one program."""
    return cpp.joined(program, tests, suffix="c")


def _calls(called: Called, lines: Sequence[str], defined: str = "") -> Iterator[File]:
    text = "\n".join(
        (
            defined,
            '#include "/box/wire.hpp"\n#include <cstddef>\n#include <sys/types.h>',
            *(e.text for e in called.enums()),
            *(f"struct {c.name};" for c in called.data),
            *(_data(called, c) for c in called.data),
            *map(tie, called.data),
            *map(linked, called.linked),
            'extern "C" { extern void *const reward_table_[]; }',
            *lines,
        )
    )
    yield text_file("calls.cpp", text)
    yield from map(harness, cpp.WIRE)


def _pointer(known: Declarations, function: Function) -> str:
    params = ", ".join(known.canonical(param) for param in function.params)
    return f"{known.canonical(function.returns)} (*)({params})"


def _signature(called: Called, function: Function, index: int) -> tuple[str, list[str], str]:
    """The head of a stub with the sizes of what pointers point to, and its parameters' types."""
    types = [called.program.canonical(param) for param in function.params]
    params = [f"{kind} a{i}" for i, kind in enumerate(types)]
    params += [f"unsigned long n{i}" for i, kind in enumerate(types) if _is_block(called, kind)]
    returns = called.program.canonical(function.returns)
    return f"{returns} reward_stub_{index}({', '.join(params) or 'void'})", types, returns


def _inline(called: Called, function: Function, index: int) -> str:
    """What the tests call: the compiler sees here how much memory is behind a pointer."""
    head, types, returns = _signature(called, function, index)
    params = ", ".join(f"{kind} a{i}" for i, kind in enumerate(types)) or "void"
    given = [f"a{i}" for i in range(len(types))]
    blocks = [i for i, kind in enumerate(types) if _is_block(called, kind)]
    given += [f"__builtin_dynamic_object_size(a{i}, 0)" for i in blocks]
    lead = "" if returns == "void" else "return "
    return (
        f"extern {head}; static inline __attribute__((always_inline)) {returns} "
        f"{function.name}({params}) {{ {lead}reward_stub_{index}({', '.join(given)}); }}"
    )


def _stub(called: Called, function: Function, index: int) -> str:
    head, types, returns = _signature(called, function, index)
    sent = "".join(f", {_sent(called, kind, i)}" for i, kind in enumerate(types))
    return f'extern "C" {head} {{ return reward_wire::call<{returns}>({index}ull{sent}); }}'


def _is_block(called: Called, kind: str) -> bool:
    """Whether a type is a pointer to memory whose size must be known."""
    own = words(kind) & {c.name for c in called.linked}
    return is_block(kind) and (not own or "* *" in kind)


def _sent(called: Called, kind: str, index: int) -> str:
    if not _is_block(called, kind):
        return f"reward_wire::Sent<{kind}>{{a{index}}}"
    own = words(kind) & {c.name for c in called.linked}
    if (kind.count("*") > 1 and not (own or kind.endswith("char * *"))) or "void" in kind:
        raise Unsplittable(f"the type {kind} is no plain data")
    return f"reward_wire::Sent<{kind}>{{{{a{index}, n{index}}}}}"


def _data(called: Called, found: Class) -> str:
    """A class of fields only, as a declaration."""
    fields = (f"{called.program.declared(f)};" for f in found.fields)
    return f"struct {found.name} {{ {' '.join(fields)} }};"
