"""Rust: the tests' side: stubs of the functions, methods and traits that tests name."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_arms import SHARED
from sandbox.apart.rust_boxes import BORROWS, stays
from sandbox.apart.rust_calls import (
    PATHS,
    as_text,
    bound_of,
    changed_part,
    erased,
    items_of,
    keyed,
    returned_items,
    wire_bound,
)
from sandbox.apart.rust_closures import (
    holding,
    is_closure,
    lent,
    outlives,
    returned,
    signature,
)
from sandbox.apart.rust_heads import NUMBER, Function, Generics, Impl
from sandbox.apart.rust_kept import kept_declared, kept_told
from sandbox.apart.rust_objects import hidden, sent_as, stand_in, told
from sandbox.apart.rust_text import Program, trait_methods
from sandbox.apart.rust_types import declared, has_cells, wired
from sandbox.apart.text import words

_MUTABLE = re.compile(r"^&\s*('\w+\s*)?mut\b\s*")


def stubs(found: Program, module: tuple[str, ...]) -> Iterator[str]:
    """What stands in a module of the tests' side for what the program has there."""
    yield from _aliases(found) if not module else ()
    for name in found.used:
        if found.types[name].module == module:
            yield from _type(found, name)
    for name, (_, place) in found.traits.items():
        if place == module and _is_used(found, name):
            yield _trait(found, name)
    yield from (told(name) for name, impl in found.objects.items() if impl.module == module)
    for impl, lines in found.associated:
        if impl.module == module:
            yield f"impl{impl.generics.written()} {impl.target} {{ {' '.join(lines)} }}"
    yield from _functions(found, module)


def _aliases(found: Program) -> Iterator[str]:
    """Names of the program for types, with parameters, that what crosses is written with."""
    texts = [found.types[name].body for name in found.used]
    for function in found.functions:
        texts += [*(kind for _, kind in function.params), function.returns]
    for name in sorted(words(" ".join((*texts, found.tests))) & found.wide_aliases.keys()):
        params, body = found.wide_aliases[name]
        yield f"pub type {name}<{params}> = {found.checked(body, tuple(words(params)))};"


def _type(found: Program, name: str) -> Iterator[str]:
    if name in found.kept:
        yield kept_declared(found, name)
        yield kept_told(found, name)
        return
    yield "" if name in found.borrowed else declared(found, name)
    yield wired(found, name, name)


def _functions(found: Program, module: tuple[str, ...]) -> Iterator[str]:
    rows = list(enumerate(found.functions))
    for index, function in rows:
        if function.inside is None and function.module == module:
            yield _stub(found, index, function)
        elif function.inside and function.inside.module == module and not function.inside.trait:
            yield _implemented(found, function.inside, [(index, function)])
    for impl in (*found.impls, *found.objects.values()):
        if impl.module == module:
            mine = [(i, f) for i, f in rows if f.inside is impl]
            yield _implemented(found, impl, mine)


def _is_used(found: Program, name: str) -> bool:
    bounds = " ".join(b for f in found.functions for _, b in f.open_types)
    implemented = any(impl.trait == name for impl in found.impls)
    return implemented or name in found.objects or name in words(bounds)


def _trait(found: Program, name: str) -> str:
    heads = [hidden(found, name)] if name in found.objects else []
    for method in trait_methods(found, name):
        params = ", ".join(_declared_param(found, method, i) for i in range(len(method.params)))
        returns = found.checked(method.returns)
        heads.append(f"fn {method.name}({params}) -> {returns};")
    return f"pub trait {name} {{ {' '.join(heads)} }}"


def _implemented(found: Program, impl: Impl, functions: Sequence[tuple[int, Function]]) -> str:
    """An `impl` with stubs."""
    lasts = " + 'static" if impl.closures else ""
    generics = impl.generics.written(f"reward_wire::Wire{lasts}")
    stubs = " ".join(_stub(found, i, f) for i, f in functions)
    types = f"{impl.types};" if impl.types else ""
    trait = f"{_full(impl.trait)} for " if impl.trait else ""
    hidden = sent_as(found, impl) if impl.trait in found.objects else ""
    target = stand_in(impl.trait) if impl in found.objects.values() else impl.target
    return f"impl{generics} {trait}{target} {{ {types} {stubs} {hidden} }}"


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
    rows = [_argument(found, function, i) for i in range(len(function.params))]
    before, sent, after = (" ".join(row[column] for row in rows) for column in range(3))
    leases = "let mut leases = Vec::new();" if "leases" in sent else ""
    params = ", ".join(_declared_param(found, function, i) for i in range(len(function.params)))
    returns, result, end = _result(found, function, leased=bool(leases))
    body = (
        f"use reward_wire::Wire; {before} {leases} "
        f"let reply = reward_wire::{_call(index, function)}, |to| {{ {sent} }}); "
        f"let from = &mut &reply[1..]; let result: {result} = Wire::get(from); {after} {end}"
    )
    public = "" if function.inside and function.inside.trait else "pub "
    head = f"{public}fn {function.name}{_with_wire(function)}({params}) -> {returns}"
    return f"#[inline(never)] {head} {{ {body} }}"


