"""Servers behind nginx: one is killed and no request notices; what passes, and what is refused.

In containers: tests/e2e.
"""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.balancer import balanced
from tests.engines.mixed import judged, mixed
from tests.live import free_port, kill, running

BATCHES = 200


def test_a_killed_replica_costs_no_batch(tmp_path):
    """`kill -9` of the server with all its processes, under load; nobody asks twice."""
    items = mixed(40, seed=2)
    begun = threading.Semaphore(0)

    def ask(client):
        begun.release()
        answer = client.post("/v1/score", json={"items": items})
        return answer.status_code, judged(answer.json().get("results"))

    with (
        running(tmp_path / "first", workers=1, sandbox_slots=1) as first,
        running(tmp_path / "second", workers=1, sandbox_slots=1) as second,
        balanced(tmp_path, [s.url.removeprefix("http://") for s in (first, second)]) as url,
        httpx.Client(base_url=url, timeout=120) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        expected = judged(second.score(items)["results"])
        answers = [pool.submit(ask, client) for _ in range(BATCHES)]
        for _ in range(BATCHES // 4):
            assert begun.acquire(timeout=60)
        kill(first.descendants())
        first.process.kill()
        failed = [answer.result() for answer in answers if answer.result() != (200, expected)]
    assert not failed


@pytest.fixture(scope="module")
def before_one(server, tmp_path_factory):
    """The address of a balancer before a single server."""
    folder = tmp_path_factory.mktemp("balanced")
    with balanced(folder, [server.url.removeprefix("http://")]) as url:
        yield url


def test_every_path_is_answered_as_by_the_server_itself(server, before_one):
    with server.client() as direct, httpx.Client(base_url=before_one, timeout=60) as client:
        asked = [
            (method.upper(), path.replace("{", "").replace("}", ""))
            for path, methods in direct.get("/openapi.json").json()["paths"].items()
            for method in methods
        ]
        assert len(asked) > 30
        for method, path in [*asked, ("GET", "/"), ("GET", "/web/app.js"), ("GET", "/nowhere")]:
            body = {"content": "{}"} if method == "POST" else {}
            told, expected = (c.request(method, path, **body) for c in (client, direct))
            said = (told.status_code, told.headers.get("Content-Type"))
            assert said == (expected.status_code, expected.headers.get("Content-Type")), path


def test_results_that_stream_pass_as_they_come(before_one):
    """The first line is there a second before the last."""
    slow = "```python\nimport time\ntime.sleep(1.5)\nprint(5)\n```"
    items = [
        {"completion": "\\boxed{2}", "reference": "2"},
        {"completion": slow, "reference": {"tests": {"stdio": [{"stdin": "", "stdout": "5"}]}}},
    ]
    accept = {"Accept": "application/x-ndjson"}
    with (
        httpx.Client(base_url=before_one, timeout=60) as client,
        client.stream("POST", "/v1/score", json={"items": items}, headers=accept) as answer,
    ):
        lines = [(time.monotonic(), json.loads(line)) for line in answer.iter_lines()]
    (first, result), *_, (last, summary) = lines
    assert result["reward"] == 1
    assert summary["stats"]["ok"] == 2
    assert last - first > 1


def test_a_body_over_the_limit_is_refused_in_the_servers_form(before_one):
    connection = http.client.HTTPConnection(before_one.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", "/v1/score")
    connection.putheader("Content-Length", str((64 << 20) + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.load(answer)["error"]["code"] == "too_large"
    connection.close()


def test_with_no_replica_left_it_says_to_ask_again(tmp_path):
    with balanced(tmp_path, [f"127.0.0.1:{free_port()}"]) as url:
        answer = httpx.post(f"{url}/v1/score", json={"items": []})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["error"]["code"] == "busy"
