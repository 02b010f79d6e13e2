"""Test code of plain statements: asserts, calls, a `check(candidate)`, test functions."""

import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from sandbox.split import frameworks
from sandbox.split.program import Program
from sandbox.split.report import BROKEN, FAILED, PASSED, Row, describe
from sandbox.split.statements import split

_WORD = re.compile(r"[^\W\d]\w*")


class Script:
    """One text of them, and the names that it uses."""

    def __init__(self, text: str, program: Program, entry_point: str | None) -> None:
        self.statements = split(text)
        self.text = text
        self.entry_point = entry_point
        self.module = ModuleType("__main__")
        sys.modules["__main__"] = self.module
        self.names = self.module.__dict__
        self._bring(program)

    def _bring(self, program: Program) -> None:
        """The program's names that the tests mention, as if both were one file."""
        first = (self.entry_point or "").partition(".")[0]
        self.names.update(program.bring({first, *_WORD.findall(self.text)}, first))

    def run(self) -> list[Row]:
        """Every statement in turn; those that test something give a row."""
        rows: list[Row] = []
        for statement in self.statements:
            row = _attempt(f"line {statement.line}", lambda it=statement: it.run(self.names))  # type: ignore[misc]
            if row[1] != PASSED or statement.active:
                rows.append(row)
            if row[1] != PASSED and not statement.is_assert:
                return [*rows, ("rest", "missing", "the tests broke off here")]
        rows += [_attempt(name, work) for name, work in self._waiting()]
        return rows

    def _waiting(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """What the test code defines as tests and does not run itself."""
        called = {name for statement in self.statements for name in statement.uses}
        defined = {it.defines: it.line for it in self.statements if it.defines}
        if "check" in defined and "check" not in called and self.entry_point:
            yield "check", lambda: self.names["check"](self._candidate())
            return
        for name in sorted(defined.keys() - called, key=defined.__getitem__):
            thing = self.names.get(name)
            if frameworks.is_case(thing):
                if "unittest" not in called:
                    yield name, lambda thing=thing: frameworks.run_case(thing)  # type: ignore[misc]
            elif name.startswith("test") and callable(thing):
                yield name, thing

    def _candidate(self) -> Any:
        first, *rest = str(self.entry_point).split(".")
        if first not in self.names:
            raise NameError(f"name {first!r} is not defined")
        value = self.names[first]
        for name in rest:
            value = getattr(value() if isinstance(value, type) else value, name)
        return value


def _attempt(name: str, work: Callable[[], object]) -> Row:
    try:
        work()
    except AssertionError as error:
        return name, FAILED, describe(error)
    except SystemExit as error:
        if not error.code:
            return name, PASSED, ""
        return name, FAILED, f"the tests ended with exit code {error.code}"
    except BaseException as error:  # noqa: BLE001
        return name, BROKEN, describe(error)
    return name, PASSED, ""
