"""C++'s header of everything, compiled beforehand: whole, and without what few programs use.

What a header leaves to be instantiated (functions of templates that its own functions call) is
instantiated again by each program that includes the compiled one: 160 of the 220 ms that an empty
program takes, half of them for five headers. A program that uses none of their names does without.
"""

import re

from sandbox.command import OUTPUT, File
from sandbox.languages import Language

_NOT_FOR_HEADERS = ("-I", "-static", "-no-pie", "-fuse-ld")
_LEFT_OUT = ("COMPLEX", "FILESYSTEM", "FUTURE", "RANDOM", "REGEX")
"""Ends of the names of libstdc++'s include guards."""

_NAMES = re.compile(
    rb"(?<!\.)\b(?:"
    rb"complex\w*|ccomplex|ctgmath|real|imag|arg|norm|conj|proj|polar|"
    rb"filesystem|"
    rb"\w*future\w*|promise|packaged_task|async|launch|"
    rb"random|random_device|seed_seq|generate_canonical|knuth_b|(?:mt|minstd|ranlux)\w*|"
    rb"\w+_engine|\w+_distribution|"
    rb"\w*regex\w*|\w*match\w*"
    rb")\b"
)
"""All names that those headers bring (C++17 and 20: [complex.numbers], [filesystems], [futures],
[rand], [re]), and their own; members are none."""


def folder(language: Language, text: bytes) -> str:
    """Under which name of the toolbox a program finds the header that does for it."""
    return language.name if _NAMES.search(text) else f"{language.name}-lean"


def source(language: Language, place: str) -> tuple[File, ...]:
    """What is compiled for that folder."""
    guards = [f"_GLIBCXX_{name}" for name in _LEFT_OUT if place != language.name]
    lines = [
        *(f"#define {guard} 1" for guard in guards),
        f"#include <{language.header}>",
        *(f"#undef {guard}" for guard in guards),
    ]
    return (File("all.h", "\n".join((*lines, "")).encode()),)


def arguments(language: Language) -> list[str]:
    """The compile command, for the header: the same flags, or it would not be used."""
    flags = [part for part in language.compile[:-4] if not part.startswith(_NOT_FOR_HEADERS)]
    flags = [part for part in flags if part != "-s"]
    return [*flags, "-x", "c++-header", "/box/all.h", "-o", f"{OUTPUT}/all.gch"]
