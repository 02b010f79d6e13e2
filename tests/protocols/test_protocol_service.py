"""What holds for every protocol: keys, limits, a full queue, a sandbox that can't run, rubrics."""

import base64
import contextlib
import json
import socket
import time
import zlib

import httpx
import pytest

from tests.live import running

KEY = "s3cret"
SLIME = {"prompt": "", "response": "\\boxed{1}", "label": "1"}
BASIC = base64.b64encode(f"_:{KEY}".encode()).decode()
KEYS = [
    # headers, whether they let a request in
    ({"Authorization": f"Bearer {KEY}"}, True),
    ({"Authorization": f"Basic {BASIC}"}, True),
    ({"X-API-Key": KEY}, True),
    ({"X-Auth-Token": KEY}, True),
    ({"XRL-Authorization": f"Bearer {KEY}"}, True),
    ({"Authorization": "Basic nonsense"}, False),
    ({"Authorization": f"Basic {base64.b64encode(KEY.encode()).decode()}"}, False),
    ({"X-Auth-Token": "other"}, False),
    ({}, False),
]
RUBRICS = """
sources:
  slime: lengths
  my/dataset: math
rubrics:
  lengths:
    components:
      - {verifier: math, weight: 3.0}
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server with a key, a rubric for slime's labels, and room for one item."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "rubrics.yaml").write_text(RUBRICS)
    limits = {"max_items": 1, "max_queue": 1, "max_body_mb": 1}
    with running(folder / "log", api_keys=KEY, rubrics=folder / "rubrics.yaml", **limits) as server:
        yield server


@pytest.mark.parametrize(("headers", "welcome"), KEYS, ids=lambda value: str(value)[:40])
def test_keys_come_as_each_client_can_send_them(guarded, headers, welcome):
    with guarded.client(headers=headers) as client:
        answer = client.post("/slime", json=SLIME)
    assert answer.status_code == (200 if welcome else 401)
    assert "X-Request-ID" in answer.headers


def test_a_key_in_the_url_is_enough(guarded):
    url = guarded.url.replace("://", f"://trainer:{KEY}@")
    with guarded.client() as client:
        assert client.post(f"{url}/slime", json=SLIME).status_code == 200


def ask(server, path, body, method="POST"):
    with server.client(headers={"X-API-Key": KEY}) as client:
        return client.request(method, path, json=body)


def test_the_configuration_names_the_rubric_of_a_protocol_and_a_source(guarded):
    assert ask(guarded, "/slime", SLIME).json() == 3.0
    own = {**SLIME, "label": {"answer": "1", "rubric": "math"}}
    assert ask(guarded, "/slime", own).json() == 1.0  # the label's own wins
    rewards = ask(guarded, "/get_reward", {"query": ["\\boxed{1}"], "labels": ["1"]}).json()
    assert rewards["rewards"] == [1.0]  # nothing is said of OpenRLHF


SLEEP = "import time; time.sleep(40)"
REFUSALS = [
    # path, body, status when the queue is full, where its own words stand
    ("/slime", SLIME, 503, "detail"),
    ("/get_reward", {"query": ["x"], "prompts": [""], "labels": ["1"]}, 503, "detail"),
    ("/run_code", {"code": "print(1)"}, 504, "detail"),
    ("/roll/submit", {"response": "x"}, 503, "errmsg"),
    ("/execute_batch", {"scripts": ["print(1)"]}, 503, "detail"),
    ("/api/v2/execute", {"language": "py", "files": [{"content": ""}]}, 503, "message"),
    ("/submissions?wait=true", {"source_code": "", "language_id": 71}, 503, "error"),
    ("/test_program", {"program": "", "tests": ["assert True"]}, 503, "detail"),
    ("/execute", {"generated_code": "", "language": "python"}, 502, "stderr"),
]


def test_a_full_queue_makes_each_client_ask_again(guarded):
    with sleeping(guarded):
        until(lambda: ask(guarded, "/slime", SLIME).status_code == 503)
        for path, body, status, words in REFUSALS:
            answer = ask(guarded, path, body)
            assert (path, answer.status_code) == (path, status)
            assert "ask again" in answer.json()[words]
            assert answer.headers["retry-after"]
    for path, body, _, _ in REFUSALS:  # the client has left, and its place is free
        until(lambda path=path, body=body: ask(guarded, path, body).status_code in {200, 201})


@contextlib.contextmanager
def sleeping(server):
    """A client that waits for a program that sleeps."""
    body = json.dumps({"code": SLEEP, "run_timeout": 50}).encode()
    head = f"POST /run_code HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        yield


def until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_limits_hold(guarded):
    many = {"query": ["x", "y"], "prompts": ["", ""], "labels": ["1", "1"]}
    assert ask(guarded, "/get_reward", many).status_code == 413
    long = {"code": "#" * (2 << 20)}
    assert ask(guarded, "/run_code", long).status_code == 413
    text = ask(guarded, "/metrics", None, "GET").text
    assert 'path="/get_reward",status="413"' in text
    assert 'reward_rejected_total{code="too_large"}' in text


TESTS = {"tests": {"stdio": [{"stdin": "", "stdout": "1"}]}}
BROKEN = [
    # path, body, status, the reply
    ("/slime", {"response": "```python\nprint(1)\n```", "label": TESTS}, 503, None),
    ("/run_code", {"code": "print(1)"}, 200, {"status": "SandboxError"}),
    ("/submissions?wait=true", {"source_code": "", "language_id": 71}, 201, {"exit_code": None}),
    ("/execute_batch", {"scripts": ["print(1)"]}, 503, None),
    ("/api/v2/execute", {"language": "py", "files": [{"content": ""}]}, 503, None),
    ("/test_program", {"program": "x = 1", "tests": ["assert x"]}, 503, None),
    ("/execute", {"generated_code": "", "language": "python"}, 502, {"process_status": "failed"}),
]


def test_where_no_sandbox_can_run_nothing_looks_like_a_verdict(tmp_path):
    none = {"sandbox": "docker", "docker_image": "nowhere/nothing:1"}
    with running(tmp_path / "log", ready=False, log_level="error", **none) as server:
        wait_open(server)
        for path, body, status, reply in BROKEN:
            answer = ask(server, path, body)
            assert (path, answer.status_code) == (path, status)
            got = answer.json()
            assert not reply or {k: got.get(k) for k in reply} == reply
        judged = ask(server, BROKEN[2][0], BROKEN[2][1]).json()
        assert judged["status"]["description"] == "Internal Error"
        assert ask(server, "/slime", SLIME).json() == 1.0  # maths needs no sandbox


def wait_open(server):
    for _ in range(400):
        with contextlib.suppress(httpx.TransportError):
            if ask(server, "/readyz", None, "GET").json()["status"] != "starting":
                return
        time.sleep(0.05)
    raise AssertionError(server.log.read_text())


def test_roll_comes_back_for_its_reward(server):
    task = {
        "prompt": "1+1?",
        "response": "\\boxed{2}",
        "reward_info": {"ground_truth": "2"},
        "reward_manager": [{"plugin_name": "math_rule"}],
        "timeout": 300,
    }
    got = submitted(server, task)
    assert (got["errcode"], got["reward_score"]) == (0, 1.0)
    assert got["dimention_reward_score"]["math"]["debug_info"]["math"]["time_cost"] >= 0
    assert got["start_time"] <= got["end_time"]
    code = {"case_type": "io", "test_cases": [{"stdin": "3", "expected_stdout": "9"}]}
    program = {"response": "```python\nprint(int(input()) ** 2)\n```", "reward_info": code}
    assert submitted(server, program)["reward_score"] == 1.0
    assert submitted(server, {"response": "x"})["errcode"] == 3  # no reward, and no 0


def submitted(server, task):
    with server.client() as client:
        token = client.post("/roll/submit", json=task).json()["reward_request_id"]
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            body = {"reward_request_id": token}
            answer = client.request("GET", "/roll/result", json=body)
            if answer.json()["errcode"] != 1:
                return answer.json()
            time.sleep(0.02)
    raise AssertionError("no reward")


def test_judge0_tokens_and_batches(server):
    right = {"source_code": "print(1)", "language_id": 71, "expected_output": "1"}
    wrong = {**right, "expected_output": "2"}
    with server.client() as client:
        made = client.post("/submissions/batch", json={"submissions": [right, wrong]})
        tokens = [one["token"] for one in made.json()]
        deadline = time.monotonic() + 20
        statuses = [2]
        while 2 in statuses and time.monotonic() < deadline:
            got = client.get("/submissions/batch", params={"tokens": ",".join([*tokens, "nope"])})
            *known, unknown = got.json()["submissions"]
            statuses = [one["status"]["id"] for one in known]
        assert (statuses, unknown) == ([3, 4], None)
        one = client.get(f"/submissions/{tokens[0]}", params={"base64_encoded": "true"}).json()
    assert base64.b64decode(one["stdout"]) == b"1\n"


def test_a_label_that_is_text_reaches_the_rubric_it_names(server):
    label = json.dumps({"answer": "1", "rubric": "r1-zero", "language": "en"})
    body = {"query": ["<think>a</think> <answer>\\boxed{1}</answer>"], "labels": [label]}
    with server.client() as client:
        logs = client.post("/get_reward", json=body).json()["extra_logs"]
    assert logs.keys() == {"accuracy", "format"}


def test_cells_of_a_nemo_skills_session_find_what_earlier_ones_left(server):
    def cell(client, code, session="one"):
        body = {"generated_code": code, "timeout": 2, "language": "ipython"}
        reply = client.post("/execute", json=body, headers={"X-Session-ID": session}).json()
        return reply["process_status"], reply["stdout"], reply["new_session_created"]

    with server.client() as client:
        assert cell(client, "print('H1'); import random; a = 41") == ("completed", "H1\n", True)
        assert cell(client, "a += 1; r = random.random(); r")[0] == "completed"
        assert cell(client, "b = 7; 1 / 0")[0] == "error"
        assert cell(client, "while True: pass")[0] == "timeout"
        assert cell(client, "import os; os._exit(0)")[0] == "error"
        assert cell(client, "print(a, b)") == ("completed", "42 7\n", False)
        first, second = cell(client, "r"), cell(client, "r")
        assert first == second
        assert cell(client, "a", "two")[0] == "error"
        assert client.delete("/sessions/one").status_code == 200
        assert client.delete("/sessions/one").status_code == 404
        assert cell(client, "print(a)")[::2] == ("error", True)


def test_a_session_is_bounded(server):
    body = {"generated_code": "#" * 600_000, "timeout": 2, "language": "ipython"}
    with server.client(headers={"X-Session-ID": "long"}) as client:
        statuses = [client.post("/execute", json=body).json()["process_status"] for _ in range(3)]
    assert statuses == ["completed", "error", "error"]


def test_another_replica_knows_what_a_token_is_of(server, guarded):
    task = {"response": "\\boxed{2}", "reward_info": {"ground_truth": "2"}}
    submission = {"source_code": "print(1)", "language_id": 71, "expected_output": "2"}
    with server.client() as client:
        roll = client.post("/roll/submit", json=task).json()["reward_request_id"]
        judge0 = client.post("/submissions", json=submission).json()["token"]
    rewarded = waited(guarded, "/roll/result", {"reward_request_id": roll}, "errcode", 1)
    assert rewarded["reward_score"] == 1.0
    judged = waited(guarded, f"/submissions/{judge0}", None, "status", {"id": 2})
    assert judged["status"]["description"] == "Wrong Answer"


def waited(server, path, body, key, running):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        got = ask(server, path, body, "GET").json()
        if got[key] != running and (key != "status" or got[key]["id"] > 2):
            return got
        time.sleep(0.05)
    raise AssertionError("no result")


@pytest.mark.parametrize("token", ["x", "x.y", "x.eJw=", "a." + "A" * 3000, "../x", "é"])
def test_a_made_up_token_is_not_known(server, token):
    with server.client() as client:
        roll = client.request("GET", "/roll/result", json={"reward_request_id": token})
        assert roll.status_code == 404
        assert client.get(f"/submissions/{token}").status_code == 404


def test_a_token_that_unfolds_to_too_much_is_not_known(server):
    packed = base64.urlsafe_b64encode(zlib.compress(b" " * (64 << 20))).decode()
    with server.client() as client:
        body = {"reward_request_id": f"x.{packed}"}
        assert client.request("GET", "/roll/result", json=body).status_code == 404


def test_one_bad_submission_does_not_fail_its_batch(server):
    right = {"source_code": "print(1)", "language_id": 71}
    wrong = [{**right, "language_id": 12345}, {"language_id": 71}, 5]
    with server.client() as client:
        answer = client.post("/submissions/batch", json={"submissions": [right, *wrong]})
    assert answer.status_code == 201
    good, *bad = answer.json()
    assert good["token"]
    assert [next(iter(one)) for one in bad[:2]] == ["language_id", "source_code"]
    assert bad[2]
    assert "token" not in bad[2]


def test_a_submission_shows_the_fields_that_are_asked_for(server):
    given = {"source_code": "print(1)", "language_id": 71, "expected_output": "1"}
    with server.client() as client:
        path = "/submissions?wait=true&fields=stdout,status"
        assert client.post(path, json=given).json().keys() == {"token", "stdout", "status"}
