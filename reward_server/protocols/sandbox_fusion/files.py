"""Files that a caller sends along with a program, and those that it wants back."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from reward_server.errors import ApiError
from sandbox import Outcome, Program, Run
from sandbox.command import OUTPUT, unpack

MAX_FILES = 500
MAX_BYTES = 64 << 20
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 1000
LEFT_OUT = "IGNORE_THIS_FILE"
"""SandboxFusion leaves out files with this in their names, and those without content."""

Files = Mapping[str, str | None]


def placed(program: Program, run: Run, files: Files, wanted: Sequence[str]) -> tuple[Program, Run]:
    """The program and its run, in a workspace with files where any are sent or wanted.

    Raises:
        ApiError: 422, a file can't be put there.
    """
    if not (files or wanted):
        return program, run
    return (
        Program(program.language, program.source, kind="workspace"),
        Run(run.stdin, files=read(files)),
    )


def fetched(outcome: Outcome, wanted: Sequence[str]) -> dict[str, str]:
    """The wanted files that the program left, in base64, under the names they were asked for by."""
    if not wanted or outcome.value is None:
        return {}
    try:
        left = {file.path: file.data for file in unpack(outcome.value)}
    except ValueError:  # more than fits, or nothing
        return {}
    places = {name: str(PurePosixPath(name.removeprefix(f"{OUTPUT}/"))) for name in wanted}
    return {
        name: base64.b64encode(left[place]).decode()
        for name, place in places.items()
        if place in left
    }


def read(files: Files) -> tuple[tuple[str, bytes], ...]:
    """Files by their paths below the program's directory.

    Raises:
        ApiError: 422, one can't be put there.
    """
    known = {name: text for name, text in files.items() if text is not None}
    read = {_path(name): _bytes(name, text) for name, text in known.items() if LEFT_OUT not in name}
    if len(read) > MAX_FILES or sum(map(len, read.values())) > MAX_BYTES:
        message = f"files: at most {MAX_FILES} files and {MAX_BYTES >> 20} MiB can be sent"
        raise ApiError(422, "invalid", message, field="files")
    for path in read:
        if any(str(parent) in read for parent in PurePosixPath(path).parents):
            raise _refusal(path, "lies inside another file; send directories by their files alone")
    return tuple(read.items())


def _path(name: str) -> str:
    """The path below the workspace, as short as it can be written.

    Raises:
        ApiError: 422, it leads elsewhere or is none.
    """
    path = PurePosixPath(name.removeprefix(f"{OUTPUT}/"))
    raw = name.encode("utf-8", "surrogatepass")
    too_long = len(raw) > MAX_PATH_BYTES or any(
        len(part.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES for part in path.parts
    )
    unusable = path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name
    if unusable or too_long or _has_surrogates(name):
        raise _refusal(name, "can't be put into the program's directory; send a relative path")
    return str(path)


def _has_surrogates(name: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in name)


def _bytes(name: str, content: Any) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise _refusal(name, "is not base64; encode the file's bytes") from None


def _refusal(name: str, why: str) -> ApiError:
    return ApiError(422, "invalid", f"files: {name[:100]!r} {why}", field="files")
