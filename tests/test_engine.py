"""The worker pool: whatever one item does, only it pays, and nothing stays behind."""

import json
import random
import signal
import threading
import time

import httpx
import psutil
import pytest

from tests.live import gone, kill, running

POISON = {"components": [{"verifier": "poison"}]}
DEEDS = {
    "spin": "timeout",
    "deaf": "timeout",
    "sleep": "timeout",
    "die": "crash",
    "exit": "crash",
    "break": "error",
    "recurse": "error",
    "hog": "memory",
}


def outcome(result) -> str | None:
    return None if result["status"] == "ok" else result["scores"]["poison"]["reason"]


@pytest.mark.parametrize("deed", DEEDS)
def test_only_the_guilty_item_pays(poisoned, deed):
    items = [{"completion": "ok"}] * 70
    items[7] = {"completion": deed}
    results = poisoned.score(items, rubric=POISON)["results"]
    assert [outcome(r) for r in results] == [DEEDS[deed] if i == 7 else None for i in range(70)]
    assert {r["reward"] for r in results} == {1.0, None}


def test_other_components_keep_their_verdict(poisoned):
    rubric = {"components": [{"verifier": "poison", "weight": 0}, {"verifier": "math"}]}
    item = {"completion": "spin", "reference": "1"}
    right = {"completion": "\\boxed{1}", "reference": "1"}
    results = poisoned.score([item, right], rubric=rubric)["results"]
    assert [r["scores"]["poison"]["status"] for r in results] == ["failed", "ok"]
    assert [r["reward"] for r in results] == [0.0, 1.0]


POISONS = [
    "\\boxed{10^{10^{10^{10}}}}",
    "\\boxed{9^{9^{9^{9}}}!}",
    "\\boxed{\\binom{10^9}{10^8}}",
    "\\boxed{\\int_0^1 \\sin(\\cos(\\sin(x^x)))^{x!} dx}",
    "\\boxed{" + "{" * 1_000_000,
    "\\boxed{" + "\\sqrt{" * 100_000 + "x",
    "die",
]


@pytest.mark.alone
def test_a_thousand_items_with_twenty_poisons(poisoned):
    """The issue's own case: within twice the item timeout beside the clean time."""
    rubric = {"components": [{"verifier": "math"}, {"verifier": "poison", "weight": 0}]}
    items = [
        {"completion": f"I get \\boxed{{{i}}}.", "reference": str(i + i % 2)} for i in range(1000)
    ]
    start = time.monotonic()
    clean = [r["reward"] for r in poisoned.score(items, rubric=rubric)["results"]]
    clean_s = time.monotonic() - start
    assert clean == [1.0 - i % 2 for i in range(1000)]
    bad = range(25, 1000, 50)
    for k, i in enumerate(bad):
        items[i] = {"completion": POISONS[k % len(POISONS)], "reference": "7"}
    start = time.monotonic()
    results = poisoned.score(items, rubric=rubric)["results"]
    seconds = time.monotonic() - start
    good = [i for i in range(1000) if i not in bad]
    assert [results[i]["reward"] for i in good] == [clean[i] for i in good]
    assert all(results[i]["reward"] in (0.0, None) for i in bad)
    assert seconds < 2 * 1 + clean_s + 1  # the item timeout is 1 s; 1 s for this test's own noise
    with poisoned.client() as client:
        assert client.get("/readyz").status_code == 200
    assert len(poisoned.workers()) == 2


def test_killing_every_worker_costs_no_verdict(tmp_path):
    """Workers, and what they are forked from, die by `kill -9` again and again under load."""
    with running(tmp_path / "log", workers=2) as server:
        batch = [{"completion": f"\\boxed{{{i}}}", "reference": str(i - i % 3)} for i in range(256)]
        expected = [0.0 if i % 3 else 1.0 for i in range(256)]
        stop = threading.Event()
        wrong = []

        def load():
            with server.client() as client:
                while not stop.is_set():
                    answer = client.post("/v1/score", json={"items": batch, "rubric": "math"})
                    rewards = [r["reward"] for r in answer.json()["results"]]
                    if rewards != expected:
                        wrong.append(answer.text)

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(6):
            time.sleep(0.7)
            kill(server.workers())
        stop.set()
        for thread in threads:
            thread.join(60)
        assert not wrong
        assert server.score(batch, rubric="math")["stats"]["ok"] == 256


def test_the_forking_process_may_die_too(tmp_path):
    with running(tmp_path / "log", workers=2) as server:
        item = {"completion": "\\boxed{1}", "reference": "1"}
        kill(server.descendants())
        for _ in range(3):
            assert server.score([item] * 64)["stats"]["ok"] == 64


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_nothing_stays_behind(tmp_path, how):
    with running(tmp_path / "log", workers=2) as server:
        server.score([{"completion": "\\boxed{1}", "reference": "1"}] * 20)
        below = server.descendants()
        assert len(below) >= 3
        server.process.send_signal(how)
        server.process.wait(20)
        assert gone(below)


def test_a_loop_in_a_worker_ends_with_the_server(tmp_path):
    with running(tmp_path / "log", workers=2, verifiers="tests.poison") as server:
        body = {"items": [{"completion": "deaf"}] * 4, "rubric": POISON}
        with server.client() as client, pytest.raises(httpx.TimeoutException):
            client.post("/v1/score", json=body, timeout=0.5)
        below = server.descendants()
        server.process.kill()
        assert gone(below)


@pytest.mark.alone
def test_load_from_many_clients(tmp_path):
    """A short form of `benchmarks/load.py`: 16 clients, nothing lost, memory flat."""
    with running(tmp_path / "log", workers=2, max_queue=8192) as server:
        rng = random.Random(7)
        batch = [{"completion": f"\\boxed{{{rng.random()}}}", "reference": "1"} for _ in range(32)]
        counts, stop = [], time.monotonic() + 6

        def load():
            done = 0
            with server.client() as client:
                while time.monotonic() < stop:
                    answer = client.post("/v1/score", content=json.dumps({"items": batch}))
                    assert answer.status_code == 200
                    assert len(answer.json()["results"]) == 32
                    done += 1
            counts.append(done)

        process = psutil.Process(server.process.pid)
        threads = [threading.Thread(target=load) for _ in range(16)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        before = process.memory_info().rss
        for thread in threads:
            thread.join(30)
        assert len(counts) == 16
        assert process.memory_info().rss < before * 1.2
