"""Environments of their own for what must not share ours: trainers' clients, Ray."""

import subprocess
import sys
import venv
import zlib
from pathlib import Path

from tests.live import ROOT


def environment(wanted: str, *, with_us: bool = False) -> Path:
    """The Python of an environment with the packages of a file; made once, kept for later runs.

    Args:
        wanted: a file of `requirements/`.
        with_us: whether the checkout itself is installed too, to be edited.
    """
    file = ROOT / "requirements" / wanted
    mark = f"{zlib.crc32(file.read_bytes()):08x}-{sys.version_info.major}{sys.version_info.minor}"
    folder = ROOT / ".venv-clients" / f"{file.stem}-{mark}"
    packages = [["-r", file], *([["--no-deps", "-e", ROOT]] if with_us else [])]
    if not (folder / "ready").exists():
        try:
            _with_uv(folder, packages)
        except (OSError, subprocess.SubprocessError):
            _with_pip(folder, packages)
        (folder / "ready").touch()
    return folder / "bin" / "python"


def _with_uv(folder: Path, packages: list) -> None:
    """In a tenth of the time that pip takes."""
    uv = Path(sys.executable).with_name("uv")
    _do([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder])
    for arguments in packages:
        python = folder / "bin" / "python"
        _do([uv, "pip", "install", "--quiet", "--python", python, *arguments])


def _with_pip(folder: Path, packages: list) -> None:
    venv.create(folder, with_pip=True, clear=True)
    for arguments in packages:
        _do([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *arguments])


def _do(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=600)
