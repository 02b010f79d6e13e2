"""What a C or C++ program declares, as far as its text tells without a compiler."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import WORD, Item, blanked, items, parts, words

SKIPPED = re.compile(
    r'R"([^()\s\\]{0,16})\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([a-z_][\w/+.]*)>", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\n(][^\n]*)$", re.MULTILINE)
_MACRO = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+([A-Z][A-Z\d_]*)\(([\w, \t]*)\)[ \t]+([^\n]+)$", re.MULTILINE
)
_ALIAS = re.compile(
    r"^(?:typedef\s+(?P<old>.+?)\s*\b(?P<name>\w+)|using\s+(?P<n>\w+)\s*=\s*(?P<o>.+))$", re.DOTALL
)
_STRUCT = re.compile(r"typedef\s+struct\s*(\w*)\s*\{([^{}]*)\}\s*(\w+)\s*;")
_DROPPED = re.compile(
    r"\b(?:static|inline|constexpr|extern|friend|virtual|explicit|__attribute__\s*\(\(.*?\)\))(?!\w)|\[\[.*?\]\]"
)
_FUNCTION = re.compile(
    r"(?P<returns>.*?[\s*&>])(?P<name>[A-Za-z_]\w*)\s*\((?P<params>.*)\)"
    r"(?P<after>(?:\s|const|noexcept|override|final)*)(?:->(?P<trailing>.+))?",
    re.DOTALL,
)
_CLASS = re.compile(
    r"(?P<kind>class|struct)\s+(?P<name>\w+)(?:\s+final)?(?:\s*:(?!:)\s*(?P<bases>.+))?", re.DOTALL
)
_NAMESPACE = re.compile(r"(inline\s+)?namespace\b\s*(\w*)")
_ENUM = re.compile(r"(?:typedef\s+)?enum\s*(?:class\s+|struct\s+)?(\w*)\s*(?::\s*[\w:\s]+)?")
_ENUMERATORS = re.compile(r"\s*\w+\s*(?:=[\w\s+*<>()|~'-]+)?(?:,|\Z)")
_CONSTANT = re.compile(
    r"(?:(?:static|inline)\s+)*(?:const|constexpr)\s+(?P<type>[\w:\s]*?)\s*\b(?P<name>\w+)\s*=\s*(?P<value>.+)",
    re.DOTALL,
)
_NUMBER = re.compile(
    r"[\s()]*-?(?:0x[\da-fA-F]+|[\d.]+(?:e-?\d+)?)[uUlLfF]*(?:[\s()*+<-]+[\d.]+[uUlL]*)*[\s()]*"
)
_AFTER = r"\s*(\w+)\s*((?:\[\s*\w+\s*\])+)?\s*(=.*)?"
_DECLARED = re.compile(rf"(.*?[\s*&>]){_AFTER}", re.DOTALL)
_ANOTHER = re.compile(rf"(\**){_AFTER}", re.DOTALL)
_TEMPLATE = re.compile(r"template\s*<")
_VALUES = frozenset(words("int unsigned size_t long bool char short std auto"))
_PART = re.compile(r"boost\s*::\s*any\b|[A-Za-z_]\w*|::|[<>,&*()]|\d+|\s+")
LITERAL = re.compile(
    r"-?[\d.]+(?:[eE]-?\d+)?[uUlLfF]*|true|false|nullptr|NULL|\{\}|\"\"|' '|INT_MAX|INT_MIN"
)

BUILTIN = frozenset(
    words("""
    void bool char short int long signed unsigned float double const wchar_t char16_t
    char32_t size_t ssize_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t
    uint32_t uint64_t intptr_t uintptr_t __int128 __int128_t __uint128_t _Bool struct
    """)
)
STANDARD = frozenset(
    words("""
    string vector list deque array set multiset map multimap unordered_set unordered_map
    unordered_multiset unordered_multimap pair tuple optional complex string_view less
    greater any unique_ptr shared_ptr wstring hash equal_to allocator variant monostate stack
    queue priority_queue bitset function
    """)
)
WIDE = (
    frozenset(
        words("""
    long unsigned double std
    """)
    )
    | STANDARD
)
"""What a name for a type may stand for in tests: no type that would round what is compared."""

JUDGES = frozenset(
    words("""
    abs fabs fabsf fabsl labs llabs round lround llround floor ceil trunc sqrt cbrt pow exp
    log log10 log2 fmod hypot isnan isinf isfinite signbit max min equal is_permutation
    mismatch lexicographical_compare strcmp strncmp strcasecmp memcmp strlen to_string stoi
    stod sort stable_sort all_of any_of none_of count count_if find find_if accumulate
    printf fprintf puts cout cerr exit abort _exit assert make_pair make_tuple tie get swap
    begin end size compare isclose is_sorted includes set_difference main
    """)
)
"""What tests judge with: never taken from the program, unless it is all they take from it."""

KEYWORDS = frozenset(
    words("""
    if for while switch return else do sizeof catch new delete throw operator alignas
    static_assert decltype case default goto
    """)
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program.

    Attributes:
        name: without its class; "operator+" for an operator.
        returns, params: types as the program wrote them.
        defaults: of the last parameters, those that have one.
        static: of a method, whether it needs no object.
        const: of a method, whether it leaves its object as it is.
        space: the namespaces that it stands in.
        generic: the names of its template's parameters.
    """

    name: str
    returns: str
    params: tuple[str, ...]
    defaults: tuple[str, ...] = ()
    static: bool = True
    const: bool = False
    space: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()


