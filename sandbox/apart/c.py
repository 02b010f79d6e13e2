"""C: as C++, with its own compiler for the program and for the tests; the calls are in C++."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart import cpp
from sandbox.apart.cpp_called import Called
from sandbox.apart.cpp_items import Class, Function
from sandbox.apart.cpp_stubs import is_block, linked, marked, tie
from sandbox.apart.halves import Unsplittable, harness, text_file
from sandbox.apart.text import parts, words
from sandbox.command import File, Source

_NUMBER = re.compile(r"(?:(?:const|unsigned|signed|int|long|short|size_t|u?int\d+_t) ?)+")
_SIZES = re.compile(r"(?:const )?int \*")
_ROWS = re.compile(r"Row<(.+?),.*> \*", re.DOTALL)
_FUNCTION = re.compile(r"reward_wire::FarPointer\s*<(.+?)\((.*)\)\s*>", re.DOTALL)
_ALLOCATING = """\
void reward_free_(void *); void *reward_new_(size_t); void *reward_zero_(size_t, size_t);
void *reward_more_(void *, size_t); char *reward_copy_(const char *);
#define free reward_free_
#define malloc reward_new_
#define calloc reward_zero_
#define realloc reward_more_
#undef strdup
#define strdup reward_copy_"""
"""How the tests allocate, so that it is known how much memory is behind a pointer."""

_SHADOW = (
    "-fsanitize=kernel-address",
    "-fasan-shadow-offset=0x7fff8000",
    *("--param", "asan-stack=1", "--param", "asan-globals=1"),
    *("--param", "asan-instrumentation-with-call-threshold=0"),
)
"""Has the compiler write down how long the tests' variables are (`shadow.hpp`)."""

_CALLS = ("-x", "c++", "/box/calls.cpp", "-lstdc++", "-x", "c")


