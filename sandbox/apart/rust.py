"""Rust: signatures are read from the program's text, values are carried by `wire.rs`."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.halves import WIRES, Unsplittable, text_file
from sandbox.apart.rust_closures import is_closure, lent, remote
from sandbox.apart.rust_text import Function, Generics, Impl, Program, trait_methods
from sandbox.apart.rust_types import declared, wired
from sandbox.apart.text import words
from sandbox.command import File, Source

_NAMED = b"main::reward_wire::Named<"
_MOST_ITEMS = 1_000_000
"""Of an iterator that the program returns."""

_OPERATORS = (
    "Add Sub Mul Div Rem Neg Not BitAnd BitOr BitXor AddAssign SubAssign MulAssign DivAssign"
)
_PATHS = {
    name: f"std::{module}::{name}"
    for module, names in {
        "string": "String",
        "vec": "Vec",
        "boxed": "Box",
        "rc": "Rc",
        "cell": "RefCell",
        "option": "Option",
        "result": "Result",
        "borrow": "Cow",
        "cmp": "Ordering",
        "collections": "VecDeque LinkedList HashMap HashSet BTreeMap BTreeSet BinaryHeap",
        "ops": _OPERATORS,
        "fmt": "Display Debug",
        "default": "Default",
        "iter": "Iterator",
        "convert": "From TryFrom",
        "str": "FromStr",
        "error": "Error",
    }.items()
    for name in names.split()
} | {"PartialOrd": "std::cmp::PartialOrd", "Ord": "std::cmp::Ord"}
"""Where the library has its types and traits."""

_ITERATOR = re.compile(r"(?:Into|DoubleEnded|ExactSize)?Iterator\s*<\s*Item\s*=\s*(.+)>", re.DOTALL)
_TEXT = {
    "Into<String>": "let {0}: String = {0}.into();",
    "AsRef<str>": "let {0}: String = {0}.as_ref().to_string();",
    "ToString": "let {0}: String = {0}.to_string();",
}
"""Bounds of what is text, and how it becomes one."""


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what can't cross.
    """
    found = Program(program, tests)
    library = _is_library(tests)
    if not library and not re.search(r"\bfn\s+main\b", found.tests):
        tests = f"fn main() {{\n{tests}\n}}"
    text = "\n".join(
        (
            *found.uses,
            *found.constants,
            *(_in_module(module, _stubs(found, module)) for module in found.modules),
            tests,
            "const REWARD_TESTS: bool = true;",
            _wire(),
        )
    )
    run = ("/box/main", "--test-threads=1") if library else ()
    return Source((text_file("main.rs", text),), ("--test",) if library else (), run)


