"""How tests went: rows of a name, how it went, and a message."""

import traceback

DIRECTORY = "/tests"
"""Where the files of tests are."""

PASSED, FAILED, BROKEN, SKIPPED = "passed", "failed", "error", "skipped"
MESSAGE = 600
"""Characters of a message that are kept."""

Row = tuple[str, str, str]


def describe(error: BaseException) -> str:
    """An exception in a few words, with the line of the tests it came from."""
    text = "".join(traceback.format_exception_only(error)).strip()
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame for frame in frames if frame.filename == "tests.py"]
    where = f" (tests, line {lines[-1].lineno})" if lines else ""
    return text[:MESSAGE] + where
