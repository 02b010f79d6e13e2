"""C and C++: signatures are read from the program's text, values are carried by `wire.hpp`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sandbox.apart.halves import Unsplittable, harness, text_file
from sandbox.apart.text import WORD, Item, blanked, items, parts, words
from sandbox.command import File, Source

_SKIPPED = re.compile(
    r'R"([^()\s\\]{0,16})\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([a-z_][\w/+.]*)>", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\n(][^\n]*)$", re.MULTILINE)
_ALIAS = re.compile(
    r"^(?:typedef\s+(?P<old>.+?)\s*\b(?P<name>\w+)|using\s+(?P<n>\w+)\s*=\s*(?P<o>.+))$", re.DOTALL
)
_STRUCT = re.compile(r"typedef\s+struct\s*\w*\s*\{([^{}]*)\}\s*(\w+)\s*;")
_DROPPED = re.compile(
    r"\b(?:static|inline|constexpr|extern|friend|virtual|explicit|__attribute__\s*\(\(.*?\)\))(?!\w)|\[\[.*?\]\]"
)
_FUNCTION = re.compile(
    r"(?P<returns>.*?[\s*&>])(?P<name>[A-Za-z_]\w*)\s*\((?P<params>.*)\)"
    r"(?P<after>(?:\s|const|noexcept|override|final)*)(?:->(?P<trailing>.+))?",
    re.DOTALL,
)
_CLASS = re.compile(r"(?P<kind>class|struct)\s+(?P<name>\w+)(?:\s+final)?", re.DOTALL)
_PART = re.compile(r"boost\s*::\s*any\b|[A-Za-z_]\w*|::|[<>,&*]|\d+|\s+")
_LITERAL = re.compile(
    r"-?[\d.]+(?:[eE]-?\d+)?[uUlLfF]*|true|false|nullptr|NULL|\{\}|\"\"|' '|INT_MAX|INT_MIN"
)

_BUILTIN = frozenset(
    """void bool char short int long signed unsigned float double const wchar_t char16_t char32_t
    size_t ssize_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
    intptr_t uintptr_t __int128 __int128_t __uint128_t _Bool struct""".split()
)
_STANDARD = frozenset(
    """string vector list deque array set multiset map multimap unordered_set unordered_map
    unordered_multiset unordered_multimap pair tuple optional complex string_view less greater
    any unique_ptr shared_ptr wstring hash equal_to allocator""".split()
)
_WIDE = frozenset("long unsigned double std".split()) | _STANDARD
"""What a name for a type may stand for in tests: no type that would round what is compared."""

_JUDGES = frozenset(
    """abs fabs fabsf fabsl labs llabs round lround llround floor ceil trunc sqrt cbrt pow exp log
    log10 log2 fmod hypot isnan isinf isfinite signbit max min equal is_permutation mismatch
    lexicographical_compare strcmp strncmp strcasecmp memcmp strlen to_string stoi stod sort
    stable_sort all_of any_of none_of count count_if find find_if accumulate printf fprintf puts
    cout cerr exit abort _exit assert make_pair make_tuple tie get swap begin end size compare
    isclose is_sorted includes set_difference main""".split()
)
"""What tests judge with: never taken from the program, unless it is all they take from it."""

_KEYWORDS = frozenset(
    """if for while switch return else do sizeof catch new delete throw operator alignas
    static_assert decltype case default goto""".split()
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program.

    Attributes:
        name: without its class.
        returns, params: types as the program wrote them.
        defaults: of the last parameters, those that have one.
        static: of a method, whether it needs no object.
    """

    name: str
    returns: str
    params: tuple[str, ...]
    defaults: tuple[str, ...] = ()
    static: bool = True


@dataclass(slots=True)
class Class:
    """A class of the program: fields only, or what can be called."""

    name: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    methods: list[Function] = field(default_factory=list)
    makers: list[Function] = field(default_factory=list)
    opaque: bool = False