def owner(program: str, tests: str, built: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    found = Program(program, tests)
    arms = list(enumerate(found.functions))
    named = [(index, types) for index, types in _instances(built) if index < len(arms)]
    text = "\n".join(
        (
            _renamed(program),
            *found.borrowed.values(),
            *(wired(found, name, _path(found, name)) for name in found.used),
            *(_arm(index, function) for index, function in arms),
            (
                "fn main() { reward_wire::answer(|index, from, to| { use reward_wire::Wire; "
                "if index == u64::MAX { match String::get(from).as_str() {"
            ),
            *(
                f'"{_named(index, types)}" => reward_arm_{index}::<{_written(types)}>(from, to),'
                for index, types in named
            ),
            "_ => {} } } else { match index {",
            *(f"{i} => reward_arm_{i}(from, to)," for i, f in arms if not _keyed(f)),
            "_ => {} } } }) }",
            "const REWARD_TESTS: bool = false;",
            _wire(),
        )
    )
    return Source((text_file("main.rs", text),))


def joined(program: str, tests: str) -> Source:
    """Both in one file."""
    if _is_library(tests):
        return Source((text_file("main.rs", f"{program}\n{tests}"),), ("--test",))
    if not re.search(r"\bfn\s+main\b", tests):
        tests = f"fn main() {{\n{tests}\n}}"
    return Source((text_file("main.rs", f"{_renamed(program)}\n{tests}"),))


def _is_library(tests: str) -> bool:
    return re.search(r"#\[(?:cfg\(test\)|test)\]", tests) is not None


def _renamed(program: str) -> str:
    return re.sub(r"\bfn\s+main\s*\(", "fn program_main_(", program)


def _wire() -> str:
    return (WIRES / "wire.rs").read_text(encoding="utf-8")


def _path(found: Program, name: str) -> str:
    return "::".join((*found.types[name].module, name))


def _in_module(module: Sequence[str], lines: Iterator[str]) -> str:
    text = "\n".join(lines)
    for name in reversed(module):
        text = f"pub mod {name} {{ use super::*;\n{text}\n}}"
    return text


# ---- What a call takes and gives.


def _bound(function: Function, kind: str) -> str:
    """What is known of a parameter whose type the caller decides, or empty."""
    name = re.sub(r"^&\s*(?:'\w+\s+)?(?:mut\s+)?", "", kind).strip()
    boxed = re.fullmatch(r"Box\s*<\s*dyn\s+(.*)>", name, re.DOTALL)
    plain = re.fullmatch(r"\(?dyn\s+(Fn.*?)\)?", name, re.DOTALL) if kind.startswith("&") else None
    if plain:
        return plain[1] if plain[1].count("(") == plain[1].count(")") else plain[1] + ")"
    return boxed[1] if boxed else dict(function.open_types).get(name, "")


def _items(bound: str) -> str:
    """The type of what an iterator gives, or empty."""
    found = _ITERATOR.match(bound.strip())
    if not found:
        return ""
    depth = 0
    for at, letter in enumerate(bound):
        depth += (letter == "<") - (letter == ">" and bound[at - 1] != "-")
        if letter == ">" and not depth:
            return bound[bound.index("=") + 1 : at].strip()
    return ""


def _as_text(bound: str) -> str:
    first = bound.split("+", maxsplit=1)[0].replace(" ", "")
    return _TEXT.get(first, "")


def _keyed(function: Function) -> list[tuple[str, str]]:
    """The types by which an instance is known: those that travel as they are."""
    return [
        (name, bounds)
        for name, bounds in function.open_types
        if not _items(bounds) and not _as_text(bounds) and not is_closure(bounds)
    ]


def _returned_items(function: Function) -> str:
    found = re.match(r"(?:Box\s*<\s*dyn|impl)\s+(.*)", function.returns, re.DOTALL)
    return _items(found[1]) if found else ""


# ---- The tests' side.


def _stubs(found: Program, module: tuple[str, ...]) -> Iterator[str]:
    for name in found.used:
        if found.types[name].module == module:
            yield "" if name in found.borrowed else declared(found, name)
            yield wired(found, name, name)
    for name, (body, place) in found.traits.items():
        if place == module and _is_used(found, name):
            yield _trait(found, name, body)
    rows = list(enumerate(found.functions))
    for index, function in rows:
        if function.inside is None and function.module == module:
            yield _stub(found, index, function)
        elif function.inside and function.inside.module == module and not function.inside.trait:
            yield _implemented(found, function.inside, [(index, function)])
    for impl in found.impls:
        if impl.module == module:
            mine = [(i, f) for i, f in rows if f.inside is impl]
            yield _implemented(found, impl, mine)


def _is_used(found: Program, name: str) -> bool:
    bounds = " ".join(b for f in found.functions for _, b in f.open_types)
    return any(impl.trait == name for impl in found.impls) or name in words(bounds)


def _trait(found: Program, name: str, body: str) -> str:
    heads = []
    for method in trait_methods(found, name, body):
        params = ", ".join(_declared_param(found, method, i) for i in range(len(method.params)))
        returns = found.checked(method.returns)
        heads.append(f"fn {method.name}({params}) -> {returns};")
    return f"pub trait {name} {{ {' '.join(heads)} }}"


def _implemented(found: Program, impl: Impl, functions: Sequence[tuple[int, Function]]) -> str:
    """An `impl` with stubs."""
    generics = impl.generics.written("reward_wire::Wire")
    stubs = " ".join(_stub(found, i, f) for i, f in functions)
    types = f"{impl.types};" if impl.types else ""
    if impl.types:
        for line in impl.types.split(";"):
            found.checked(line.partition("=")[2].strip(), impl.generics.names)
    trait = f"{_full(impl.trait)} for " if impl.trait else ""
    return f"impl{generics} {trait}{impl.target} {{ {types} {stubs} }}"


def _full(trait: str) -> str:
    """A trait with its path, where it is the library's."""
    name, opening, rest = trait.partition("<")
    last = name.split("::")[-1].strip()
    return f"{_PATHS.get(last, name)}{opening}{rest}"


def _declared_param(found: Program, function: Function, at: int) -> str:
    name, written = function.params[at]
    known = tuple(name for name, _ in function.open_types)
    kind = found.checked(written, known)
    return f"{kind.removesuffix('Self')}self" if name == "self" else f"a{at}: {kind}"


def _stub(found: Program, index: int, function: Function) -> str:
    if function.name == "fmt":
        return _shown_stub(index)
    known = tuple(name for name, _ in function.open_types)
    before, sent, after = [], [], []
    for i, (name, written) in enumerate(function.params):
        bound, value = _bound(function, written), "self" if name == "self" else f"a{i}"
        if item := _items(bound):
            before.append(
                f"let {value}: Vec<{found.checked(item, known)}> = {value}.into_iter().collect();"
            )
        elif text := _as_text(bound):
            before.append(text.format(value))
        elif is_closure(bound):
            before.append(lent(i, bound, value))
            sent.append(f"Wire::put(&loan{i}.number(), to);")
            after.append(f"drop(loan{i});")
            continue
        sent.append(f"Wire::put(&{value}, to);")
        if not bound and re.match(r"&\s*('\w+\s*)?mut\b", written):
            after.append(
                _back(value, re.sub(r"^&\s*('\w+\s*)?mut\s*", "", found.checked(written, known)))
            )
    params = ", ".join(_declared_param(found, function, i) for i in range(len(function.params)))
    returns = found.checked(function.returns, known)
    result, end = _erased(returns), "result"
    if item := _returned_items(function):
        result, end = f"Vec<{_erased(found.checked(item, known))}>", "result.into_iter()"
        end = f"Box::new({end})" if returns.startswith("Box") else end
    body = (
        f"use reward_wire::Wire; {' '.join(before)} "
        f"let reply = reward_wire::{_call(index, function)}, |to| {{ {' '.join(sent)} }}); "
        f"let from = &mut &reply[1..]; let result: {result} = Wire::get(from); "
        f"{' '.join(after)} {end}"
    )
    public = "" if function.inside and function.inside.trait else "pub "
    head = f"{public}fn {function.name}{_with_wire(function)}({params}) -> {returns}"
    return f"#[inline(never)] {head} {{ {body} }}"


def _shown_stub(index: int) -> str:
    return (
        "fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { "
        "use reward_wire::Wire; "
        f"let reply = reward_wire::call({index}, |to| Wire::put(&self, to)); "
        "to.write_str(&String::get(&mut &reply[1..])) }"
    )


def _call(index: int, function: Function) -> str:
    keyed = _keyed(function)
    if not keyed:
        return f"call({index}"
    types = "".join(f"{name}, " for name, _ in keyed)
    return f"call_named(std::any::type_name::<reward_wire::Named<{index}, ({types})>>()"


def _with_wire(function: Function) -> str:
    keyed = dict(_keyed(function))
    types = tuple(
        (name, " + ".join(filter(None, (bounds, "reward_wire::Wire" if name in keyed else ""))))
        for name, bounds in function.generics.types
    )
    return Generics(function.generics.lifetimes, types).written()


def _back(value: str, inner: str) -> str:
    if inner.startswith("["):
        item = inner[1:-1]
        return (
            f"let back: Vec<{item}> = Wire::get(from); "
            f"for (at, item) in {value}.iter_mut().zip(back) {{ *at = item; }}"
        )
    return f"*{value} = Wire::get(from);"


def _erased(kind: str) -> str:
    """A type whose lifetimes are left to the compiler."""
    return re.sub(r"'\w+", "'_", kind)


# ---- The program's side.


def _arm(index: int, function: Function) -> str:
    """What runs one function, and sends back what it changed."""
    lines, after, given = [], [], []
    for i, (_, written) in enumerate(function.params):
        bound, kind = _bound(function, written), _of_target(_erased(written), function)
        lead = "&mut " if re.match(r"&.*\bmut\b", kind) else "&" if kind.startswith("&") else ""
        passed = f"a{i}"
        if function.name == "fmt" and i:
            continue
        if item := _items(bound):
            lines.append(f"let a{i}: Vec<{_erased(item)}> = Wire::get(from);")
            passed = f"{lead}a{i}.into_iter()"
            passed = f"Box::new({passed})" if kind.startswith("Box") else passed
        elif _as_text(bound):
            lines.append(f"let a{i}: String = Wire::get(from);")
            passed = f"{lead}a{i}"
        elif is_closure(bound):
            lines.append(f"let n{i}: u64 = Wire::get(from);")
            passed = f"{lead}({remote(i, bound)})"
            passed = f"Box::new{passed}" if kind.startswith("Box") else passed
        elif lead == "&mut ":
            lines.append(f"let a{i}: {kind} = Wire::get(from); let p{i}: *const _ = &*a{i};")
            after.append(f"unsafe {{ (&*p{i}).put(to) }};")
        else:
            lines.append(f"let a{i}: {kind} = Wire::get(from);")
        given.append(passed)
    call = f"let result = {function.path}({', '.join(given)});"
    if function.name == "fmt":
        how = "{:?}" if "Debug" in (function.inside.trait if function.inside else "") else "{}"
        call = f'let result = format!("{how}", a0);'
    elif _returned_items(function):
        call += f" let result: Vec<_> = result.take({_MOST_ITEMS}).collect();"
    elif not re.search(r"\b(?:impl|dyn)\b", function.returns):
        kind = _of_target(_erased(function.returns), function)
        call = call.replace("let result =", f"let result: {kind} =", 1)
    generics = Generics((), tuple(_keyed(function))).written("reward_wire::Wire")
    used = "".join(f"use {'::'.join(m)}::*; " for m in _modules(function))
    return (
        f"#[allow(unused)] fn reward_arm_{index}{generics}(from: &mut &[u8], to: &mut Vec<u8>) "
        f"{{ use reward_wire::Wire; {used}{' '.join(lines)} {call} "
        f"Wire::put(&result, to); {' '.join(after)} }}"
    )


def _modules(function: Function) -> set[tuple[str, ...]]:
    module = function.inside.module if function.inside else function.module
    return {module} if module else set()


def _of_target(kind: str, function: Function) -> str:
    """A type in which `Self` is written out."""
    if function.inside is None:
        return kind
    target = _erased(function.inside.target)
    named = f"<{target} as {function.inside.trait}>::"
    return re.sub(r"\bSelf\b", target, re.sub(r"\bSelf\s*::\s*", named, kind))


def _instances(built: Sequence[File]) -> Iterator[tuple[int, str]]:
    """The generic functions whose names stand in a binary, by number, with their types."""
    for file in built:
        seen = set()
        for found in re.finditer(re.escape(_NAMED) + rb"(\d+), \(", file.data):
            depth, at = 1, found.end()
            while depth and at < found.end() + 2000 and at < len(file.data):
                depth += (file.data[at : at + 1] in b"(") - (file.data[at : at + 1] in b")")
                at += 1
            seen.add((int(found[1]), file.data[found.end() : at - 1].decode("utf-8", "replace")))
        yield from sorted(seen)


def _named(index: int, types: str) -> str:
    return f"{_NAMED.decode()}{index}, ({types})>"


def _written(types: str) -> str:
    """Types as the compiler names them, as source.

    Raises:
        Unsplittable: one has no name.
    """
    if re.search(r"[{}]|\bdyn\b|\bimpl\b", types):
        raise Unsplittable("a generic function is given a closure, or what has no name")

    def path(found: re.Match[str]) -> str:
        name = found[0].rpartition("::")[2]
        if found[0].startswith("main::"):
            return f"crate::{found[0].removeprefix('main::')}"
        if name not in _PATHS:
            raise Unsplittable(f"the type {found[0]} is no plain data")
        return _PATHS[name]

    return re.sub(r"\w+(?:::\w+)+", path, types)