class Field(NamedTuple):
    """A field of a class; `value` is what it starts with, `size` that of an array, or empty."""

    kind: str
    name: str
    value: str = ""
    size: str = ""


@dataclass(slots=True)
class Class:
    """A class of the program.

    Attributes:
        fields: those that anybody can see.
        opaque: whether it has others, or ones that are no fields.
        base: the standard exception that it is, if any.
        extends: another class of the program.
    """

    name: str
    fields: list[Field] = field(default_factory=list)
    methods: list[Function] = field(default_factory=list)
    makers: list[Function] = field(default_factory=list)
    friends: list[Function] = field(default_factory=list)
    opaque: bool = False
    abstract: bool = False
    base: str = ""
    extends: str = ""
    space: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enum:
    """An enumeration, as it is declared; `names` are those it brings with it."""

    name: str
    text: str
    names: frozenset[str]
    space: tuple[str, ...]


_QUALIFYING = {"std", "::", "struct", "enum", "class", "typename"}
EXCEPTIONS = frozenset(
    words("""
    exception out_of_range invalid_argument domain_error length_error logic_error range_error
    overflow_error underflow_error runtime_error
    """)
)


class Declarations:
    """What a text declares at its top level, or in namespaces."""

    def __init__(self, text: str) -> None:
        self.plain = blanked(text.replace("\\\n", ""), SKIPPED)
        without = _DIRECTIVE.sub("", self.plain)
        tags = {tag: name for tag, _, name in _STRUCT.findall(without) if tag not in {"", name}}
        without = _STRUCT.sub(r"struct \3 {\2};", without)
        self.includes = [name for name in _INCLUDE.findall(self.plain) if ".." not in name]
        self.using_std = re.search(r"\busing\s+namespace\s+std\b", self.plain) is not None
        used = re.findall(r"\busing\s+namespace\s+([\w:\s]+?)\s*;", self.plain)
        self.used_spaces = {tuple(re.findall(r"\w+", space)) for space in used} - {("std",)}
        defined = dict(_DEFINE.findall(self.plain))
        self.constants = {
            name: value.strip() for name, value in defined.items() if _NUMBER.fullmatch(value)
        }
        self.macros = {
            name: (taken, body)
            for name, taken, body in _MACRO.findall(self.plain)
            if _is_pure(taken, body)
        }
        self.aliases = {n: value for n, value in defined.items() if n not in self.constants} | tags
        self.functions: list[Function] = []
        self.operators: list[Function] = []
        self.classes: dict[str, Class] = {}
        self.enums: dict[str, Enum] = {}
        self.spaces: dict[tuple[str, ...], None] = {}
        self.names: set[str] = set()
        self._read_all(without, ())

    def _read_all(self, text: str, space: tuple[str, ...]) -> None:
        found = list(items(text))
        for at, item in enumerate(found):
            after = found[at + 1].head if at + 1 < len(found) else ""
            self._read(item, after, space)

    def _read(self, item: Item, after: str, space: tuple[str, ...]) -> None:
        head = " ".join(item.head.split())
        if item.body is None:
            self._declare(head)
            return
        if (named := _NAMESPACE.fullmatch(head)) is not None:
            inner = (*space, named[2]) if named[2] and not named[1] else space
            if inner:
                self.spaces[inner] = None
            self._read_all(item.body, inner)
            return
        head, generic = _generic(head)
        found = _CLASS.fullmatch(head)
        if found:
            made = _class(found, item.body)
            made.space, made.generic = space, generic
            self.names.add(made.name)
            self.classes[made.name] = made
            if not generic:
                self.operators += made.friends
        elif enum := _ENUM.fullmatch(head):
            self._enumerate(enum, item.body, after, space)
        elif function := read_function(head, generic=generic, space=space):
            if function.name.startswith("operator"):
                self.operators.append(function)
            else:
                self.names.add(function.name)
                self.functions.append(function)
        else:
            self.names |= set(re.findall(r"\b(?:class|struct|enum)\s+(\w+)\s*(?::|$)", head))
            if (guess := re.search(r"(\w+)\s*\(", head)) is not None:
                self.names.add(guess[1])

    def _declare(self, head: str) -> None:
        if alias := _ALIAS.fullmatch(head):
            self.aliases[alias["name"] or alias["n"]] = alias["old"] or alias["o"]
        elif (constant := _CONSTANT.fullmatch(head)) and _NUMBER.fullmatch(constant["value"]):
            self.constants[constant["name"]] = constant["value"].strip()

    def _enumerate(
        self, found: re.Match[str], body: str, after: str, space: tuple[str, ...]
    ) -> None:
        name = found[1] or (after if WORD.fullmatch(after) else "")
        if not _ENUMERATORS.sub("", body.strip()):
            names = frozenset(re.findall(r"(?:^|,)\s*(\w+)", body))
            lead = " ".join(found[0].removeprefix("typedef").split())
            lead = lead if found[1] else f"enum {name}"
            made = Enum(name, f"{lead} {{ {' '.join(body.split())} }};", names, space)
            self.enums[name or f" {len(self.enums)}"] = made

    def canonical(self, written: str, depth: int = 0, known: Sequence[str] = ()) -> str:
        """A type in the words of the standard library, all aliases replaced.

        Args:
            written: the type as the program has it.
            depth: of aliases within aliases.
            known: further names that stand for types.

        Raises:
            Unsplittable: it is no plain data.
        """
        if depth > 20 or len(written) > 2000:
            raise Unsplittable(f"the type {written[:60]} is no plain data")
        done = []
        if _PART.sub("", written) or ("(" in written and "function" not in words(written)):
            raise Unsplittable(f"the type {' '.join(written.split())[:60]} is no plain data")
        for part in _PART.findall(written):
            if part in _QUALIFYING or part.isspace() or self._is_space(part):
                continue
            if part in self.aliases and part not in known:
                done.append(self.canonical(self.aliases[part], depth + 1, known))
            elif (name := self._standing(part, known)) is not None:
                done.append(name)
            else:
                raise Unsplittable(f"the type {' '.join(written.split())[:60]} is no plain data")
        return " ".join(done)

    def _is_space(self, part: str) -> bool:
        return part not in self.classes and any(part in space for space in self.spaces)

    def _standing(self, part: str, known: Sequence[str]) -> str | None:
        """What a name in a type stands for; None where it is not known."""
        if part.startswith("boost"):
            return "boost::any"
        if part in STANDARD and part not in known:
            return f"std::{part}"
        ours = part in BUILTIN or part in self.classes or part in self.enums
        return part if ours or part in known or not WORD.fullmatch(part) else None

    def is_data(self, name: str, within: tuple[str, ...] = ()) -> bool:
        """Whether a class has fields that anybody can see, all of plain data, and no others.

        Pointers to such classes are plain data too.
        """
        found = self.classes.get(name)
        if found is None or found.opaque or not found.fields or found.extends or found.base:
            return False
        if len(within) > 20 or found.abstract or found.generic:
            return False
        return all(self._fits(f, (*within, name)) for f in found.fields)

    def _fits(self, field: Field, within: tuple[str, ...]) -> bool:
        sized = all(
            size.isdigit() or size in self.constants for size in re.findall(r"\w+", field.size)
        )
        if not sized:
            return False
        try:
            written = self.canonical(field.kind, len(within))
        except Unsplittable:
            return False
        named = words(written) & self.classes.keys()
        to = re.findall(r"(\S+) \*", written)
        if len(to) != written.count("*") or set(to) - named:
            return False
        return all(name in within or self.is_data(name, within) for name in named)

    def declared(self, found: Field) -> str:
        """A field as it is declared in the words of the library."""
        size = re.sub(r"\w+", lambda one: f"({self.constants.get(one[0], one[0])})", found.size)
        return f"{self.canonical(found.kind)} {found.name}{size}"

    def pointed(self, name: str) -> set[str]:
        """The classes that a class's fields have pointers to, and itself where it has any."""
        kinds = [self.canonical(f.kind) for f in self.classes[name].fields]
        to = re.findall(r"(\w+) \*|_ptr < (\w+)", " ".join(kinds))
        found = {one or other for one, other in to} & self.classes.keys()
        return found | {name} if found else found


