"""All processes of a program together stay below its limit on memory, whoever sees to it.

Covered: control groups as this machine has them, where the tests may make any, and the zygote's
own looks, here and as `nobody` in test_sandbox_nobody.py. Not covered: control groups version 2
with a memory controller on a machine whose controllers are in version 1.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import Limits, Program, Run, cgroups, open_sandbox
from verifiers.code import CodeOptions, Plan, grade, plan
from verifiers.verdict import Sample

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "tests/cases/code/memory.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]
CLEAN = Program("python", "import os\nprint(os.listdir('/tmp'))")
FORKS = Program(
    "python",
    "import os, time\n"
    "ready, full = os.pipe()\n"
    "for _ in range(6):\n"
    "    if not os.fork():\n"
    "        held = bytearray(200 << 20)\n"
    "        os.close(full)\n"
    "        time.sleep(3)\n"
    "os.close(full)\n"
    "os.read(ready, 1)",  # until each of them is full, or has ended
)
SERVER = (
    "import asyncio\n"
    "from sandbox import open_sandbox\n"
    "async def main():\n"
    "    async with await open_sandbox('namespace', 1):\n"
    "        print('up', flush=True)\n"
    "        await asyncio.sleep(60)\n"
    "asyncio.run(main())\n"
)


def grouped():
    try:
        cgroups.make().remove()
    except cgroups.Refused:
        return False
    return True


GROUPED = grouped()
MODES = ["group", "supervisor"] if GROUPED else ["supervisor"]


def refuse():
    raise cgroups.Refused("a test says so")


def directories(pid=""):
    """What servers made, of all or of one."""
    found = {
        path
        for hierarchy in cgroups._hierarchies()
        for path in cgroups._base(hierarchy.own).glob("reward-server.*")
    }
    return {path for path in found if f".{pid}." in path.name}


@contextlib.contextmanager
def opened(mode, slots, runner):
    """A sandbox whose slots have control groups, or only the zygotes' own looks."""
    with pytest.MonkeyPatch.context() as patch:
        if mode == "supervisor":
            patch.setattr(cgroups, "make", refuse)
        box = runner.run(open_sandbox("namespace", slots))
    assert ("cgroup" in box.health().memory) == (mode == "group")
    yield box
    runner.run(box.close())


@pytest.fixture(scope="module", params=MODES)
def box(request, runner):
    """One slot, so that every program follows the one before it in the same place."""
    with opened(request.param, 1, runner) as box:
        yield box


async def judge(box, case):
    sample = Sample(case["completion"], {"tests": case["tests"]})
    answer = plan(sample, CodeOptions())
    while isinstance(answer, Plan):
        answer = grade(answer, await box.run(answer.program, answer.runs, answer.limits))
    (after,) = await box.run(CLEAN, [Run()])
    return answer, after


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_memory_of_all_processes(case, runner, box):
    before = box.health().restarts
    verdict, after = runner.run(judge(box, case))
    assert verdict.score == pytest.approx(case["score"])
    assert verdict.reason == case["reason"] or (case["reason"] is None and not verdict.passed)
    assert after.stdout == b"[]\n"
    assert box.health().restarts == before


def test_too_much_memory_is_no_reason_to_run_again(runner, box):
    limits = Limits(time_s=5, memory_mb=256, processes=8)
    before = box.health().outcomes
    (outcome,) = runner.run(box.run(FORKS, [Run()], limits))
    assert outcome.status == "memory_limit"
    assert sum(box.health().outcomes.values()) == sum(before.values()) + 1


def test_too_much_memory_is_held_against_nobody_else(runner, box):
    """Programs that want unittest come from a zygote of their own, in the same group."""

    async def go(program, processes=8):
        limits = Limits(time_s=5, memory_mb=256, processes=processes)
        (outcome,) = await box.run(program, [Run()], limits)
        return outcome.status

    helped = replace(FORKS, source=f"import unittest\n{FORKS.source}")
    programs = [CLEAN, helped, CLEAN, FORKS, replace(helped, source="import unittest"), CLEAN]
    ends = [runner.run(go(program)) for program in programs]
    assert ends == ["ok", "memory_limit", "ok", "memory_limit", "ok", "ok"]


