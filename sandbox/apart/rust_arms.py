"""Rust: the program's side: what runs one function, and sends back what it changed."""

import re

from sandbox.apart.rust_boxes import stays
from sandbox.apart.rust_calls import (
    as_text,
    bound_of,
    changed_part,
    erased,
    items_of,
    keyed,
    returned_items,
    wire_bound,
)
from sandbox.apart.rust_closures import is_closure, outlives, pointed, remote, returned, signature
from sandbox.apart.rust_heads import Function, Generics
from sandbox.apart.rust_text import Program
from sandbox.apart.rust_types import has_cells

_MOST_ITEMS = 1_000_000
"""Of an iterator that the program returns."""

_BEHIND = re.compile(r"&\s*(?:'\w+\s*)?mut\s*\(?\s*dyn\s+(?:\w+\s*::\s*)*(\w+)")
"""What is changed in place, behind a trait."""

SHARED = re.compile(r"(?:Vec\s*<|Option\s*<)?\s*(?:std::\w+::)?(?:Rc|Arc)\b")
"""What others have, too, when it was given away."""


def arm(found: Program, index: int, function: Function) -> str:
    """What runs one function, and sends back what it changed."""
    taken = [
        _taken(found, function, i)
        for i in range(len(function.params))
        if function.name != "fmt" or not i
    ]
    lines, given, after = (" ".join(row[column] for row in taken) for column in range(3))
    generics = Generics((), tuple(keyed(function))).written(wire_bound(function))
    used = "".join(f"use {'::'.join(m)}::*; " for m in _modules(function))
    kept = stays(found, function.returns, function.inside)
    put = "reward_boxes::give(result, to);" if kept else "Wire::put(&result, to);"
    return (
        f"#[allow(unused)] fn reward_arm_{index}{generics}(from: &mut &[u8], to: &mut Vec<u8>) "
        f"{{ use reward_wire::Wire; {used}{lines} {_called(function, given)} {put} {after} }}"
    )


def _taken(found: Program, function: Function, i: int) -> tuple[str, str, str]:
    """What reads a parameter, what is passed on, and what sends it back."""
    written = function.params[i][1]
    bound, kind = bound_of(function, written), _of_target(erased(written), function)
    lead = "&mut " if re.match(r"&.*\bmut\b", kind) else "&" if kind.startswith("&") else ""
    if item := items_of(bound):
        passed = f"{lead}a{i}.into_iter()"
        passed = f"Box::new({passed})" if kind.startswith("Box") else passed
        return f"let a{i}: Vec<{erased(item)}> = Wire::get(from);", f"{passed},", ""
    if as_text(bound):
        return f"let a{i}: String = Wire::get(from);", f"{lead}a{i},", ""
    if is_closure(bound) and outlives(function, bound) and not lead:
        pointer = pointed(i, bound) if written.startswith("fn") else ""
        read = f"let a{i}: {signature(bound).boxed} = Wire::get(from); {pointer}"
        return read, f"a{i},", ""
    if is_closure(bound):
        passed = f"{lead}({remote(i, bound)})"
        passed = f"Box::new{passed}" if kind.startswith("Box") else passed
        return f"let n{i}: u64 = Wire::get(from);", f"{passed},", ""
    if lead != "&mut " and has_cells(found, written, function.inside):
        return _taken_cells(i, kind, given=stays(found, written, function.inside))
    return _taken_data(i, kind, changes=lead == "&mut ")


def _taken_cells(i: int, kind: str, *, given: bool) -> tuple[str, str, str]:
    """As `_taken`, for data with cells: what stands in them is sent back."""
    read = f"let a{i}: {kind} = Wire::get(from);"
    if kind.startswith("&"):
        return (
            f"{read} let p{i}: *const _ = &*a{i};",
            f"a{i},",
            f"unsafe {{ &*p{i} }}.put_cells(to);",
        )
    if SHARED.match(kind) and not given:
        return f"{read} let p{i} = a{i}.clone();", f"a{i},", f"p{i}.put_cells(to);"
    return read, f"a{i},", ""


def _taken_data(i: int, kind: str, *, changes: bool) -> tuple[str, str, str]:
    """As `_taken`, for data and objects."""
    read = f"let a{i}: {kind} = Wire::get(from);"
    if not changes:
        return read, f"a{i},", ""
    read += f" let p{i}: *const _ = &*a{i};"
    if behind := _BEHIND.match(kind):
        back = f"reward_back_{behind[1]}(tag{i}, unsafe {{ std::mem::transmute(p{i}) }}, to);"
        return f"let tag{i} = from[0]; {read}", f"a{i},", back
    return read, f"a{i},", f"unsafe {{ Wire::put(&&*p{i}, to) }};"


def _called(function: Function, given: str) -> str:
    """The call, and what is made of its result."""
    call = f"{function.path}({given})"
    if function.name == "fmt":
        how = "{:?}" if "Debug" in (function.inside.trait if function.inside else "") else "{}"
        return f'let result = format!("{how}", a0);'
    if returned_items(function):
        return f"let result: Vec<_> = {call}.take({_MOST_ITEMS}).collect();"
    if closure := returned(function):
        made = call if function.returns.startswith("Box") else f"Box::new({call})"
        return f"let result: {closure.boxed} = {made};"
    if changed := changed_part(function):
        at, part, around = changed
        kind = _of_target(erased(part), function)
        numbered = (
            f"|one: &mut {kind}| {{ let one: *const _ = one; "
            f"(reward_wire::part(p{at}, one), unsafe {{ &*one }}) }}"
        )
        mapped = f"({numbered})(result)" if around == "{}" else f"result.map({numbered})"
        return f"let result = {call}; let result = {mapped};"
    if re.search(r"\b(?:impl|dyn)\b", function.returns):
        return f"let result = {call};"
    return f"let result: {_of_target(erased(function.returns), function)} = {call};"


def _modules(function: Function) -> set[tuple[str, ...]]:
    module = function.inside.module if function.inside else function.module
    return {module} if module else set()


def _of_target(kind: str, function: Function) -> str:
    """A type in which `Self` is written out."""
    if function.inside is None:
        return kind
    target = erased(function.inside.target)
    trait = re.sub(r"\b(Index|Deref)Mut\b", r"\1", erased(function.inside.trait))
    named = f"<{target} as {trait}>::"
    return re.sub(r"\bSelf\b", target, re.sub(r"\bSelf\s*::\s*", named, kind))