def _argument(found: Program, function: Function, i: int) -> tuple[str, str, str]:
    """What is made of an argument, what writes it, and what takes back what was changed."""
    name, written = function.params[i]
    known = tuple(name for name, _ in function.open_types)
    bound, value = bound_of(function, written), "self" if name == "self" else f"a{i}"
    if item := items_of(bound):
        items = f"let {value}: Vec<{found.checked(item, known)}> = {value}.into_iter().collect();"
        return items, f"Wire::put(&{value}, to);", ""
    if text := as_text(bound):
        return text.format(value), f"Wire::put(&{value}, to);", ""
    if is_closure(bound):
        return _closure(function, i, bound, value)
    changed = _MUTABLE.match(written)
    if changed and not bound:
        inner = _MUTABLE.sub("", found.checked(written, known))
        if inner.startswith("dyn "):
            return (
                "",
                f"leases.push(reward_boxes::show(&{value}, to));",
                f"{value}.reward_take(from);",
            )
        return "", f"Wire::put(&{value}, to);", _back(value, inner)
    sent, after = _sent(found, function, value, written), ""
    if not changed and has_cells(found, written, function.inside):
        here = written.startswith("&") or (SHARED.match(written) and "give(" not in sent)
        after = f"{value}.get_cells(from);" if here else ""
    return "", sent, after


def _closure(function: Function, i: int, bound: str, value: str) -> tuple[str, str, str]:
    """As `_argument`, for a closure."""
    if not outlives(function, bound) or function.params[i][1].startswith("&"):
        return lent(i, bound, value), f"Wire::put(&loan{i}.number(), to);", f"drop(loan{i});"
    box = f"let {value}: {signature(bound).boxed} = Box::new({value});"
    if "'static" in bound:
        return box, f"reward_boxes::give({value}, to);", ""
    return box, f"leases.push(reward_boxes::lease({value}, to));", ""


def _result(found: Program, function: Function, *, leased: bool) -> tuple[str, str, str]:
    """The type that a stub gives, the one that comes over the wire, and how that becomes it.

    Args:
        found: the program.
        function: of the program.
        leased: whether functions of the tests may be called for as long as the result lives.
    """
    known = tuple(name for name, _ in function.open_types)
    returns = found.checked(function.returns, known)
    result, end = erased(returns), "result"
    if item := returned_items(function):
        result, end = f"Vec<{erased(found.checked(item, known))}>", "result.into_iter()"
    elif closure := returned(function):
        result, end = closure.boxed, holding(closure) if leased else "result"
    elif changed := changed_part(function):
        at, part, around = changed
        result = around.replace("{}", f"(u64, {erased(found.checked(part, known))})")
        whole = "self" if function.params[at][0] == "self" else f"a{at}"
        picked = f"reward_wire::part_or({whole}, at, copy)"
        end = f"{{ let (at, copy) = result; {picked} }}"
        if around != "{}":
            end = f"result.map(move |(at, copy)| {picked})"
    if end != "result" and returns.startswith("Box"):
        end = f"Box::new({end})"
    return returns, result, end


def _sent(found: Program, function: Function, value: str, written: str) -> str:
    """What writes an argument, so that functions in it last as long as they may be called."""
    if not stays(found, written, function.inside) or _MUTABLE.match(written):
        return f"Wire::put(&{value}, to);"
    if written.startswith("&"):
        return f"leases.push(reward_boxes::show(&{value}, to));"
    if BORROWS.search(written):
        raise Unsplittable("boxes of functions that borrow can't cross in others")
    return f"reward_boxes::give({value}, to);"


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
    types = "".join(
        f"[(); {name}], " if bounds.startswith(NUMBER) else f"{name}, "
        for name, bounds in types_known
    )
    return f"call_named(std::any::type_name::<reward_wire::Named<{index}, ({types})>>()"


def _with_wire(function: Function) -> str:
    travelling = {name for name, bounds in keyed(function) if not bounds.startswith(NUMBER)}
    wire = wire_bound(function)
    types = tuple(
        (name, " + ".join(filter(None, (bounds, wire))) if name in travelling else bounds)
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
