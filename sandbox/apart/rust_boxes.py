"""Rust: functions in boxes, which are kept on their side and have a number there (`boxes.rs`)."""

import re
from collections.abc import Iterator

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_calls import bound_of
from sandbox.apart.rust_closures import (
    Signature,
    asked,
    is_closure,
    outlives,
    read,
    returned,
    signature,
    typed,
)
from sandbox.apart.rust_heads import Impl
from sandbox.apart.rust_objects import behind
from sandbox.apart.rust_text import Program
from sandbox.apart.text import words

_DYN = re.compile(r"\bdyn\s+(?=(?:Fn|FnMut|FnOnce)\s*\()")
BORROWS = re.compile(r"'(?!static\b)")
"""A lifetime that ends."""


def stays(found: Program, text: str, inside: Impl | None) -> bool:
    """Whether values of a type, or of those that it is made of, hold what stays on its side.

    Args:
        found: the program.
        text: the type as it is written.
        inside: the `impl` in which it is.
    """

    def holds(one: str) -> bool:
        made = _DYN.search(one) or re.match(r"impl\s+Fn", one)
        return bool(made or behind(one) & found.objects.keys() or words(one) & found.kept)

    return found.reaches(text, inside, holds)


def boxes(found: Program) -> Iterator[str]:
    """How boxes of functions travel that take or give references.

    Raises:
        Unsplittable: one that borrows is in what crosses.
    """
    seen = set()
    for bound, names in _bounds(found):
        of = signature(bound)
        if of.borrows and of.written not in seen:
            seen.add(of.written)
            yield _box(of, [name for name in names if name in words(of.written)])


def _bounds(found: Program) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The bounds of functions in boxes that cross, each with names that stand for types."""
    for name in found.used:
        kind = found.types[name]
        for bound in _bounds_in(kind.body):
            if BORROWS.search(bound):
                raise Unsplittable("boxes of functions that borrow can't cross in others")
            yield bound, kind.generics.names
    for function in found.functions:
        names = tuple(name for name, _ in function.open_types)
        kinds = [kind for _, kind in function.params]
        target = function.inside.target if function.inside else ""
        for text in (*kinds, function.returns, target, *found.aliases.values()):
            for bound in _bounds_in(text):
                yield bound, names
        for bound in (bound_of(function, kind) for kind in kinds):
            if is_closure(bound) and outlives(function, bound):
                yield bound, names
        if closure := returned(function):
            yield closure.written, names


def _box(of: Signature, names: list[str]) -> str:
    lines, given, after = read(of.params)
    put, reply = asked(of)
    params, _ = typed(of)
    generics = ", ".join(("'reward", *(f"{name}: reward_wire::Wire + 'reward" for name in names)))
    once = "true" if of.kind == "FnOnce" else "false"
    return (
        f"impl<{generics}> reward_wire::Wire for Box<dyn {of.written} + 'reward> {{\n"
        "fn put(&self, to: &mut Vec<u8>) { use reward_wire::Wire; let keep = || { "
        f"let mine = crate::reward_hold!({of.kind} unsafe {{ std::ptr::read(self) }}); "
        f"reward_boxes::keeping(move |from, to| {{ {lines} "
        f"let given = crate::reward_run!({of.kind} mine {given}); Wire::put(&given, to); {after} "
        f"}}) }}; reward_boxes::put_box({once}, "
        "unsafe { std::mem::transmute_copy(self) }, keep, to); }\n"
        "fn get(from: &mut &[u8]) -> Self { use reward_wire::Wire; "
        "let remote = reward_boxes::Remote::get(from); let place = remote.place(); "
        f"let made: Self = Box::new(move |{params}| {{ "
        f"let reply = remote.call(|to| {{ {put} }}); {reply} }}); "
        "reward_boxes::Remote::is(place, unsafe { std::mem::transmute_copy(&made) }); made }\n}"
    )


def _bounds_in(text: str) -> Iterator[str]:
    for found in _DYN.finditer(text):
        depth, at = 0, found.end()
        while at < len(text) and depth >= 0 and not (depth == 0 and text[at] in ",;}"):
            arrow = text[at] == ">" and text[at - 1] == "-"
            depth += (text[at] in "(<[") - (text[at] in ")>]" and not arrow)
            at += 1
        yield text[found.end() : at - (depth < 0)].strip()
