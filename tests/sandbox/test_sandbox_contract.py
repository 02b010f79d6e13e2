"""What every backend must do: right verdicts, limits that hold, attacks repelled, nothing left."""

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import Limits, Program, Run, SandboxError, Unsupported
from sandbox.values import decode, encode_call
from tests.backends import BACKENDS, opened
from verifiers.code import CodeOptions, Plan, grade, plan
from verifiers.verdict import Sample

ROOT = Path(__file__).parents[2]
LOOP = Program("python", "while True:\n    pass")
SUM = Program("python", "print(sum(map(int, input().split())))")
CLEAN = Program("python", "import os\nprint(os.listdir('/tmp'))")


SEEN_IN_A_BARE_CONTAINER = {"climbs out by ..", "sees others in /proc", "kills its parent"}
"""Probes that call it a leak to see what a container shows of itself, where it can't hold a slot in
namespaces: its root directory, /proc and its process 1. There is nothing of the server's in them,
and none can be changed."""


ENDS_A_GVISOR_CONTAINER = {"kills its parent", "bomb with leave for 8", "memory of each child"}
"""gVisor does not shield process 1 of a container: where that ends, on a new container again, there
is no verdict, and the item has no score."""

HOARD = Program(
    "python",
    "import os, time\n"
    "ready, full = os.pipe()\n"
    "for _ in range(5):\n"
    "    if not os.fork():\n"
    "        held = bytearray(800 << 20)\n"
    "        os.close(full)\n"
    "        time.sleep(9)\n"
    "os.close(full)\n"
    "os.read(ready, 1)",
)
"""Each of its processes stays below the limit, and all together are over that of any container."""

NO_MOUNT_FLAGS = {"setuid bit in /tmp"}
"""A probe that reads the flags of /tmp, which gVisor does not tell; setuid has no effect there."""


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


VERDICTS = read_lines(ROOT / "tests/cases/code/verdicts.jsonl")
ATTACKS = read_lines(ROOT / "tests/attacks/programs.jsonl")


def name_of(case):
    return case["name"]


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request):
    return request.param


@pytest.fixture(scope="module")
def box(runner, backend):
    """One slot, so that every program follows the one before it in the same place."""
    box = runner.run(opened(backend, 1))
    yield box
    runner.run(box.close())


@pytest.fixture(scope="module")
def bare(backend, box):
    """Whether programs have a container without namespaces of a slot: gVisor's kernel has none."""
    problem = box.facts().get("problem")
    assert bool(problem) == ("runsc" in backend), problem
    return problem is not None


@pytest.fixture
def run(runner, box):
    def run(program, *stdin, **limits):
        runs = [Run(text) for text in stdin or (b"",)]
        return runner.run(box.run(program, runs, Limits(**limits)))

    return run


@pytest.fixture
def score(runner, box):
    async def judge(case):
        sample = Sample(case["completion"], {"tests": case["tests"]})
        answer = plan(sample, CodeOptions(**case.get("options", {})))
        while isinstance(answer, Plan):
            answer = grade(answer, await box.run(answer.program, answer.runs, answer.limits))
        return answer

    return lambda case: runner.run(judge(case))


def hidden_files(case):
    """Whether the tests are files that the program must not see."""
    return "files" in case["tests"]


@pytest.mark.parametrize("case", VERDICTS, ids=name_of)
def test_verdict(case, score, bare):
    if bare and hidden_files(case):
        with pytest.raises(Unsupported, match="the namespace sandbox can"):
            score(case)
        return
    verdict = score(case)
    assert verdict.status == "ok", verdict
    assert not verdict.passed if case["reason"] is None else verdict.reason == case["reason"]
    assert verdict.score == pytest.approx(case["score"])


