"""A completion and its tests as benchmarks write them, made two texts that are whole by themselves.

A completion may end within a function or a class that its tests close, as in MultiPL-E; and it may
name what only the tests bring: the library's headers, and the nodes of lists and trees, as on
LeetCode.
"""

import re

from sandbox.apart.text import blanked, closing

_LEADING = re.compile(r"(?:\s*\})+")
_TELLING = re.compile(r"[\"']|(?<![\w.])(?!0\b)\d")


def closed(program: str, tests: str, skipped: re.Pattern[str]) -> tuple[str, str, bool]:
    """The program with its braces closed, and tests that don't begin with closing ones.

    Args:
        program: it may end within braces.
        tests: where they begin with a closing brace, that belongs to the program.
        skipped: comments and literals of the language.

    Returns:
        The two texts, and whether the tests stood within braces of the program.
    """
    leading = _LEADING.match(tests)
    if leading is None:
        return program, tests, False
    plain = blanked(program, skipped)
    program += "\n" + "};" * max(0, plain.count("{") - plain.count("}"))
    tests = tests[leading.end() :]
    plain = blanked(tests, skipped)
    surplus = plain.count("}") - plain.count("{")
    return program, _without_last(tests, surplus), surplus > 0


def _without_last(text: str, braces: int) -> str:
    """A text without so many closing braces at its end."""
    end = len(text)
    while braces > 0 and end and (text[end - 1].isspace() or text[end - 1] == "}"):
        end -= 1
        braces -= text[end] == "}"
    return text[:end]


def brought(tests: str, head: str) -> tuple[str, str]:
    """A declaration cut out of tests, and the rest; nothing if it could tell what they expect.

    Args:
        tests: where it stands.
        head: a pattern of what it begins with, its opening brace included.
    """
    found = re.search(head, tests)
    if found is None:
        return "", tests
    end = closing(tests, found.end() - 1) + 1
    after = re.match(r"[\s\w*,]*;", tests[end:])
    end += after.end() if after else 0
    declared = tests[found.start() : end]
    if _TELLING.search(declared):
        return "", tests
    return declared, tests[: found.start()] + tests[end:]
