"""Fixtures that more than one test file uses, and how all tests are run.

`make test` runs two files at a time, as half of what they do is waiting, and then alone what
measures (the marker `alone`). Hypothesis tries the same examples in every run, and in `make fuzz`
new ones, and many more.
"""

import asyncio
import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from tests.cluster import cluster, ray_environment
from tests.live import running

settings.register_profile("same", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile(
    "fuzz",
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "5000")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same")

TOGETHER = ["tests/engines/", "tests/real/", "tests/web/"]
"""Folders that one process runs whole, as their tests share what is slow to start: a cluster,
environments, a browser."""

SLOWEST = [
    *TOGETHER,
    "tests/code/test_code_asserts.py",
    "tests/sandbox/test_sandbox_contract.py",
    "tests/test_life.py",
    "tests/attacks/",
    "tests/test_openapi.py",
    "tests/code/",
    "tests/math/test_compare_properties.py",
]
"""They come first, so that all processes end at about the same time."""


class Files(LoadFileScheduling):
    """Gives each process a file, or such a folder, at a time."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # which is by the number of tests
    return Files(config, log)


def pytest_collection_modifyitems(items):
    order = [*SLOWEST, ""]
    items.sort(key=lambda item: next(n for n, at in enumerate(order) if item.nodeid.startswith(at)))


@pytest.fixture(scope="session")
def runner():
    """The event loop of what plain functions drive."""
    with asyncio.Runner() as runner:
        yield runner


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
