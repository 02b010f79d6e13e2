"""Rust: signatures are read from the program's text, values are carried by `wire.rs`."""

import re
from collections.abc import Iterator, Sequence

from sandbox.apart.halves import WIRES, Unsplittable, text_file
from sandbox.apart.rust_arms import arm
from sandbox.apart.rust_boxes import boxes
from sandbox.apart.rust_calls import PATHS, keyed
from sandbox.apart.rust_kept import kept_answered, with_kept
from sandbox.apart.rust_objects import answered, with_objects
from sandbox.apart.rust_stubs import stubs
from sandbox.apart.rust_text import Program
from sandbox.apart.rust_types import wired
from sandbox.command import File, Source

_NAMED = b"main::reward_wire::Named<"


def tester(program: str, tests: str, _: Sequence[File]) -> Source:
    """The tests with stubs of what they call.

    Raises:
        Unsplittable: something that they call takes or gives what can't cross.
    """
    found = with_kept(with_objects(Program(program, tests)))
    library = _is_library(tests)
    if not library and not re.search(r"\bfn\s+main\b", found.tests):
        tests = f"fn main() {{\n{tests}\n}}"
    text = "\n".join(
        (
            *found.uses,
            *found.constants,
            *(_in_module(module, stubs(found, module)) for module in found.modules),
            *boxes(found),
            tests,
            "const REWARD_TESTS: bool = true;",
            _wire(),
        )
    )
    run = ("/box/main", "--test-threads=1") if library else ()
    return Source((text_file("main.rs", text),), ("--test",) if library else (), run)


def owner(program: str, tests: str, built: Sequence[File]) -> Source:
    """The program with a table of what its tests call."""
    found = with_kept(with_objects(Program(program, tests)))
    arms = list(enumerate(found.functions))
    named = [(index, types) for index, types in _instances(built) if index < len(arms)]
    text = "\n".join(
        (
            _renamed(program),
            *found.borrowed.values(),
            *(_wired(found, name) for name in found.used),
            *boxes(found),
            *(answered(found, name) for name in found.objects),
            *(arm(found, index, function) for index, function in arms),
            (
                "fn main() { reward_wire::answer(|index, from, to| { use reward_wire::Wire; "
                "if index == u64::MAX { match String::get(from).as_str() {"
            ),
            *(
                f'"{_named(index, types)}" => reward_arm_{index}::<{_written(types)}>(from, to),'
                for index, types in named
            ),
            "_ => {} } } else { match index {",
            *(f"{i} => reward_arm_{i}(from, to)," for i, f in arms if not keyed(f)),
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
    return "".join((WIRES / name).read_text(encoding="utf-8") for name in ("wire.rs", "boxes.rs"))


def _wired(found: Program, name: str) -> str:
    answered = kept_answered if name in found.kept else wired
    return answered(found, name, _path(found, name))


def _path(found: Program, name: str) -> str:
    return "::".join((*found.types[name].module, name))


def _in_module(module: Sequence[str], lines: Iterator[str]) -> str:
    text = "\n".join(lines)
    for name in reversed(module):
        text = f"pub mod {name} {{ use super::*;\n{text}\n}}"
    return text


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
        if name not in PATHS:
            raise Unsplittable(f"the type {found[0]} is no plain data")
        return PATHS[name]

    return re.sub(r"\[\(\); (\d+)\]", r"\1", re.sub(r"\w+(?:::\w+)+", path, types))
