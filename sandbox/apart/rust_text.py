"""What a Rust program declares, as far as its text tells without a compiler."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import Item, blanked, closing, items, parts, words

SKIPPED = re.compile(
    r'//[^\n]*|/\*.*?\*/|b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?\'(?:\\(?:u\{[^}]*\}|x..|.)|[^\'\\])\'',
    re.DOTALL,
)
_USE = re.compile(
    r"(?:^|(?<=;))[ \t]*(?:pub\s+)?use\s+(?:::)?(?:std|core|alloc)\b[\w\s:{},*]*;", re.MULTILINE
)
_RENAMED = re.compile(r"\bas\s+(?!_\b)")
_FUNCTION = re.compile(r"(?P<lead>.*?)\bfn\s+(?P<name>\w+)\s*(?=[<(])", re.DOTALL)
_TYPE = re.compile(
    r"(?P<lead>.*?)\b(?P<kind>struct|enum)\s+(?P<name>\w+)\s*(?P<rest>.*)", re.DOTALL
)
_ALIAS = re.compile(r"(?:pub\s+)?type\s+(\w+)\s*=\s*(.+)", re.DOTALL)
_CONSTANT = re.compile(
    r"(?:pub(?:\(\w+\))?\s+)?(?:const|static)\s+(\w+)\s*:\s*([^=]+)=\s*(-?[\d_.]+\w*)", re.DOTALL
)
_TEXT = re.compile(
    r'(?:^|;)\s*(?:pub\s+)?(?:const|static)\s+(\w+)\s*:\s*&(?:\'static\s+)?str\s*=\s*("(?:\\.|[^"\\])*")\s*;',
    re.MULTILINE,
)
_LITERAL = re.compile(r"(?<!\w)\d|[\"!]|' '")
_MODULE = re.compile(r"(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)")
_TRAIT = re.compile(r"(?:pub(?:\([^)]*\))?\s+)?trait\s+(\w+)\s*(?::[\w\s+:]*)?")
_DERIVE = re.compile(r"derive\s*\(([\w\s,:]*)\)")
_DERIVED = ("Debug", "Clone", "Copy", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash", "Default")
_COMPARED = {"Clone", "PartialEq", "Eq", "Hash"}
"""Traits that the tests derive where the program has them in its own way: by its fields, as the
program does not decide what equals what."""

_OPERATORS = (
    "Add Sub Mul Div Rem Neg Not BitAnd BitOr BitXor AddAssign SubAssign MulAssign DivAssign"
)
_CARRIED = frozenset(
    words(f"{_OPERATORS} Display Debug Default Iterator From TryFrom FromStr PartialOrd Ord Error")
)
"""Traits of the library whose methods the tests may call on the program's types."""

_MIXED = frozenset(words(f"{_OPERATORS} PartialOrd Ord"))
"""Those that have a second side."""

_STANDARD = (
    _CARRIED
    | _COMPARED
    | frozenset(
        words(
            "Copy IntoIterator Into TryInto AsRef ToString Fn FnMut FnOnce Send Sync Sized Drop Any"
        )
    )
)
_PART = re.compile(r"'\w+|[A-Za-z_]\w*|::|->|[<>,&()\[\];+=?]|\d+|\s+")
_BOUNDS = re.compile(r"[\w\s:<>+='?(),&\[\]-]*")
KNOWN = frozenset(
    words("""
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char str String Vec
    VecDeque LinkedList HashMap HashSet BTreeMap BTreeSet BinaryHeap Option Result Box Rc
    RefCell Cow dyn Any Error mut std collections string vec option result boxed rc cell any
    error borrow cmp Ordering Self static num ParseIntError ParseFloatError time Duration
    """)
)
KEYWORDS = frozenset(
    words("""
    if while for match loop return let fn use mod main self Self super crate Some None Ok
    Err drop Vec String Option Result Box reward_wire
    """)
)
"""Names that tests have from the language: never taken from the program."""