@pytest.mark.parametrize("case", ATTACKS, ids=name_of)
def test_attack(case, score, run, bare):
    if bare and hidden_files(case):
        return
    try:
        verdict = score(case)
    except SandboxError:
        assert bare
        assert case["name"] in ENDS_A_GVISOR_CONTAINER
        return
    assert verdict.status == "ok"
    assert not verdict.passed
    visible = SEEN_IN_A_BARE_CONTAINER | NO_MOUNT_FLAGS if bare else set()
    if case["name"] not in visible:
        assert not any("LEAK" in (row["stdout"] or "") for row in verdict.detail["tests"]), verdict
    (outcome,) = run(CLEAN)
    assert outcome.stdout == b"[]\n"


def test_outcome_of_stdio(run):
    first, second = run(SUM, b"1 2\n", b"20 30\n")
    assert (first.status, first.exit_code, first.signal) == ("ok", 0, None)
    assert (first.stdout, first.stderr, first.value) == (b"3\n", b"", None)
    assert second.stdout == b"50\n"
    assert 0 < first.cpu_ms < 5000
    assert 0 < first.wall_ms < 5000
    assert 1 < first.memory_mb < 200
    assert first.isolated
    assert not second.isolated


def test_outcome_of_calls(run):
    program = Program(
        "python", "def twice(x):\n    return (x, [x])", kind="calls", entry_point="twice"
    )
    outcomes = run(program, encode_call([1], {}), encode_call(["é"], {}))
    assert [decode(o.value) for o in outcomes] == [(1, [1]), ("é", ["é"])]


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("while True:\n    pass", "time_limit"),
        ("import time\ntime.sleep(60)", "time_limit"),
        ("x = bytearray(10**9)", "memory_limit"),
        ("print('x' * 10**8)", "output_limit"),
        ("import sys\nsys.stderr.write('x' * 10**8)", "output_limit"),
        ("1 / 0", "runtime_error"),
        ("import sys\nsys.exit(3)", "runtime_error"),
        ("def", "compile_error"),
    ],
)
def test_limits_and_ends(run, source, status):
    start = time.monotonic()
    (outcome,) = run(Program("python", source), time_s=1, memory_mb=256, output_kb=1024)
    assert outcome.status == status
    assert len(outcome.stdout) <= 1024 * 1024
    assert time.monotonic() - start < 10


def test_no_limit_on_cpu_time_but_ours(run):
    """Past such a limit a program is killed as from outside, which is no verdict about it."""
    source = (
        "from resource import RLIMIT_CPU, RLIMIT_STACK, getrlimit, setrlimit\n"
        "before = getrlimit(RLIMIT_CPU)\n"
        "setrlimit(RLIMIT_CPU, (1, 1))\n"
        "setrlimit(RLIMIT_STACK, (1 << 20, 1 << 20))\n"
        "print(getrlimit(RLIMIT_CPU) == before, getrlimit(RLIMIT_STACK)[0])"
    )
    (outcome,) = run(Program("python", source))
    assert outcome.stdout == b"True 1048576\n"


def test_more_memory_than_a_place_has(run):
    """What ends with it, a process, the program or a container, is no failure of the sandbox."""
    (outcome,) = run(HOARD, memory_mb=1024, processes=8)
    assert outcome.status == "memory_limit"
    (outcome,) = run(CLEAN)
    assert outcome.stdout == b"[]\n"


def test_much_goes_in_and_out(run):
    program = Program("python", "import sys\nsys.stdout.write(sys.stdin.read())")
    text = b"0123456789abcdef" * (1 << 18)
    (outcome,) = run(program, text, output_kb=8192)
    assert outcome.status == "ok"
    assert outcome.stdout == text


SEARCH = """
import ctypes, os
c = ctypes.CDLL(None)
c.sbrk.restype = ctypes.c_void_p
file = os.open("/tmp/x", os.O_RDWR | os.O_CREAT)
page = c.sbrk(0) & ~4095
size = 0
while c.write(file, ctypes.c_void_p(page - 4096), 4096) == 4096:
    page -= 4096
    size += 4096
found = b"left by" + b" another"
print(size > 100_000, found in os.pread(file, size, 0))
"""


