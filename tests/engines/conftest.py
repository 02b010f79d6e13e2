"""Both engines under the same settings, as servers; the tests see no difference."""

import pytest

from tests.live import running


@pytest.fixture(scope="session")
def on_ray(tmp_path_factory, ray_python, ray_cluster):
    """As `poisoned`, with one worker and one slot on each node of a cluster."""
    log = tmp_path_factory.mktemp("ray") / "log"
    settings = {"verifiers": "tests.poison", "item_timeout_s": 1, "engine": "ray"}
    small = {"workers": 1, "sandbox_slots": 1}
    joined = {"python": ray_python, "variables": ray_cluster.variables()}
    with running(log, **joined, **settings, **small) as live:
        yield live


@pytest.fixture(params=["local", "ray"])
def engine(request):
    """A server over each engine in turn."""
    return request.getfixturevalue({"local": "poisoned", "ray": "on_ray"}[request.param])
