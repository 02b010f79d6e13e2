"""The server's life, for real: it starts, says when it is ready, breaks, heals, drains, ends."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

import httpx
import psutil
import pytest

from reward_server.canary import of_language, of_verifiers
from sandbox.languages import LANGUAGES
from tests.live import COMMAND, Server, environment, free_port, gone, running, wait_ready
from verifiers.registry import REGISTRY

SLEEPER = {
    "completion": "```python\nimport time\ntime.sleep(2)\nprint(5)\n```",
    "reference": {"tests": {"stdio": [{"stdin": "", "stdout": "5"}]}},
}
QUICK = {"completion": "\\boxed{1}", "reference": "1"}


def readiness(server):
    """The state that /readyz names, its status, and what the canaries found."""
    answer = httpx.get(f"{server.url}/readyz")
    body = answer.json()
    return body["status"], answer.status_code, body["checks"]["canaries"]["problems"]


def wait_for(server, state, within_s=30):
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(httpx.TransportError):
            seen = readiness(server)
            if seen[0] == state:
                return seen
        assert time.monotonic() < deadline, (seen, server.log.read_text()[-2000:])
        time.sleep(0.02)


# --- the canaries


@pytest.mark.parametrize("name", [name for name in REGISTRY if name != "code"])
def test_every_verifier_has_a_canary_that_knows_its_reward(name):
    (canary,) = of_verifiers([name])
    assert None not in canary.rewards, f"add {name} to reward_server/canaries.yaml"


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_has_a_canary(name):
    assert LANGUAGES[name].canary, f"add a canary to {name} in sandbox/languages.toml"
    assert of_language(name).rewards == [1.0, 0.0]


def test_it_answers_before_it_is_ready_and_tries_every_language_first(tmp_path):
    """No `canaries` setting: every toolchain of this machine."""
    with running(tmp_path / "log", ready=False, canaries="") as few, few.client() as client:
        wait_for(few, "starting")
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        early = client.post("/v1/score", json={"items": [QUICK]})
        assert (early.status_code, early.json()["results"][0]["reward"]) == (200, 1.0)
        assert wait_for(few, "ready") == ("ready", 200, {})


def every_language_environment():
    given = environment()
    del given["REWARD_CANARIES"]
    return given


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
def test_a_broken_compiler_is_named_and_keeps_it_from_being_ready(tmp_path):
    """`cc1`, which gcc calls, is taken away below the sandbox: by a mount of our own, so that
    nobody else on this machine sees it."""
    cc1 = subprocess.run(
        ["gcc", "-print-prog-name=cc1"], capture_output=True, text=True, check=True
    )
    script = 'mount --bind /usr/bin/false "$1" && touch "$2" && shift 2 && exec "$@"'
    port, mark, log = free_port(), tmp_path / "mounted", tmp_path / "log"
    command = ["unshare", "--mount", "sh", "-c", script, "sh", cc1.stdout.strip(), mark, *COMMAND]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port)],
            env=environment(canaries="python,c,perl"),
            stderr=sink,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 40
        problems = {}
        while not problems and time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                problems = httpx.get(f"{url}/readyz").json()["checks"]["canaries"]["problems"]
            time.sleep(0.05)
        assert mark.exists()
        assert list(problems) == ["language c"], problems
        assert "compile_error" in problems["language c"]
        assert httpx.get(f"{url}/readyz").status_code == 503
        metrics = httpx.get(f"{url}/metrics").text
        assert "reward_ready 0.0" in metrics
        assert 'reward_sandbox_runs_total{status="compile_error"}' in metrics
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can limit a namespace that it enters")
def test_ready_turns_no_when_the_sandbox_breaks_and_yes_when_it_heals(tmp_path):
    """Its slots are killed, and the kernel is told to give it no new namespaces.

    The server runs in a user namespace of its own, whose limit nobody else feels.
    """
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [
                "unshare",
                "--user",
                "--map-user=1234",
                "--map-group=1234",
                *COMMAND,
                "serve",
                "--port",
                str(port),
            ],
            env=environment() | {"XDG_CACHE_HOME": str(tmp_path)},
            stderr=sink,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_ready(server)
        limit_namespaces(process.pid, 0)
        kill_slots(server)
        _, status, _ = wait_for(server, "not_ready")
        assert status == 503
        said = httpx.get(f"{server.url}/readyz").json()["checks"]["sandbox"]
        assert "unshare" in said["problem"]
        code = server.score([SLEEPER])["results"][0]
        assert (code["status"], code["reward"]) == ("failed", None)
        assert server.score([QUICK])["results"][0]["reward"] == 1
        limit_namespaces(process.pid, 10_000)
        assert wait_for(server, "ready", 60) == ("ready", 200, {})
        assert server.score([SLEEPER])["results"][0]["reward"] == 1
        with server.client() as client:
            assert "reward_sandbox_restarts_total 2.0" in client.get("/metrics").text
    finally:
        process.terminate()
        process.wait(30)


ENTER_AND_LIMIT = """
import ctypes, os, sys
descriptor = os.open(f"/proc/{sys.argv[1]}/ns/user", os.O_RDONLY)
assert ctypes.CDLL(None).setns(descriptor, 0) == 0
open("/proc/sys/user/max_user_namespaces", "w").write(sys.argv[2])
"""


def limit_namespaces(pid, count):
    """How many user namespaces may be made below that of a process; it is entered for that."""
    command = [sys.executable, "-c", ENTER_AND_LIMIT, str(pid), str(count)]
    subprocess.run(command, check=True)


def kill_slots(server):
    for process in server.descendants():
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(part.endswith("namespace/launch.py") for part in process.cmdline()):
                process.kill()


# --- the end


def test_sigterm_finishes_what_runs_and_refuses_what_is_new(tmp_path):
    async def ask(server):
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            body = {"items": [SLEEPER, QUICK]}
            lines = {"Accept": "application/x-ndjson"}
            whole = asyncio.create_task(client.post("/v1/score", json=body))
            streamed = asyncio.create_task(client.post("/v1/score", json=body, headers=lines))
            await asyncio.sleep(0.7)
            server.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.1)
            async with httpx.AsyncClient(base_url=server.url) as other:
                refused = await other.post("/v1/score", json={"items": [QUICK]})
                unready = await other.get("/readyz")
                alive = await other.get("/healthz")
                told = await other.get("/v1/rubrics")
            return refused, unready, alive, told, await whole, await streamed

    with running(tmp_path / "log", drain_timeout_s=20) as server:
        children = server.descendants()
        refused, unready, alive, told, whole, streamed = asyncio.run(ask(server))
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["connection"] == "close"
        assert refused.json()["error"]["code"] == "draining"
        assert (unready.status_code, unready.json()["status"]) == (503, "draining")
        assert (alive.status_code, told.status_code) == (200, 200)
        assert [r["reward"] for r in whole.json()["results"]] == [1, 1]
        assert len(streamed.text.splitlines()) == 3
        assert server.process.wait(10) == 0
        assert gone(children)


def begin_long_request(server, seconds):
    async def ask():
        program = f"```python\nimport time\ntime.sleep({seconds})\nprint(5)\n```"
        item = SLEEPER | {"completion": program}
        item["reference"] = {"tests": {**SLEEPER["reference"]["tests"], "limits": {"time_s": 30}}}
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            asked = asyncio.create_task(client.post("/v1/score", json={"items": [item]}))
            await asyncio.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            yield asked

    return ask()


@pytest.mark.parametrize(("drain_s", "signals", "within_s"), [(1, 1, 6), (60, 2, 5)])
def test_the_end_is_bounded_and_a_second_signal_is_obeyed(tmp_path, drain_s, signals, within_s):
    """A program that sleeps for 20 s holds up neither; nothing is left of it."""
    with running(tmp_path / "log", drain_timeout_s=drain_s) as server:
        children = server.descendants()
        start = time.monotonic()

        async def go():
            async for asked in begin_long_request(server, 20):
                await asyncio.sleep(0.3)
                assert server.process.poll() is None
                if signals > 1:
                    server.process.send_signal(signal.SIGTERM)
                answer = await asked
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")

        asyncio.run(go())
        server.process.wait(within_s)
        assert time.monotonic() - start < within_s + 2
        assert gone(children)


def test_sigterm_while_it_starts(tmp_path):
    """With every compiler at work."""
    port = free_port()
    with (tmp_path / "log").open("wb") as sink:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            env=every_language_environment(),
            stderr=sink,
            start_new_session=True,
        )
    wait_for(Server(f"http://127.0.0.1:{port}", process, tmp_path / "log"), "starting")
    time.sleep(1)
    children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    assert process.wait(15) == 0
    assert gone(children)


def test_a_port_that_is_taken_ends_it_at_once(server):
    port = server.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [*COMMAND, "serve", "--port", port],
        env=environment(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 3
    assert b"address already in use" in done.stderr