@dataclass(frozen=True, slots=True)
class Generics:
    """What stands between "<" and ">" of a declaration, and behind its `where`.

    Attributes:
        lifetimes: as "'a".
        types: names with their bounds.
    """

    lifetimes: tuple[str, ...] = ()
    types: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the types."""
        return tuple(name for name, _ in self.types)

    def written(self, more: str = "") -> str:
        """As a declaration has them, with a further bound for each type."""
        types = [" + ".join(filter(None, (bounds, more))) for _, bounds in self.types]
        named = (f"{n}: {b}" if b else n for n, b in zip(self.names, types, strict=True))
        inside = ", ".join((*self.lifetimes, *named))
        return f"<{inside}>" if inside else ""

    def given(self) -> str:
        """As a type has them behind its name."""
        inside = ", ".join(
            (*(lifetime[:2] and lifetime.split(":")[0] for lifetime in self.lifetimes), *self.names)
        )
        return f"<{inside}>" if inside else ""


@dataclass(frozen=True, slots=True)
class Type:
    """A struct or enum of the program: its body and the traits it derives."""

    kind: str
    body: str
    derived: str
    generics: Generics
    module: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impl:
    """What an `impl` stands for: a type with its parameters, and a trait or none."""

    target: str
    generics: Generics
    trait: str
    module: tuple[str, ...]
    types: str = ""

    @property
    def name(self) -> str:
        """The type without parameters."""
        return self.target.partition("<")[0].strip()


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program; `inside` is the `impl` that it stands in, if any."""

    name: str
    params: tuple[tuple[str, str], ...]
    returns: str
    generics: Generics
    inside: Impl | None = None
    module: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """How it is called."""
        inside = self.inside
        if inside is None:
            return "::".join((*self.module, self.name))
        target = re.sub(r"'\w+", "'_", inside.target)
        return (
            f"<{target} as {inside.trait}>::{self.name}"
            if inside.trait
            else f"<{target}>::{self.name}"
        )

    @property
    def open_types(self) -> tuple[tuple[str, str], ...]:
        """All types that a call decides, with their bounds: those of the `impl` too."""
        return (*(self.inside.generics.types if self.inside else ()), *self.generics.types)


