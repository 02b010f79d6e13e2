"""Whether a run changed what the next one in the same process would find in the interpreter.

Not whether it can have: code that hides what it did from this has won nothing but the sight of its
own earlier runs.
"""

import builtins
import os
import sys
from typing import Any

_tables: list[dict[str, Any]] = []
_sizes: list[int] = []
_built_in: dict[str, Any] = {}
_environment: dict[Any, Any] = {}
_programs: set[str] = set()


def remember() -> None:
    """Take what there is now for how it should be."""
    _programs.clear()
    _programs.add("__main__")
    _tables[:] = [vars(module) for name, module in sys.modules.items() if name != "__main__"]
    _sizes[:] = map(len, _tables)
    _built_in.clear()
    _built_in.update(vars(builtins))
    _environment.clear()
    _environment.update(_variables())


def expect(name: str) -> None:
    """A program's own module is loaded under this name."""
    _programs.add(name)


def is_as_remembered() -> bool:
    """Whether modules and their sizes, built-ins and the environment are still the same.

    Modules that were loaded since count as a change, as something may be kept in them.
    """
    return (
        len(sys.modules) == len(_tables) + len(_programs)
        and list(map(len, _tables)) == _sizes
        and vars(builtins) == _built_in
        and _variables() == _environment
    )


def _variables() -> dict[Any, Any]:
    """The environment as it is kept: reading it in the usual way decodes every name."""
    data: dict[Any, Any] = os.environ._data  # type: ignore[attr-defined]  # noqa: SLF001
    return data
