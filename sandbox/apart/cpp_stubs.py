"""What C++ tests see of a program: declarations, and definitions that call it."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.cpp_called import Call, Called, defaults, is_printing, of
from sandbox.apart.cpp_items import Class
from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import parts, words

_STRING = re.compile(
    r"std::__cxx11::basic_string<char(?:, std::char_traits<char>, std::allocator<char> ?)?>"
)

GIVEN = "Given<"
FAR = re.compile(r"(?<!:)\b(?=FarFunction<)")
"""Where the compiler leaves out of which namespace a function of the other side is."""


def is_block(kind: str) -> bool:
    """Whether a type is a pointer to memory whose size must be known."""
    return "*" in kind and kind.replace(" ", "") != "constchar*" and "FarPointer" not in kind


def tie(found: Class) -> str:
    """How the wire gets at the fields of a class."""
    names = ", ".join(f"value.{f.name}" for f in found.fields)
    return in_space(
        found.space, f"inline auto reward_tie_({found.name} &value) {{ return std::tie({names}); }}"
    )


def linked(found: Class) -> str:
    """What tells the wire that others point to a class's objects."""
    return in_space(found.space, f"inline void reward_linked_({found.name} *) {{}}")


def marked(found: Class) -> str:
    """What tells the wire that a class's objects stay with the program."""
    return in_space(
        found.space, f"{template(found.generic)}inline void reward_kept_({of(found)} *) {{}}"
    )


def in_space(space: Sequence[str], text: str) -> str:
    """A declaration within its namespaces."""
    return "".join(f"namespace {name} {{ " for name in space) + text + " }" * len(space)


def template(generic: Sequence[str]) -> str:
    """What stands before a declaration with such parameters."""
    return f"template <{', '.join(f'class {name}' for name in generic)}> " if generic else ""


def is_deduced(call: Call) -> bool:
    """Whether the compiler works out what is returned."""
    return re.search(r"\bauto\b", call.function.returns) is not None


