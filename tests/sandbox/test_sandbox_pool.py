"""The queue before the slots, and what happens when a call, a slot or the server goes away."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import sandbox
from sandbox import Limits, Program, Run, SandboxError, SandboxUnavailable, open_sandbox
from sandbox.values import encode_call

HELLO = Program("python", "print(1)")
LOOP = Program("python", "while True:\n    pass")
ROOT = Path(__file__).parents[2]


def descendants(pid=None):
    return {p.pid for p in psutil.Process(pid).children(recursive=True)}


def gone(pids, timeout_s=10):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        left = [pid for pid in pids if psutil.pid_exists(pid)]
        if not left:
            return True
        time.sleep(0.05)
    return False


def slots(box):
    """The processes that a sandbox started itself; a run of all tests has servers beside them."""
    return [place._process.pid for place in box._places]


def below(box):
    """Every process of a sandbox."""
    return {*slots(box)}.union(*(descendants(pid) for pid in slots(box)))


def appeared(box, known, timeout_s=10):
    """The processes of a sandbox that were not known, some time after they came."""
    end = time.monotonic() + timeout_s
    while not below(box) - known and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.3)
    return below(box) - known


def test_no_runs_no_outcomes(runner, box):
    assert runner.run(box.run(HELLO, [])) == []


def test_many_calls_at_once(runner, box):
    async def go():
        programs = [Program("python", f"print({n})") for n in range(60)]
        return await asyncio.gather(*(box.run(program, [Run()]) for program in programs))

    outcomes = runner.run(go())
    assert [outcome.stdout for (outcome,) in outcomes] == [b"%d\n" % n for n in range(60)]


@pytest.mark.parametrize("kills", [1, 2])
def test_a_program_that_somebody_else_killed_is_run_once_more(runner, box, kills):
    """As the kernel does when a machine's memory runs out; after the second time nothing is known.

    A verdict there would be a zero for no fault of the program's.
    """

    async def go():
        idle = below(box)
        program = Program("python", "import time\ntime.sleep(1)\nprint(5)")
        running = asyncio.create_task(box.run(program, [Run()]))
        for _ in range(kills):
            own = await asyncio.to_thread(appeared, box, idle)
            for pid in own:
                with contextlib.suppress(ProcessLookupError):  # it ended with another
                    os.kill(pid, signal.SIGKILL)
            assert await asyncio.to_thread(gone, own)
        return await running

    if kills == 1:
        (outcome,) = runner.run(go())
        assert (outcome.status, outcome.stdout) == ("ok", b"5\n")
    else:
        failed = box.health().outcomes.get("failed", 0)
        with pytest.raises(SandboxError, match="ended from outside, twice"):
            runner.run(go())
        assert box.health().outcomes["failed"] == failed + 1
    (after,) = runner.run(box.run(HELLO, [Run()]))
    assert after.status == "ok"


def test_queues_take_turns(runner, box):
    """A small request is not held up by a large one that came first."""

    async def go():
        done = []

        async def one(queue):
            await box.run(HELLO, [Run()], queue=queue)
            done.append(queue)

        big = [asyncio.create_task(one("big")) for _ in range(40)]
        await asyncio.sleep(0)
        await asyncio.gather(*[asyncio.create_task(one("small")) for _ in range(3)], *big)
        return done

    done = runner.run(go())
    assert max(i for i, queue in enumerate(done) if queue == "small") < 20


SLEEPERS = [
    Program("python", "import time\ntime.sleep(60)"),
    Program("python", "import unittest, time\ntime.sleep(60)"),
    Program("python", "import time\ndef f():\n    time.sleep(60)", "calls", entry_point="f"),
    Program("c", "#include <unistd.h>\nint main() { sleep(60); }"),
]


@pytest.mark.parametrize("sleeper", SLEEPERS, ids=lambda program: program.source[7:13])
def test_a_sleeper_does_not_hold_up_others(runner, sleeper):
    """Another slot stands in; it ends with the need for it, and the sleeper in its own time."""

    async def go():
        async with await open_sandbox(slots=1) as box:
            await box.run(Program("python", "import unittest"), [Run()])  # its helper stays
            before = descendants()
            inputs = [Run(encode_call([], {}) if sleeper.kind == "calls" else b"")]
            slow = asyncio.create_task(box.run(sleeper, inputs, Limits(time_s=40)))
            await asyncio.sleep(0)
            outcomes = [(await box.run(HELLO, [Run()]))[0] for _ in range(3)]
            alone = not slow.done()
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)
            outcomes += await box.run(HELLO, [Run()])
            left = await asyncio.to_thread(gone, descendants() - before)
            return alone, outcomes, left, box.health()

    alone, outcomes, left, health = runner.run(go())
    assert alone
    assert [outcome.stdout for outcome in outcomes] == [b"1\n"] * 4
    assert left
    assert health.slots == health.expected == 1


def test_many_sleepers_among_others(runner):
    """More than there are slots to stand in for them, some of which wake up again."""

    async def go():
        async with await open_sandbox(slots=2) as box:
            before = descendants()
            programs = [SLEEPERS[0], Program("python", "import time\ntime.sleep(0.2)\nprint(1)")]
            programs = (programs * 8) + [HELLO] * 20
            limits = Limits(time_s=0.5)
            outcomes = await asyncio.gather(*(box.run(p, [Run()], limits) for p in programs))
            again = await asyncio.gather(*(box.run(HELLO, [Run()]) for _ in range(9)))
            left = await asyncio.to_thread(gone, descendants() - before)
            return [outcome.status for (outcome,) in outcomes], again, left, box.health()

    statuses, again, left, health = runner.run(go())
    assert statuses == ["time_limit", "ok"] * 8 + ["ok"] * 20
    assert [outcome.stdout for (outcome,) in again] == [b"1\n"] * 9
    assert left
    assert health.slots == health.expected == 2


def test_cancelled_call_ends_its_program_and_frees_the_slot(runner, box):
    async def go():
        tasks = [asyncio.create_task(box.run(LOOP, [Run()], Limits(time_s=60))) for _ in range(4)]
        await asyncio.sleep(0.3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        start = time.monotonic()
        (outcome,) = await box.run(HELLO, [Run()])
        return outcome, time.monotonic() - start

    outcome, took = runner.run(go())
    assert outcome.stdout == b"1\n"
    assert took < 30
    assert runner.run(box.check()) is None


def test_killed_slot_is_replaced_and_its_job_retried(runner):
    async def go():
        box = await open_sandbox(slots=2)
        try:
            slow = Program("python", "import time\ntime.sleep(1)\nprint(2)")
            tasks = [asyncio.create_task(box.run(slow, [Run()])) for _ in range(2)]
            await asyncio.sleep(0.3)
            os.kill(slots(box)[0], signal.SIGKILL)
            outcomes = await asyncio.gather(*tasks)
            again = await box.run(HELLO, [Run()])
            await asyncio.sleep(1)
            return outcomes, again, box.health()
        finally:
            await box.close()

    outcomes, again, health = runner.run(go())
    assert [outcome.stdout for (outcome,) in outcomes] == [b"2\n", b"2\n"]
    assert again[0].stdout == b"1\n"
    assert health.slots == health.expected == 2


def test_close_leaves_nothing(runner):
    async def go():
        box = await open_sandbox(slots=2)
        task = asyncio.create_task(box.run(LOOP, [Run()], Limits(time_s=60)))
        await asyncio.sleep(0.3)
        ours = below(box)
        await box.close()
        with pytest.raises((SandboxError, asyncio.CancelledError)):
            await task
        with pytest.raises(SandboxError):
            await box.run(HELLO, [Run()])
        return ours

    ours = runner.run(go())
    assert len(ours) >= 5
    assert gone(ours)


def test_killed_server_leaves_nothing():
    script = (
        "import asyncio\n"
        "from sandbox import Limits, Program, Run, open_sandbox\n"
        "async def main():\n"
        "    box = await open_sandbox(slots=2)\n"
        "    loop = Program('python', 'while True: pass')\n"
        "    runs = [box.run(loop, [Run()], Limits(time_s=60)) for _ in range(2)]\n"
        "    await asyncio.gather(asyncio.to_thread(print, 'up', flush=True), *runs)\n"
        "asyncio.run(main())\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    with server:
        assert server.stdout.readline() == b"up\n"
        time.sleep(0.5)
        ours = descendants(server.pid)
        assert len(ours) >= 6
        server.kill()
    assert gone(ours)


def test_unknown_backend_is_refused(runner):
    with pytest.raises(SandboxUnavailable, match="known: auto, namespace, docker"):
        runner.run(open_sandbox("chroot"))


def test_a_language_that_is_not_there_is_refused_and_the_slot_lives_on(runner, box):
    with pytest.raises(ValueError, match="'klingon' can't be run here"):
        runner.run(box.run(Program("klingon", "print(1)"), [Run()]))
    for _ in range(3):
        assert runner.run(box.run(HELLO, [Run()]))[0].stdout == b"1\n"


def test_doctor(runner):
    report = runner.run(sandbox.doctor())
    assert report.ok, report
    assert "python" in [language.name for language in report.languages if language.version]


def test_languages(runner, box):
    python = runner.run(box.languages())["python"]
    assert python["available"]
    assert python["version"].startswith("3.")


def test_versions_that_came_are_kept_when_nobody_waits_any_more(runner):
    """On a machine so busy that a client gives up waiting, its next question takes less."""

    async def go():
        async with await open_sandbox(slots=2) as box:
            asked = asyncio.create_task(box.languages())
            while not any(box._known.values()):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            found = await box.languages()
            return len(box.offered()), found, sum(box.health().outcomes.values())

    offered, found, runs = runner.run(go())
    assert sum(1 for about in found.values() if about["version"]) == offered
    assert runs <= offered + 2, "but for what ran when it was cancelled, each is asked once"


WAITS_FOR_THE_OTHER = "import os, sys\nsys.stdin.read()\nos._exit(4)\n"


def talk(after_s, partner_first):
    """A program and its partner: one ends by itself, the other when it hears no more."""
    ends = f"import os, time\ntime.sleep({after_s})\nos._exit(3)\n"
    texts = (WAITS_FOR_THE_OTHER, ends) if partner_first else (ends, WAITS_FOR_THE_OTHER)
    return Program("python", texts[0], partner=Program("python", texts[1], kind="judge"))


def who_left(outcome):
    """The exit codes of a program and its partner, and whether the partner left first."""
    report = json.loads(outcome.value)
    return outcome.exit_code, report["exit_code"], report["first"]


@pytest.mark.parametrize("partner_first", [False, True])
def test_who_left_first_is_known_however_late_that_is_seen(runner, box, partner_first):
    """The end of one brings about the other's, while their supervisor has no core to look."""

    async def go():
        running = asyncio.create_task(box.run(talk(0.8, partner_first), [Run()]))
        await asyncio.sleep(0.4)
        with stopped(supervisors(box)):
            await asyncio.sleep(1.2)
        return await running

    (outcome,) = runner.run(go())
    assert who_left(outcome) == ((4, 3, True) if partner_first else (3, 4, False))


def test_who_left_first_is_known_of_many_talks_at_once(runner):
    """Whoever leaves may have no core, before its end is noted, until the other has ended too."""

    async def go():
        async with await open_sandbox(slots=8) as box:
            talks = [box.run(talk(0.05, turn % 2), [Run()]) for turn in range(200)]
            return await asyncio.gather(*talks)

    found = [who_left(outcome) for (outcome,) in runner.run(go())]
    assert found == [(3, 4, False), (4, 3, True)] * 100


def test_who_left_first_where_neither_hung_up(runner, box):
    """A copy of a program's output lives on in a process that it started."""
    starts = "import os, time\nif not os.fork():\n    time.sleep(60)\n"
    program = Program("python", starts, partner=Program("python", WAITS_FOR_THE_OTHER))
    (outcome,) = runner.run(box.run(program, [Run()], Limits(processes=8)))
    assert who_left(outcome) == (0, 4, False)


def supervisors(box):
    """The processes of every slot but those that became a program."""
    launchers = [psutil.Process(pid) for pid in slots(box)]
    children = [child for one in launchers for child in one.children(recursive=True)]
    return [*launchers, *(p for p in children if any("launch.py" in part for part in p.cmdline()))]


@contextlib.contextmanager
def stopped(processes):
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()
