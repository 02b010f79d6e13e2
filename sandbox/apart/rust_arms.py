"""Rust: the program's side: what runs one function, and sends back what it changed."""

import re

from sandbox.apart.rust_calls import as_text, bound_of, erased, items_of, keyed, returned_items
from sandbox.apart.rust_closures import is_closure, remote
from sandbox.apart.rust_heads import Function, Generics

_MOST_ITEMS = 1_000_000
"""Of an iterator that the program returns."""


def arm(index: int, function: Function) -> str:
    """What runs one function, and sends back what it changed."""
    lines, after, given = [], [], []
    for i, (_, written) in enumerate(function.params):
        bound, kind = bound_of(function, written), _of_target(erased(written), function)
        lead = "&mut " if re.match(r"&.*\bmut\b", kind) else "&" if kind.startswith("&") else ""
        passed = f"a{i}"
        if function.name == "fmt" and i:
            continue
        if item := items_of(bound):
            lines.append(f"let a{i}: Vec<{erased(item)}> = Wire::get(from);")
            passed = f"{lead}a{i}.into_iter()"
            passed = f"Box::new({passed})" if kind.startswith("Box") else passed
        elif as_text(bound):
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
    elif returned_items(function):
        call += f" let result: Vec<_> = result.take({_MOST_ITEMS}).collect();"
    elif not re.search(r"\b(?:impl|dyn)\b", function.returns):
        kind = _of_target(erased(function.returns), function)
        call = call.replace("let result =", f"let result: {kind} =", 1)
    generics = Generics((), tuple(keyed(function))).written("reward_wire::Wire")
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
    target = erased(function.inside.target)
    named = f"<{target} as {function.inside.trait}>::"
    return re.sub(r"\bSelf\b", target, re.sub(r"\bSelf\s*::\s*", named, kind))
