"""The same cases as an unprivileged user: one mapped id instead of two, no root anywhere."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import annotated_types
import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65534
INTERPRETERS = (getattr(sys, "_base_executable", sys.executable), "/usr/bin/python3")
TABLES = (
    "cases/code/verdicts.jsonl",
    "cases/code/memory.jsonl",
    "attacks/programs.jsonl",
    "attacks/toolchains.jsonl",
)


def interpreter():
    """One that `nobody` can start and that is new enough."""
    for path in INTERPRETERS:
        probe = [path, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            done = subprocess.run(
                probe, user=NOBODY, group=NOBODY, extra_groups=(), cwd="/", check=False
            )
        except PermissionError:
            continue
        if done.returncode == 0:
            return path
    return None


@pytest.fixture
def public_copy():
    with tempfile.TemporaryDirectory() as place:
        for package in (
            ROOT / "sandbox",
            ROOT / "verifiers",
            Path(annotated_types.__file__).parent,
        ):
            shutil.copytree(package, Path(place) / package.name)
        for name in TABLES:
            shutil.copy(ROOT / "tests" / name, Path(place))
        subprocess.run(["chmod", "-R", "a+rX", place], check=True)
        yield Path(place)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become nobody")
def test_cases_as_nobody(public_copy):
    python = interpreter()
    if python is None:
        pytest.skip("no Python that nobody can read; install python3 (3.11 or later)")
    script = Path(__file__).with_name("as_nobody.py").read_text(encoding="utf-8")
    done = subprocess.run(
        [python, "-W", "error", "-c", script, *(Path(name).name for name in TABLES)],
        user=NOBODY,
        group=NOBODY,
        extra_groups=(),
        cwd=public_copy,
        env={"PYTHONPATH": str(public_copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
