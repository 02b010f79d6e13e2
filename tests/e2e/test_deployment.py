"""The compose file as shipped, on a real engine: scores, repels, survives, leaves nothing."""

import json
import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from reward_server.canary import of_language
from sandbox.languages import LANGUAGES
from tests.e2e.deployment import ROOT, docker, read_lines

SLIM = os.environ.get("SANDBOX_IMAGE", "reward-server")

BATCH = json.loads((ROOT / "examples" / "batch.json").read_text())
EXPECTED = read_lines(ROOT / "tests/cases/demo/rewards.jsonl")
LANGUAGE_CASES = read_lines(ROOT / "tests/cases/code/languages.jsonl")
ATTACKS = read_lines(ROOT / "tests/attacks/programs.jsonl")
HONEST = {
    "completion": "```python\nimport os\nassert os.listdir('/tmp') == []\n"
    "print(sum(map(int, input().split())))\n```",
    "reference": {"tests": {"stdio": [{"stdin": "2 3\n", "stdout": "5\n"}]}},
}


def test_it_runs_without_privileges(deployment):
    state = deployment.inspect()
    host = state["HostConfig"]
    assert state["Config"]["User"] == "10001:10001"
    assert not host["Privileged"]
    assert not host["CapAdd"]
    assert host["CapDrop"] == ["ALL"]
    assert host["ReadonlyRootfs"]
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    assert any(option.startswith("seccomp={") for option in host["SecurityOpt"])
    assert host["Memory"]
    assert host["PidsLimit"]
    assert state["State"]["Health"]["Status"] == "healthy"


def test_the_slim_image_holds_no_build_tool():
    script = "command -v pip gcc cc make; python -m pip --version 2>&1; python --version; id -u"
    said = docker("run", "--rm", "--entrypoint", "sh", SLIM, "-c", script).splitlines()
    assert said[0].endswith("No module named pip")
    assert said[1].startswith("Python 3.13")
    assert said[2:] == ["10001"]


@pytest.mark.parametrize("target", ["slim", "full"])
def test_sizes_are_as_documented(deployment, target):
    image = {"slim": SLIM, "full": deployment.image}[target]
    size_mb = int(docker("image", "inspect", "--format", "{{.Size}}", image)) / 1e6
    page = (ROOT / "docs" / "deploy.md").read_text()
    documented = int(re.search(rf"`{target}`[^|]*\| (\d+) MB", page)[1])
    assert size_mb == pytest.approx(documented, rel=0.1)


def test_keys_of_the_secret_file_count(deployment):
    bare = httpx.post(f"{deployment.url}/v1/score", json={"items": []})
    assert bare.status_code == 401
    assert httpx.get(f"{deployment.url}/readyz").status_code == 200
    assert deployment.score([])["results"] == []


