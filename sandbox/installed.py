"""What programs find where they run: an interpreter, toolchains, libraries of test frameworks.

On this machine, or in a container: there, only `look` and `own_interpreter` are called.
"""

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The Python that runs programs.

    Attributes:
        executable: what is started.
        visible: directories that programs must see for it to work.
        path: further entries of sys.path: installed packages.
    """

    executable: str
    visible: tuple[str, ...]
    path: tuple[str, ...]


def own_interpreter() -> Interpreter:
    """The interpreter that runs this process, with the packages installed beside it."""
    executable = getattr(sys, "_base_executable", None) or sys.executable
    packages = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    path = [place for place in dict.fromkeys(packages) if os.path.isdir(place)]
    if sys.base_prefix == "/usr":
        path.append("/usr/lib/python3/dist-packages")
    return Interpreter(executable, (sys.base_prefix, *path), tuple(path))


Paths = Mapping[str, tuple[str, str]]
"""What was looked for and is there: where it lies, and where that is with all links followed."""


def look(names: Iterable[str]) -> Paths:
    """Commands by their names, anything else by its path; only where programs see it, too."""
    found = {}
    for name in names:
        path = name if name.startswith("/") else shutil.which(name, path=SEARCH_PATH)
        if path and os.path.exists(path):
            real = os.path.realpath(path)
            if real.startswith(("/usr/", "/bin/")):
                found[name] = (path, real)
    return found


@dataclass(frozen=True, slots=True)
class Installed:
    """All of it.

    Attributes:
        interpreter: Python.
        paths: what `look` found.
    """

    interpreter: Interpreter
    paths: Paths
