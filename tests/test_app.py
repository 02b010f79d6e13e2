"""The server around `/v1/score`: keys, limits, health, metrics, logs, clients that leave."""

import asyncio
import json
import socket
import time

import httpx
import pytest

from tests.live import running

ITEM = {"completion": "\\boxed{1}", "reference": "1"}
POISON = {"components": [{"verifier": "poison"}]}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server with three keys, one from a file, on every address, with tight limits."""
    keys = tmp_path_factory.mktemp("secrets") / "keys"
    keys.write_text("# of the trainer\n\n  third-key \n")
    with running(
        tmp_path_factory.mktemp("guarded") / "log",
        host="0.0.0.0",
        api_keys="first-key, second-key",
        api_keys_file=keys,
        max_items=10,
        max_body_mb=1,
        max_queue=10,
        workers=1,
        verifiers="tests.poison",
        item_timeout_s=2,
    ) as live:
        yield live


BEARER = {"Authorization": "Bearer first-key"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Basic first-key"}, 401),
        ({"X-API-Key": "first-ke"}, 401),
        ({"X-API-Key": "schlüssel".encode("latin-1").decode("latin-1")}, 401),
        (BEARER, 200),
        ({"Authorization": "bearer second-key"}, 200),
        ({"X-API-Key": "second-key"}, 200),
        ({"X-API-Key": "third-key"}, 200),
        ({"X-API-Key": "# of the trainer"}, 401),
    ],
)
def test_keys(guarded, headers, status):
    encoded = {name: value.encode("utf-8") for name, value in headers.items()}
    with guarded.client() as client:
        answer = client.post("/v1/score", json={"items": [ITEM]}, headers=encoded)
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["code"] == "unauthorized"


def test_what_needs_no_key(guarded):
    with guarded.client() as client:
        assert [client.get(p).status_code for p in ("/healthz", "/readyz")] == [200, 200]
        assert [client.get(p).status_code for p in ("/metrics", "/v1/rubrics")] == [401, 401]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (json.dumps({"items": [ITEM] * 11}).encode(), "too_many_items"),
        (b" " * (2**20 + 1), "too_large"),
    ],
)
def test_limits(guarded, body, code):
    with guarded.client(headers=BEARER) as client:
        answer = client.post("/v1/score", content=body)
        unannounced = client.post("/v1/score", content=iter([body[:100], body[100:]]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, code)
    assert (unannounced.status_code, unannounced.json()["error"]["code"]) == (413, code)


def test_a_full_queue_refuses_and_says_when_to_come_back(guarded):
    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=guarded.url, headers=BEARER, timeout=60) as client:
            slow = {"items": [{"completion": "spin"}] * 6, "rubric": POISON}
            first = asyncio.create_task(client.post("/v1/score", json=slow))
            await asyncio.sleep(0.5)
            second = await client.post("/v1/score", json={"items": [ITEM] * 6})
            stream = {"Accept": "application/x-ndjson"}
            third = await client.post("/v1/score", json={"items": [ITEM] * 6}, headers=stream)
            first.cancel()
            return [second, third]

    for answer in asyncio.run(ask()):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["error"]["code"] == "busy"
    with guarded.client(headers=BEARER) as client:
        deadline = time.monotonic() + 30  # the server has to see that the first client left
        while client.post("/v1/score", json={"items": [ITEM] * 6}).status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_many_large_bodies_at_once_are_refused_not_kept(guarded):
    """17 clients announce and hold back bodies of the largest size: memory must stay bounded."""

    async def slow(part: bytes):
        for _ in range(9):
            yield part
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        yield b" " * 1000

    async def ask() -> list[int]:
        async with httpx.AsyncClient(base_url=guarded.url, headers=BEARER, timeout=60) as client:
            part = b" " * (2**20 // 9 - 1000)
            asked = [client.post("/v1/score", content=slow(part)) for _ in range(40)]
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    statuses = asyncio.run(ask())
    assert set(statuses) <= {400, 503}
    assert 1 <= statuses.count(400) <= 17
    with guarded.client(headers=BEARER) as client:
        assert client.post("/v1/score", json={"items": [ITEM]}).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_a_client_that_leaves_takes_its_batch_along(poisoned, accept):
    items = [{"completion": "spin"}] * 200
    with (
        poisoned.client() as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.post(
            "/v1/score",
            json={"items": items, "rubric": POISON},
            headers={"Accept": accept},
            timeout=1,
        )
    start = time.monotonic()
    answer = poisoned.score([{"completion": "ok"}], rubric=POISON)
    # each worker may finish the item it is at (1 s of CPU); the 198 others would take 99 s
    assert time.monotonic() - start < 8
    assert answer["results"][0]["reward"] == 1.0


def test_request_ids(server):
    with server.client() as client:
        given = client.get("/healthz", headers={"X-Request-ID": "run-7.step:3"})
        junk = client.get("/healthz", headers={"X-Request-ID": 'a"b\tc' * 50})
        none = client.get("/healthz")
    assert given.headers["x-request-id"] == "run-7.step:3"
    assert len({junk.headers["x-request-id"], none.headers["x-request-id"], "run-7.step:3"}) == 3


def test_logs_are_json_lines_without_texts(poisoned):
    secret = "a completion that nobody else should read"
    with poisoned.client() as client:
        answer = client.post(
            "/v1/score",
            json={"items": [{"id": "x7", "completion": "spin"}, {"completion": secret}]}
            | {"rubric": POISON},
            headers={"X-Request-ID": "logged"},
        )
        client.post("/v1/score", content=secret)
    assert answer.json()["results"][0]["reward"] is None
    text = poisoned.log.read_text()
    assert secret not in text
    lines = [json.loads(line) for line in text.splitlines()]
    mine = [line for line in lines if line.get("request_id") == "logged"]
    slow = next(line for line in mine if line["event"] == "slow_item")
    assert (slow["id"], slow["component"], slow["reason"]) == ("x7", "poison", "timeout")
    request = next(line for line in mine if line["event"] == "request")
    assert (request["path"], request["status"]) == ("/v1/score", 200)


def test_a_broken_verifier_s_text_stays_inside(poisoned):
    result = poisoned.score([{"completion": "break"}], rubric=POISON)["results"][0]
    assert (result["status"], result["reward"]) == ("failed", None)
    assert "KeyError" in result["message"]
    assert "secret" not in json.dumps(result) + poisoned.log.read_text()


def test_what_there_is(server):
    with server.client() as client:
        verifiers = client.get("/v1/verifiers").json()["verifiers"]
        rubrics = client.get("/v1/rubrics").json()["rubrics"]
        languages = client.get("/v1/languages").json()["languages"]
    assert {"math", "choice", "exact", "format", "code", "language"} <= set(verifiers)
    for verifier in verifiers.values():
        assert verifier["options"]["additionalProperties"] is False
        assert all(p.get("description") for p in verifier["options"].get("properties", {}).values())
        assert verifier["reasons"]
        assert verifier["summary"]
    assert {"auto", "math", "code", "choice", "r1-zero", "r1"} <= set(rubrics)
    assert languages["python"]["available"] is True


def test_metrics(server):
    with server.client() as client:
        server.score([ITEM, {"completion": 5}])
        text = client.get("/metrics").text
    for line in (
        'reward_requests_total{method="POST",path="/v1/score",status="200"}',
        'reward_items_total{status="ok"}',
        'reward_items_total{status="invalid"}',
        'reward_components_total{reason="equal",status="ok",verifier="math"}',
        "reward_queue_items 0.0",
    ):
        assert line in text


def test_unknown_paths_and_methods(server):
    with server.client() as client:
        missing, wrong = client.get("/v2"), client.get("/v1/score")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.alone
def test_healthz_answers_while_workers_are_busy(poisoned):
    async def ask() -> float:
        async with httpx.AsyncClient(base_url=poisoned.url, timeout=60) as client:
            body = {"items": [{"completion": "spin"}] * 4, "rubric": POISON}
            busy = asyncio.create_task(client.post("/v1/score", json=body))
            await asyncio.sleep(0.3)
            start = time.monotonic()
            for _ in range(20):
                assert (await client.get("/healthz")).status_code == 200
            seconds = (time.monotonic() - start) / 20
            await busy
            return seconds

    assert asyncio.run(ask()) < 0.1


def test_head_and_body_leave_together(server):
    """A balancer that has half of an answer when its server dies can't ask another one."""
    body = json.dumps({"items": [{"completion": "\\boxed{1}", "reference": "1"}] * 20}).encode()
    head = f"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address) as connection:
        for _ in range(50):
            connection.sendall(head + body)
            piece = connection.recv(1 << 20)
            assert piece.startswith(b"HTTP/1.1 200")
            assert piece.endswith(b"}")