def test_an_open_port_without_keys_is_refused(deployment):
    done = subprocess.run(
        ["docker", "run", "--rm", "-e", "REWARD_PUBLISHED_ADDRESS=0.0.0.0", deployment.image],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "REWARD_API_KEYS" in done.stderr


def test_every_example_has_its_reward(deployment):
    check_examples(deployment.score(**BATCH)["results"])


def check_examples(results):
    assert [r["id"] for r in results] == [e["id"] for e in EXPECTED]
    for result, expected in zip(results, EXPECTED, strict=True):
        reward = expected["reward"]
        if isinstance(reward, list):
            low, high = reward
            assert low <= result["reward"] <= high, result
        else:
            assert result["reward"] == pytest.approx(reward, abs=1e-3), result


def test_every_language_is_here_and_has_its_verdicts(deployment):
    with deployment.client() as client:
        languages = client.get("/v1/languages").json()["languages"]
    assert [name for name, row in languages.items() if not row["available"]] == []
    assert set(languages) == set(LANGUAGES)
    items, wanted = [], []
    for case in LANGUAGE_CASES:
        rubric = {"components": [{"verifier": "code", "options": case["options"]}]}
        items.append(
            {"completion": case["completion"], "reference": {"tests": case["tests"]}}
            | {"id": case["name"], "rubric": rubric}
        )
        wanted.append((case["name"], case["reason"], case["score"]))
    for name in LANGUAGES:
        canary = of_language(name)
        items += [item | {"id": f"canary {name}"} for item in canary.items]
        wanted += [(f"canary {name}", *row) for row in (("passed", 1.0), ("wrong_answer", 0.0))]
    results = deployment.score(items)["results"]
    told = [(r["id"], r["scores"]["code"]["reason"], r["reward"]) for r in results]
    assert [pair for pair in zip(told, wanted, strict=True) if pair[0] != pair[1]] == []


def test_attacks_are_repelled_and_harm_nobody(deployment):
    """Every program of the attack tests, each followed by an honest one."""
    items = []
    for case in ATTACKS:
        attack = {"completion": case["completion"], "reference": {"tests": case["tests"]}}
        items += [attack, HONEST]
    results = deployment.score(items, rubric="code")["results"]
    told = [(case["family"], case["name"]) for case in ATTACKS]
    assert len(told) >= 20
    verdicts = dict(zip(told, results[::2], strict=True))
    assert not [name for name, r in verdicts.items() if r["status"] != "ok" or r["reward"] != 0]
    assert not [name for name, r in verdicts.items() if "LEAK" in json.dumps(outputs(r))]
    after = dict(zip(told, results[1::2], strict=True))
    assert not [name for name, r in after.items() if r["reward"] != 1]


def outputs(result):
    return [row["stdout"] for row in result["scores"]["code"]["detail"]["tests"]]


def test_nothing_is_lost_when_it_is_killed_in_the_middle(deployment):
    """`docker kill`, then up again; clients ask again and get every verdict."""
    lose_the_server(deployment, kill_the_container)


def test_nothing_is_lost_when_the_server_dies(deployment):
    """The engine starts it again by itself."""
    lose_the_server(deployment, kill_the_process)
    assert deployment.inspect()["RestartCount"] >= 1


def kill_the_container(deployment):
    docker("kill", *deployment.containers())
    deployment.compose("up", "--wait")


def kill_the_process(deployment):
    os.kill(deployment.inspect()["State"]["Pid"], signal.SIGKILL)


def lose_the_server(deployment, kill):
    def mixed(number):
        maths = [
            {"id": f"{number}-{i}", "completion": f"\\boxed{{{i}}}", "reference": str(i - i % 2)}
            for i in range(20)
        ]
        slow = HONEST | {"completion": "```python\nimport time\ntime.sleep(0.2)\nprint(5)\n```"}
        return [item for pair in zip(maths, [slow] * 20, strict=True) for item in pair]

    right = [1.0, 1.0, 0.0, 1.0] * 10
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(deployment.score, mixed(number)) for number in range(4)]
        time.sleep(2)
        kill(deployment)
        results = [answer.result()["results"] for answer in answers]
    for number, rows in enumerate(results):
        assert [row["reward"] for row in rows] == right
        assert [row["id"] for row in rows[::2]] == [f"{number}-{i}" for i in range(20)]
    assert deployment.score([HONEST])["results"][0]["reward"] == 1


def test_programs_left_nothing_running(deployment):
    """What remains is the server with its own processes, as many as at the start."""
    (container,) = deployment.containers()
    names = docker("exec", container, "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert "solution.py" not in names
    left = docker("exec", container, "sh", "-c", "ls -A /tmp /tmp/.cache | grep -v :")
    own = ("pymp-", "tmp", ".cache", "reward-server")  # the last two: the sandbox's toolbox
    assert not [name for name in left.split() if not name.startswith(own)]


def test_it_stops_within_its_grace(deployment):
    start = time.monotonic()
    deployment.compose("stop")
    assert time.monotonic() - start < 20
    state = deployment_state(deployment)
    assert state["ExitCode"] in (0, 143)
    assert not state["OOMKilled"]


def deployment_state(deployment):
    (container,) = deployment.compose("ps", "-aq", "reward").split()
    return json.loads(docker("inspect", container))[0]["State"]