def test_no_program_finds_another_in_its_memory(run):
    """A forked interpreter has the memory of the one that it was forked from."""
    text = "left by" + " another"
    for size in (600, 5_000, 50_000):
        (outcome,) = run(Program("python", f"print({text!r})\n" * (size // 20)), text.encode() * 99)
        assert outcome.status == "ok"
    (outcome,) = run(Program("python", SEARCH))
    assert outcome.stdout == b"True False\n", outcome


def test_a_higher_limit_than_usual_is_given(run):
    program = Program("python", "x = bytearray(2_500_000_000)\nx[::4096] = b'x' * len(x[::4096])")
    (outcome,) = run(program, memory_mb=3000)
    assert outcome.status == "ok", outcome
    assert outcome.memory_mb > 2300


def test_the_first_failure_ends_the_rest(run):
    outcomes = run(SUM, b"1\n", b"no number\n", b"2\n")
    assert [o.status for o in outcomes] == ["ok", "runtime_error", "skipped"]


def test_left_processes_end_with_their_program(run):
    source = (
        "import os, time\n"
        "if not os.fork():\n    os.setsid()\n    while True:\n        time.sleep(0.01)\n"
        "print('parent')"
    )
    (outcome,) = run(Program("python", source), processes=8)
    assert outcome.stdout == b"parent\n"
    alone = "import os\ntry:\n    os.kill(-1, 0)\nexcept OSError as error:\n    print(error.errno)"
    (outcome,) = run(Program("python", alone))
    assert outcome.stdout == b"%d\n" % errno.ESRCH  # nobody but itself and process 1


def test_cancelled_call_ends_its_program_and_frees_the_slot(runner, box):
    async def go():
        task = asyncio.create_task(box.run(LOOP, [Run()], Limits(time_s=60)))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        start = time.monotonic()
        (outcome,) = await box.run(SUM, [Run(b"1 1\n")])
        return outcome, time.monotonic() - start

    outcome, took = runner.run(go())
    assert outcome.stdout == b"2\n"
    assert took < 10


def test_a_lost_place_is_replaced(runner, backend):
    """A container or slot that dies takes no verdict along."""

    async def go():
        async with await opened(backend, 2) as box:
            for place in box._places:
                await place.close()
            failed = await asyncio.gather(
                *(box.run(SUM, [Run(b"1 1\n")]) for _ in range(2)), return_exceptions=True
            )
            await asyncio.sleep(0)
            (outcome,) = await box.run(SUM, [Run(b"2 2\n")])
            return failed, outcome

    failed, outcome = runner.run(go())
    assert all(isinstance(each, SandboxError | list) for each in failed)
    assert outcome.stdout == b"4\n"


def test_a_killed_server_leaves_nothing(backend):
    script = (
        "import asyncio, sys\n"
        "from tests.backends import opened\n"
        "from tests.sandbox.test_sandbox_contract import LOOP\n"
        "from sandbox import Limits, Run\n"
        "async def main():\n"
        "    box = await opened(sys.argv[1], 2)\n"
        "    runs = [box.run(LOOP, [Run()], Limits(time_s=60)) for _ in range(2)]\n"
        "    await asyncio.gather(asyncio.to_thread(print, 'up', flush=True), *runs)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, backend],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdout.readline() == b"up\n"
        time.sleep(0.5)
        label = f"/{server.pid}/"
        ours = containers(label)
        server.send_signal(signal.SIGKILL)
    if backend == "namespace":  # tests/sandbox/test_sandbox_pool.py counts its processes
        return
    assert len(ours) == 2
    deadline = time.monotonic() + 20
    while containers(label) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert containers(label) == []


def containers(label):
    """Ids of our containers, in any state, whose owner has `label` in its description."""
    if BACKENDS == ["namespace"]:
        return []
    form = '{{.ID}} {{.Label "reward-server.sandbox"}}'
    command = ["docker", "ps", "-a", "--filter", "label=reward-server.sandbox", "--format", form]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split()[0] for line in lines if label in line]
