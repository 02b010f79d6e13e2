"""Rust: signatures are read from the program's text, values are carried by `wire.rs`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.apart.halves import nothing as probe
from sandbox.apart.halves import nothing as question
from sandbox.apart.halves import WIRES, Unsplittable, text_file
from sandbox.apart.text import Item, blanked, closing, items, parts, words
from sandbox.command import File, Source

_SKIPPED = re.compile(
    r'//[^\n]*|/\*.*?\*/|b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?\'(?:\\(?:u\{[^}]*\}|x..|.)|[^\'\\])\'',
    re.DOTALL,
)
_USE = re.compile(r"^[ \t]*(?:pub\s+)?use\s+(?:::)?(?:std|core|alloc)\b[\w\s:{},*]*;", re.MULTILINE)
_RENAMED = re.compile(r"\bas\s+(?!_\b)")
_FUNCTION = re.compile(
    r"(?P<lead>.*?)\bfn\s+(?P<name>\w+)\s*(?P<generic><[^()]*>)?\s*(?=\()", re.DOTALL
)
_TYPE = re.compile(
    r"(?P<lead>.*?)\b(?P<kind>struct|enum)\s+(?P<name>\w+)\s*(?P<rest>.*)", re.DOTALL
)
_ALIAS = re.compile(r"(?:pub\s+)?type\s+(\w+)\s*=\s*(.+)", re.DOTALL)
_CONSTANT = re.compile(
    r"(?:pub(?:\(\w+\))?\s+)?(?:const|static)\s+(\w+)\s*:\s*([^=]+)=\s*(-?[\d_.]+\w*)", re.DOTALL
)
_IMPL = re.compile(r"impl\s+(?P<name>\w+)", re.DOTALL)
_DERIVE = re.compile(r"derive\s*\(([\w\s,:]*)\)")
_DERIVED = frozenset(
    words("""
    Debug Clone Copy PartialEq Eq PartialOrd Ord Hash Default
    """)
)
_PART = re.compile(r"'\w+|[A-Za-z_]\w*|::|[<>,&()\[\];]|\d+|\s+")
_KNOWN = frozenset(
    words("""
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char str String Vec
    VecDeque LinkedList HashMap HashSet BTreeMap BTreeSet BinaryHeap Option Result Box Rc
    RefCell Cow dyn Any Error mut std collections string vec option result boxed rc cell any
    error borrow cmp Ordering Self static
    """)
)
_CLOSED = {"": "", "(": ")", "{": "}"}
_KEYWORDS = frozenset(
    words("""
    if while for match loop return let fn use mod main self Self super crate Some None Ok
    Err drop Vec String Option Result Box reward_wire
    """)
)
"""Names that tests have from the language: never taken from the program."""


@dataclass(frozen=True, slots=True)
class Type:
    """A struct or enum of the program: its body and the traits it derives."""

    kind: str
    body: str
    derived: str


@dataclass(frozen=True, slots=True)
class Fields:
    """Names and types in "(" or "{" brackets, or in none."""

    opening: str
    rows: tuple[tuple[str, str], ...]

    def _in_brackets(self, inside: str) -> str:
        return f"{self.opening}{inside}{_CLOSED[self.opening]}"

    def declared(self, lead: str = "") -> str:
        """As a declaration has them."""
        named = "{" in self.opening
        return self._in_brackets(
            ", ".join(
                f"{lead}{name}: {kind}" if named else f"{lead}{kind}" for name, kind in self.rows
            )
        )

    def pattern(self) -> str:
        """As a pattern that binds their names."""
        return self._in_brackets(", ".join(name for name, _ in self.rows))

    def put(self) -> str:
        """Statements that write them."""
        return " ".join(f"{name}.put(to);" for name, _ in self.rows)

    def got(self) -> str:
        """As an expression that reads them."""
        named = "{" in self.opening
        return self._in_brackets(
            ", ".join(
                f"{name}: Wire::get(from)" if named else "Wire::get(from)" for name, _ in self.rows
            )
        )


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program; `inside` is the type whose `impl` it stands in, or empty."""

    name: str
    params: tuple[tuple[str, str], ...]
    returns: str
    lifetimes: str
    inside: str = ""

    @property
    def path(self) -> str:
        """How it is called."""
        return f"{self.inside}::{self.name}" if self.inside else self.name


