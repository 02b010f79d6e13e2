"""What a container is started with: it gets this package over its standard input.

So any image with Python 3.11 or later will do, and none can be of another version than the server.
"""

import functools
import io
import zipfile
from pathlib import Path

CODE = """
import os, sys
def read(size):
    parts = []
    while size:
        parts.append(os.read(0, size))
        size -= len(parts[-1])
    return b"".join(parts)
with open("/tmp/agent.zip", "wb") as file:
    file.write(read(int.from_bytes(read(8), "little")))
sys.path.insert(0, "/tmp/agent.zip")
from sandbox.namespace.handlers import without_fork_handlers
with without_fork_handlers():
    from sandbox.docker.agent import main
main()
"""


@functools.cache
def package() -> bytes:
    """This package, zipped."""
    top = Path(__file__).parents[1]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(top.rglob("*.py")):
            archive.write(path, path.relative_to(top.parent))
    return buffer.getvalue()


def message() -> bytes:
    """The package as the code reads it."""
    return len(package()).to_bytes(8, "little") + package()