def _is_pure(taken: str, body: str) -> bool:
    """Whether a macro is a sum of its arguments and numbers, and changes nothing."""
    depth = 0
    for letter in body:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            return False
    changes = re.search(r"\+\+|--|(?<![<>=!])=(?!=)|[^\w\s()+*/%<>=!&|^~?:,.-]", body)
    own = all(name in words(taken) for name in words(body))
    return depth == 0 and not changes and own and not re.search(r"[\w)]\s*\(", body)


def _generic(head: str) -> tuple[str, tuple[str, ...]]:
    """A head without the template that it starts with, and the names of its parameters."""
    if not _TEMPLATE.match(head):
        return head, ()
    depth = 0
    for end, letter in enumerate(head):  # noqa: B007 - where it ends
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if letter == ">" and not depth:
            break
    names = []
    for part in parts(head[head.index("<") + 1 : end]):
        named = re.fullmatch(r"([\w:<>\s]+?)\s*\b(\w+)(?:\s*=.*)?", part)
        if named is None or (words(named[1].rpartition("::")[2]) or _VALUES) & _VALUES:
            return "template", ()
        names.append(named[2])
    rest = re.sub(r"^\s*requires\s+[\w:]+(?:<[^<>]*>)?", "", head[end + 1 :])
    return rest.strip(), tuple(names)