class Program:
    """What a program declares, and what of it the tests name."""

    def __init__(self, program: str, tests: str) -> None:
        self.plain = blanked(program, SKIPPED)
        self.tests = blanked(tests, SKIPPED)
        self.uses = [use for use in _USE.findall(self.plain) if not _RENAMED.search(use)]
        own = set(re.findall(r"\b(?:fn|struct|enum|trait|mod)\s+(\w+)", self.tests))
        self.words = words(self.tests) - own - KEYWORDS
        self.types: dict[str, Type] = {}
        self.aliases: dict[str, str] = {}
        self.constants = [
            f"pub const {name}: &str = {text};"
            for name, text in _TEXT.findall(program)
            if name in self.words
        ]
        self.functions: list[Function] = []
        self.modules: dict[tuple[str, ...], None] = {(): None}
        self.traits: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._impls: list[tuple[Impl, str]] = []
        self._read_all(self.plain, ())
        self.borrowed = self._borrow()
        self.used: dict[str, None] = dict.fromkeys(self.borrowed)
        for name in self.borrowed:
            self._use_all(self.types[name].body)
        for function in self.functions:
            self._use_all(f"{function.params} {function.returns}")
        self._use_all(" ".join(self.words))
        self.impls: list[Impl] = []
        self.extra: dict[str, set[str]] = {}
        for impl, body in self._impls:
            self._implement(impl, body)

    def _read_all(self, text: str, module: tuple[str, ...]) -> None:
        for item in items(text):
            self._read(item, module)

    def _read(self, item: Item, module: tuple[str, ...]) -> None:
        head = _bare(item.head)
        if item.body is None:
            self._declare(head)
        elif (named := _MODULE.fullmatch(head)) is not None:
            if "cfg(test)" not in item.head:
                self.modules[*module, named[1]] = None
                self._read_all(item.body, (*module, named[1]))
            return
        elif (trait := _TRAIT.fullmatch(head)) is not None:
            self.traits[trait[1]] = (item.body, module)
            return
        elif (impl := _impl(head, module)) is not None:
            self._impls.append((with_types(impl, item.body), item.body))
            return
        if function := self.function(item, None, module):
            self.functions.append(function)
        elif found := _TYPE.fullmatch(head):
            self._type(found, item, module)

    def _borrow(self) -> dict[str, str]:
        """Types that only the tests declare and the program names, as the program is given them.

        With `new`, where it only puts its arguments into fields: no value of the tests comes along.
        """
        lent: dict[str, str] = {}
        there = words(self.plain) - self.types.keys() - KEYWORDS
        for item in items(self.tests):
            found = _TYPE.fullmatch(_bare(item.head))
            if found and found["name"] in there and not _LITERAL.search(item.body or ""):
                self._type(found, item, ())
                body = f"{{{item.body}}}" if item.body is not None else ";"
                lent[found["name"]] = f"{item.head} {body}"
        for item in items(self.tests):
            head = re.fullmatch(r"impl\s+(\w+)", _bare(item.head))
            if head and head[1] in lent:
                made = (one for one in items(item.body or "") if _name_of(one) == "new")
                lent[head[1]] += "".join(
                    f"\nimpl {head[1]} {{ {one.head} {{ {one.body} }} }}"
                    for one in made
                    if one.body and not _LITERAL.search(one.body) and "(" not in one.body
                )
        return lent

    def _declare(self, head: str) -> None:
        alias, constant = _ALIAS.fullmatch(head), _CONSTANT.fullmatch(head)
        if alias:
            self.aliases[alias[1]] = alias[2].strip()
        elif constant and constant[1] in self.words and _PART.sub("", constant[2]) == "":
            self.constants.append(
                f"pub const {constant[1]}: {constant[2].strip()} = {constant[3]};"
            )

    def _type(self, found: re.Match[str], item: Item, module: tuple[str, ...]) -> None:
        try:
            generics, rest = _generics(found["rest"])
        except Unsplittable:
            return
        body = f"{{{item.body}}}" if item.body is not None else rest
        derived = ", ".join(
            name
            for group in _DERIVE.findall(item.head)
            for name in re.split(r"\s*,\s*", group.strip())
            if name in _DERIVED
        )
        if found["name"] not in KEYWORDS:
            self.types[found["name"]] = Type(found["kind"], body, derived, generics, module)

    def function(
        self, item: Item, inside: Impl | None, module: tuple[str, ...] = ()
    ) -> Function | None:
        """The function that an item is, if the tests can call it."""
        head = _bare(item.head)
        found = _FUNCTION.match(head) if item.body is not None else None
        if found is None or "macro_rules" in found["lead"]:
            return None
        if not (inside and inside.trait) and found["name"] not in self.words:
            return None
        generics, rest = _generics(head[found.end() :])
        end = closing(rest, 0)
        params = tuple(_param(part) for part in parts(rest[1:end]))
        returns, _, where = re.split(r"(\bwhere\b|\Z)", rest[end + 1 :], maxsplit=1)
        returns = returns.strip().removeprefix("->").strip() or "()"
        generics = _with_where(generics, where)
        params, generics = _named(params, generics)
        return Function(found["name"], params, returns, generics, inside, module)

    def _implement(self, impl: Impl, body: str) -> None:
        trait = impl.trait.partition("<")[0].split("::")[-1].strip()
        if impl.name not in self.used:
            return
        if trait in _COMPARED and "<" not in impl.trait:
            self.extra.setdefault(impl.name, set()).add(trait)
        elif not trait:
            self._take(impl, self._methods(impl, body, ""))
        elif trait in _CARRIED | self.traits.keys() and self._is_honest(impl, trait):
            try:
                made = self._methods(impl, body, trait)
                for function in made if trait not in {"Display", "Debug"} else ():
                    self._check(function, impl.types)
            except Unsplittable:
                return
            self.impls.append(impl)
            self._take(impl, made)

    def _methods(self, impl: Impl, body: str, trait: str) -> list[Function]:
        """The methods of an `impl`, with those that its trait has a body for."""
        own = [item for item in items(body) if item.body is not None]
        if trait in self.traits and trait not in _STANDARD:
            there = {_name_of(item) for item in own}
            default = (i for i in items(self.traits[trait][0]) if i.body is not None)
            own += [item for item in default if _name_of(item) not in there]
        return [f for item in own if (f := self.function(item, impl, impl.module))]

    def _take(self, impl: Impl, made: list[Function]) -> None:
        """Methods for the tests.

        They may have expected data in the place of a type that they don't name: no method of its
        values is then told what is asked of it.
        """
        asked = impl.name not in {*self.words, *self.borrowed} and not impl.trait
        made = [f for f in made if not asked or len(f.params) <= 1]
        self.functions += made
        for function in made:
            self._use_all(f"{function.params} {function.returns}")

    def _is_honest(self, impl: Impl, trait: str) -> bool:
        """Whether an operator can't be an answer that agrees to what it is compared with.

        It is between types that the tests name, or one of them comes of it.
        """
        if trait not in _MIXED and trait not in self.traits:
            return True
        if impl.name not in self.words:
            return False
        named = (self.types.keys() & self.words) | {"Self"}
        other = impl.trait.partition("<")[2]
        if not other or words(other) & named:
            return True
        return trait not in {"Sub", "SubAssign", "PartialOrd"} and bool(
            words(impl.types) & named or trait.endswith("Assign")
        )

    def _check(self, function: Function, types: str) -> None:
        known = (*(name for name, _ in function.open_types), *re.findall(r"type\s+(\w+)", types))
        for _, kind in function.params:
            self.checked(kind, known)
        self.checked(function.returns, known)

    def _use_all(self, text: str) -> None:
        for name in words(text):
            if name in self.types and name not in self.used:
                self.used[name] = None
                self._use_all(self.types[name].body)
            elif name in self.aliases:
                self._use_all(self.aliases[name])

    def checked(self, kind: str, known: tuple[str, ...] = (), depth: int = 0) -> str:
        """A type in full paths, if values of it can travel.

        Raises:
            Unsplittable: they can't.
        """
        modules = {name for module in self.modules for name in module}
        if depth > 20 or _PART.sub("", kind):
            raise Unsplittable(f"the type {kind[:60]} is no plain data")
        fine = KNOWN | self.types.keys() | self.traits.keys() | set(known) | modules
        fine |= {
            "impl",
            "Item",
            "Iterator",
            "IntoIterator",
            "Fn",
            "FnMut",
            "FnOnce",
            "Output",
            "Err",
            "fmt",
        }
        fine |= {
            "Into",
            "AsRef",
            "ToString",
            "DoubleEndedIterator",
            "ExactSizeIterator",
            "Formatter",
        }
        done = []
        for part in _PART.findall(kind):
            if part in self.aliases:
                done.append(self.checked(self.aliases[part], known, depth + 1))
            elif not re.fullmatch(r"[A-Za-z_]\w*", part) or part in fine:
                done.append(part)
            else:
                raise Unsplittable(f"the type {kind[:60]} is no plain data")
        return " ".join("".join(done).split())


