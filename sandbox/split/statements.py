"""Test code taken apart into its top-level statements, each to be run by itself."""

import ast
import re
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple

FILE_NAME = "tests.py"

_ACTIVE = (ast.Expr, ast.For, ast.While, ast.If, ast.With, ast.Try, ast.Assert)
_MOST_LINES = 300
_NOT_ALONE = re.compile(r"[;\r\f\0]")
"""What lets a line hold two statements, or begin one elsewhere than we look."""
_STATEMENT = re.compile(r"^(?=[^\s#)\]}])", re.MULTILINE)
_FIRST = re.compile(
    r"(?P<assert>assert\b)|(?:def|class)\s+(?P<define>\w+)"
    r"|(?P<other>(?:import|from)\b|\w+\s*=(?!=))|(?P<call>[\w.]+\()"
)
"""How the statements begin that need no closer look."""


class Statement(NamedTuple):
    """One of them.

    Attributes:
        line: where it starts.
        code: what runs it.
        active: whether it may test something, and so gives a row.
        is_assert: whether the next one is run even where this fails.
        defines: the function or class that it is the definition of, else "".
        uses: of an active statement, the names in it.
    """

    line: int
    code: CodeType | ast.Module
    active: bool
    is_assert: bool
    defines: str
    uses: frozenset[str]

    def run(self, names: dict[str, object]) -> None:
        """Execute it among these global names."""
        code = self.code
        exec(code if type(code) is CodeType else compile(code, FILE_NAME, "exec"), names)  # noqa: S102 - the caller's tests


def split(text: str) -> list[Statement]:
    """The statements of a text.

    Raises:
        SyntaxError, ValueError: it is no Python.
    """
    return _plain(text) or [_parsed(node) for node in ast.parse(text, FILE_NAME).body]


def _parsed(node: ast.stmt) -> Statement:
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    active = isinstance(node, _ACTIVE) and not constant
    return Statement(
        node.lineno,
        ast.Module([node], []),
        active,
        isinstance(node, ast.Assert),
        node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else "",
        frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        if active
        else frozenset(),
    )


def _plain(text: str) -> list[Statement] | None:
    """As `split`, for the most usual tests: without a tree of objects, 0.5 ms less in a fork.

    Statements begin where lines do, and a piece of text that compiles is a whole one; where a
    piece does not, or is of another kind, there is no answer.
    """
    starts = [match.start() for match in _STATEMENT.finditer(text)]
    if not starts or _NOT_ALONE.search(text) or text.count("\n") > _MOST_LINES:
        return None
    statements = []
    ends = [*starts[1:], len(text)]
    for begin, start, end in zip([0, *starts[1:]], starts, ends, strict=True):
        first = _FIRST.match(text, start)
        if not first:
            return None
        try:
            statements.append(_compiled(text, begin, end, first))
        except (SyntaxError, ValueError):
            return None
    defined = {statement.defines for statement in statements}
    used = {name for statement in statements for name in statement.uses if name in defined}
    # An attribute of that name is not told from the function.
    return None if any(f".{name}" in text for name in used) else statements


def _compiled(text: str, begin: int, end: int, first: re.Match[str]) -> Statement:
    kind = first.lastgroup
    code = compile(
        "\n" * text.count("\n", 0, begin) + text[begin:end],
        FILE_NAME,
        "eval" if kind == "call" else "exec",
        dont_inherit=True,
    )
    active = kind in {"assert", "call"}
    uses = frozenset(_names(code)) if active else frozenset()
    line = text.count("\n", 0, first.start()) + 1
    return Statement(line, code, active, kind == "assert", first["define"] or "", uses)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from code.co_varnames
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
