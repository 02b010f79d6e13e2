"""`GET /v1/live` and `GET /v1/info`: what a process tells of late items and of itself."""

import json
from importlib.metadata import version

import pytest

from reward_server.live import MAX_FAILED, MAX_ID, MAX_TEXT, SLOW_A_SLOT, Live
from reward_server.settings import Settings
from tests.live import running

SECRET = "a-key-that-nobody-may-see"
TEXT = "words of a completion that stay private"


def result(index=0, *, score=1.0, ms=1.0, verifier="math", reason="equal", item_id="a"):
    status = "invalid" if score is None else "ok"
    passed = None if score is None else score >= 1
    verdict = {"verifier": verifier, "status": status, "reason": reason, "passed": passed}
    return {
        "id": item_id,
        "index": index,
        "status": status,
        "reward": score,
        "message": None,
        "scores": {verifier: {**verdict, "score": score, "ms": ms}},
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a server with a key tells after a batch with a wrong, a right and a broken item."""
    log = tmp_path_factory.mktemp("live") / "log"
    items = [
        {"id": "right", "completion": f"{TEXT} \\boxed{{2}}", "reference": "2"},
        {"id": "wrong", "completion": f"{TEXT} \\boxed{{3}}", "reference": "2"},
        {"id": "broken", "completion": TEXT, "reference": {"nothing": TEXT}},
    ]
    settings = {"keep_samples": 2, "workers": 1, "rate_limit": 1000}
    with running(log, api_keys=SECRET, **settings) as server:
        with server.client(headers={"X-API-Key": SECRET}) as client:
            body = {"items": items, "rubric": "math"}
            assert client.post("/v1/score", json=body).status_code == 200
            live, info = client.get("/v1/live"), client.get("/v1/info")
        with server.client() as stranger:
            assert stranger.get("/v1/live").status_code == 401
            assert stranger.get("/v1/info").status_code == 401
        return live.json(), info.json(), live.text + info.text


def test_what_was_scored_is_counted(told):
    live, _, _ = told
    assert (live["requests"], live["items"]) == (1, 3)
    assert live["rewards"] == {
        "scored": 2,
        "none": 1,
        "mean": 0.5,
        "histogram": [[0, 1], [1, 1]],
    }
    math = live["verifiers"]["math"]
    assert (math["verdicts"], math["scored"], math["passed"]) == (3, 2, 1)
    assert {r["reason"]: r["count"] for r in math["reasons"]} == {
        "equal": 1,
        "different": 1,
        "invalid": 1,
    }
    assert math["histogram"] == [[0, 1], [1, 1]]
    assert live["queue"]["items"] == 0
    assert live["ready"]


def test_failed_and_slow_items_are_listed_by_id(told):
    live, _, _ = told
    assert [entry["id"] for entry in live["failed"]] == ["broken"]
    assert live["failed"][0]["scores"]["math"]["reason"] == "invalid"
    assert {entry["id"] for entry in live["slowest"]} == {"right", "wrong", "broken"}


def test_the_last_items_are_kept_with_their_texts(told):
    live, _, _ = told
    assert [entry["id"] for entry in live["samples"]] == ["broken", "wrong"]
    sample = live["samples"][1]["sample"]
    assert sample["completion"].startswith(TEXT)
    assert (sample["reference"], sample["rubric"]) == ("2", "math")
    assert TEXT in json.dumps(live["failed"])


def test_no_text_is_kept_unless_asked_for():
    live = Live()
    item = {"id": "a", "prompt": TEXT, "completion": TEXT, "reference": TEXT}
    failed = {**result(score=None), "message": f"completion: {TEXT}"}
    live.add([result(), failed], [item], "math")
    told = live.read()
    assert len(told["failed"]) == 1
    assert len(told["slowest"]) == 2
    assert not told["samples"]
    assert TEXT not in json.dumps(told)


def test_info_tells_no_secret(told):
    _, info, everything = told
    assert SECRET not in everything
    assert info["version"] == version("reward-server")
    assert info["engine"] == "local"
    assert info["workers"]["up"] > 0
    assert info["sandbox"]["slots"] == info["sandbox"]["expected"]
    assert 0 < info["languages"]["available"] <= info["languages"]["known"]
    assert info["limits"]["max_items"] == Settings.model_fields["max_items"].default
    assert (info["limits"]["rate_limit"], info["limits"]["drain_timeout_s"]) == (1000, 30)
    assert info["rubrics"] == {"named": 7, "file": None}
    assert (info["keep_samples"], info["api_keys"], info["ready"]) == (2, True, True)
    assert info["uptime_s"] > 0


def test_memory_is_bounded_whatever_comes():
    live = Live(keep_samples=3)
    huge = {"completion": "x" * 10 * MAX_TEXT, "reference": {"answer": ["y"] * MAX_TEXT}}
    results = [result(n, item_id="i" * 1000, score=-1000.0 * n) for n in range(500)]
    results += [result(n, item_id=None, score=None, ms=n) for n in range(500, 1000)]
    for _ in range(20):
        live.add(results, [huge] * 1000, None)
    told = live.read()
    assert (told["items"], len(told["samples"]), len(told["failed"])) == (20_000, 3, MAX_FAILED)
    assert len(told["slowest"]) <= 2 * SLOW_A_SLOT
    assert len(json.dumps(told)) < (MAX_FAILED + 30) * 2 * MAX_TEXT
    assert told["rewards"]["histogram"] == [[-1, 20 * 499], [0, 20]]
    assert all(len(entry["id"] or "") <= MAX_ID for entry in told["slowest"])


def test_the_slowest_of_many_batches_are_found():
    live = Live()
    for batch in range(30):
        live.add([result(n, ms=batch * 10 + n) for n in range(10)], [{}] * 10, None)
    slowest = [entry["scores"]["math"]["ms"] for entry in live.read()["slowest"]]
    assert slowest[:4] == [299, 298, 297, 296]


def test_what_is_over_five_minutes_old_is_gone():
    live = Live()
    live.add([result()], [{}], None)
    live.started -= 301
    live.add([result(score=0.25)], [{}], None)
    live.started -= 2
    told = live.read()
    assert told["items"] == 1
    assert told["rewards"]["histogram"] == [[0.2, 1]]
    assert told["items_by_slot"][-1] == 1
    assert sum(told["items_by_slot"]) == 1