def read_function(
    head: str,
    *,
    member: bool = False,
    generic: tuple[str, ...] = (),
    space: tuple[str, ...] = (),
) -> Function | None:
    """The function that a head defines, if it is one that can be called by its name."""
    static = not member or re.search(r"\bstatic\b", head) is not None
    head = _DROPPED.sub(" ", head).strip()
    symbol = re.search(r"\boperator\s*([-+*/%<>=!&|^~]{1,3}|\[\s*\]|\(\s*\))\s*(?=\()", head)
    if symbol:
        head = head.replace(symbol[0], "reward_operator ", 1)
    found = _FUNCTION.fullmatch(head)
    if found is None or head.startswith(("template", "operator", "~")):
        return None
    if found["name"] in KEYWORDS or "operator" in found["returns"] or "=" in found["returns"]:
        return None
    written = [] if found["params"].strip() == "void" else parts(found["params"])
    defaults = [part.split("=", 1)[1].strip() for part in written if "=" in part]
    params = [_param(part.split("=", 1)[0]) for part in written]
    for at, param in enumerate(params):
        if re.search(r"\bauto\b", param):
            params[at] = re.sub(r"\bauto\b", f"Auto{at}", param)
            generic = (*generic, f"Auto{at}")
    return Function(
        f"operator{''.join(symbol[1].split())}" if symbol else found["name"],
        (found["trailing"] or found["returns"]).strip(),
        tuple(params),
        tuple(defaults),
        static,
        re.search(r"\bconst\b", found["after"] or "") is not None,
        space,
        generic,
    )