class _Program:
    """What a program declares, and what of it the tests name."""

    def __init__(self, program: str, tests: str) -> None:
        self.plain = blanked(program, _SKIPPED)
        self.tests = blanked(tests, _SKIPPED)
        self.uses = [use for use in _USE.findall(self.plain) if not _RENAMED.search(use)]
        own = set(
            re.findall(r"^\s*(?:pub\s+)?(?:fn|struct|enum)\s+(\w+)", self.tests, re.MULTILINE)
        )
        self.words = words(self.tests) - own - _KEYWORDS
        self.types: dict[str, Type] = {}
        self.aliases: dict[str, str] = {}
        self.constants: list[str] = []
        self.functions: list[Function] = []
        self.impls: list[tuple[str, str]] = []
        for item in items(self.plain):
            self._read(item)
        self.used: dict[str, None] = {}
        for function in self.functions:
            self._use_all(f"{function.params} {function.returns}")
        self._use_all(" ".join(self.words))
        for name, body in self.impls:
            for item in items(body):
                self._method(name, item)

    def _read(self, item: Item) -> None:
        alias = _ALIAS.fullmatch(item.head) if item.body is None else None
        constant = _CONSTANT.fullmatch(_bare(item.head)) if item.body is None else None
        if alias:
            self.aliases[alias[1]] = alias[2].strip()
        elif constant and constant[1] in self.words:
            kind = self.checked(constant[2].strip())
            self.constants.append(f"pub const {constant[1]}: {kind} = {constant[3]};")
        elif (impl := _IMPL.fullmatch(_bare(item.head))) and item.body is not None:
            self.impls.append((impl["name"], item.body))
        elif function := self._function(item):
            self.functions.append(function)
        elif found := _TYPE.fullmatch(_blank_attributes(item.head)):
            body = f"{{{item.body}}}" if item.body is not None else found["rest"]
            derived = ", ".join(
                name
                for group in _DERIVE.findall(item.head)
                for name in re.split(r"\s*,\s*", group.strip())
                if name in _DERIVED
            )
            if "<" not in found["rest"].split("(")[0] and found["name"] not in _KEYWORDS:
                self.types[found["name"]] = Type(found["kind"], body, derived)

    def _function(self, item: Item, inside: str = "") -> Function | None:
        head = _bare(item.head)
        found = _FUNCTION.match(head) if item.body is not None else None
        if found is None or found["name"] not in self.words or "macro_rules" in found["lead"]:
            return None
        lifetimes = found["generic"] or ""
        if re.sub(r"<\s*('\w+\s*,?\s*)*>", "", lifetimes):
            raise Unsplittable(f"{found['name']} has type parameters")
        end = closing(head, found.end())
        params = tuple(_param(part) for part in parts(head[found.end() + 1 : end]))
        returns = re.sub(r"\bwhere\b.*", "", head[end + 1 :], flags=re.DOTALL)
        returns = returns.strip().removeprefix("->").strip() or "()"
        return Function(found["name"], params, returns, lifetimes, inside)

    def _method(self, name: str, item: Item) -> None:
        if name in self.used and (function := self._function(item, name)):
            self.functions.append(function)
            self._use_all(f"{function.params} {function.returns}")

    def _use_all(self, text: str) -> None:
        for name in words(text):
            if name in self.types and name not in self.used:
                self.used[name] = None
                self._use_all(self.types[name].body)
            elif name in self.aliases:
                self._use_all(self.aliases[name])

    def checked(self, kind: str, depth: int = 0) -> str:
        """A type in full paths, if values of it can travel."""
        if depth > 20 or _PART.sub("", kind):
            raise Unsplittable(f"the type {kind[:60]} is no plain data")
        done = []
        for part in _PART.findall(kind):
            if part in self.aliases:
                done.append(self.checked(self.aliases[part], depth + 1))
            elif not re.fullmatch(r"[A-Za-z_]\w*", part) or part in _KNOWN or part in self.types:
                done.append(part)
            else:
                raise Unsplittable(f"the type {kind[:60]} is no plain data")
        return " ".join("".join(done).split())


