"""Reading programs in a process of its own: its limits, and that nobody else waits for it."""

import asyncio
import json
import os
import re
import time

import psutil
import pytest

from sandbox.errors import SandboxError
from sandbox.program import Program, Run
from sandbox.reading import READ_S, Reader, Unreadable

BACKTRACKING = ("(?:a+)+b", "a" * 100)


@pytest.fixture
def reader(runner):
    reader = Reader()
    yield reader
    runner.run(reader.close())


@pytest.mark.parametrize("text", ["", "ä\ud800\0\n", "x" * 8_000_000], ids=["", "odd", "8 MB"])
def test_what_a_function_returns(runner, reader, text):
    assert runner.run(reader.read(len, text)) == len(text)


def test_what_a_function_raises(runner, reader):
    with pytest.raises(ValueError, match="invalid literal"):
        runner.run(reader.read(int, "why"))
    assert runner.run(reader.read(len, "abc")) == 3


@pytest.mark.parametrize(
    ("work", "inputs"),
    [(re.search, BACKTRACKING), (json.loads, ("[" * 10**6,)), (bytes, (2 << 30,))],
    ids=["time", "depth", "memory"],
)
def test_too_much_is_unreadable_and_the_next_is_read(runner, reader, work, inputs):
    begun = time.monotonic()
    with pytest.raises(Unreadable, match=f"more than {READ_S} s of CPU time, or too much memory"):
        runner.run(reader.read(work, *inputs))
    assert time.monotonic() - begun < 10 * READ_S
    assert runner.run(reader.read(len, "abc")) == 3


def test_a_reader_that_was_killed_is_replaced(runner, reader):
    runner.run(reader.read(len, "abc"))
    reader._process.kill()
    assert runner.run(reader.read(len, "abc")) == 3
    with pytest.raises(SandboxError, match="twice"):
        runner.run(reader.read(os._exit, 1))
    assert runner.run(reader.read(len, "abc")) == 3


def test_who_gives_up_leaves_no_process(runner, reader):
    async def give_up():
        async with asyncio.timeout(0.5):
            await reader.read(re.search, *BACKTRACKING)

    before = readers()
    with pytest.raises(TimeoutError):
        runner.run(give_up())
    assert readers() == before
    assert runner.run(reader.read(len, "abc")) == 3
    assert len(readers()) == len(before) + 1
    runner.run(reader.close())
    assert readers() == before


def test_a_reader_that_is_closed_stays_closed(runner, reader):
    async def close_meanwhile():
        reading = asyncio.create_task(reader.read(re.search, *BACKTRACKING))
        await asyncio.sleep(0.5)
        await reader.close()
        await reading

    before = readers()
    with pytest.raises(SandboxError, match="can't be read"):
        runner.run(close_meanwhile())
    assert readers() == before


def readers():
    """The readers of this process that run."""
    children = psutil.Process().children()
    return [one for one in children if any("sandbox.reading" in part for part in one.cmdline())]


HOSTILE = {
    "java": ("class Main {", "/* "),
    "c": ("int f(int x) { return x; }", "\n \t*"),
    "cpp": ("int f(int x) { return x; }", "namespace a {"),
    "go": ("package main\ntype A int\n", "func (a A) f() {\n"),
    "rust": ("pub fn f(x: i32) -> i32 { x }", "mod a {"),
}
TESTS = {
    "c": "int main() { return f(1) != 1; }",
    "cpp": "int main() { return f(1) != 1; }",
    "go": "func main() { if f(1) != 1 { panic(1) } }",
    "java": "class Tests { public static void main(String[] a) { assert Main.f(1) == 1; } }",
    "rust": "fn main() { assert_eq!(f(1), 1); }",
}


@pytest.mark.parametrize("kind", ["stdio", "tests"])
@pytest.mark.parametrize("language", HOSTILE)
def test_no_program_holds_up_the_server(runner, box, language, kind):
    """All that its event loop does meanwhile takes its turn, and the program gets its verdict."""
    head, piece = HOSTILE[language]
    size = 60_000 if kind == "tests" else 1_000_000
    source = head + "\n" + piece * ((size - len(head)) // len(piece))
    program = Program(language, source)
    if kind == "tests":
        tests = (("tests", TESTS[language]),)
        program = Program(language, source, kind="tests", tests=tests, framework="asserts")

    async def longest_pause(done):
        longest, last = 0.0, time.monotonic()
        while not done.is_set():
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        return longest

    async def go():
        done = asyncio.Event()
        watch = asyncio.create_task(longest_pause(done))
        outcomes = await box.run(program, [Run()])
        done.set()
        return outcomes[0], await watch

    outcome, pause = runner.run(go())
    assert outcome.status in {"compile_error", "ok", "runtime_error"}
    assert outcome.status != "ok" or kind == "tests"
    assert pause < 0.5
