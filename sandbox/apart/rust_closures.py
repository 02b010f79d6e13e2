"""Rust: closures of the tests, which the program calls while it is called with them."""

import re

from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import closing, parts

_CLOSURE = re.compile(r"\s*(?:for\s*<[^<>]*>\s*)?(Fn|FnMut|FnOnce)\s*(?=\()")
_REFERENCE = re.compile(r"&\s*(?:'\w+\s+)?(mut\b)?\s*(.*)", re.DOTALL)


def is_closure(bound: str) -> bool:
    """Whether a bound is that of what can be called."""
    return _CLOSURE.match(bound) is not None


def _signature(bound: str) -> tuple[str, list[str], str]:
    found = _CLOSURE.match(bound)
    if found is None:
        raise Unsplittable(f"the bound {bound[:60]} can't be read")
    end = closing(bound, found.end())
    returns = parts(bound[end + 1 :].strip().removeprefix("->"), "+")
    returned = returns[0] if returns and returns[0] else "()"
    return found[1], parts(bound[found.end() + 1 : end]), returned


def lent(at: int, bound: str, value: str) -> str:
    """The tests' side: the closure as one of bytes, and its number."""
    kind, params, _ = _signature(bound)
    lines, given, after = [], [], []
    for i, written in enumerate(params):
        reference = _REFERENCE.fullmatch(written)
        inner = reference[2].strip() if reference else written
        inner = "String" if reference and inner == "str" else inner
        if reference and inner.startswith("["):
            inner = f"Vec<{inner[1:-1]}>"
        lines.append(f"let mut x{i}: {re.sub(_LIFETIME, '', inner)} = Wire::get(from);")
        given.append(f"&{reference[1] or ''} x{i}" if reference else f"x{i}")
        if reference and reference[1]:
            after.append(f"Wire::put(&x{i}, to);")
    called = f"({value})({', '.join(given)})"
    first = f"let mut {value} = {value};"
    if kind == "FnOnce":
        first = f"let mut {value} = Some({value});"
        called = f'({value}.take().expect("called once"))({", ".join(given)})'
    return (
        f"{first} let mut closure{at} = |from: &mut &[u8], to: &mut Vec<u8>| {{ {' '.join(lines)} "
        f"let given = {called}; Wire::put(&given, to); {' '.join(after)} }}; "
        f"let loan{at} = reward_wire::lend(&mut closure{at});"
    )


_LIFETIME = r"'\w+\s*"


def remote(at: int, bound: str) -> str:
    """The program's side: a closure that asks the tests."""
    _, params, returns = _signature(bound)
    names = [f"x{i}" for i in range(len(params))]
    put = " ".join(f"Wire::put(&{name}, to);" for name in names)
    back = " ".join(
        f"*{name} = Wire::get(from);"
        for name, written in zip(names, params, strict=True)
        if (found := _REFERENCE.fullmatch(written)) and found[1]
    )
    typed = "" if "&" in returns or "impl" in returns else f": {re.sub(_LIFETIME, '', returns)}"
    return (
        f"move |{', '.join(names)}| {{ let reply = reward_wire::ask(n{at}, |to| {{ {put} }}); "
        f"let from = &mut &reply[..]; let given{typed} = Wire::get(from); {back} given }}"
    )
