"""What a C or C++ program declares, as far as its text tells without a compiler."""

import re
from dataclasses import dataclass, field

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
    greater any unique_ptr shared_ptr wstring hash equal_to allocator
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
        self.plain = blanked(text.replace("\\\n", ""), SKIPPED)
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
            elif part in STANDARD:
                done.append(f"std::{part}")
            elif part in BUILTIN or not WORD.fullmatch(part) or self.is_data(part, depth + 1):
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
    if found["name"] in KEYWORDS or "operator" in found["returns"] or "=" in found["returns"]:
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
    if named and named[2] not in BUILTIN and words(named[1]) - {"const", "struct", "std"}:
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
    signature = head.split(") :", maxsplit=1)[0] + ")" if ") :" in head else head
    maker = re.fullmatch(rf"(?:explicit\s+)?{found.name}\s*(\(.*\))", signature)
    if maker:
        if not private and (function := read_function(f"void make{maker[1]}")):
            found.makers.append(function)
        found.opaque |= private
    elif not private and (function := read_function(head, member=True)):
        found.methods.append(function)


def _field(found: Class, head: str, *, private: bool) -> None:
    plain = re.fullmatch(r"(.*[\s*&>])(\w+(?:\s*,\s*\w+)*)", head.split("=", maxsplit=1)[0].strip())
    if private or plain is None or "(" in head or "static" in head:
        found.opaque = True
        return
    found.fields += [(plain[1].strip(), name) for name in parts(plain[2])]
