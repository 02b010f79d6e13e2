"""C++: signatures are read from the program's text, values are carried by `wire.hpp`."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.cpp_called import Call, Called, is_printing, of
from sandbox.apart.cpp_stubs import FAR, Stubs, is_deduced, linked, marked, template, tie
from sandbox.apart.cpp_text import SKIPPED, Declarations
from sandbox.apart.halves import Unsplittable, harness, text_file
from sandbox.apart.text import blanked
from sandbox.command import File, Source

_NAMED = re.compile(rb"named\(\) \[with int Index = (\d+); T = \{([^\0]*)\}\]\0")
"""As g++ writes the name of an instance of `reward_wire::named`."""

_ASKED = re.compile(r"reward_wire::Result<(\d+), ([^\u2019']*)>[\u2019']")
"""As g++ writes of which result it does not know the type."""

WIRE = (
    "wire.hpp",
    "messages.hpp",
    "values.hpp",
    "types.hpp",
    "links.hpp",
    "functions.hpp",
    "arguments.hpp",
    "shared.hpp",
    "exceptions.hpp",
    "objects.hpp",
)
"""What both halves include."""


def question(program: str, tests: str) -> Source | None:
    """Tests whose compiler will say which results' types are missing, if templates deduce any."""
    called = Called(program, tests)
    if any(is_deduced(call) and call.generic for call in called.calls):
        return tester(program, tests, ())
    return None


def probe(program: str, tests: str, asked: str) -> Source | None:
    """The program with the types that it leaves to the compiler (`auto`), if tests need them."""
    called = Called(program, tests)
    deduced = {index: call for index, call in enumerate(called.calls) if is_deduced(call)}
    lines, rows = [], []
    for index, call in deduced.items():
        result = f"decltype({_callee(call)}({_declared(call)}))"
        if call.generic:
            lines.append(
                f"{template(call.generic)}struct reward_result_{index} "
                f"{{ using type = {result}; }};"
            )
        else:
            rows.append(f"reward_wire::named<{index}, reward_wire::Norm<{result}>>()")
    for number, types in sorted(set(_ASKED.findall(asked))):
        index = int(number)
        if index in deduced:
            given = f"reward_wire::Given<{_writable(types)}>"
            result = f"reward_result_{index}<{types}>::type"
            rows.append(f"reward_wire::named<{index}, {given}, {result}>()")
    if not rows:
        return None
    text = "\n".join(
        (
            _precompiled(called.program),
            '#include "/box/wire.hpp"',
            renamed(program, "main.cpp"),
            *_used_spaces(called),
            *lines,
            f"const char *volatile reward_types_[] = {{{', '.join(rows)}}};",
            "#undef main\nint main() { return reward_types_[0] == nullptr; }",
        )
    )
    return Source((text_file("main.cpp", text), *map(harness, WIRE)))


