"""Environments with trainers' own clients: apart from ours, whose import names they may share.

Each is made once from its lock in `requirements/clients` and kept for later runs.
"""

import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import pytest

from tests.live import ROOT

LOCKS = ROOT / "requirements" / "clients"
CLIENT = ROOT / "clients" / "python"


NEEDS_TORCH = {"trainers"}


@pytest.fixture(scope="session")
def run_script():
    """Run a script of this folder, or elsewhere, where a client is installed; what it printed."""
    return _run


def _run(client: str, script: str | Path, *arguments: str, **settings: str) -> str:
    done = subprocess.run(
        [environment(client), Path(__file__).parent / script, *arguments],
        cwd=tempfile.gettempdir(),  # our own `verifiers` stands in the checkout
        env={**os.environ, "PYTHONPATH": str(CLIENT), "HF_HUB_OFFLINE": "1", **settings},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stdout


def environment(name: str) -> Path:
    """The Python of a client's environment."""
    lock = LOCKS / f"{name}.lock"
    text = lock.read_bytes() + (LOCKS / "torch.txt").read_bytes()
    mark = f"{zlib.crc32(text):08x}-{sys.version_info.major}{sys.version_info.minor}"
    folder = ROOT / ".venv-clients" / f"{name}-{mark}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        _uv("venv", "--clear", "--python", sys.executable, folder)
        if name in NEEDS_TORCH:
            # pip, as it knows of wheels that lie on the machine: a build without CUDA, if any
            pip = [sys.executable, "-m", "pip", "--python", python]
            _do(*pip, "install", "--quiet", "--no-compile", "-r", LOCKS / "torch.txt")
        _uv("pip", "install", "--python", python, "--no-deps", "--require-hashes", "-r", lock)
        (folder / "ready").touch()
    return python


def _uv(*arguments: str | Path) -> None:
    _do(Path(sys.executable).with_name("uv"), *arguments)


def _do(*command: str | Path) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
