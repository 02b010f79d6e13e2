"""Runs the cells of a notebook one after the other in one set of globals, and says how each ended.

It is the program that the sandbox runs: nothing that it says is believed to be more than what the
cells could say themselves. It reads one JSON object, `{"cells", "quiet", "cell_s"}`, and writes a
line of JSON for each cell after the first `quiet`, which only bring back what an earlier run left.
"""

import ast
import asyncio
import contextlib
import inspect
import json
import linecache
import os
import random
import signal
import sys
import textwrap
import time
import traceback
from types import CodeType
from typing import Any, NoReturn

_RICH = {
    "text/html": "_repr_html_",
    "text/latex": "_repr_latex_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
}
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_OUTPUTS = {"stdout": "/tmp/.stdout", "stderr": "/tmp/.stderr"}  # noqa: S108 - in the sandbox


class Late(BaseException):
    """The cell's time is up."""


class Notebook:
    """The globals of the cells, and what the one that runs shows."""

    def __init__(self, cell_s: float) -> None:
        self.cell_s = cell_s
        self.shown: list[dict[str, str]] = []
        self.names: dict[str, Any] = {
            "__name__": "__main__",
            "__builtins__": __builtins__,
            "display": self.display,
        }
        self.loop = asyncio.new_event_loop()

    def display(self, *values: Any) -> None:
        """Show values as a notebook does: as text, and richer where they can."""
        for value in values:
            shown = {"text/plain": repr(value)}
            for kind, method in _RICH.items():
                rich = getattr(type(value), method, None)
                if callable(rich) and isinstance(text := rich(value), str):
                    shown[kind] = text
            self.shown.append(shown)

    def run(self, number: int, cell: str) -> dict[str, Any]:
        """The cell's `display`, `error`, seconds, and whether it was too late."""
        self.shown, errors, late = [], [], False
        begun = time.perf_counter()
        try:
            signal.setitimer(signal.ITIMER_REAL, self.cell_s)
            self._execute(f"<ipython-input-{number}>", textwrap.dedent(cell))
        except Late:
            late = True
        except BaseException as error:  # noqa: BLE001 - SystemExit too: the next cell still runs
            errors.append(describe(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        seconds = time.perf_counter() - begun
        return {"display": self.shown, "error": errors, "late": late, "seconds": seconds}

    def _execute(self, name: str, text: str) -> None:
        linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
        tree = ast.parse(text, name)
        last = tree.body[-1] if tree.body else None
        value = last.value if isinstance(last, ast.Expr) else None
        if text.rstrip().endswith(";"):
            value = None
        body = ast.Module(tree.body[:-1] if value else tree.body, [])
        self._do(compile(body, name, "exec", _FLAGS))
        if value:
            shown = self._do(compile(ast.Expression(value), name, "eval", _FLAGS))
            if shown is not None:
                self.names["_"] = shown
                self.display(shown)

    def _do(self, code: CodeType) -> Any:
        result = eval(code, self.names)  # noqa: S307 - in the sandbox, which is what it is for
        if code.co_flags & inspect.CO_COROUTINE:
            return self.loop.run_until_complete(result)
        return result


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as a notebook's message has it, without the frames of this harness."""
    only = traceback.format_exception_only(type(error), error)
    frames = traceback.extract_tb(error.__traceback__)
    while frames and not frames[0].filename.startswith("<ipython-"):
        del frames[0]
    plain = [traceback.FrameSummary(f.filename, f.lineno, f.name, line=f.line) for f in frames]
    head = ["Traceback (most recent call last):\n", *traceback.format_list(plain)] if plain else []
    return {"ename": type(error).__name__, "evalue": _text(error), "traceback": head + only}


def _text(error: BaseException) -> str:
    """The exception's words; a class may have its own way to go wrong there."""
    try:
        return str(error)
    except BaseException:  # noqa: BLE001
        return ""


class Capture:
    """What is written to the two outputs while a cell runs, by it or by processes it starts."""

    def __init__(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        self.files = {name: os.open(path, flags, 0o600) for name, path in _OUTPUTS.items()}
        os.dup2(self.files["stdout"], 1)
        os.dup2(self.files["stderr"], 2)
        sys.stdout = open(1, "w", closefd=False, errors="replace")  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False, errors="replace")  # noqa: SIM115

    def take(self) -> dict[str, str]:
        """The text of both, which starts anew."""
        texts = {}
        for name, stream in (("stdout", sys.stdout), ("stderr", sys.stderr)):
            with contextlib.suppress(OSError, ValueError, AttributeError):  # it may be the cell's
                stream.flush()
            size = os.fstat(self.files[name]).st_size
            texts[name] = os.pread(self.files[name], size, 0).decode("utf-8", "replace")
            os.ftruncate(self.files[name], 0)
        return texts


def late(*_: object) -> NoReturn:
    """End the cell."""
    raise Late


def main() -> None:
    """Run what standard input says."""
    asked = json.load(sys.stdin)
    report = os.fdopen(os.dup(1), "w", encoding="ascii")
    notebook, capture = Notebook(asked["cell_s"]), Capture()
    signal.signal(signal.SIGALRM, late)
    random.seed(0)  # cells that are run again to bring their values back must bring the same
    for number, cell in enumerate(asked["cells"], 1):
        ended = notebook.run(number, cell)
        said = capture.take()
        if number > asked["quiet"]:
            report.write(json.dumps({**said, **ended}) + "\n")
            report.flush()


main()