def _bare(head: str) -> str:
    """A head without attributes."""
    return _blank_attributes(head).strip()


def _blank_attributes(head: str) -> str:
    return re.sub(r"#!?\[[^\]]*\]", "", head).strip()


def _param(text: str) -> tuple[str, str]:
    text = " ".join(text.split())
    if re.fullmatch(r"(&\s*('\w+\s+)?)?(mut\s+)?self", text):
        lead = text.removesuffix("self").strip()
        return "self", f"{lead} Self".strip() if lead != "mut" else "Self"
    name, _, kind = text.partition(":")
    return re.sub(r"^(mut|ref)\s+", "", name.strip()), kind.strip()


def owner(program: str, tests: str, _: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    found = _Program(program, tests)
    arms = [_arm(index, function) for index, function in enumerate(found.functions)]
    text = "\n".join(
        (
            _renamed(program),
            *(_wired(found, name) for name in found.used),
            "fn main() { reward_wire::answer(|index, from, to| {",
            "use reward_wire::Wire; match index {",
            *arms,
            "_ => {} } }) }",
            "const REWARD_TESTS: bool = false;",
            _wire(),
        )
    )
    return Source((text_file("main.rs", text),))


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what is no plain data.
    """
    found = _Program(program, tests)
    library = re.search(r"#\[(?:cfg\(test\)|test)\]", tests) is not None
    if not library and not re.search(r"\bfn\s+main\b", found.tests):
        tests = f"fn main() {{\n{tests}\n}}"
    stubs = [_stub(found, index, function) for index, function in enumerate(found.functions)]
    text = "\n".join(
        (
            *found.uses,
            *found.constants,
            *(_declared(found, name) for name in found.used),
            *(_wired(found, name) for name in found.used),
            *stubs,
            tests,
            "const REWARD_TESTS: bool = true;",
            _wire(),
        )
    )
    run = ("/box/main", "--test-threads=1") if library else ()
    return Source((text_file("main.rs", text),), ("--test",) if library else (), run)


def joined(program: str, tests: str) -> Source:
    """Both in one file."""
    library = re.search(r"#\[(?:cfg\(test\)|test)\]", tests) is not None
    if library:
        return Source((text_file("main.rs", f"{program}\n{tests}"),), ("--test",))
    if not re.search(r"\bfn\s+main\b", tests):
        tests = f"fn main() {{\n{tests}\n}}"
    return Source((text_file("main.rs", f"{_renamed(program)}\n{tests}"),))


def _renamed(program: str) -> str:
    return re.sub(r"\bfn\s+main\s*\(", "fn program_main_(", program)


def _wire() -> str:
    return (WIRES / "wire.rs").read_text(encoding="utf-8")


def _declared(found: _Program, name: str) -> str:
    """A type of the program, of its fields and derived traits alone."""
    kind = found.types[name]
    derive = f"#[derive({kind.derived})]\n" if kind.derived else ""
    if kind.kind == "struct":
        end = "" if kind.body.lstrip().startswith("{") else ";"
        return f"{derive}pub struct {name} {_fields(found, kind.body).declared('pub ')}{end}"
    variants = (f"{title} {fields.declared()}" for title, fields in _variants(found, kind.body))
    return f"{derive}pub enum {name} {{ {', '.join(variants)} }}"


def _erased(kind: str) -> str:
    """A type whose lifetimes are left to the compiler."""
    return re.sub(r"'\w+\s*", "", kind)


def _arm(index: int, function: Function) -> str:
    """What runs one function, and sends back what it changed."""
    lines, after, given = [], [], []
    for i, (_, written) in enumerate(function.params):
        kind = _erased(written).replace("Self", function.inside or "Self")
        if kind.startswith("&") and re.match(r"&\s*mut\b", kind):
            lines.append(f"let a{i}: {kind} = Wire::get(from); let p{i}: *const _ = &*a{i};")
            after.append(f"unsafe {{ (&*p{i}).put(to) }};")
        else:
            lines.append(f"let a{i}: {kind} = Wire::get(from);")
        given.append(f"a{i}")
    call = f"let result = {function.path}({', '.join(given)}); Wire::put(&result, to);"
    return f"{index} => {{ {' '.join(lines)} {call} {' '.join(after)} }}"


def _stub(found: _Program, index: int, function: Function) -> str:
    params, sent, after = [], [], []
    for i, (name, written) in enumerate(function.params):
        kind = found.checked(written)
        value = "self" if name == "self" else f"a{i}"
        params.append(_receiver(kind) if name == "self" else f"a{i}: {kind}")
        sent.append(f"Wire::put(&{value}, to);")
        if re.match(r"&\s*('\w+\s*)?mut\b", kind):
            inner = re.sub(r"^&\s*('\w+\s*)?mut\s*", "", kind)
            after.append(_back(value, inner))
    returns = found.checked(function.returns)
    result = _erased(returns).replace("Self", function.inside or "Self")
    body = (
        "use reward_wire::Wire; "
        f"let reply = reward_wire::call({index}, |to| {{ {' '.join(sent)} }}); "
        f"let from = &mut &reply[1..]; let result: {result} = Wire::get(from); "
        f"{' '.join(after)} result"
    )
    text = (
        f"pub fn {function.name}{function.lifetimes}({', '.join(params)}) -> {returns} {{ {body} }}"
    )
    return f"impl {function.inside} {{ {text} }}" if function.inside else text


def _back(value: str, inner: str) -> str:
    if inner.startswith("["):
        item = inner[1:-1]
        return (
            f"let back: Vec<{item}> = Wire::get(from); "
            f"for (at, item) in {value}.iter_mut().zip(back) {{ *at = item; }}"
        )
    return f"*{value} = Wire::get(from);"


def _receiver(kind: str) -> str:
    return f"{kind.removesuffix('Self')}self"


def _wired(found: _Program, name: str) -> str:
    """How a type of the program travels: field by field."""
    kind = found.types[name]
    if kind.kind == "struct":
        fields = _fields(found, kind.body)
        return _impl(
            name, f"let {name} {fields.pattern()} = self; {fields.put()}", f"{name} {fields.got()}"
        )
    puts, gets = [], []
    for tag, (title, fields) in enumerate(_variants(found, kind.body)):
        puts.append(f"{name}::{title} {fields.pattern()} => {{ to.push({tag}); {fields.put()} }}")
        gets.append(f"{tag} => {name}::{title} {fields.got()},")
    first = gets[0].split("=>", 1)[1].rstrip(",")
    return _impl(
        name,
        f"match self {{ {' '.join(puts)} }}",
        f"match u8::get(from) {{ {' '.join(gets[1:])} _ => {first} }}",
    )


def _impl(name: str, put: str, get: str) -> str:
    return (
        f"impl reward_wire::Wire for {name} {{ "
        f"fn put(&self, to: &mut Vec<u8>) {{ use reward_wire::Wire; let _ = &to; {put} }} "
        f"fn get(from: &mut &[u8]) -> Self {{ use reward_wire::Wire; let _ = &from; {get} }} }}"
    )


def _variants(found: _Program, body: str) -> list[tuple[str, Fields]]:
    variants = []
    for variant in parts(body.strip()[1:-1]):
        named = re.fullmatch(r"(\w+)\s*([({].*)?(?:=.*)?", _bare(variant), re.DOTALL)
        if named is None:
            raise Unsplittable(f"the variant {variant[:60]} can't be read")
        variants.append((named[1], _fields(found, named[2] or "")))
    if not variants:
        raise Unsplittable("an enum without variants is no data")
    return variants


def _fields(found: _Program, body: str) -> Fields:
    """The fields in the brackets that a text starts with."""
    body = body.strip().rstrip(";").strip()
    if not body:
        return Fields("", ())
    inside = [_bare(part) for part in parts(body[1 : closing(body, 0)])]
    inside = [re.sub(r"^pub\s*(\([^)]*\))?\s*", "", part) for part in inside if part]
    if body.startswith("("):
        return Fields("(", tuple((f"f{i}", found.checked(kind)) for i, kind in enumerate(inside)))
    rows = []
    for part in inside:
        name, _, kind = part.partition(":")
        if not re.fullmatch(r"(?:r#)?\w+", name.strip()):
            raise Unsplittable(f"the field {part[:60]} can't be read")
        rows.append((name.strip(), found.checked(kind.strip())))
    return Fields("{", tuple(rows))