def bare_fields(text: str) -> list[str]:
    """What stands between the brackets that a text starts with, without visibility."""
    inside = [_bare(part) for part in parts(text[1 : closing(text, 0)])]
    return [re.sub(r"^pub\s*(\([^)]*\))?\s*", "", part) for part in inside if part]


def _name_of(item: Item) -> str:
    found = _FUNCTION.match(_bare(item.head))
    return found["name"] if found else ""


def _bare(head: str) -> str:
    """A head without attributes."""
    return re.sub(r"#!?\[[^\]]*\]", "", head).strip()


def _angle(text: str) -> int:
    """Where the "<" that a text starts with is closed."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "<") - (letter == ">" and text[at - 1] not in "-=")
        if not depth:
            return at
    return len(text)


def _generics(text: str) -> tuple[Generics, str]:
    """The parameters that a text starts with, if any, and the rest."""
    text = text.strip()
    if not text.startswith("<"):
        return Generics(), text
    end = _angle(text)
    lifetimes, types = [], []
    for part in parts(text[1:end]):
        name, _, bounds = part.partition(":")
        if name.startswith("const ") or not _BOUNDS.fullmatch(part):
            raise Unsplittable(f"the parameter {part[:60]} can't cross")
        if name.startswith("'"):
            lifetimes.append(part)
        else:
            types.append(
                (
                    name.strip().split("=")[0].strip(),
                    bounds.split("=")[0].strip() if "<" not in bounds else bounds.strip(),
                )
            )
    return Generics(tuple(lifetimes), tuple(types)), text[end + 1 :].strip()


def _with_where(generics: Generics, where: str) -> Generics:
    bounds = dict(generics.types)
    for clause in parts(where.strip()):
        name, _, bound = clause.partition(":")
        if name.strip() not in bounds or not _BOUNDS.fullmatch(bound):
            raise Unsplittable(f"the bound {clause[:60]} can't cross")
        bounds[name.strip()] = " + ".join(filter(None, (bounds[name.strip()], bound.strip())))
    return Generics(generics.lifetimes, tuple(bounds.items()))


def _named(
    params: tuple[tuple[str, str], ...], generics: Generics
) -> tuple[tuple[tuple[str, str], ...], Generics]:
    """Types that are `impl Trait` get names."""
    made, types = [], list(generics.types)
    for at, (name, kind) in enumerate(params):
        found = re.fullmatch(r"(&\s*(?:'\w+\s+)?(?:mut\s+)?)?\(?impl\s+(.*?)\)?", kind, re.DOTALL)
        if found and _BOUNDS.fullmatch(found[2]):
            bounds = found[2] if found[2].count("(") == found[2].count(")") else found[2] + ")"
            types.append((f"Reward{at}", bounds))
            made.append((name, f"{found[1] or ''}Reward{at}"))
        else:
            made.append((name, kind))
    return tuple(made), Generics(generics.lifetimes, tuple(types))


def _impl(head: str, module: tuple[str, ...]) -> Impl | None:
    if not re.match(r"impl\b", head):
        return None
    try:
        generics, rest = _generics(head.removeprefix("impl"))
        rest, _, where = re.split(r"(\bwhere\b|\Z)", rest, maxsplit=1)
        generics = _with_where(generics, where)
    except Unsplittable:
        return None
    trait, found, target = rest.partition(" for ")
    if not found:
        trait, target = "", rest
    target = " ".join(target.split())
    if not re.fullmatch(r"\w+\s*(?:<[\w\s,'<>&]*>)?", target) or not _BOUNDS.fullmatch(trait):
        return None
    return Impl(target, generics, " ".join(trait.split()), module)


def with_types(impl: Impl, body: str) -> Impl:
    """An `impl` with the types that it names (`type Output = …`)."""
    lines = (_bare(item.head) for item in items(body) if item.body is None)
    kept = "; ".join(line for line in lines if re.fullmatch(r"type\s+\w+\s*=.*", line, re.DOTALL))
    return Impl(impl.target, impl.generics, impl.trait, impl.module, kept)


def _param(text: str) -> tuple[str, str]:
    text = " ".join(text.split())
    if re.fullmatch(r"(&\s*('\w+\s+)?)?(mut\s+)?self", text):
        lead = text.removesuffix("self").strip()
        return "self", f"{lead} Self".strip() if lead != "mut" else "Self"
    name, _, kind = text.partition(":")
    return re.sub(r"^(mut|ref)\s+", "", name.strip()), kind.strip()


def variants(body: str) -> Iterator[tuple[str, str]]:
    """The names of an enum's variants, each with its fields in brackets.

    Raises:
        Unsplittable: they can't be read.
    """
    for variant in parts(body.strip()[1:-1]):
        named = re.fullmatch(r"(\w+)\s*([({].*)?(?:=.*)?", _bare(variant), re.DOTALL)
        if named is None:
            raise Unsplittable(f"the variant {variant[:60]} can't be read")
        yield named[1], named[2] or ""


def trait_methods(found: Program, name: str, body: str) -> Iterator[Function]:
    """The methods of a trait of the program, those without a body too.

    Raises:
        Unsplittable: it has others than plain methods.
    """
    inside = Impl("Self", Generics(), name, ())
    for item in items(body):
        method = found.function(Item(item.head, item.body or ""), inside)
        if method is None or method.generics != Generics():
            raise Unsplittable(f"the trait {name} has more than plain methods")
        yield method