def owner(program: str, tests: str, _: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    called = Called(program, tests, memory=True)
    table = ", ".join(f"(void *)&{f.name}" for f in called.functions)
    text = "\n".join(
        (
            cpp.renamed(program, "main.c"),
            '#line 1 "reward_calls"',
            f"void *const reward_table_[] = {{{table or '0'}}};",
        )
    )
    rows = [
        f"reward_wire::serve(reinterpret_cast<{_pointer(called, f)}>(reward_table_[{i}]));"
        for i, f in enumerate(called.functions)
    ]
    lines = ("int main() {", *rows, "return reward_wire::answer(); }")
    files = (text_file("main.c", text), *_calls(called, lines))
    return Source(files, (*cpp.kept_alive(called), *_CALLS))


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what is no plain data.
    """
    called = Called(program, tests, memory=True)
    includes = sorted({*called.program.includes, *called.tests.includes})
    functions = list(enumerate(called.functions))
    text = "\n".join(
        (
            *(f"#include <{name}>" for name in includes),
            "#undef NDEBUG\n#include <assert.h>\n#include <stddef.h>\n#include <sys/types.h>",
            '#line 1 "reward_calls"',
            *called.constants(),
            *(f"typedef {e.text[:-1]} {e.name};" if e.name else e.text for e in called.enums()),
            *(f"typedef struct {c.name} {c.name};" for c in (*called.data, *called.kept)),
            *(_data(called, c) for c in called.data),
            *(
                f"{head};"
                for name, head in called.program.pointers.items()
                if name in called.wanted
            ),
            *(a for a in called.aliases() if "reward_wire" not in a),
            *(_inline(called, f, i) for i, f in functions),
            _ALLOCATING,
            '#line 1 "tests.c"',
            cpp.with_main(tests),
        )
    )
    lines = [_stub(called, f, i) for i, f in functions]
    return Source(
        (text_file("main.c", text), *_calls(called, lines, tests=True)), (*_SHADOW, "-O1", *_CALLS)
    )


def joined(program: str, tests: str) -> Source:
    """Both in one program."""
    return cpp.joined(program, tests, suffix="c")


def _calls(called: Called, lines: Sequence[str], *, tests: bool = False) -> Iterator[File]:
    text = "\n".join(
        (
            "#define REWARD_MEMORY",
            "#define REWARD_TESTS" if tests else "#define REWARD_LINKED" if called.linked else "",
            '#include "/box/wire.hpp"\n#include <cstddef>\n#include <sys/types.h>',
            *(e.text for e in called.enums()),
            *(f"struct {c.name};" for c in called.data),
            *(_data(called, c) for c in called.data),
            *(_handle(c, tests=tests) for c in called.kept),
            *map(marked, called.kept),
            *map(tie, called.data),
            *map(linked, called.linked),
            '#include "/box/shadow.hpp"' if tests else "",
            'extern "C" { extern void *const reward_table_[]; }',
            *lines,
        )
    )
    yield text_file("calls.cpp", text)
    yield from map(harness, (*cpp.WIRE, "blocks.hpp", "shadow.hpp"))


def _pointer(called: Called, function: Function) -> str:
    params = ", ".join(_wired(called, param) for param in function.params)
    return f"{called.program.canonical(function.returns)} (*)({params})"


def _wired(called: Called, written: str) -> str:
    """A parameter's type as the wire has it: arrays of arrays are one array."""
    rows = _ROWS.fullmatch(written)
    return called.program.canonical(f"{rows[1]} *" if rows else written)


def _visible(called: Called, written: str, name: str) -> str:
    """A parameter as the tests' compiler sees it."""
    if _ROWS.fullmatch(written):
        return f"void *{name}"
    return _declared(_wired(called, written), name)


def _declared(kind: str, name: str) -> str:
    """A name of a type, which may be a pointer to a function."""
    found = _FUNCTION.fullmatch(kind)
    if found is None:
        return f"{kind} {name}"
    taken = ", ".join(_declared(one, "") for one in parts(found[2]))
    return f"{found[1]} (*{name})({taken or 'void'})"


def _signature(called: Called, function: Function, index: int) -> tuple[str, list[str], str]:
    """The head of a stub with the sizes of what pointers point to, and its parameters' types."""
    types = [_wired(called, param) for param in function.params]
    params = [_declared(kind, f"a{i}") for i, kind in enumerate(types)]
    params += [f"unsigned long n{i}" for i, kind in enumerate(types) if _is_block(called, kind)]
    returns = called.program.canonical(function.returns)
    return f"{returns} reward_stub_{index}({', '.join(params) or 'void'})", types, returns


def _inline(called: Called, function: Function, index: int) -> str:
    """What the tests call: the compiler sees here how much memory is behind a pointer."""
    head, types, returns = _signature(called, function, index)
    seen = [_visible(called, written, f"a{i}") for i, written in enumerate(function.params)]
    given = [f"a{i}" for i in range(len(types))]
    blocks = [i for i, kind in enumerate(types) if _is_block(called, kind)]
    given += [f"__builtin_dynamic_object_size(a{i}, 1)" for i in blocks]
    lead = "" if returns == "void" else "return "
    return (
        f"extern {head}; static inline __attribute__((always_inline)) {returns} "
        f"{function.name}({', '.join(seen) or 'void'}) "
        f"{{ {lead}reward_stub_{index}({', '.join(given)}); }}"
    )


def _stub(called: Called, function: Function, index: int) -> str:
    head, types, returns = _signature(called, function, index)
    sent = "".join(f", {_sent(called, kind, i)}" for i, kind in enumerate(types))
    call = f"return reward_wire::call<{returns}>({index}ull{sent});"
    return f'extern "C" {head} {{ {_told(called, types, function)} {call} }}'


def _told(called: Called, types: Sequence[str], function: Function) -> str:
    """Notes the largest number among the arguments, which tells how long arrays are."""
    data = {c.name: c for c in called.data}
    numbers = []
    for i, kind in enumerate(types):
        found = data.get(kind.replace("const ", "").removesuffix(" *"))
        if _NUMBER.fullmatch(kind):
            numbers.append(f"(long long)a{i}")
        elif found:
            sizes = [f.name for f in found.fields if _NUMBER.fullmatch(f.kind) and not f.size]
            star = kind.endswith("*")
            read = (
                f"a{i} ? (long long)a{i}->{n} : 0" if star else f"(long long)a{i}.{n}"
                for n in sizes
            )
            numbers += [f"({one})" for one in read]
        elif any("* *" in other for other in types) and _SIZES.fullmatch(kind):
            numbers.append(f"(a{i} ? (long long)*a{i} : 0)")
    rows = any(map(_ROWS.fullmatch, function.params))
    return f"reward_wire::tell({str(rows).lower()}, {{{', '.join(numbers)}}});"


def _is_block(called: Called, kind: str) -> bool:
    """Whether a type is a pointer to memory whose size must be known."""
    own = words(kind) & {c.name for c in (*called.linked, *called.kept)}
    return is_block(kind) and (not own or "* *" in kind)


def _sent(called: Called, kind: str, index: int) -> str:
    if not _is_block(called, kind):
        return f"reward_wire::Sent<{kind}>{{a{index}}}"
    if "void" in kind:
        raise Unsplittable(f"the type {kind} is no plain data")
    return f"reward_wire::Sent<{kind}>{{{{a{index}, n{index}}}}}"


def _handle(found: Class, *, tests: bool) -> str:
    """A struct whose objects stay with the program; the tests have their numbers."""
    number = f"{found.name}(reward_wire::Handle h) : reward_object_(h.number) {{}}"
    return f"struct {found.name}" + (
        f" {{ std::uint64_t reward_object_; {number} }};" if tests else ";"
    )


def _data(called: Called, found: Class) -> str:
    """A class of fields only, as a declaration."""
    fields = (f"{called.program.declared(f)};" for f in found.fields)
    return f"struct {found.name} {{ {' '.join(fields)} }};"
