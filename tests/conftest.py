"""Fixtures that more than one test file uses."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import cluster
from tests.live import ROOT, running
from tests.real.conftest import environment

UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server as shipped."""
    with running(tmp_path_factory.mktemp("server") / "log") as live:
        yield live


@pytest.fixture(scope="session")
def poisoned(tmp_path_factory):
    """A server with the misbehaving verifiers of `tests.poison` and a short clock."""
    log = tmp_path_factory.mktemp("poisoned") / "log"
    with running(log, verifiers="tests.poison", item_timeout_s=1, workers=2) as live:
        yield live


@pytest.fixture(scope="session")
def ray_python():
    """A Python that has Ray, the server and nothing of the development environment."""
    python = environment("ray")
    if not (installed := python.parent / "reward-server").exists():
        install = [installed.parent / "python", "--no-deps", "--editable", ROOT]
        subprocess.run([UV, "pip", "install", "--quiet", "--python", *install], check=True)
    return python


@pytest.fixture(scope="session")
def ray_cluster(ray_python):
    """Three nodes of two CPUs."""
    with cluster(ray_python, nodes=3, cpus=2) as three:
        yield three