def tester(program: str, tests: str, probed: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what can't cross.
    """
    called = Called(program, tests)
    stubs = Stubs(called, list(_instances(probed)))
    includes = sorted({*called.program.includes, *called.tests.includes})
    text = "\n".join(
        (
            "#include <bits/stdc++.h>" if "bits/stdc++.h" in includes else "",
            '#define REWARD_TESTS\n#include "/box/wire.hpp"',
            *(f"#include <{name}>" for name in includes),
            "#undef NDEBUG\n#include <assert.h>",
            "using namespace std;" if called.program.using_std else "",
            '#line 1 "reward_calls"',
            *stubs.source(),
            "#define free reward_free_",
            '#line 1 "tests.cpp"',
            with_main(tests),
        )
    )
    return Source((text_file("main.cpp", text), *map(harness, WIRE)), ("-O1",))


def owner(program: str, tests: str, built: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    called = Called(program, tests)
    text = "\n".join(
        (
            _precompiled(called.program),
            "#include <sstream>" if any(map(is_printing, called.calls)) else "",
            "#define REWARD_LINKED" if called.linked else "",
            '#include "/box/wire.hpp"',
            "static void reward_table_();",
            "int main() { reward_table_(); return reward_wire::answer(); }",
            renamed(program, "main.cpp"),
            '#line 1 "reward_calls"',
            *_used_spaces(called),
            *(tie(c) for c in called.data),
            *(linked(c) for c in called.linked),
            *(marked(c) for c in (*called.kept, *called.errors)),
            *_served(called, _instances(built)),
        )
    )
    return Source((text_file("main.cpp", text), *map(harness, WIRE)), kept_alive(called))


def kept_alive(called: Called) -> tuple[str, ...]:
    """How the program's half is linked: nothing ends the life of objects that the tests know."""
    return ("-Wl,--wrap=free",) if called.linked else ()


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


def _precompiled(found: Declarations) -> str:
    return "#include <bits/stdc++.h>" if "bits/stdc++.h" in found.includes else ""


def _used_spaces(called: Called) -> Iterator[str]:
    yield "using reward_wire::FarPointer; using reward_wire::Row;"
    for space in called.program.spaces:
        yield f"using namespace {'::'.join(space)};"


def _instances(built: Sequence[File]) -> Iterator[tuple[int, str]]:
    """The templates whose names stand in a binary, by number, with their types."""
    for file in built:
        for index, types in sorted(set(_NAMED.findall(file.data))):
            yield int(index), types.decode("utf-8", "replace")


def _writable(types: str) -> str:
    """Types as the compiler writes them, if they have names.

    Raises:
        Unsplittable: one is that of a lambda.
    """
    if "<lambda" in types or "::<" in types:
        raise Unsplittable("a template is given a lambda; take a std::function of plain data")
    return types


def _callee(call: Call) -> str:
    """What is called, without its arguments."""
    f, inside = call.function, call.inside
    if inside is not None:
        owner = "::".join((*inside.space, of(inside)))
        if f.name == "make":
            return owner
        return f"{owner}::{f.name}" if f.static else f"self.{f.name}"
    if f.name.startswith("operator"):
        return f.name
    explicit = f"<{', '.join(f.generic)}>" if f.generic else ""
    return "::" + "::".join((*f.space, f.name)) + explicit


def _declared(call: Call) -> str:
    return ", ".join(f"std::declval<{kind}>()" for kind in call.params)


def _row(called: Called, call: Call) -> str:
    """What registers one call."""
    f = call.function
    kinds = [call.self_type] if call.self_type else []
    kinds += call.params
    taken = [f"{call.self_type}self"] if call.self_type else []
    taken += [f"{kind} a{i}" for i, kind in enumerate(call.params)]
    given = ", ".join(f"std::forward<decltype(a{i})>(a{i})" for i in range(call.count))
    what = f"return {_callee(call)}({given});"
    result = "decltype(auto)"
    if called.shares(call):
        what, result = f"return reward_wire::shared({_callee(call)}({given}));", "auto"
    if is_printing(call):
        what, result = "std::ostringstream to; to << a0; return to.str();", "std::string"
    if f.name.startswith("field "):
        what = f"return self.{f.name.removeprefix('field ')};"
    if f.name in {"make", "copy"} and call.inside:
        result = of(call.inside)
    if f.name == "copy":
        what = f"return reward_wire::moved_or_copied(const_cast<{result} &>(self));"
    return (
        f"reward_wire::serve_call<{', '.join(kinds)}>"
        f"([]({', '.join(taken)}) -> {result} {{ {what} }});"
    )


def _served(called: Called, instances: Iterator[tuple[int, str]]) -> Iterator[str]:
    """The table, in the order of the calls; then what templates were called with."""
    rows, generic = [], {}
    for index, call in enumerate(called.calls):
        row = _row(called, call)
        if call.generic:
            yield f"{template(call.generic)}void reward_serve_{index}() {{ {row} }}"
            generic[index] = call
            rows.append("reward_wire::add(nullptr);")
        else:
            rows.append(row)
    for index, types in instances:
        if index in generic:
            _writable(types)
            name = f"const char* reward_wire::named() [with int Index = {index}; T = {{{types}}}]"
            given = FAR.sub("reward_wire::", types)
            rows.append(f'reward_wire::name_next("{name}"); reward_serve_{index}<{given}>();')
    errors = [
        f"if (auto found = dynamic_cast<const {c.name} *>(&error)) "
        f"{{ number = reward_wire::keep(new {c.name}(*found)); return {i}; }}"
        for i, c in enumerate(called.errors)
    ]
    if errors:
        body = f"{' '.join(reversed(errors))} return -1;"
        rows.append(
            "reward_wire::own_exception = "
            f"[](const std::exception &error, std::uint64_t &number) -> int {{ {body} }};"
        )
    yield f"static void reward_table_() {{ {' '.join(rows)} }}"
