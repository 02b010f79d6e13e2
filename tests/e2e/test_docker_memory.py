"""Memory limits of containers: one program's own is its verdict, the server's is nobody's."""

import json
import os

import pytest

from sandbox import Containers, Limits, Program, Run, open_sandbox
from tests.e2e.deployment import ROOT, docker

IMAGE = os.environ.get("SANDBOX_IMAGE", "reward-server")
TAKES = "taken = [bytearray(b'x') * (1 << 20) for _ in range(int(input()))]\nprint(len(taken))"
SMALL, LARGE = Run(b"10\n"), Run(b"300\n")
FORKS = (
    "import os, time\n"
    "for _ in range(20):\n"
    "    if not os.fork():\n"
    "        taken = bytearray(b'x') * (10 << 20)\n"
    "        time.sleep(5)\n"
    "        os._exit(0)\n"
    "time.sleep(6)\n"
)
CROWDED = f"""
import asyncio, json
from sandbox import Limits, Program, Run, SandboxError, open_sandbox
async def main():
    async with await open_sandbox("namespace", 1) as box:
        said = []
        for size in (b"10", b"600", b"20"):
            try:
                (outcome,) = await box.run(Program("python", {TAKES!r}), [Run(size)], Limits())
                said.append(outcome.status)
            except SandboxError as error:
                said.append(str(error))
        print(json.dumps([*said, box.health().restarts]))
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def narrow(runner):
    """A sandbox whose one container got less memory than its programs may use."""
    box = runner.run(open_sandbox("docker", 1, Containers(IMAGE)))
    containers = docker("ps", "-q", "--filter", "label=reward-server.sandbox").split()
    for container in containers:
        label = '{{index .Config.Labels "reward-server.sandbox"}}'
        if f"/{os.getpid()}/" in docker("inspect", "--format", label, container):
            docker("update", "--memory", "150m", "--memory-swap", "150m", container)
    yield box
    runner.run(box.close())


@pytest.mark.parametrize(
    ("program", "runs", "statuses"),
    [
        (Program("python", TAKES), [SMALL], ["ok"]),
        (Program("python", TAKES), [LARGE], ["memory_limit"]),
        (
            Program("python", TAKES, stop_on_failure=False),
            [SMALL, LARGE, SMALL],
            ["ok", "memory_limit", "ok"],
        ),
        (Program("python", FORKS), [Run()], ["memory_limit"]),
    ],
)
def test_a_program_over_its_containers_limit_is_over_its_own(
    runner, narrow, program, runs, statuses
):
    limits = Limits(memory_mb=512, processes=30 if program.source == FORKS else 1)
    outcomes = runner.run(narrow.run(program, runs, limits))
    assert [outcome.status for outcome in outcomes] == statuses
    (after,) = runner.run(narrow.run(Program("python", TAKES), [SMALL], limits))
    assert (after.status, after.stdout) == ("ok", b"10\n")
    assert narrow.health().restarts == 0, "the kernel ends programs, not what watches them"


def test_a_program_that_ends_for_the_servers_memory_has_no_verdict():
    """In a server's container with a limit of its own, below what its program may use."""
    said = docker(
        *("run", "--rm", "--init", "--read-only", "--tmpfs", "/tmp:exec", "--cap-drop", "ALL"),
        *("--security-opt", "no-new-privileges", "--entrypoint", "python"),
        *("--security-opt", f"seccomp={ROOT / 'deploy/seccomp.json'}"),
        *("--memory", "400m", "--memory-swap", "400m", IMAGE, "-c", CROWDED),
    )
    small, large, after, _ = json.loads(said.splitlines()[-1])
    assert (small, after) == ("ok", "ok")
    assert "too little memory" in large or "failed" in large
