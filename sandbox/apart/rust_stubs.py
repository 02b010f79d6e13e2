"""Rust: the tests' side: stubs of the functions, methods and traits that tests name."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.rust_calls import (
    PATHS,
    as_text,
    bound_of,
    erased,
    items_of,
    keyed,
    returned_items,
)
from sandbox.apart.rust_closures import is_closure, lent
from sandbox.apart.rust_heads import Function, Generics, Impl
from sandbox.apart.rust_text import Program, trait_methods
from sandbox.apart.rust_types import declared, wired
from sandbox.apart.text import words


def stubs(found: Program, module: tuple[str, ...]) -> Iterator[str]:
    """What stands in a module of the tests' side for what the program has there."""
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
    return f"{PATHS.get(last, name)}{opening}{rest}"


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
        bound, value = bound_of(function, written), "self" if name == "self" else f"a{i}"
        if item := items_of(bound):
            before.append(
                f"let {value}: Vec<{found.checked(item, known)}> = {value}.into_iter().collect();"
            )
        elif text := as_text(bound):
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
    result, end = erased(returns), "result"
    if item := returned_items(function):
        result, end = f"Vec<{erased(found.checked(item, known))}>", "result.into_iter()"
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
    types_known = keyed(function)
    if not types_known:
        return f"call({index}"
    types = "".join(f"{name}, " for name, _ in types_known)
    return f"call_named(std::any::type_name::<reward_wire::Named<{index}, ({types})>>()"


def _with_wire(function: Function) -> str:
    travelling = dict(keyed(function))
    types = tuple(
        (
            name,
            " + ".join(filter(None, (bounds, "reward_wire::Wire" if name in travelling else ""))),
        )
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
