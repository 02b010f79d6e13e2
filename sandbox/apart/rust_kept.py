"""Rust: the program's types that are no data (a `Peekable`, a `Weak`): their values stay with it.

The tests have the address of one, and give it back. What the program calls a method on is the value
itself, moved: so it has another address afterwards.
"""

import re

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_text import Program
from sandbox.apart.rust_types import checked_fields

_SHARED = re.compile(r"\b(?:Rc|Arc)\s*<\s*(\w+)")


def with_kept(found: Program) -> Program:
    """A program of which is known what types are no data."""
    for name in found.used:
        try:
            checked_fields(found, name)
        except Unsplittable:
            if name in found.borrowed:
                raise
            found.kept.add(name)
    texts = [found.types[name].body for name in found.used]
    for function in found.functions:
        texts += [*(kind for _, kind in function.params), function.returns]
    if any(name in found.kept for name in _SHARED.findall(" ".join(texts))):
        raise Unsplittable("objects that are no data, and are shared (`Rc`, `Arc`), can't cross")
    return found


def kept_declared(found: Program, name: str) -> str:
    """The tests' side: such a type."""
    generics = found.types[name].generics
    held = ", ".join(
        (*(f"&{one.split(':')[0]} ()" for one in generics.lifetimes), *generics.names, "()")
    )
    return (
        f"pub struct {name}{generics.written()}"
        f"(std::cell::Cell<usize>, std::marker::PhantomData<({held})>);"
    )


def kept_told(found: Program, name: str) -> str:
    """The tests' side: how its values travel."""
    return _wired(
        found,
        (name, name),
        "self.0.get().put(to)",
        f"{name}(std::cell::Cell::new(usize::get(from)), std::marker::PhantomData)",
        "self.0.set(usize::get(from))",
    )


def kept_answered(found: Program, name: str, path: str) -> str:
    """The program's side: the same."""
    return _wired(
        found,
        (name, path),
        "(Box::into_raw(Box::new(unsafe { std::ptr::read(self) })) as usize).put(to)",
        "unsafe { std::ptr::read(usize::get(from) as *const Self) }",
        "",
    )


def _wired(found: Program, names: tuple[str, str], put: str, get: str, cells: str) -> str:
    name, path = names
    generics = found.types[name].generics
    return (
        f"impl{generics.written()} reward_wire::Wire for {path}{generics.given()} {{ "
        f"fn put(&self, to: &mut Vec<u8>) {{ use reward_wire::Wire; {put} }} "
        f"fn get(from: &mut &[u8]) -> Self {{ use reward_wire::Wire; {get} }} "
        "fn put_cells(&self, to: &mut Vec<u8>) { reward_wire::Wire::put(self, to) } "
        f"fn get_cells(&self, from: &mut &[u8]) {{ use reward_wire::Wire; {cells} }} }}"
    )
