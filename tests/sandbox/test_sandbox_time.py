"""Whose time is up: what a run computed and slept counts, what it waited for a core does not.

Covered: Python, a compiled program and a shell, with processes and threads of their own, with
control groups and without, on a machine with nothing else to do and on a busy one.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time

import pytest

from sandbox import Limits, Program, Run
from sandbox.namespace import asleep, procfs
from sandbox.namespace.deadline import GRACE_S, Sleep, wait_s
from tests.sandbox.test_sandbox_memory import MODES, opened

SPIN = "import os, threading, time\ndef spin(s):\n    while time.process_time() < s: pass\n"
HOG = "while True: pass"
FORK = "if not os.fork():\n    spin({0})\n    os._exit(0)\n"
FIGHT = """
x = []
while True:
    try:
        x.append(bytearray(1 << 16))
    except MemoryError:
        pass
"""
SLEEP_C = '#include <stdio.h>\n#include <unistd.h>\nint main() {{ usleep({0}); puts("9"); }}'


@pytest.fixture(scope="module", params=MODES)
def box(request, runner):
    with opened(request.param, 2, runner) as box:
        yield box


def python(source):
    return Program("python", SPIN + source)


@pytest.mark.parametrize(
    ("program", "limits", "status"),
    [
        (python("time.sleep(0.5); print(9)"), {"time_s": 0.3}, "time_limit"),
        (python("time.sleep(0.5); print(9)"), {"time_s": 2}, "ok"),
        (python("time.sleep(60)"), {"time_s": 0.3}, "time_limit"),
        (python("spin(0.2); time.sleep(60)"), {"time_s": 0.4}, "time_limit"),
        (python("for _ in range(9): threading.Thread(target=time.sleep, args=(60,)).start()"),
         {"time_s": 0.3}, "time_limit"),
        (python("t = threading.Thread(target=spin, args=(0.2,)); t.start(); t.join(); print(9)"),
         {"time_s": 0.35}, "ok"),
        (python(FORK.format(0.6) + "os.wait(); print(9)"),
         {"time_s": 0.3, "processes": 4}, "time_limit"),
        (python(FORK.format(0.6) + "os.wait(); print(9)"),
         {"time_s": 3, "processes": 4}, "ok"),
        (python(FORK.format(60) + "time.sleep(60)"),
         {"time_s": 0.3, "processes": 4}, "time_limit"),
        (python("os.fork(); os.fork(); time.sleep(60)"),
         {"time_s": 0.3, "processes": 8}, "time_limit"),
        (Program("c", SLEEP_C.format(500_000)), {"time_s": 0.3}, "time_limit"),
        (Program("c", SLEEP_C.format(500_000)), {"time_s": 2}, "ok"),
        (Program("bash", "sleep 1.2; echo 9"), {"time_s": 1}, "time_limit"),
        (Program("bash", "sleep 0.5; echo 9"), {"time_s": 2}, "ok"),
    ],
)  # fmt: skip
def test_time(runner, box, program, limits, status):
    (outcome,) = runner.run(box.run(program, [Run()], Limits(**limits)))
    assert outcome.status == status, outcome


def test_a_sleeper_after_others_in_one_process(runner, box):
    program = python("n = int(input()); time.sleep(n); print(n)")
    runs = [Run(b"0\n"), Run(b"0\n"), Run(b"60\n"), Run(b"0\n")]
    outcomes = runner.run(box.run(program, runs, Limits(time_s=0.3)))
    assert [o.status for o in outcomes] == ["ok", "ok", "time_limit", "skipped"]


def test_what_its_processes_computed_is_shown(runner, box):
    program = python(FORK.format(0.5) + "os.wait()")
    (outcome,) = runner.run(box.run(program, [Run()], Limits(time_s=5, processes=4)))
    assert 480 < outcome.cpu_ms < 5000


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    f()\nimport sys\nsys.setrecursionlimit(10 ** 9)\nf()",
        FIGHT,
    ],
)
def test_who_fights_for_memory_is_over_that_limit_at_once(runner, box, source):
    limits = Limits(time_s=20, memory_mb=256)
    (outcome,) = runner.run(box.run(Program("python", source), [Run()], limits))
    assert outcome.status == "memory_limit", outcome
    assert outcome.cpu_ms < 10_000


BUSY = [
    python("spin(0.2)"),
    python("t = threading.Thread(target=spin, args=(0.15,)); t.start(); t.join(); spin(0.2)"),
    python(FORK.format(0.15) + "os.wait(); spin(0.05)"),
    Program("c", "#include <time.h>\nint main() { while (clock() < CLOCKS_PER_SEC / 5); }"),
    Program("bash", "for i in 1 2 3; do perl -e '1 while (times)[0] + (times)[1] < 0.05'; done"),
]


@pytest.mark.alone
def test_right_programs_on_a_busy_machine(runner, box):
    """Thirty that use 0.7 of their limit, beside four times as many others as there are cores."""

    async def go():
        limits = Limits(time_s=0.3, processes=4)
        return await asyncio.gather(*(box.run(p, [Run()], limits) for p in BUSY * 6))

    runner.run(box.run(BUSY[3], [Run()]))  # compiles it
    with contextlib.ExitStack() as stack:
        for _ in range(4 * len(os.sched_getaffinity(0))):
            hog = stack.enter_context(subprocess.Popen([sys.executable, "-c", HOG]))
            stack.callback(hog.kill)
        outcomes = runner.run(go())
    assert [outcome.status for (outcome,) in outcomes] == ["ok"] * 30, outcomes


@pytest.mark.parametrize(
    ("limit_s", "cpu_s", "wall_s", "how", "left_s"),
    [
        (1.0, 0.0, 0.0, {}, 1.0),
        (1.0, 0.4, 0.4, {}, 0.6),
        (1.0, 0.4, 0.4, {"cores": 2}, 0.3),
        (1.0, 1.0, 1.0, {}, 0.0),
        (1.0, 0.01, 1.0, {}, GRACE_S),
        (1.0, 0.01, 1.5, {}, 0.0),
        (1.0, 0.2, 1.5, {}, 0.25),
        (1.0, 0.01, 1.5, {"tree": True}, 0.99),
        (1.0, 0.01, 3.5, {"tree": True}, 0.0),
        (1.0, 0.01, 1.0, {"sleep": Sleep(0.99, now=True, exact=True)}, 0.0),
        (1.0, 0.01, 1.0, {"sleep": Sleep(0.99, now=False, exact=True)}, 0.01),
        (1.0, 0.6, 1.0, {"sleep": Sleep(0.4, now=True, exact=True)}, 0.01),
        (1.0, 0.01, 1.0, {"sleep": Sleep(0.5, now=True, exact=True)}, 0.49),
        (1.0, 0.01, 9.0, {"sleep": Sleep(0.1, now=False, exact=True)}, 0.89),
        (1.0, 0.01, 9.0, {"sleep": Sleep(0.1, now=False, exact=False)}, 0.0),
        (1.0, 0.9, 20.0, {"sleep": Sleep(0.0, now=False, exact=True)}, 0.0),
    ],
)
def test_the_next_look(limit_s, cpu_s, wall_s, how, left_s):
    assert wait_s(limit_s, cpu_s, wall_s, **how) == pytest.approx(left_s)


@pytest.mark.parametrize(
    ("source", "idle"),
    [
        ("import time; print(flush=True); time.sleep(60)", True),
        ("print(flush=True)\nwhile True: pass", False),
        (
            "import os, time; print(flush=True); os.fork() or time.sleep(60)\nwhile True: pass",
            False,
        ),
        ("import os, time; os.fork(); print(flush=True); time.sleep(60)", True),
    ],
)
def test_whether_a_program_sleeps(source, idle):
    proc = os.open("/proc", os.O_PATH)
    child = subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, process_group=0
    )
    descriptor = os.pidfd_open(child.pid)
    with child:
        child.stdout.readline()
        end = time.monotonic() + 20
        name = procfs.number(proc, descriptor)
        assert name == str(child.pid)
        while time.monotonic() < end:
            threads = asleep.look(proc, [name], tree=True)
            if threads.idle == idle and threads.number == 1 + ("fork" in source):
                break
        os.killpg(child.pid, 9)
    os.close(descriptor)
    os.close(proc)
    assert threads.idle == idle
    assert threads.cpu_s >= threads.ran_s > 0
