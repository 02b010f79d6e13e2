"""The program as the module that tests import."""

import builtins
import contextlib
import importlib
from types import ModuleType
from typing import Any

from sandbox.split.link import Link
from sandbox.split.wire import SHARED_MODULES, words

JUDGES = frozenset(
    words("""
    abs all any isinstance issubclass len list tuple dict set frozenset str int float bool bytes
    type round sorted repr range zip map filter enumerate callable getattr hasattr id hash print
    vars AssertionError Exception BaseException isclose allclose approx assert_allclose
    assert_equal unittest pytest
    """)
)
"""What test code judges with: never taken from the program, which could make them agree."""

BUILT_IN = frozenset(dir(builtins)) | JUDGES
"""Taken from the program only where it offers nothing else: a `sum` that is asked for, and not one
that makes any two lists agree."""

ALIASES = {"np": "numpy", "pd": "pandas"}
"""Names under which modules are usually imported."""

_NOT_ONLY_ITS_OWN = BUILT_IN.union(SHARED_MODULES, ALIASES)


class Program(ModuleType):
    """The program as a module that tests import."""

    def __init__(self, name: str, link: Link) -> None:
        super().__init__(name)
        names, functions = link.raw("names")
        names = list(filter(is_text, names))
        self.__dict__["_split_link"] = link
        self.__dict__["_split_names"] = names
        self.__dict__["_split_functions"] = {
            n: function
            for n, function in functions.items()
            if not (n in SHARED_MODULES or n in ALIASES)
        }
        public = [n for n in names if n[:1] != "_" and n not in JUDGES]
        hidden = JUDGES if BUILT_IN.issuperset(functions) else BUILT_IN
        self.__dict__["__all__"] = [n for n in public if n not in hidden]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in SHARED_MODULES or name in ALIASES:
            with contextlib.suppress(ImportError):
                return importlib.import_module(ALIASES.get(name, name))
        return self.__dict__["_split_link"].request("get", name)

    def bring(self, mentioned: set[str], entry_point: str) -> dict[str, Any]:
        """Those of its names, as they are now: functions without asking again."""
        link, functions = self.__dict__["_split_link"], self.__dict__["_split_functions"]
        offered = mentioned.intersection(self.__dict__["_split_names"])
        hidden = JUDGES if _NOT_ONLY_ITS_OWN.issuperset(offered) else BUILT_IN
        return {
            name: link.codec.decode(functions[name]) if name in functions else getattr(self, name)
            for name in offered
            if name == entry_point or name not in hidden
        }

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            self.__dict__[name] = value
            return
        link = self.__dict__["_split_link"]
        link.raw("set", name, link.codec.encode(value))

    def __delattr__(self, name: str) -> None:
        self.__dict__["_split_link"].raw("unset", name)


def is_text(value: object) -> bool:
    """What the program says is a name may be anything."""
    return isinstance(value, str)
