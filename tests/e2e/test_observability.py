"""Prometheus beside the server, as the compose file has it: it scrapes, and every query works.

Grafana's image is not ours to build and may not be to be had; its dashboard's queries are run here.
"""

import json
import os
import time

import pytest

from scripts.dashboard import PANELS
from tests.e2e.deployment import Deployment, docker, free_port
from tests.e2e.test_deployment import BATCH, HONEST, SLIM

QUERIES = {
    f"{title}: {legend}": query.replace("$__rate_interval", "1m")
    for title, _, queries in PANELS
    for legend, query in queries.items()
}
NOTHING_YET = {"Refused requests: {{code}}"}


@pytest.fixture(scope="module")
def observed(deployment):
    name = f"reward-e2e-observed-{os.getpid()}"
    own = Deployment(
        name, SLIM, free_port(), deployment.key, deployment.keys_file, ("observability",)
    )
    given = {
        "METRICS_KEY_FILE": str(deployment.keys_file),
        "PROMETHEUS_IMAGE": f"{name}-prometheus",
    }
    with own.up("prometheus", given["PROMETHEUS_IMAGE"], "reward", "prometheus", **given):
        yield own


def promtool(observed, *arguments):
    (container,) = observed.containers("prometheus")
    return docker("exec", container, "promtool", *arguments)


def query(observed, expression):
    """The samples of an instant query."""
    said = promtool(
        observed, "query", "instant", "--format=json", "http://localhost:9090", expression
    )
    return json.loads(said)


def test_configuration_and_rules_hold(observed):
    assert "SUCCESS" in promtool(observed, "check", "config", "/etc/prometheus/prometheus.yml")
    assert "SUCCESS" in promtool(observed, "test", "rules", "/etc/prometheus/rules_test.yml")


def test_every_query_of_the_dashboard_returns_data(observed):
    """After half a minute of batches, one with an item that can't be used among them."""
    end = time.monotonic() + 35
    while time.monotonic() < end:
        observed.score([*BATCH["items"][:20], HONEST, {"completion": 5}])
        time.sleep(1)
    deadline = time.monotonic() + 40
    empty = dict(QUERIES)
    while empty and time.monotonic() < deadline:
        empty = {name: asked for name, asked in empty.items() if not query(observed, asked)}
        if set(empty) <= NOTHING_YET:
            break
        time.sleep(2)
    assert set(empty) <= NOTHING_YET
    assert query(observed, "sum(reward_ready)")[0]["value"][1] == "1"
    assert query(observed, 'ALERTS{alertstate="firing"}') == []


def test_an_alert_fires_when_the_server_is_gone(observed):
    observed.compose("stop", "reward")
    deadline = time.monotonic() + 120
    while not query(observed, 'ALERTS{alertname="RewardServerGone"}'):
        assert time.monotonic() < deadline
        time.sleep(2)
