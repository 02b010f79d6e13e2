"""What a Rust program declares, as far as its text tells without a compiler."""

import re
from collections.abc import Callable, Iterator, Sequence

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_heads import (
    FUNCTION,
    Function,
    Generics,
    Impl,
    Type,
    bare,
    generics_of,
    impl_of,
    name_of,
    param_of,
    taking,
    with_boxes,
    with_names,
    with_types,
    with_where,
)
from sandbox.apart.text import Item, blanked, closing, items, parts, words

SKIPPED = re.compile(
    r'//[^\n]*|/\*.*?\*/|b?r(#*)".*?(?:"\1|\Z)|b?"(?:\\.|[^"\\])*"|b?\'(?:\\(?:u\{[^}]*\}|x..|.)|[^\'\\])\'',
    re.DOTALL,
)
_USE = re.compile(
    r"(?:^|(?<=;))[ \t]*(?:pub\s+)?use\s+(?:::)?(?:std|core|alloc)\b[\w\s:{},*]*;", re.MULTILINE
)
_RENAMED = re.compile(r"\bas\s+(?!_\b)")
_TYPE = re.compile(
    r"(?P<lead>.*?)\b(?P<kind>struct|enum)\s+(?P<name>\w+)\s*(?P<rest>.*)", re.DOTALL
)
_ALIAS = re.compile(r"(?:pub\s+)?type\s+(\w+)\s*=\s*(.+)", re.DOTALL)
_ALIAS_OF_MORE = re.compile(r"(?:pub\s+)?type\s+(\w+)\s*<([\w\s,]*)>\s*=\s*(.+)", re.DOTALL)
_CONSTANT = re.compile(
    r"(?:pub(?:\(\w+\))?\s+)?(?:const|static)\s+(\w+)\s*:\s*([^=]+)=\s*"
    r"(-?[\d_.]+\w*|[&\[][\[\]&(),\s\d_.-]*(?:[iuf]\d+[\[\]&(),\s\d_.-]*)*)",
    re.DOTALL,
)
_STR, _LETTERS = r"&(?:'static\s+)?str", r'"(?:\\.|[^"\\])*"'
_TEXT = re.compile(
    r"(?:^|(?<=;))[ \t]*(?:pub\s+)?(?:const|static)\s+(\w+)\s*:\s*"
    rf"({_STR}|&?\[\s*{_STR}\s*(?:;\s*\d+\s*)?\])\s*=\s*"
    rf"({_LETTERS}|&?\[\s*{_LETTERS}\s*(?:,\s*{_LETTERS}\s*)*,?\s*\])\s*;",
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
    words(
        f"{_OPERATORS} Index IndexMut Deref DerefMut Display Debug Default Iterator From TryFrom"
        " FromStr PartialOrd Ord Error"
    )
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
KNOWN = frozenset(
    words("""
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char str String Vec
    VecDeque LinkedList HashMap HashSet BTreeMap BTreeSet BinaryHeap Option Result Box Rc
    RefCell Cell Arc Mutex RwLock AtomicUsize AtomicIsize AtomicI32 AtomicI64 AtomicU32
    AtomicU64 AtomicBool Cow dyn Any Error mut std collections string vec option result boxed
    rc cell sync atomic any error borrow cmp Ordering Self static num ParseIntError
    ParseFloatError time Duration
    """)
)
KEYWORDS = frozenset(
    words("""
    if while for match loop return let fn use mod main self Self super crate Some None Ok
    Err drop Vec String Option Result Box reward_wire
    """)
)
"""Names that tests have from the language: never taken from the program."""


class Program:
    """What a program declares, and what of it the tests name."""

    def __init__(self, program: str, tests: str) -> None:
        self.plain = blanked(program, SKIPPED)
        self.tests = blanked(tests, SKIPPED)
        self.uses = [use for use in _USE.findall(self.plain) if not _RENAMED.search(use)]
        own = set(re.findall(r"\b(?:fn|struct|enum|trait|mod)\s+(\w+)", self.tests))
        self.mentioned = words(self.tests)
        self.words = self.mentioned - own - KEYWORDS
        self.types: dict[str, Type] = {}
        self.aliases: dict[str, str] = {}
        self.wide_aliases: dict[str, tuple[str, str]] = {}
        self.constants = [
            f"pub const {name}: {kind} = {text};"
            for name, kind, text in _TEXT.findall(program)
            if name in self.words
        ]
        self.functions: list[Function] = []
        self.modules: dict[tuple[str, ...], None] = {(): None}
        self.traits: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.kept: set[str] = set()
        self.associated: list[tuple[Impl, list[str]]] = []
        self.objects: dict[str, Impl] = {}
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
        head = bare(item.head)
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
        elif (impl := impl_of(head, module)) is not None:
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
            found = _TYPE.fullmatch(bare(item.head))
            if found and found["name"] in there and not _LITERAL.search(item.body or ""):
                self._type(found, item, ())
                body = f"{{{item.body}}}" if item.body is not None else ";"
                lent[found["name"]] = f"{item.head} {body}"
        for item in items(self.tests):
            head = re.fullmatch(r"impl\s+(\w+)", bare(item.head))
            if head and head[1] in lent:
                made = (one for one in items(item.body or "") if name_of(one) == "new")
                lent[head[1]] += "".join(
                    f"\nimpl {head[1]} {{ {one.head} {{ {one.body} }} }}"
                    for one in made
                    if one.body and not _LITERAL.search(one.body) and "(" not in one.body
                )
        return lent

    def _declare(self, head: str) -> None:
        alias = _ALIAS.fullmatch(head)
        if alias:
            self.aliases[alias[1]] = alias[2].strip()
        elif more := _ALIAS_OF_MORE.fullmatch(head):
            self.wide_aliases[more[1]] = (more[2], more[3].strip())
        elif constant := self._constant(head):
            self.constants.append(constant)

    def _constant(self, head: str) -> str:
        """A constant of numbers that the tests name, as they find it, or empty."""
        found = _CONSTANT.fullmatch(head)
        if found is None or found[1] not in self.words or _PART.sub("", found[2]):
            return ""
        return f"pub const {found[1]}: {found[2].strip()} = {found[3]};"

    def _type(self, found: re.Match[str], item: Item, module: tuple[str, ...]) -> None:
        try:
            generics, rest = generics_of(found["rest"])
            rest, _, where = re.split(r"(\bwhere\b|\Z)", rest, maxsplit=1)
            generics = with_where(generics, where)
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
        head = bare(item.head)
        found = FUNCTION.match(head) if item.body is not None else None
        if found is None or "macro_rules" in found["lead"]:
            return None
        if inside and inside.trait in self.traits:
            if found["name"] not in self.mentioned:
                return None
        elif not (inside and inside.trait) and found["name"] not in self.words:
            return None
        generics, rest = generics_of(head[found.end() :])
        end = closing(rest, 0)
        params = tuple(param_of(part) for part in parts(rest[1:end]))
        returns, _, where = re.split(r"(\bwhere\b|\Z)", rest[end + 1 :], maxsplit=1)
        returns = returns.strip().removeprefix("->").strip() or "()"
        generics = with_where(generics, where)
        if inside and inside.closures:
            params = taking(params, inside.closures)
            returns = with_boxes(returns, inside.closures)
        params, generics = with_names(params, generics)
        return Function(found["name"], params, returns, generics, inside, module)

    def _implement(self, impl: Impl, body: str) -> None:
        trait = impl.trait.partition("<")[0].split("::")[-1].strip()
        if impl.name not in self.used and not self._is_left(impl, trait):
            return
        if trait in _COMPARED and "<" not in impl.trait:
            self.extra.setdefault(impl.name, set()).add(trait)
        elif not trait:
            self._take(impl, self._methods(impl, body, ""))
            heads = (bare(item.head) for item in items(body) if item.body is None)
            lines = [line for head in heads if (line := self._constant(head))]
            if lines:
                self.associated.append((impl, lines))
        elif trait in _CARRIED | self.traits.keys() and self._is_honest(impl, trait):
            try:
                made = self._methods(impl, body, trait)
                for function in made if trait not in {"Display", "Debug"} else ():
                    self._check(function, impl.types)
                for line in impl.types.split(";"):
                    self.checked(line.partition("=")[2].strip(), impl.generics.names)
            except Unsplittable:
                return
            self.impls.append(impl)
            self._take(impl, made)

    def _is_left(self, impl: Impl, trait: str) -> bool:
        """Whether an operator has a number before a value of the program, and makes another."""
        named = self.types.keys() & self.words
        other = words(impl.trait.partition("<")[2])
        makes = words(impl.types) & named
        return trait in _MIXED - {"PartialOrd", "Ord"} and bool(other & named and makes)

    def _methods(self, impl: Impl, body: str, trait: str) -> list[Function]:
        """The methods of an `impl`, with those that its trait has a body for."""
        own = [item for item in items(body) if item.body is not None]
        if trait in self.traits and trait not in _STANDARD:
            there = {name_of(item) for item in own}
            default = (i for i in items(self.traits[trait][0]) if i.body is not None)
            own += [item for item in default if name_of(item) not in there]
        return [f for item in own if (f := self.function(item, impl, impl.module))]

    def _take(self, impl: Impl, made: list[Function]) -> None:
        """Methods for the tests.

        They may have expected data in the place of a type that they don't name: no method of its
        values is then told what is asked of it.
        """
        asked = impl.name not in {*self.words, *self.borrowed} and not impl.trait
        made = [f for f in made if not asked or len(f.params) <= 1]
        self.add(made)

    def add(self, made: Sequence[Function]) -> None:
        """Have the tests find these functions, with the types that they take and give."""
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
            return self._is_left(impl, trait)
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

    def reaches(self, text: str, inside: Impl | None, wanted: Callable[[str], bool]) -> bool:
        """Whether a type as it is written, or one that it is made of, is wanted.

        Args:
            text: the type.
            inside: the `impl` in which it is.
            wanted: told of the text of each.
        """
        seen: set[str] = set()
        left = [text, inside.target if inside and "Self" in text else ""]
        while left:
            text = left.pop()
            if wanted(text):
                return True
            new = words(text) - seen
            seen |= new
            left += [self.types[name].body for name in new & self.types.keys()]
            left += [self.aliases[name] for name in new & self.aliases.keys()]
            left += [self.wide_aliases[name][1] for name in new & self.wide_aliases.keys()]
        return False

    def _use_all(self, text: str) -> None:
        seen: set[str] = set()
        left = [text]
        while left:
            new = sorted(words(left.pop()) - seen)
            seen.update(new)
            for name in new:
                if name in self.types and name not in self.used:
                    self.used[name] = None
                    left.append(self.types[name].body)
                elif name in self.aliases:
                    left.append(self.aliases[name])
                elif name in self.wide_aliases:
                    left.append(self.wide_aliases[name][1])

    def checked(self, kind: str, known: tuple[str, ...] = (), depth: int = 0) -> str:
        """A type in full paths, if values of it can travel.

        Raises:
            Unsplittable: they can't.
        """
        modules = {name for module in self.modules for name in module}
        if depth > 20 or _PART.sub("", kind):
            raise Unsplittable(f"the type {kind[:60]} is no plain data")
        fine = (
            KNOWN
            | self.wide_aliases.keys()
            | self.types.keys()
            | self.traits.keys()
            | set(known)
            | modules
        )
        fine |= {
            "impl",
            "Item",
            "Iterator",
            "IntoIterator",
            "Fn",
            "FnMut",
            "FnOnce",
            "Output",
            "Target",
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
            "Send",
            "Sync",
            "fn",
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


def trait_methods(found: Program, name: str, inside: Impl | None = None) -> Iterator[Function]:
    """The methods of a trait of the program, those without a body too.

    Raises:
        Unsplittable: it has others than plain methods.
    """
    inside = inside or Impl("Self", Generics(), name, ())
    for item in items(found.traits[name][0]):
        if name_of(item) and name_of(item) not in found.mentioned:
            continue
        method = found.function(Item(item.head, item.body or ""), inside)
        if method is None or method.generics != Generics():
            raise Unsplittable(f"the trait {name} has more than plain methods")
        yield method
