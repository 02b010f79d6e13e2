"""Programs in every language, compiler bombs among them, and the verdicts they get."""

import json
from pathlib import Path

import pytest

from sandbox.languages import LANGUAGES
from sandbox.program import Limits, Outcome, Program, Run
from verifiers.code import CodeOptions, Plan, grade, plan
from verifiers.verdict import Sample

TABLE = Path(__file__).parents[1] / "cases" / "code" / "languages.jsonl"
CASES = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
TESTED = sorted({case["tests"]["language"] for case in CASES})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_verdict(case, score):
    sample = Sample(case["completion"], {"tests": case["tests"]})
    verdict = score(sample, CodeOptions(**case["options"]))
    assert (verdict.status, verdict.reason) == ("ok", case["reason"]), verdict
    assert verdict.score == pytest.approx(case["score"])


@pytest.fixture(scope="session")
def versions(runner, box):
    return runner.run(box.languages())


@pytest.mark.parametrize("name", TESTED)
def test_toolchain_is_here_and_says_its_version(name, versions):
    assert versions[name]["available"], f"install {LANGUAGES[name].package}"
    assert versions[name]["version"][0].isdigit()


def test_compile_error_carries_the_compilers_message(score):
    code = "```cpp\nint main() { return undefined_name; }\n```"
    tests = {"language": "cpp", "stdio": [{"stdin": "", "stdout": ""}] * 3}
    rows = score(Sample(code, {"tests": tests})).detail["tests"]
    assert [row["reason"] for row in rows] == ["compile_error", "skipped", "skipped"]
    assert "undefined_name" in rows[0]["stderr"]


def test_compiled_once(runner, box):
    """A program that is run again, with the same text, does not go through its compiler again."""
    program = Program("go", 'package main\nimport "fmt"\nfunc main() { fmt.Println(1) }\n')

    async def go():
        commands = []
        for place in box._places:
            execute = place.execute

            async def spy(command, *rest, execute=execute):
                commands.append(command.arguments[0])
                return await execute(command, *rest)

            place.execute = spy
        try:
            for _ in range(3):
                assert (await box.run(program, [Run()] * 4))[3].stdout == b"1\n"
        finally:
            for place in box._places:
                del place.execute
        return commands

    commands = runner.run(go())
    assert [name for name in commands if name != "/box/main"] == ["/usr/bin/go"]


def test_missing_toolchain_names_the_package():
    """A machine without the language can't judge: nothing is known about the program."""
    tests = {"language": "scala", "stdio": [{"stdin": "", "stdout": ""}]}
    planned = plan(Sample("```scala\nx\n```", {"tests": tests}), CodeOptions())
    assert isinstance(planned, Plan)
    verdict = grade(planned, [Outcome("no_toolchain")])
    assert (verdict.status, verdict.score) == ("invalid", None)
    assert "install the Debian package scala" in verdict.message


def test_names_are_unambiguous():
    names = [name for language in LANGUAGES.values() for name in language.names]
    assert len(names) == len(set(names))
    assert all(name == name.lower() for name in names)


def test_artefacts_are_not_writable_and_do_not_stay(runner, box):
    """What a command left in /tmp or brought in /box is gone for the next program."""

    async def go():
        script = "echo x > /tmp/left; ls -a /box /tmp"
        await box.run(Program("bash", script), [Run()] * 2)
        look = "import os; print(os.listdir('/box'), os.listdir('/tmp'), os.path.exists('/proc'))"
        return [await box.run(Program("python", look), [Run()], Limits()) for _ in range(4)]

    for (outcome,) in runner.run(go()):
        assert outcome.stdout == b"[] [] False\n"
