"""What stands around every request: rates by key, headers, ids, and no text in any log."""

import asyncio
import json
import subprocess
import sys
import time

import httpx
import pytest
from reward_client import AsyncRewardClient

from tests.live import running

ITEM = {"completion": "\\boxed{1}", "reference": "1"}
FIRST, SECOND = ({"X-API-Key": key} for key in ("first-key", "second-key"))


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    """A server where each key may send 20 items a second, and 30 at once."""
    log = tmp_path_factory.mktemp("limited") / "log"
    with running(
        log, api_keys="first-key,second-key", rate_limit=20, rate_burst=30, max_items=100
    ) as live:
        yield live


def post(live, count, headers, path="/v1/score", **body):
    with live.client(headers=headers) as client:
        return client.post(path, json={"items": [ITEM] * count, **body})


def test_a_key_that_sends_too_fast_waits_and_others_do_not(limited):
    assert post(limited, 60, FIRST).status_code == 200  # more than the bucket holds: a debt of 30
    refused = post(limited, 1, FIRST)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "too_fast"
    assert refused.headers["retry-after"] in ("1", "2")
    assert post(limited, 1, SECOND).status_code == 200
    with limited.client(headers=FIRST) as client:
        assert client.post("/v1/vote", json={"completions": ["1"]}).status_code == 429
        assert client.post("/v1/filter", json={"items": [ITEM]}).status_code == 429
        assert client.get("/v1/rubrics").status_code == 200
        assert 'reward_rejected_total{code="too_fast"}' in client.get("/metrics").text
    time.sleep(int(refused.headers["retry-after"]))
    assert post(limited, 1, FIRST).status_code == 200


def test_our_client_waits_its_turn_and_loses_nothing(limited):
    async def run():
        start = time.monotonic()
        async with AsyncRewardClient(limited.url, key="second-key", batch_items=10) as client:
            calls = [client.score_one(f"\\boxed{{{n}}}", "3") for n in range(90)]
            rewards = [result.reward for result in await asyncio.gather(*calls)]
        return rewards, time.monotonic() - start

    rewards, seconds = asyncio.run(run())
    assert rewards == [float(n == 3) for n in range(90)]
    assert seconds > 2  # (90 - 30 - one batch) / 20


SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/v1/rubrics", 200),
        ("GET", "/nowhere", 404),
        ("POST", "/v1/score", 400),
        ("DELETE", "/v1/score", 405),
    ],
)
def test_every_answer_has_its_headers(server, method, path, status):
    answer = httpx.request(method, server.url + path, headers={"X-Request-ID": "run-1"})
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert answer.headers["x-request-id"] == "run-1"
    assert "server" not in answer.headers


# --- no text of a completion leaves by a log, a metric or an error

MARK = "m4rk3r-0f-a-c0mpl3t10n"
CODE = f"```python\nraise ValueError('{MARK}')\n```"
TESTS = {"tests": {"stdio": [{"stdin": MARK, "stdout": MARK}]}}

ITEMS = [
    {"completion": f"\\boxed{{{MARK}}}", "reference": "1"},
    {"completion": f"\\boxed{{\\frac{{{MARK}}}", "reference": MARK},
    {"completion": 5, "reference": MARK},
    {"completion": [{"role": MARK, "content": MARK}]},
    {"completion": [{"role": "assistant", "content": {"text": MARK}}]},
    {"completion": MARK, "rubric": {"components": [{"verifier": "exact", "options": {"x": MARK}}]}},
    {"completion": MARK, "reference": {"answer": {"a": MARK}}},
    {"completion": CODE, "reference": TESTS},
    {"completion": f"```python\nclass {MARK}(:\n```", "reference": TESTS},
    {"completion": CODE, "reference": {"tests": {"language": "python", "stdio": MARK}}},
    {"completion": f"```python\nx = '\\d{MARK}' is '{MARK}'\n```", "reference": TESTS},
    {"completion": MARK, "reference": {"answer": "B", "choices": MARK}},
    {"completion": f"<think>{MARK}", "rubric": "r1", "reference": {"language": MARK}},
    *[{"completion": deed} for deed in ("break", "die", "spin", "unreadable", "recurse")],
]

BODIES = [
    f'{{"items": [{{"completion": "{MARK}"}}'.encode(),
    f'{{"items": "{MARK}"}}'.encode(),
    f'{{"items": [], "{MARK}": 1}}'.encode(),
    f'{{"items": [], "rubric": "{MARK}"}}'.encode(),
    f'{{"items": [], "rubric": {{"components": [{{"verifier": "{MARK}"}}]}}}}'.encode(),
    f'["{MARK}"]'.encode(),
    MARK.encode() + b"\xff\xfe",
    b'{"items": [{"completion": "' + MARK.encode() + b'\\ud800"}]}',
]


def test_no_error_path_writes_a_text_to_the_log(poisoned):
    rubric = {"components": [{"verifier": "poison"}]}
    deeds = [item | {"rubric": rubric} for item in ITEMS if len(item) == 1]
    items = [*(item for item in ITEMS if len(item) > 1), *deeds]
    with poisoned.client() as client:
        answer = client.post("/v1/score", json={"items": items})
        assert answer.status_code == 200
        assert len(answer.json()["results"]) == len(items)
        lines = {"Accept": "application/x-ndjson"}
        client.post("/v1/score", json={"items": items, "groups": True}, headers=lines)
        paths = client.get("/openapi.json").json()["paths"].items()
        for path in [path for path, methods in paths if "post" in methods]:
            for body in BODIES:
                client.post(path, content=body, headers={"X-Request-ID": f"{MARK} {MARK}"})
        client.get(f"/{MARK}", params={MARK: MARK})
        spins = [{"completion": "spin", "prompt": MARK, "rubric": rubric}] * 5
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/score", json={"items": spins}, timeout=0.5)
        metrics = client.get("/metrics").text
    log = poisoned.log.read_text()
    assert MARK not in log
    assert MARK not in metrics
    assert "secret text" not in log
    assert all(json.loads(line)["event"] for line in log.splitlines())


def test_items_that_fail_in_our_own_machinery_get_no_text_in_their_message(poisoned):
    rubric = {"components": [{"verifier": "poison"}]}
    items = [{"completion": deed} for deed in ("break", "unreadable", "die", "recurse")]
    results = poisoned.score(items, rubric=rubric)["results"]
    assert {result["status"] for result in results} == {"failed"}
    assert "secret" not in json.dumps(results)


LOGGED = """
import asyncio, logging
from reward_server.telemetry import configure_logging
import structlog
configure_logging("info")
try:
    try:
        int("SECRET")
    except ValueError as error:
        raise KeyError("SECRET") from error
except KeyError as error:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    structlog.get_logger("ours").exception("unhandled")
    structlog.get_logger("ours").error("unhandled", exc_info=error)
"""


def test_exceptions_are_logged_by_kind_and_place():
    done = subprocess.run(
        [sys.executable, "-c", LOGGED], capture_output=True, text=True, check=True
    )
    assert "SECRET" not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert len(lines) == 3
    for line in lines:
        assert line["exception"].startswith("builtins.KeyError: <module>")
        assert "; after builtins.ValueError: <module> <string>:8" in line["exception"]