def _param(written: str) -> str:
    """The type of a parameter, without its name; an array is a pointer."""
    written = written.strip()
    array = re.fullmatch(r"(.*?)\[[^\]]*\]", written, re.DOTALL)
    if array:
        written = array[1].strip()
    named = re.fullmatch(r"(.*[\s*&>])([A-Za-z_]\w*)", written, re.DOTALL)
    if named and named[2] not in BUILTIN and words(named[1]) - {"const", "struct", "enum", "std"}:
        written = named[1].strip()
    return f"{written} *" if array else written


def _class(head: re.Match[str], body: str) -> Class:
    found = Class(head["name"])
    private = head["kind"] == "class"
    bases = re.sub(r"\b(?:public|virtual|std)\b|::", " ", head["bases"] or "").split()
    if len(bases) == 1 and bases[0] in EXCEPTIONS:
        found.base = bases[0]
    elif bases:
        found.extends = bases[0] if len(bases) == 1 else " ".join(bases)
    body = re.sub(r"\b(public|private|protected)\s*:(?!:)", r"@\1;", body)
    for item in items(body):
        head_text = " ".join(item.head.split())
        if head_text.startswith("@"):
            private = head_text != "@public"
        elif item.body is not None and item.head and re.search(r"[)\w]\s*$", item.head):
            _member(found, head_text, private=private, braced=item.body)
        elif item.body is None:
            _field(found, head_text, private=private)
    return found


def _member(found: Class, head: str, *, private: bool, braced: str = "") -> None:
    if "(" not in head:
        _field(found, f"{head}={braced.strip()}", private=private)
        return
    if head.startswith(("template", "enum", "struct", "class", "union")):
        found.opaque |= not head.startswith("template")
        return
    if head.startswith("friend "):
        function = read_function(head)
        found.friends += [function] if function and function.name.startswith("operator") else []
        return
    found.opaque |= "virtual" in head or "override" in head
    signature = re.split(r"\)\s*(?:noexcept\s*)?:(?!:)", head, maxsplit=1)
    text = signature[0] + ")" if len(signature) > 1 else head
    maker = re.fullmatch(
        rf"(?:explicit\s+|constexpr\s+)*{found.name}\s*(\(.*\))(?:\s*noexcept)?", text
    )
    if maker:
        function = read_function(f"void make{maker[1]}")
        if not private and function and not _copies(function, found.name):
            found.makers.append(function)
        found.opaque |= private
    elif not private and (function := read_function(text, member=True)):
        found.methods.append(function)


def _copies(function: Function, name: str) -> bool:
    """Whether a constructor takes an object of its own class, and not by a pointer."""
    return any(name in words(param) and "*" not in param for param in function.params)


def _field(found: Class, head: str, *, private: bool) -> None:
    if not head or head.startswith(("using ", "typedef ", "friend ")):
        return
    if "(" in head.split("=", 1)[0]:
        _declared(found, head, private=private)
        return
    first, *others = parts(head)
    plain = _DECLARED.fullmatch(first)
    more = [_ANOTHER.fullmatch(other) for other in others]
    if private or plain is None or None in more or "static" in head:
        found.opaque = True
        return
    kind = plain[1].strip()
    base = kind.rstrip("* ")
    for one in (plain, *more):
        assert one is not None
        value = (one[4] or "").removeprefix("=").strip()
        found.fields.append(
            Field(
                kind if one is plain else f"{base} {one[1]}".strip(),
                one[2],
                value if LITERAL.fullmatch(value) and not one[3] else "",
                one[3] or "",
            )
        )


def _declared(found: Class, head: str, *, private: bool) -> None:
    """A member that is declared here and defined elsewhere, by default, or nowhere."""
    abstract = re.fullmatch(r"(.*)=\s*0", head)
    found.abstract |= abstract is not None
    found.opaque |= "virtual" in head or "override" in head
    text = re.sub(r"=\s*default$", "", (abstract[1] if abstract else head)).strip()
    if "delete" not in text and "~" not in text:
        _member(found, text, private=private)
