"""Fixtures that more than one test file uses."""

import pytest

from tests.cluster import cluster, ray_environment
from tests.live import running


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
    return ray_environment()


@pytest.fixture(scope="session")
def ray_cluster(ray_python):
    """Three nodes of two CPUs."""
    with cluster(ray_python, nodes=3, cpus=2) as three:
        yield three
