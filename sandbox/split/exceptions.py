"""Stand-ins for the program's exceptions, which the tests' `except` and `raises` can name."""

import sys
from typing import Any


class ProgramExitedError(Exception):
    """The program tried to end its process, or raised what no caller should catch."""


class RemoteError(Exception):
    """Root of the stand-ins for exceptions that the program defines."""


def library_exception(module: str, name: str) -> type | None:
    """The standard library's exception of that name, where the tests use its module.

    Not unittest's: a program that raises SkipTest would choose which tests count.
    """
    top = module.partition(".")[0]
    if top not in sys.stdlib_module_names or top == "unittest":
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def new_exception(name: str, raised: tuple[type, ...], names: dict[str, Any]) -> type:
    """A class for an exception class of the program, below the built-in ones that it extends."""
    bases = (
        raised if any(issubclass(base, RemoteError) for base in raised) else (RemoteError, *raised)
    )

    def lookup(self: Any, attribute: str) -> Any:
        link = self.__dict__.get("_split_link")
        if link is None or attribute.startswith("__"):
            raise AttributeError(attribute)
        return link.request("attribute", self._split_number, attribute)

    def text(self: Any) -> str:
        return str(self.__dict__.get("_split_text", Exception.__str__(self)))

    body = {**names, "__getattr__": lookup, "__str__": text, "__module__": "solution"}
    try:
        return type(name, bases, body)
    except TypeError:  # no common layout: say, an OSError and a KeyError at once
        return type(name, (RemoteError,), body)