class Stubs:
    """The source of what tests see of a program.

    Raises:
        Unsplittable: something of it can't be shown to another process.
    """

    def __init__(self, called: Called, found: Sequence[tuple[int, str]]) -> None:
        self.called = called
        self.deduced = {i: types for i, types in found if not types.startswith(GIVEN)}
        self.results = [(i, parts(types)) for i, types in found if types.startswith(GIVEN)]
        self.known = called.program
        self.kept = {c.name for c in called.kept}
        self.data = {c.name for c in called.data}
        self.linked = {c.name for c in called.linked}

    def source(self) -> Iterator[str]:
        """Declarations, then definitions, as these need to know how all classes travel."""
        called = self.called
        yield from called.constants()
        for enum in called.enums():
            yield in_space(enum.space, enum.text)
        for c in (*called.data, *called.kept, *called.errors):
            lead = "struct" if c in called.data else "class"
            yield in_space(c.space, f"{template(c.generic)}{lead} {c.name};")
        yield from (f"using namespace {'::'.join(space)};" for space in self._spaces())
        for c in called.classes:
            if c in called.errors:
                yield in_space(c.space, self._error(c))
            elif c.name in self.data:
                yield in_space(c.space, self._data(c))
            elif c.name in self.kept:
                yield in_space(c.space, self._kept(c))
        yield from (tie(c) for c in called.data)
        yield from (linked(c) for c in called.linked)
        yield from (marked(c) for c in (*called.kept, *called.errors))
        yield from called.aliases()
        yield from (in_space(c.space, _comparison(c)) for c in called.compared())
        for index, (given, result) in self.results:
            call = called.calls[index]
            taken = given.removeprefix(GIVEN).removesuffix(">")
            types = f"{index}, {FAR.sub('reward_wire::', taken)}"
            kind = self._plain(self._type(_STRING.sub("std::string", result), call))
            yield (f"template <> struct reward_wire::Result<{types}> {{ using type = {kind}; }};")
        for index, call in enumerate(called.calls):
            space = call.inside.space if call.inside else call.function.space
            yield in_space(space, self._definition(index, call))
        yield from self._thrown()

    def _spaces(self) -> Iterator[tuple[str, ...]]:
        used = {c.space for c in self.called.classes} | {e.space for e in self.called.enums()}
        yield from sorted(s for s in used | self.called.program.used_spaces if s)

    def _thrown(self) -> Iterator[str]:
        names = [c.name for c in self.called.errors]
        if names:
            rows = "reward_wire::Handle handle{number}; " + " ".join(
                f"if (kind == {i}) throw reward_wire::Raised<{name}>(handle, text);"
                for i, name in enumerate(names)
            )
            yield (
                "static const bool reward_thrown_ = (reward_wire::throw_own = "
                f"[](int kind, std::uint64_t number, const std::string &text) {{ {rows} }}, true);"
            )

    def _data(self, found: Class) -> str:
        lines = []
        for f in found.fields:
            kind = self.known.canonical(f.kind)
            inner = self.known.classes.get(kind)
            start = f" = {f.value}" if f.value and f.value not in {'""', "' '"} else ""
            if inner and inner.makers:
                start = "{reward_wire::Raw{}}"
            lines.append(f"{self.known.declared(f)}{start};")
        if found.makers:
            lines.append(f"{found.name}(reward_wire::Raw) {{}}")
        if found.name in self.linked:
            lines.append(
                "static void *operator new(std::size_t n) { return reward_wire::last(n); }"
            )
            lines.append("static void operator delete(void *) {}")
        lines += self._members(found)
        return f"struct {found.name} {{ {' '.join(lines)} }};"

    def _kept(self, found: Class) -> str:
        name, base = found.name, found.extends if found.extends in self.kept else ""
        lines = [] if base else ["std::uint64_t reward_object_;"]
        start = f"{base}(handle)" if base else "reward_object_(handle.number)"
        lines.append(f"explicit {name}(reward_wire::Handle handle) : {start} {{}}")
        if not found.abstract:
            other = "reward_wire::Handle{other.reward_object_}"
            swap = "this->reward_object_ = {0}.reward_object_; return *this;"
            lines += [
                f"{name}(const {name} &other);",
                f"{name}({name} &&other) noexcept : {name}({other}) {{}}",
                f"{name} &operator=(const {name} &o) {{ {name} c(o); {swap.format('c')} }}",
                f"{name} &operator=({name} &&o) noexcept {{ {swap.format('o')} }}",
            ]
        lines += self._members(found)
        extends = f" : public {base}" if base else ""
        lead = template(found.generic)
        return f"{lead}class {name}{extends} {{ public: {' '.join(lines)} }};"

    def _error(self, found: Class) -> str:
        """An exception of the program, which has its text; the rest is asked of the program."""
        name, parent = found.name, found.extends or f"std::{found.base}"
        lines, start = [f"using {parent}::{found.extends or found.base};"], f"{parent}(text)"
        if not found.base:
            start = f"{parent}(handle, text)"
        elif found.base == "exception":
            start = "reward_text_(text)"
            lines = [
                "std::string reward_text_;",
                f"explicit {name}(const std::string &text = std::string()) : {start} {{}}",
                "const char *what() const noexcept override { return reward_text_.c_str(); }",
            ]
        lines += ["std::uint64_t reward_object_ = 0;"] if found.base else []
        fields = self.called.shown(found)
        lines += [f"{self.known.declared(f)};" for f in fields]
        asked = "".join(f"{f.name} = reward_field_{f.name}(); " for f in fields)
        lines.append(
            f"{name}(reward_wire::Handle handle, const std::string &text) : {start} "
            f"{{ reward_object_ = handle.number; {asked}}}"
        )
        lines.append(f"explicit {name}(reward_wire::Handle handle) : {name}(handle, {{}}) {{}}")
        lines += self._members(found)
        return f"class {name} : public {parent} {{ public: {' '.join(lines)} }};"

    def _members(self, found: Class) -> Iterator[str]:
        for name, value in found.constants.items():
            yield f"static constexpr auto {name} = {value};"
        for index, call in enumerate(self.called.calls):
            if call.inside is found and call.function.name != "copy":
                yield self._head(index, call, "", with_defaults=True) + ";"

    def _head(self, index: int, call: Call, scope: str, *, with_defaults: bool) -> str:
        f = call.function
        types = [self._type(kind, call) for kind in call.params]
        params = [f"{kind} a{i}" for i, kind in enumerate(types)]
        if with_defaults:
            given = defaults(call)
            for at, value in enumerate(given, len(params) - len(given)):
                params[at] += f" = {value}"
        taken = f"({', '.join(params)})"
        if call.inside and f.name in {"make", "copy"}:
            if f.name == "copy":
                taken = f"(const {call.inside.name} &self)"
            least = call.count - len(defaults(call))
            explicit = "explicit " if f.name == "make" and least <= 1 and not scope else ""
            return f"{explicit if params else ''}{scope}{call.inside.name}{taken}"
        static = "static " if call.inside and f.static and not scope else ""
        const = " const" if call.inside and f.const else ""
        name = f.name.replace("field ", "reward_field_")
        return f"{static}{self._returns(index, call)} {scope}{name}{taken}{const}"

    def _type(self, written: str, call: Call) -> str:
        return self.known.canonical(written, known=call.generic)

    def _returns(self, index: int, call: Call) -> str:
        written = call.function.returns
        if is_deduced(call):
            if call.generic:
                return "auto"
            if index not in self.deduced:
                raise Unsplittable(f"the result of {call.function.name} has no type")
            written = _STRING.sub("std::string", self.deduced[index])
        kind = self._type(written, call)
        if self.called.shares(call) or (
            words(kind) & self.kept and "<" not in kind and "&" in kind
        ):
            return kind
        return self._plain(kind)

    @staticmethod
    def _plain(kind: str) -> str:
        """A type that is no reference, and not const."""
        plain = re.sub(r"\s*&+$", "", kind).strip()
        return plain if "*" in plain else re.sub(r"^const\b|\bconst$", "", plain).strip()

    def _definition(self, index: int, call: Call) -> str:
        inside, f = call.inside, call.function
        scope = f"{of(inside)}::" if inside else ""
        head = self._head(index, call, scope, with_defaults=inside is None)
        key = f"{index}ull"
        if call.generic:
            key = f"reward_wire::named<{index}, {_normal(call)}>()"
        sent = "".join(f", {self._sent(kind, i, call)}" for i, kind in enumerate(call.params))
        lead = template(inside.generic) if inside else ""
        lead += f"{template(f.generic)}inline __attribute__((always_inline)) "
        if inside and f.name in {"make", "copy"}:
            own = f", reward_wire::Sent<const {of(inside)} &>{{self}}" if f.name == "copy" else ""
            if inside.name in self.data:
                return f"{lead}{head} {{ *this = reward_wire::call<{of(inside)}>({key}{sent}); }}"
            number = f"reward_wire::call<std::uint64_t>({key}{own}{sent})"
            base = inside.extends if inside.extends in self.kept else ""
            start = (
                f"{base}(reward_wire::Handle{{{number}}})" if base else f"reward_object_({number})"
            )
            return f"{lead}{head} : {start} {{}}"
        if call.self_type:
            sent = f", reward_wire::Sent<{call.self_type}>{{*this}}{sent}"
        returns = self._returns(index, call)
        if returns == "auto":
            returns = f"typename reward_wire::Result<{index}, {_normal(call)}>::type"
        if self.called.shares(call):
            returns = f"reward_wire::Shared<{returns.removesuffix('&')}>"
            return f"{lead}{head} {{ return *reward_wire::call<{returns}>({key}{sent}).at; }}"
        if is_printing(call):
            text = f"reward_wire::call<std::string>({key}{sent})"
            return f"{lead}{self._printing(call)} {{ return to << {text}; }}"
        return f"{lead}{head} {{ return reward_wire::call<{returns}>({key}{sent}); }}"

    def _printing(self, call: Call) -> str:
        return f"std::ostream &operator<<(std::ostream &to, {self._type(call.params[0], call)} a0)"

    def _sent(self, written: str, at: int, call: Call) -> str:
        kind = self._type(written, call)
        own = words(kind) & (self.kept | self.linked)
        if not is_block(kind) or (own and "* *" not in kind):
            return f"reward_wire::Sent<{kind}>{{a{at}}}"
        generic = "<" in kind and "::Row <" not in kind
        if (kind.count("*") > 1 and not own) or generic or "&" in kind or "void" in kind:
            raise Unsplittable(f"the type {kind} is no plain data")
        return f"reward_wire::Sent<{kind}>{{{{a{at}, __builtin_dynamic_object_size(a{at}, 1)}}}}"


def _normal(call: Call) -> str:
    """What a template is called with; functions stand for those of their signature."""
    return ", ".join(f"reward_wire::Norm<{name}>" for name in call.generic)


def _comparison(found: Class) -> str:
    """Fields are equal where all of them are."""
    fields = f"reward_tie_(const_cast<{found.name} &>"
    return (
        f"inline bool operator==(const {found.name} &a, const {found.name} &b) "
        f"{{ return {fields}(a)) == {fields}(b)); }} "
        f"inline bool operator!=(const {found.name} &a, const {found.name} &b) "
        "{ return !(a == b); }"
    )
