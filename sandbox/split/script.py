"""Test code of plain statements: asserts, calls, a `check(candidate)`, test functions."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from sandbox.split import frameworks
from sandbox.split.program import JUDGES, Program
from sandbox.split.report import BROKEN, FAILED, PASSED, Row, describe

_ACTIVE = (ast.Expr, ast.For, ast.While, ast.If, ast.With, ast.Try, ast.Assert)
_WORD = re.compile(r"[^\W\d]\w*")


class Script:
    """One text of them, and the names that it uses."""

    def __init__(self, text: str, program: Program, entry_point: str | None) -> None:
        self.tree = ast.parse(text, "tests.py")
        self.text = text
        self.entry_point = entry_point
        self.module = ModuleType("__main__")
        sys.modules["__main__"] = self.module
        self.names = self.module.__dict__
        self._bring(program)

    def _bring(self, program: Program) -> None:
        """The program's names that the tests mention, as if both were one file."""
        mentioned = set(_WORD.findall(self.text))
        if self.entry_point:
            mentioned.add(self.entry_point.partition(".")[0])
        self.names.update(program.bring(mentioned - (JUDGES - {self.entry_point})))

    def run(self) -> list[Row]:
        """Every statement in turn; those that test something give a row."""
        rows: list[Row] = []
        for node in self.tree.body:
            row = _attempt(f"line {node.lineno}", lambda node=node: self._execute(node))  # type: ignore[misc]
            if row[1] != PASSED or self._tests(node):
                rows.append(row)
            if row[1] != PASSED and not isinstance(node, ast.Assert):
                return [*rows, ("rest", "missing", "the tests broke off here")]
        rows += [_attempt(name, work) for name, work in self._waiting()]
        return rows

    def _execute(self, node: ast.stmt) -> None:
        tree = ast.Module([node], [])
        exec(compile(tree, "tests.py", "exec"), self.names)  # noqa: S102 - the caller's tests

    @staticmethod
    def _tests(node: ast.stmt) -> bool:
        constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        return isinstance(node, _ACTIVE) and not constant

    def _called(self) -> set[str]:
        """Names that something outside of definitions mentions."""
        nodes = (n for n in self.tree.body if isinstance(n, _ACTIVE))
        return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}

    def _waiting(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """What the test code defines as tests and does not run itself."""
        called = self._called()
        defined = {n.name for n in self.tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        if "check" in defined and "check" not in called and self.entry_point:
            yield "check", lambda: self.names["check"](self._candidate())
            return
        for name in sorted(defined - called, key=self._line):
            thing = self.names.get(name)
            if frameworks.is_case(thing):
                if "unittest" not in called:
                    yield name, lambda thing=thing: frameworks.run_case(thing)  # type: ignore[misc]
            elif name.startswith("test") and callable(thing):
                yield name, thing

    def _line(self, name: str) -> int:
        return next(n.lineno for n in self.tree.body if getattr(n, "name", None) == name)

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
