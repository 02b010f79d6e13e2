"""A cluster whose nodes die and join while it judges, and a trainer that needs no server."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

from tests.engines.mixed import judged, mixed
from tests.engines.test_contract import wait_for_all
from tests.live import ROOT, environment, free_port

BATCH = 500
JOB = ROOT / "examples" / "ray_job.py"


def test_a_node_dies_and_another_joins(on_ray, poisoned, ray_cluster):
    """20,000 items of maths and code: every verdict once, and the local engine's."""
    items = mixed(20_000, seed=11)
    batches = [items[at : at + BATCH] for at in range(0, len(items), BATCH)]
    done = threading.Semaphore(0)

    def ask(batch):
        results = on_ray.score(batch)["results"]
        done.release()
        return results

    before = {p.pid for p in ray_cluster.workers()}
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, batch) for batch in batches]
        wait_for(done, 5)
        ray_cluster.kill(1)
        wait_for(done, 5)
        ray_cluster.add()
        results = [result for answer in answers for result in answer.result()]
    assert [r["id"] for r in results] == list(range(20_000))
    assert {r["status"] for r in results} == {"ok"}
    expected = [r for batch in batches for r in poisoned.score(batch)["results"]]
    assert judged(results) == judged(expected)
    wait_for_all(on_ray)
    assert {p.pid for p in ray_cluster.workers()} - before


def wait_for(done, count):
    for _ in range(count):
        assert done.acquire(timeout=120)


def test_nodes_are_told_of(on_ray, ray_python, ray_cluster):
    wait_for_all(on_ray)
    with on_ray.client() as client:
        checks = client.get("/readyz").json()["checks"]
        metrics = client.get("/metrics").text
        assert client.get("/v1/info").json()["engine"] == "ray"
    assert [node["ok"] for node in checks["nodes"]["nodes"]] == [True] * 3
    assert {node["workers"] for node in checks["nodes"]["nodes"]} == {1}
    assert checks["sandbox"]["slots"] == 3
    assert "reward_nodes 3.0" in metrics
    told = run(ray_python, "-c", "from reward_server.cli import main; main()", "doctor",
               REWARD_ENGINE="ray", REWARD_WORKERS="1", REWARD_SANDBOX_SLOTS="1",
               **ray_cluster.variables())  # fmt: skip
    assert told.returncode == 0, told.stdout
    assert told.stdout.count("yes") == 3


def test_a_trainers_job_scores_without_a_server(ray_python, ray_cluster):
    """The example as it stands, as a driver of the cluster."""
    done = run(ray_python, str(JOB), REWARD_WORKERS="1", **ray_cluster.variables())
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines == [{"batch": [1.0, 0.0, 1.0, 0.0]}, {"singles": [1.0, 0.0, 1.0, 0.0]}]


def test_without_ray_it_says_what_to_install(tmp_path):
    """The development environment has no Ray."""
    assert find_spec("ray") is None
    cli = [sys.executable, "-c", "from reward_server.cli import main; main()"]
    done = run(*cli, "serve", "--port", "0", REWARD_ENGINE="ray")
    assert done.returncode == 2
    assert "pip install 'reward-server[ray]'" in done.stderr
    file = tmp_path / "items.jsonl"
    file.write_text('{"completion": "\\\\boxed{1}", "reference": "1"}\n')
    assert json.loads(run(*cli, "score", file, REWARD_ENGINE="auto").stdout)["reward"] == 1


def test_without_a_cluster_it_says_what_to_start(ray_python, tmp_path):
    file = tmp_path / "items.jsonl"
    file.write_text('{"completion": "\\\\boxed{1}", "reference": "1"}\n')
    cli = [ray_python, "-c", "from reward_server.cli import main; main()", "score", file]
    nowhere = {"RAY_ADDRESS": f"127.0.0.1:{free_port()}"}
    done = run(*cli, REWARD_ENGINE="ray", **nowhere)
    assert done.returncode == 3
    assert "ray start --head" in done.stderr
    assert json.loads(run(*cli, REWARD_ENGINE="auto", **nowhere).stdout)["reward"] == 1


def run(*command, **variables):
    """Run a program to its end."""
    return subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env={**environment(), **variables, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
