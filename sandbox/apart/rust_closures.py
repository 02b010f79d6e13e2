"""Rust: closures, which stay on their side and are called from the other.

One that a function is given may be called while that call lasts (`lent`). One in a box, and one for
a function that returns one, is kept and has a number (`boxes.rs`).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_heads import Function
from sandbox.apart.text import closing, parts

_CLOSURE = re.compile(r"\s*(?:for\s*<[^<>]*>\s*)?(Fn|FnMut|FnOnce)\s*(?=\()")
_REFERENCE = re.compile(r"&\s*(?:'\w+\s+)?(mut\b)?\s*(.*)", re.DOTALL)
_LIFETIME = re.compile(r"'\w+\s*")


class Signature(NamedTuple):
    """What a bound like `FnMut(&str) -> u32 + Send` says."""

    kind: str
    params: list[str]
    returns: str
    autos: tuple[str, ...]

    @property
    def written(self) -> str:
        """As what stands behind `dyn`, without lifetimes that have a name."""
        params = ", ".join(_LIFETIME.sub("", one) for one in self.params)
        returns = _LIFETIME.sub("", self.returns)
        return " + ".join((f"{self.kind}({params}) -> {returns}", *self.autos))

    @property
    def boxed(self) -> str:
        """The type of a box of it."""
        return f"Box<dyn {self.written} + '_>"

    @property
    def borrows(self) -> bool:
        """Whether references are among what it takes and gives."""
        return "&" in self.written


def is_closure(bound: str) -> bool:
    """Whether a bound is that of what can be called."""
    return _CLOSURE.match(bound) is not None


def signature(bound: str) -> Signature:
    """What a bound of what can be called says.

    Raises:
        Unsplittable: it can't be read.
    """
    found = _CLOSURE.match(bound)
    if found is None:
        raise Unsplittable(f"the bound {bound[:60]} can't be read")
    end = closing(bound, found.end())
    arrow, *more = parts(bound[end + 1 :].strip(), "+") or [""]
    returns = arrow.removeprefix("->").strip() if arrow.startswith("->") else ""
    autos = tuple(name for name in ("Send", "Sync") if name in more)
    return Signature(found[1], parts(bound[found.end() + 1 : end]), returns or "()", autos)


def returned(function: Function) -> Signature | None:
    """The closure that a function returns, bare or in a box."""
    found = re.fullmatch(r"(?:Box\s*<\s*dyn\s+(.*)>|impl\s+(.*))", function.returns, re.DOTALL)
    bound = found and (found[1] or found[2])
    return signature(bound) if bound and is_closure(bound) else None


def outlives(function: Function, bound: str) -> bool:
    """Whether a closure that a function is given can be called when that call is over."""
    return returned(function) is not None or "'static" in bound


def read(params: Iterable[str]) -> tuple[str, str, str]:
    """What reads parameters from the wire, passes them on, and sends back what may have changed."""
    lines, given, after = [], [], []
    for i, written in enumerate(params):
        reference = _REFERENCE.fullmatch(written)
        inner = reference[2].strip() if reference else written
        inner = "String" if reference and inner == "str" else inner
        if reference and inner.startswith("["):
            inner = f"Vec<{inner[1:-1]}>"
        lines.append(f"let mut x{i}: {_LIFETIME.sub('', inner)} = Wire::get(from);")
        given.append(f"&{reference[1] or ''} x{i}" if reference else f"x{i}")
        if reference and reference[1]:
            after.append(f"Wire::put(&x{i}, to);")
    return " ".join(lines), ", ".join(given), " ".join(after)


def asked(of: Signature) -> tuple[str, str]:
    """What sends parameters, and what reads the reply."""
    names = [f"x{i}" for i in range(len(of.params))]
    put = " ".join(f"Wire::put(&{name}, to);" for name in names)
    back = " ".join(
        f"*{name} = Wire::get(from);"
        for name, written in zip(names, of.params, strict=True)
        if (found := _REFERENCE.fullmatch(written)) and found[1]
    )
    loose = "&" in of.returns or "impl" in of.returns
    typed = "" if loose else f": {_LIFETIME.sub('', of.returns)}"
    read = f"let from = &mut &reply[..]; let given{typed} = Wire::get(from); {back} given"
    return put, read


def lent(at: int, bound: str, value: str) -> str:
    """The tests' side: the closure as one of bytes, and its number."""
    of = signature(bound)
    lines, given, after = read(of.params)
    called = f"({value})({given})"
    first = f"let mut {value} = {value};"
    if of.kind == "FnOnce":
        first = f"let mut {value} = Some({value});"
        called = f'({value}.take().expect("called once"))({given})'
    return (
        f"{first} let mut closure{at} = |from: &mut &[u8], to: &mut Vec<u8>| {{ {lines} "
        f"let given = {called}; Wire::put(&given, to); {after} }}; "
        f"let loan{at} = reward_wire::lend(&mut closure{at});"
    )


def remote(at: int, bound: str) -> str:
    """The program's side: a closure that asks the tests."""
    of = signature(bound)
    names = ", ".join(f"x{i}" for i in range(len(of.params)))
    put, read = asked(of)
    return f"move |{names}| {{ let reply = reward_wire::ask(n{at}, |to| {{ {put} }}); {read} }}"


def pointed(at: int, bound: str) -> str:
    """The program's side: a boxed closure, which is then the last of its arm, as a plain `fn`."""
    of = signature(bound)
    params, names = typed(of)
    return (
        f"static mut HELD{at}: Option<Box<dyn {of.written}>> = None; "
        f"fn held{at}({params}) -> {of.returns} {{ "
        f"unsafe {{ (HELD{at}.as_ref().unwrap())({names}) }} }} "
        f"unsafe {{ std::mem::forget(HELD{at}.replace(a{at})); }} let a{at} = held{at};"
    )


def typed(of: Signature) -> tuple[str, str]:
    """Its parameters with their types, and their names."""
    typed = ", ".join(f"x{i}: {_LIFETIME.sub('', one)}" for i, one in enumerate(of.params))
    return typed, ", ".join(f"x{i}" for i in range(len(of.params)))


def holding(of: Signature) -> str:
    """The tests' side: a closure that was returned, and holds the leases of those it may call."""
    params, names = typed(of)
    again = "let mut result = result; " if of.kind == "FnMut" else ""
    return f"{{ {again}move |{params}| {{ let _ = &leases; result({names}) }} }}"
