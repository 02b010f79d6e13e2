"""Inside the test process: run the caller's tests against proxies of the program, and report.

The report is one JSON object: `tests`, a list of [name, how it went, message], and `complete`, true
once nothing is left to run. A process that ends without it has passed nothing.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from sandbox.split import frameworks
from sandbox.split.link import Link
from sandbox.split.program import Program
from sandbox.split.report import BROKEN, DIRECTORY, Row, describe
from sandbox.split.script import Script
from sandbox.split.wire import Pipe, to_json

_FRAMEWORKS: dict[str, Callable[[list[str]], list[Row]]] = {
    "unittest": frameworks.run_unittest,
    "pytest": frameworks.run_pytest,
}


def run(part: list[Any], pipe: Pipe) -> dict[str, Any]:
    """Run the tests that `part` describes ([framework, module, entry point, files]); the report.

    Nothing is imported from /tmp, which the program can write to. Tests without data files run
    there all the same: files that they make are often meant for the program.
    """
    sys.path.remove("/tmp")  # noqa: S108
    framework, module_name, entry_point, files = part
    own: set[str] = {"__main__", "unittest.mock"} | {
        frameworks.module_name(name) for name, _ in files
    }
    link = Link(pipe, lambda: frozenset(own))
    program = Program(module_name, link)
    sys.modules[module_name] = program
    if framework == "asserts":
        rows = Script(files[0][1], program, entry_point).run()
    else:
        _write(files)
        rows = _FRAMEWORKS[framework]([name for name, _ in files])
    return {"complete": True, "tests": rows}


def _write(files: list[list[str]]) -> None:
    for name, text in files:
        path = f"{DIRECTORY}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
    if not all(name.endswith(".py") for name, _ in files):
        os.chdir(DIRECTORY)
    sys.path.insert(0, DIRECTORY)


def serve(part: list[Any], pipe: Pipe, report: int) -> None:
    """Run the tests and write the report; whatever goes wrong with the tests is in it."""
    try:
        result = run(part, pipe)
    except ModuleNotFoundError as error:
        result = {"complete": False, "missing": error.name, "tests": []}
    except BaseException as error:  # noqa: BLE001
        result = {"complete": True, "tests": [["tests", BROKEN, describe(error)]]}
    with open(report, "wb", closefd=False) as file:
        file.write(to_json(result).encode())
