"""Both engines under the same settings, as servers; the tests see no difference."""

import pytest

from tests.live import running


@pytest.fixture(scope="session")
def on_ray(tmp_path_factory, ray_python, ray_cluster):
    """As `poisoned`, with one worker on each node of a cluster."""
    log = tmp_path_factory.mktemp("ray") / "log"
    settings = {"verifiers": "tests.poison", "item_timeout_s": 1, "workers": 1, "engine": "ray"}
    with running(log, python=ray_python, variables=ray_cluster.variables(), **settings) as live:
        yield live


@pytest.fixture(params=["local", "ray"])
def engine(request):
    """A server over each engine in turn."""
    return request.getfixturevalue({"local": "poisoned", "ray": "on_ray"}[request.param])
