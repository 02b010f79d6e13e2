"""A directory that a command runs in, with files that it may change and others that it leaves."""

from dataclasses import replace

from sandbox.command import BOX, OUTPUT, Command
from sandbox.installed import Interpreter
from sandbox.namespace.root import seen_as

SHELL = "/bin/bash"
PROCESSES = 4
"""The shell that prepares the directory, and what it starts."""

SCRATCH_MB = 256


def own_python(command: Command, python: Interpreter) -> Command:
    """The command with the interpreter of the zygotes and the packages installed for it."""
    path = ":".join((OUTPUT, *map(seen_as, python.path)))
    return replace(
        command,
        arguments=(python.executable, "-s", f"{BOX}/main.py", *command.arguments[3:]),
        environment=command.environment | {"PYTHONPATH": path},
    )


def inside(command: Command) -> Command:
    """The command in `OUTPUT`, where its data files are copied first, and collected afterwards."""
    has_data = any(file.path.startswith("data/") for file in command.files)
    fill = f"cp -r {BOX}/data/. {OUTPUT} && " if has_data else ""
    shell = (SHELL, "-c", f'{fill}cd {OUTPUT} && exec "$@"', "workspace")
    return replace(
        command,
        arguments=(*shell, *command.arguments),
        environment=command.environment | {"HOME": OUTPUT},
        collect=True,
        scratch_mb=SCRATCH_MB,
    )
