"""Runs test files with unittest and pytest, which are only loaded where tests use them."""

import os
import re
import sys
from typing import TYPE_CHECKING, Any

from sandbox.split.report import BROKEN, DIRECTORY, FAILED, MESSAGE, PASSED, SKIPPED, Row, describe

if TYPE_CHECKING:
    import unittest


def is_case(thing: object) -> bool:
    """Whether it is a class of unittest's test cases."""
    unittest = sys.modules.get("unittest")
    return unittest is not None and isinstance(thing, type) and issubclass(thing, unittest.TestCase)


def run_case(case: "type[unittest.TestCase]") -> None:
    """Run one as a whole; raises `AssertionError` where anything in it fails."""
    import unittest  # noqa: PLC0415

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    result = unittest.TestResult()
    suite.run(result)
    problems = [*result.failures, *result.errors, *((t, "") for t in result.unexpectedSuccesses)]
    if problems or not result.testsRun:
        raise AssertionError(problems[0][1][-MESSAGE:] if problems else "no tests ran")


def module_name(file_name: str) -> str:
    """Under which name a file is imported."""
    return file_name.removesuffix(".py").replace("/", ".")


def run_unittest(names: list[str]) -> list[Row]:  # noqa: C901 - a class of small methods
    """Rows of the test cases in the files of these names."""
    import unittest  # noqa: PLC0415

    class Recorder(unittest.TestResult):
        """Rows as unittest goes along."""

        def __init__(self) -> None:
            super().__init__()
            self.rows: list[Row] = []

        def _add(self, test: unittest.TestCase, how: str, error: Any = None) -> None:
            self.rows.append((test.id(), how, describe(error[1]) if error else ""))

        def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
            self._add(test, PASSED)

        def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
            self._add(test, FAILED, err)

        def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
            self._add(test, BROKEN, err)

        def addSubTest(self, test: unittest.TestCase, subtest: Any, err: Any) -> None:  # noqa: N802
            if err is not None:
                self._add(subtest, FAILED, err)
            super().addSubTest(test, subtest, None)

        def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
            self.rows.append((test.id(), SKIPPED, reason[:MESSAGE]))

        def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802, ARG002
            self._add(test, PASSED)

        def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
            self._add(test, FAILED)

    result = Recorder()
    for name in names:
        if name.endswith(".py"):
            unittest.defaultTestLoader.loadTestsFromName(module_name(name)).run(result)
    return result.rows


def run_pytest(names: list[str]) -> list[Row]:
    """Rows of what pytest finds in the files of these names."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import pytest  # noqa: PLC0415 - imported where it is asked for

    rows: dict[str, Row] = {}

    class Recorder:
        """Rows from pytest's own reports."""

        @staticmethod
        def pytest_runtest_logreport(report: Any) -> None:
            how = SKIPPED if report.skipped else PASSED if report.passed else FAILED
            worse = report.when != "call" and how == FAILED
            if report.when == "call" or how != PASSED:
                message = str(report.longrepr or "")[-MESSAGE:] if how != PASSED else ""
                kept = rows.get(report.nodeid)
                if kept is None or kept[1] == PASSED or worse:
                    rows[report.nodeid] = (report.nodeid, BROKEN if worse else how, message)

        @staticmethod
        def pytest_collectreport(report: Any) -> None:
            if report.failed:
                rows[report.nodeid] = (report.nodeid, BROKEN, str(report.longrepr)[-MESSAGE:])

    options = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--capture=sys"]
    options += [
        "--confcutdir",
        DIRECTORY,
        "--rootdir",
        DIRECTORY,
        "-c",
        "/dev/null",
        "--import-mode=importlib",
        "-W",
        "ignore",
    ]
    files = [
        f"{DIRECTORY}/{name}"
        for name in names
        if re.search(r"(^|/)(test_[^/]*|[^/]*_test)\.py$", name)
    ]
    code = pytest.main([*options, *files], plugins=[Recorder()])
    if code not in {0, 1}:
        rows["pytest"] = ("pytest", BROKEN, f"pytest ended with exit code {int(code)}")
    return list(rows.values())
