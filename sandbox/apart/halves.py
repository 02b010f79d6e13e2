"""What a program and its tests become when they are to run apart."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.command import File

HARNESS = Path(__file__).parents[1] / "harness"


class Unsplittable(Exception):  # noqa: N818 - a property of the tests, no error of ours
    """Something can't cross from one process to the other; the message says what."""


@dataclass(frozen=True, slots=True)
class Source:
    """One half, for the compiler.

    Attributes:
        files: the first is the one that is compiled.
        compile: what takes the place of "{harness}" in the compile command.
        run: what takes the place of the last argument of the run command; empty: it stays.
    """

    files: tuple[File, ...]
    compile: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


def text_file(path: str, text: str) -> File:
    """A file of text."""
    return File(path, text.encode("utf-8", "surrogatepass"))


def harness(name: str) -> File:
    """A file of `sandbox/harness`."""
    return File(name, (HARNESS / name).read_bytes())
