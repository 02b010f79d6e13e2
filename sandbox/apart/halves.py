"""What the languages share in making two halves of a program and its tests."""

from pathlib import Path

from sandbox.command import File

WIRES = Path(__file__).with_name("wires")
"""What both halves are compiled with, by language."""


class Unsplittable(Exception):  # noqa: N818 - a property of the program, no error of ours
    """Something can't cross from one process to the other; the message says what."""


class UnusableTests(Exception):  # noqa: N818 - the caller's, no error of ours
    """Tests that can't be run with any program; the message says why and what to give instead."""


def text_file(path: str, text: str) -> File:
    """A file of text."""
    return File(path, text.encode("utf-8", "surrogatepass"))


def harness(name: str) -> File:
    """A file of `wires`."""
    return File(name, (WIRES / name).read_bytes())