class Declarations:
    """What a text declares at its top level."""

    def __init__(self, text: str) -> None:
        self.plain = blanked(text.replace("\\\n", ""), _SKIPPED)
        without = _STRUCT.sub(r"struct \2 {\1};", _DIRECTIVE.sub("", self.plain))
        self.includes = [name for name in _INCLUDE.findall(self.plain) if ".." not in name]
        self.using_std = re.search(r"\busing\s+namespace\s+std\b", self.plain) is not None
        self.aliases = dict(_DEFINE.findall(self.plain))
        self.functions: list[Function] = []
        self.classes: dict[str, Class] = {}
        self.names: set[str] = set()
        for item in items(without):
            self._read(item)

    def _read(self, item: Item) -> None:
        head = " ".join(item.head.split())
        alias = _ALIAS.fullmatch(head) if item.body is None else None
        if alias:
            self.aliases[alias["name"] or alias["n"]] = alias["old"] or alias["o"]
            return
        if item.body is None:
            return
        found = _CLASS.fullmatch(head)
        if found:
            self.names.add(found["name"])
            self.classes[found["name"]] = _class(found["name"], found["kind"] == "class", item.body)
        elif function := read_function(head):
            self.names.add(function.name)
            self.functions.append(function)
        else:
            self.names |= set(re.findall(r"\b(?:class|struct|enum)\s+(\w+)", head))
            if (guess := re.search(r"(\w+)\s*\(", head)) is not None:
                self.names.add(guess[1])

    def canonical(self, written: str, depth: int = 0) -> str:
        """A type in the words of the standard library, all aliases replaced.

        Raises:
            Unsplittable: it is no plain data.
        """
        if depth > 20 or len(written) > 2000:
            raise Unsplittable(f"the type {written[:60]} is no plain data")
        done = []
        if _PART.sub("", written):
            raise Unsplittable(f"the type {' '.join(written.split())[:60]} is no plain data")
        for part in _PART.findall(written):
            if part in {"std", "::", "struct"} or part.isspace():
                continue
            if part in self.aliases:
                done.append(self.canonical(self.aliases[part], depth + 1))
            elif part.startswith("boost"):
                done.append("boost::any")
            elif part in _STANDARD:
                done.append(f"std::{part}")
            elif part in _BUILTIN or not WORD.fullmatch(part) or self.is_data(part, depth + 1):
                done.append(part)
            else:
                raise Unsplittable(f"the type {' '.join(written.split())[:60]} is no plain data")
        return " ".join(done)

    def is_data(self, name: str, depth: int = 0) -> bool:
        """Whether a class has plain fields and nothing else."""
        found = self.classes.get(name)
        if found is None or found.opaque or found.methods or found.makers or not found.fields:
            return False
        if depth > 20:
            return False
        return all(name not in words(kind) and self._fits(kind, depth) for kind, _ in found.fields)

    def _fits(self, kind: str, depth: int) -> bool:
        try:
            return "*" not in self.canonical(kind, depth)
        except Unsplittable:
            return False


def read_function(head: str, *, member: bool = False) -> Function | None:
    """The function that a head defines, if it is one that can be called by its name."""
    static = not member or re.search(r"\bstatic\b", head) is not None
    head = _DROPPED.sub(" ", head).strip()
    found = _FUNCTION.fullmatch(head)
    if found is None or head.startswith(("template", "operator", "~")):
        return None
    if found["name"] in _KEYWORDS or "operator" in found["returns"] or "=" in found["returns"]:
        return None
    written = [] if found["params"].strip() == "void" else parts(found["params"])
    defaults = [part.split("=", 1)[1].strip() for part in written if "=" in part]
    return Function(
        found["name"],
        (found["trailing"] or found["returns"]).strip(),
        tuple(_param(part.split("=", 1)[0]) for part in written),
        tuple(defaults),
        static,
    )