def test_the_limit_follows_the_program(runner, box):
    """Each job has its own, up and down again."""

    async def go():
        return [
            (await box.run(FORKS, [Run()], Limits(time_s=5, memory_mb=most, processes=8)))[0].status
            for most in (256, 2048, 256)
        ]

    assert runner.run(go()) == ["memory_limit", "ok", "memory_limit"]


@pytest.mark.skipif(not GROUPED, reason="no control groups can be made here")
def test_groups_end_with_their_server_or_when_the_next_one_starts(runner):
    own = str(os.getpid())

    async def go():
        before = directories(own)
        async with await open_sandbox("namespace", 2):
            during = directories(own)
        return before, during, directories(own)

    before, during, after = runner.run(go())
    assert during
    assert after == before
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", SERVER],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    killed, living = servers
    with killed, living:
        assert [server.stdout.readline() for server in servers] == [b"up\n"] * 2
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        theirs = directories(str(living.pid))
        assert theirs
        assert directories(str(killed.pid))
        for _ in range(50):  # its processes take a moment to end
            cgroups.remove_leftovers()
            if not directories(str(killed.pid)):
                break
            runner.run(asyncio.sleep(0.1))
        assert not directories(str(killed.pid))
        assert directories(str(living.pid)) == theirs
        living.terminate()


def give(hierarchy):
    """A controller that groups of this hierarchy have, and whether it's our doing."""
    control = hierarchy / "cgroup.subtree_control"
    given = control.read_text().split()
    if given:
        return given[0], False
    for name in (hierarchy / "cgroup.controllers").read_text().split():
        control.write_text(f"+{name}")
        return name, True
    raise OSError


@pytest.mark.alone
def test_a_server_in_version_2_moves_out_of_its_childrens_way():
    """On a real hierarchy, with whatever controller that has."""
    try:
        hierarchy = next(h.own for h in cgroups._hierarchies() if h.version == 2)
        controller, ours = give(hierarchy)
        group = hierarchy / f"test-{os.getpid()}"
        group.mkdir()
    except (OSError, StopIteration):
        pytest.skip("no hierarchy of version 2 in which this user may make groups")
    script = (
        "import sys\nfrom pathlib import Path\nfrom sandbox import cgroups\n"
        "base, controller = Path(sys.argv[1]), sys.argv[2]\n"
        "def own():\n"
        "    return next(h.own for h in cgroups._hierarchies() if h.version == 2)\n"
        "cgroups._write(base / 'cgroup.procs', '0')\n"
        "assert own() == base\n"
        "cgroups._move_in(base, '+' + controller)\n"
        "assert own() == base / cgroups._LEAF\n"
        "assert cgroups._base(own()) == base\n"
        "assert cgroups._words(base / 'cgroup.subtree_control') == [controller]\n"
        "cgroups._move_back(base)\n"
        "assert own() == base\n"
        "assert not (base / cgroups._LEAF).exists()\n"
    )
    command = [sys.executable, "-c", script, str(group), controller]
    try:
        subprocess.run(command, cwd=ROOT, check=True)
    finally:
        group.rmdir()
        if ours:
            (hierarchy / "cgroup.subtree_control").write_text(f"-{controller}")


def test_strangers_stay_where_they_are():
    """A group that others are in too is left alone."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as ours:
        assert cgroups._is_ours(ours.pid)
        assert cgroups._is_ours(1)
        assert cgroups._is_ours(os.getpid())
        assert cgroups._is_ours(os.getppid()) is (os.getppid() == 1)  # as in a container
        ours.kill()


@pytest.mark.parametrize(
    ("root", "mount", "path", "directory"),
    [
        ("/", "/sys/fs/cgroup", "/", "/sys/fs/cgroup"),
        ("/", "/sys/fs/cgroup", "/a.slice/b", "/sys/fs/cgroup/a.slice/b"),
        ("/docker/1", "/sys/fs/cgroup/memory", "/docker/1", "/sys/fs/cgroup/memory"),
        ("/docker/1", "/sys/fs/cgroup/memory", "/docker/1/x", "/sys/fs/cgroup/memory/x"),
        ("/docker/1", "/sys/fs/cgroup", "/", "/sys/fs/cgroup"),
    ],
)
def test_where_a_group_lies(root, mount, path, directory):
    assert cgroups._seen_at(root, mount, path) == Path(directory)
