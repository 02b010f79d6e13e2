"""Replicas behind the balancer: a lost one is a request given to another, and nobody notices."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.deployment import Deployment, docker, free_port
from tests.e2e.test_deployment import BATCH, HONEST, SLIM, check_examples


@pytest.fixture(scope="module")
def scaled(deployment):
    name = f"reward-e2e-scaled-{os.getpid()}"
    port = free_port()
    own = Deployment(name, SLIM, port, deployment.key, deployment.keys_file, ("scaled",))
    balancer = {"BIND_PORT": "", "BALANCER_PORT": str(port), "BALANCER_IMAGE": f"{name}-balancer"}
    with own.up("balancer", balancer["BALANCER_IMAGE"], "--scale", "reward=2", **balancer):
        yield own


def post(scaled, items):
    """Once, without asking again."""
    with scaled.client() as client:
        return client.post("/v1/score", json={"items": items})


def test_every_example_has_its_reward(scaled):
    check_examples(post(scaled, BATCH["items"]).json()["results"])


def test_a_lost_replica_costs_no_request(scaled):
    slow = HONEST | {"completion": "```python\nimport time\ntime.sleep(0.2)\nprint(5)\n```"}
    items = [slow, {"completion": "\\boxed{1}", "reference": "2"}] * 10
    first, second = scaled.containers()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(post, scaled, items) for _ in range(8)]
        time.sleep(1)
        docker("kill", first)
        answers += [pool.submit(post, scaled, items) for _ in range(8)]
        results = [answer.result() for answer in answers]
    assert [answer.status_code for answer in results] == [200] * 16
    for answer in results:
        assert [r["reward"] for r in answer.json()["results"]] == [1.0, 0.0] * 10
    assert scaled.containers() == [second]


def test_a_new_replica_is_found(scaled):
    """After the first was lost and the second goes, the work falls to a new one."""
    (old,) = scaled.containers()
    docker("start", *[c for c in all_replicas(scaled) if c != old])
    deadline = time.monotonic() + 60
    docker("stop", "--time", "10", old)
    while post(scaled, [HONEST]).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert post(scaled, [HONEST]).json()["results"][0]["reward"] == 1


def all_replicas(scaled):
    return scaled.compose("ps", "-aq", "reward").split()
