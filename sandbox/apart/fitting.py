"""A completion and its tests as benchmarks write them, made two texts that are whole by themselves.

A completion may end within a function or a class that its tests close, as in MultiPL-E; and it may
name what only the tests bring: the library's headers, and the nodes of lists and trees, as on
LeetCode.
"""

import re

from sandbox.apart.text import blanked, closing

_LEADING = re.compile(r"\s*\}")
_TELLING = re.compile(r"[\"']|(?<![\w.])(?!0\b)\d")
_TRAILING = re.compile(r"\}\s*\Z")


def closed(program: str, tests: str, skipped: re.Pattern[str]) -> tuple[str, str, bool]:
    """The program with its braces closed, and tests that don't begin with closing ones.

    Args:
        program: it may end within braces.
        tests: where they begin with a closing brace, that belongs to the program.
        skipped: comments and literals of the language.

    Returns:
        The two texts, and whether the tests stood within braces of the program.
    """
    if not _LEADING.match(tests):
        return program, tests, False
    plain = blanked(program, skipped)
    program += "\n" + "};" * max(0, plain.count("{") - plain.count("}"))
    while _LEADING.match(tests):
        tests = _LEADING.sub("", tests, count=1)
    plain = blanked(tests, skipped)
    surplus = plain.count("}") - plain.count("{")
    for _ in range(surplus):
        tests = _TRAILING.sub("", tests)
    return program, tests, surplus > 0


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
