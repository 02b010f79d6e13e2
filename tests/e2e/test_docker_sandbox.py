"""A server that runs programs in containers: the same verdicts over HTTP, nothing left behind."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.deployment import COMPOSE_FILE, Deployment, docker, free_port
from tests.e2e.test_deployment import ATTACKS, BATCH, HONEST, check_examples
from tests.live import COMMAND, running

IMAGE = os.environ.get("SANDBOX_IMAGE", "reward-server")
FULL_IMAGE = os.environ.get("SANDBOX_FULL_IMAGE", "reward-server-full")


@pytest.fixture(scope="module")
def contained(tmp_path_factory):
    log = tmp_path_factory.mktemp("contained") / "log"
    with running(log, sandbox="docker", docker_image=IMAGE, sandbox_slots=2) as live:
        yield live
    assert ours(live) == []


def ours(live):
    """The containers of a server, in any state."""
    form = '{{.ID}} {{.Label "reward-server.sandbox"}}'
    lines = docker("ps", "-a", "--filter", "label=reward-server.sandbox", "--format", form)
    return [line.split()[0] for line in lines.splitlines() if f"/{live.process.pid}/" in line]


def test_ready_says_which_backend(contained):
    with contained.client() as client:
        checks = client.get("/readyz").json()["checks"]
    assert checks["sandbox"]["backend"] == "docker"
    assert checks["sandbox"]["slots"] == 2


def test_containers_have_nothing(contained):
    containers = ours(contained)
    assert len(containers) == 2
    for container in containers:
        form = "{{.HostConfig.NetworkMode}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} "
        form += "{{.HostConfig.IpcMode}} {{.HostConfig.Privileged}}"
        plain = docker("inspect", "--format", form, container)
        assert plain.strip() == "none true [ALL] none false"
        (told,) = json.loads(docker("inspect", container))
        privileges, system_calls = told["HostConfig"]["SecurityOpt"]
        assert privileges == "no-new-privileges"
        rules = json.loads(system_calls.removeprefix("seccomp="))["syscalls"]
        assert not any({"socket", "connect", "bind"} & set(rule["names"]) for rule in rules)
        assert [(mount["Destination"], mount["RW"]) for mount in told["Mounts"]] == [
            ("/toolbox", False)
        ]


def test_every_example_has_its_reward(contained):
    check_examples(contained.score(**BATCH)["results"])


def test_the_images_languages_count(contained):
    """Not those of the machine that the server runs on."""
    with contained.client() as client:
        languages = client.get("/v1/languages").json()["languages"]
    assert {name for name, row in languages.items() if row["available"]} == {
        *("python", "bash", "perl")
    }
    code = {"completion": "```cpp\nint main() {}\n```"}
    tests = {"language": "cpp", "stdio": [{"stdin": "", "stdout": ""}]}
    (result,) = contained.score([code | {"reference": {"tests": tests}}], rubric="code")["results"]
    assert result["status"] == "invalid"
    assert "install the Debian package g++" in result["scores"]["code"]["message"]


def test_every_language_of_the_full_image(tmp_path):
    """Its canaries, too: the server is ready once all of them got their reward."""
    options = {"sandbox": "docker", "docker_image": FULL_IMAGE, "sandbox_slots": 2}
    with running(tmp_path / "log", **options) as live, live.client() as client:
        languages = client.get("/v1/languages").json()["languages"]
        assert [name for name, row in languages.items() if not row["available"]] == []
        assert client.get("/readyz").json()["checks"]["canaries"]["problems"] == {}


def test_the_doctor_says_what_containers_can_do():
    environment = os.environ | {"REWARD_SANDBOX": "docker", "REWARD_DOCKER_IMAGE": IMAGE}
    done = subprocess.run(
        [*COMMAND, "doctor"],
        env=environment | {"COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "each program in namespaces inside its container" in done.stdout
    assert f"install g++ in the image {IMAGE}" in done.stdout
    assert done.returncode == 0, done.stdout


def test_attacks_are_repelled(contained):
    cases = ATTACKS[:20]
    items = []
    for case in cases:
        attack = {"completion": case["completion"], "reference": {"tests": case["tests"]}}
        items += [attack, HONEST]
    results = contained.score(items, rubric="code")["results"]
    assert [result["reward"] for result in results] == [0, 1] * len(cases)


def test_a_killed_server_leaves_no_container(tmp_path):
    with running(tmp_path / "log", sandbox="docker", docker_image=IMAGE, sandbox_slots=1) as live:
        assert len(ours(live)) == 1
        live.process.kill()
        live.process.wait()
        deadline = time.monotonic() + 20
        while ours(live) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert ours(live) == []


def test_what_a_dead_server_left_goes_at_the_next_start(tmp_path, contained):
    """A container that was created and never started has no watchdog yet."""
    boot = docker("inspect", "--format", '{{index .Config.Labels "reward-server.sandbox"}}',
                  ours(contained)[0])  # fmt: skip
    machine, namespace, _, start = boot.strip().split("/")
    gone = subprocess.Popen(["true"])
    gone.wait()
    label = f"reward-server.sandbox={machine}/{namespace}/{gone.pid}/{start}"
    left = docker("create", "--label", label, IMAGE).strip()
    with running(tmp_path / "log", sandbox="docker", docker_image=IMAGE, sandbox_slots=1):
        assert left not in docker("ps", "-aq", "--no-trunc").split()
        assert len(ours(contained)) == 2


def test_a_missing_image_is_named(tmp_path):
    log = tmp_path / "log"
    with running(log, ready=False, sandbox="docker", docker_image="nowhere/nothing:1") as live:
        deadline = time.monotonic() + 30
        while "nowhere/nothing:1" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "docker build" in log.read_text()
        assert live.process.poll() is None


def test_the_compose_file_of_the_docker_sandbox(deployment):
    """The server in a container, programs in others beside it: as shipped, and as its page says."""
    files = (COMPOSE_FILE, COMPOSE_FILE.with_name("docker-compose.docker-sandbox.yml"))
    own = Deployment(
        f"reward-e2e-beside-{os.getpid()}",
        *(IMAGE, free_port(), deployment.key, deployment.keys_file),
        files=files,
    )
    before = containers()
    engine = {"DOCKER_GID": str(Path("/var/run/docker.sock").stat().st_gid)}
    try:
        own.compose("up", "--wait", "--no-build", **engine)
        with own.client() as client:
            assert client.get("/readyz").json()["checks"]["sandbox"]["backend"] == "docker"
        assert own.score([HONEST])["results"][0]["reward"] == 1
    finally:
        own.compose("down", "--volumes", "--timeout", "20", **engine)
    assert own.left() == []
    deadline = time.monotonic() + 20
    while containers() - before and time.monotonic() < deadline:
        time.sleep(0.5)
    assert containers() <= before


def containers():
    """Those of every server's sandbox."""
    every = docker("ps", "-a", "--filter", "label=reward-server.sandbox", "--format", "{{.ID}}")
    return set(every.split())
