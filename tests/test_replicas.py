"""Two servers behind nginx, one of them killed: no request notices (in containers: tests/e2e)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.balancer import balanced
from tests.engines.mixed import judged, mixed
from tests.live import running

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
        for process in [*first.descendants(), first.process]:
            process.kill()
        failed = [answer.result() for answer in answers if answer.result() != (200, expected)]
    assert not failed
