"""What holds for every engine: verdicts, order, ids, groups, poison, cancelling, lost workers."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.engines.mixed import MIXED, judged, mixed
from tests.live import ROOT, kill
from tests.test_engine import DEEDS, POISON, outcome


def test_examples_have_their_rewards(engine):
    lines = (ROOT / "tests/cases/demo/rewards.jsonl").read_text().splitlines()
    expected = [json.loads(line) for line in lines]
    batch = json.loads((ROOT / "examples" / "batch.json").read_text())
    results = engine.score(**batch)["results"]
    assert [r["id"] for r in results] == [e["id"] for e in expected]
    for result, case in zip(results, expected, strict=True):
        if isinstance(case["reward"], list):
            low, high = case["reward"]
            assert low <= result["reward"] <= high, result
        else:
            assert result["reward"] == pytest.approx(case["reward"], abs=1e-3), result


def test_verdicts_are_those_of_the_other_engine(poisoned, on_ray):
    """Every field but times and memory, invalid items and groups included."""
    local, ray = (server.score(MIXED, groups=True) for server in (poisoned, on_ray))
    assert judged(local["results"]) == judged(ray["results"])
    assert local["groups"] == ray["groups"]
    assert {r["status"] for r in local["results"]} == {"ok", "invalid"}


def test_a_large_batch_keeps_order_and_ids(engine):
    numbers = random.Random(5).choices(range(10**6), k=4000)
    items = [
        {"id": f"i{at}", "completion": f"\\boxed{{{n}}}", "reference": str(n - n % 2)}
        for at, n in enumerate(numbers)
    ]
    results = engine.score(items, rubric="math")["results"]
    assert [r["id"] for r in results] == [f"i{at}" for at in range(4000)]
    assert [r["index"] for r in results] == list(range(4000))
    assert [r["reward"] for r in results] == [1.0 - n % 2 for n in numbers]


@pytest.mark.parametrize("deed", DEEDS)
def test_only_the_guilty_item_pays(engine, deed):
    items = [{"completion": "ok"}] * 100
    items[7] = {"completion": deed}
    results = engine.score(items, rubric=POISON)["results"]
    assert [outcome(r) for r in results] == [DEEDS[deed] if i == 7 else None for i in range(100)]
    assert {r["reward"] for r in results} == {1.0, None}


def test_large_texts_travel(engine):
    items = [{"completion": "so " * 300_000 + f"\\boxed{{{n}}}", "reference": "1"} for n in (1, 2)]
    assert [r["reward"] for r in engine.score(items, rubric="math")["results"]] == [1.0, 0.0]


def test_votes_and_programs_of_other_protocols(engine):
    with engine.client() as client:
        asked = {"completions": ["\\boxed{1/2}", "\\boxed{0.5}", "\\boxed{3}"]}
        assert client.post("/v1/vote", json=asked).json()["winner"]["members"] == [0, 1]
        ran = client.post("/run_code", json={"code": "print(6*7)", "language": "python"}).json()
        assert ran["run_result"]["stdout"] == "42\n"
        assert client.get("/v1/languages").json()["languages"]["python"]["available"]


def test_a_client_that_leaves_frees_the_workers(engine):
    """Hundreds of seconds of work are dropped; whoever comes next does not wait for them."""
    body = {"items": [{"completion": "sleep"}] * 400, "rubric": POISON}
    with engine.client() as client, pytest.raises(httpx.TimeoutException):
        client.post("/v1/score", json=body, timeout=1)
    start = time.monotonic()
    assert engine.score([{"completion": "ok"}], rubric=POISON)["stats"]["ok"] == 1
    assert time.monotonic() - start < 15


def test_killed_workers_cost_no_verdict(engine, workers):
    """`kill -9` again and again under load."""
    with loaded(engine):
        for _ in range(3):
            time.sleep(0.5)
            kill(workers())


@pytest.fixture
def workers(request):
    """Finds the processes that judge."""
    over_ray = request.node.callspec.params["engine"] == "ray"
    return request.getfixturevalue("ray_cluster" if over_ray else "poisoned").workers


def test_killed_actors_cost_no_verdict(on_ray, ray_cluster):
    """Two of three nodes lose all their processes at once, and get new ones."""
    with loaded(on_ray):
        time.sleep(0.5)
        kill(ray_cluster.actors()[:2])
    wait_for_all(on_ray)


def wait_for_all(server):
    """Until three nodes are there and up, and none that has left is listed any more."""
    deadline = time.monotonic() + 120
    while [node["ok"] for node in nodes(server)] != [True] * 3:
        assert time.monotonic() < deadline, nodes(server)
        time.sleep(0.5)


def test_an_item_that_takes_nodes_down_is_given_up_alone(on_ray):
    """It travels alone after two losses and is given up after four; no other item pays."""
    items = [{"completion": "ok"}] * 200
    items[70] = {"completion": "node"}
    results = on_ray.score(items, rubric=POISON)["results"]
    assert [r["reward"] for r in results] == [None if at == 70 else 1.0 for at in range(200)]
    assert results[70]["status"] == "failed"
    assert results[70]["scores"]["poison"]["message"] == "4 nodes were lost over this item"
    with on_ray.client() as client:
        metrics = client.get("/metrics").text
    (replays,) = (line for line in metrics.splitlines() if line.startswith("reward_replays_total"))
    assert float(replays.split()[1]) >= 3


def nodes(server):
    """What a server says of its nodes."""
    with server.client() as client:
        return client.get("/readyz").json()["checks"]["nodes"]["nodes"]


@contextmanager
def loaded(server, batches=3, clients=2):
    """Batches meanwhile, each of which must have the verdicts of one before."""
    items = mixed(600, seed=3)
    expected = judged(server.score(items)["results"])

    def load(_):
        return [judged(server.score(items)["results"]) == expected for _ in range(batches)]

    with ThreadPoolExecutor(clients) as pool:
        same = [pool.submit(load, client) for client in range(clients)]
        yield
        assert [future.result() for future in same] == [[True] * batches] * clients