def _param(written: str) -> str:
    """The type of a parameter, without its name; an array is a pointer."""
    written = written.strip()
    array = re.fullmatch(r"(.*?)\[[^\]]*\]", written, re.DOTALL)
    if array:
        written = array[1].strip()
    named = re.fullmatch(r"(.*[\s*&>])([A-Za-z_]\w*)", written, re.DOTALL)
    if named and named[2] not in _BUILTIN and words(named[1]) - {"const", "struct", "std"}:
        written = named[1].strip()
    return f"{written} *" if array else written


def _class(name: str, private: bool, body: str) -> Class:  # noqa: FBT001
    found = Class(name)
    body = re.sub(r"\b(public|private|protected)\s*:(?!:)", r"@\1;", body)
    for item in items(body):
        head = " ".join(item.head.split())
        if head.startswith("@"):
            private = head != "@public"
        elif item.body is not None and item.head:
            _member(found, head, private=private)
        elif item.body is None:
            _field(found, head, private=private)
    return found


def _member(found: Class, head: str, *, private: bool) -> None:
    signature = head.split(") :")[0] + ")" if ") :" in head else head
    maker = re.fullmatch(rf"(?:explicit\s+)?{found.name}\s*(\(.*\))", signature)
    if maker:
        if not private and (function := read_function(f"void make{maker[1]}")):
            found.makers.append(function)
        found.opaque |= private
    elif not private and (function := read_function(head, member=True)):
        found.methods.append(function)


def _field(found: Class, head: str, *, private: bool) -> None:
    plain = re.fullmatch(r"(.*[\s*&>])(\w+(?:\s*,\s*\w+)*)", head.split("=")[0].strip())
    if private or plain is None or "(" in head or "static" in head:
        found.opaque = True
        return
    found.fields += [(plain[1].strip(), name) for name in parts(plain[2])]


class Called:
    """What the tests take from a program: the functions and classes whose stubs they get."""

    def __init__(self, program: str, tests: str) -> None:
        self.program = Declarations(program)
        self.tests = Declarations(tests)
        self.wanted = wanted = words(self.tests.plain) - self.tests.names - _KEYWORDS
        found = [f for f in self.program.functions if f.name in wanted]
        self.classes = [c for c in self.program.classes.values() if c.name in wanted]
        self.functions = [f for f in found if f.name not in _JUDGES]
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
            if name in self.wanted and name not in _BUILTIN | _STANDARD:
                try:
                    kind = self.program.canonical(written)
                except Unsplittable:
                    continue
                if words(kind) <= _WIDE:
                    yield f"typedef {kind} {name};"

    def all(self) -> Iterator[Function]:
        """The functions and methods that are called."""
        yield from self.functions
        for found in self.handled:
            yield from found.methods


def owner(program: str, tests: str, *, suffix: str = "cpp") -> Source:
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


def tester(program: str, tests: str, _: Sequence[File], *, suffix: str = "cpp") -> Source:
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
            f'#line 1 "tests.{suffix}"',
            with_main(tests),
        )
    )
    return Source((text_file(f"main.{suffix}", text), harness("wire.hpp")))


def joined(program: str, tests: str, *, suffix: str = "cpp") -> Source:
    """Both in one program."""
    again = "\n#undef NDEBUG\n#undef main\n#include <assert.h>\n"
    start = renamed(program, f"main.{suffix}")
    return Source((text_file(f"main.{suffix}", f"{start}{again}{with_main(tests)}"),))


def renamed(program: str, path: str) -> str:
    """A program whose own main is out of the way of another."""
    return f'#define main program_main_\n#line 1 "{path}"\n{program}'


def with_main(tests: str) -> str:
    """Tests with a main; without one they are statements."""
    if re.search(r"\bmain\s*\(", blanked(tests, _SKIPPED)):
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
        if not _LITERAL.fullmatch(default) or default in {'""', "' '"}:
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
    fields = (f"{called.program.canonical(kind)} {name};" for kind, name in found.fields)
    return f"struct {found.name} {{ {' '.join(fields)} }};"


def tie(found: Class) -> str:
    names = ", ".join(f"value.{name}" for _, name in found.fields)
    return f"inline auto reward_tie_({found.name} &value) {{ return std::tie({names}); }}"
