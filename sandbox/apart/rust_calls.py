"""Rust: what a call takes and gives that is more than plain data, by its bounds; names of types."""

import re

from sandbox.apart.rust_closures import is_closure, returned
from sandbox.apart.rust_heads import Function

_OPERATORS = (
    "Add Sub Mul Div Rem Neg Not BitAnd BitOr BitXor AddAssign SubAssign MulAssign DivAssign"
)
PATHS = {
    name: f"std::{module}::{name}"
    for module, names in {
        "string": "String",
        "vec": "Vec",
        "boxed": "Box",
        "rc": "Rc",
        "cell": "RefCell Cell",
        "sync": "Arc Mutex RwLock",
        "option": "Option",
        "result": "Result",
        "borrow": "Cow",
        "cmp": "Ordering",
        "collections": "VecDeque LinkedList HashMap HashSet BTreeMap BTreeSet BinaryHeap",
        "ops": f"{_OPERATORS} Index IndexMut Deref DerefMut",
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


def bound_of(function: Function, kind: str) -> str:
    """What is known of a parameter whose type the caller decides, or empty."""
    name = re.sub(r"^&\s*(?:'\w+\s+)?(?:mut\s+)?", "", kind).strip()
    if re.match(r"fn\s*\(", kind):
        return f"Fn{kind.removeprefix('fn').strip()} + 'static"
    boxed = re.fullmatch(r"Box\s*<\s*dyn\s+(.*)>", name, re.DOTALL)
    if boxed and name == kind and is_closure(boxed[1]) and not re.search(r"'(?!static)", name):
        return ""  # a box that its owner may keep is data
    plain = re.fullmatch(r"\(?dyn\s+(Fn.*?)\)?", name, re.DOTALL) if kind.startswith("&") else None
    if plain:
        return plain[1] if plain[1].count("(") == plain[1].count(")") else plain[1] + ")"
    return boxed[1] if boxed else dict(function.open_types).get(name, "")


def items_of(bound: str) -> str:
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


def as_text(bound: str) -> str:
    """How what has a bound of text becomes one, or empty."""
    first = bound.split("+", maxsplit=1)[0].replace(" ", "")
    return _TEXT.get(first, "")


def keyed(function: Function) -> list[tuple[str, str]]:
    """The types by which an instance is known: those that travel as they are."""
    return [
        (name, bounds)
        for name, bounds in function.open_types
        if not items_of(bounds) and not as_text(bounds) and not is_closure(bounds)
    ]


def returned_items(function: Function) -> str:
    """The type of what an iterator that is returned gives, or empty."""
    found = re.match(r"(?:Box\s*<\s*dyn|impl)\s+(.*)", function.returns, re.DOTALL)
    return items_of(found[1]) if found else ""


def changed_part(function: Function) -> tuple[int, str, str] | None:
    """Of a function that returns a reference to be written through: into which parameter.

    Returns:
        The parameter's number, the type of what is referred to, and the result around it, with
        `{}` in its place; None where it returns no such thing, or that is no part of data.
    """
    found = _CHANGED.fullmatch(function.returns)
    taken = [i for i, (_, kind) in enumerate(function.params) if _MUTABLE.match(kind)]
    if found is None or not taken:
        return None
    whole = _MUTABLE.sub("", function.params[taken[0]][1])
    part = found["bare"] or found["part"]
    if re.match(r"\[|str\b|\(?\s*(?:dyn|impl)\b", part) or re.match(r"\[|\(?\s*dyn\b", whole):
        return None
    return taken[0], part, "{}" if found["bare"] else f"{found['kind']}<{{}}{found['rest'] or ''}>"


_MUTABLE = re.compile(r"&\s*(?:'\w+\s*)?mut\s+")
_CHANGED = re.compile(
    rf"{_MUTABLE.pattern}(?P<bare>.*)"
    rf"|(?P<kind>Option|Result)\s*<\s*{_MUTABLE.pattern}(?P<part>[^,]*?)\s*(?P<rest>,.*)?>",
    re.DOTALL,
)


def wire_bound(function: Function) -> str:
    """What a type must be that a call decides; behind a closure that is kept it must last."""
    lasts = returned(function) or (function.inside and function.inside.closures)
    return "reward_wire::Wire + 'static" if lasts else "reward_wire::Wire"


def erased(kind: str) -> str:
    """A type whose lifetimes are left to the compiler."""
    return re.sub(r"'\w+", "'_", kind)
