"""What a slot's interpreter has loaded before the first program: paid once, shared by every fork.

Every page that a forked child writes to costs about 2.3 us here, so what can be imported, built or
called once beforehand is.
"""

import contextlib
import gc
import importlib
import os
import site
import sys
from collections.abc import Callable, Sequence

from sandbox.namespace import heap, interior, kernel, root
from sandbox.namespace.handlers import without_fork_handlers
from sandbox.split.wire import words

MODULES = words("""
    abc array atexit bisect builtins collections collections.abc contextlib copy
    dataclasses datetime decimal enum errno fractions functools gc heapq io itertools json
    linecache math numbers operator os os.path queue random re signal string struct
    sys textwrap threading time traceback types typing warnings encodings.ascii
    encodings.latin_1 encodings.utf_8 json.decoder inspect
""")
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108
    "TMPDIR": "/tmp",  # noqa: S108
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
"""The whole environment of a program. The hash seed is fixed so that a verdict repeats; one BLAS
thread, as an interpreter with threads running can't be forked safely."""


def load(preload: Sequence[str]) -> None:
    """Import the standard modules, and those of `preload` that are installed."""
    with without_fork_handlers():
        for name in (*MODULES, *preload):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


HELPERS = (
    (),
    ("numpy",),
    ("numpy", "unittest", "unittest.mock", "pytest", "_pytest.assertion.rewrite"),
)
"""Large packages, by what programs and tests mention: nothing of note, numpy, a test framework."""


def load_heavy(helper: int) -> None:
    """Import the large packages that are installed, in a process where only their users fork."""
    gc.unfreeze()
    load(HELPERS[helper])
    _freeze()


def settle(path: Sequence[str], rehearse: Callable[[], None]) -> None:
    """Last steps before the first fork: rehearse, hide ourselves, freeze the heap."""
    sys.path[:] = ["/tmp", *map(root.seen_as, (*sys.path, *path))]  # noqa: S108
    sys.argv[:] = ["solution.py"]
    sys.dont_write_bytecode = True
    site.setquit()
    site.sethelper()
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    rehearse()
    for name in [n for n in sys.modules if n == "sandbox" or n.startswith("sandbox.")]:
        del sys.modules[name]
    sys.path_importer_cache.clear()
    gc.disable()
    _freeze()


def _freeze() -> None:
    interior.remember()
    gc.collect()
    kernel.trim_heap()
    heap.fill()
    gc.freeze()
