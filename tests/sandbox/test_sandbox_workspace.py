"""Programs in a directory of their own: files in, files out, and nothing beside them."""

import pytest

from sandbox import Limits, Program, Run
from sandbox.command import unpack
from tests.backends import opened

FILES = (("a.txt", b"hi"), ("d/e/f.txt", b"deep"))
LIMITS = Limits(time_s=1.0, processes=16)
CASES = [
    # language, source, status, what it prints, what it leaves beside the files
    ("python", "print(open('d/e/f.txt').read())", "ok", b"deep\n", {}),
    ("python", "open('o', 'w').write('x'); 1 / 0", "runtime_error", b"", {"o": b"x"}),
    ("python", "open('o', 'w').write('x')\nwhile True: pass", "time_limit", b"", {"o": b"x"}),
    ("python", "import os; os.remove('a.txt')", "ok", b"", {"a.txt": None}),
    (
        "python",
        "import os; print(os.path.exists('/box/data/../../etc/shadow'))",
        "ok",
        b"False\n",
        {},
    ),
    ("bash", "cat a.txt > b; exit 3", "runtime_error", b"", {"b": b"hi"}),
    (
        "c",
        '#include <stdio.h>\nint main() { fputs("x", fopen("c", "w")); }',
        "ok",
        b"",
        {"c": b"x"},
    ),
]


@pytest.fixture(scope="module")
def box(runner):
    box = runner.run(opened(slots=1))
    yield box
    runner.run(box.close())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[1][:40])
def test_files_in_and_out(runner, box, case):
    language, source, status, printed, left = case
    program = Program(language, source, kind="workspace")
    (outcome,) = runner.run(box.run(program, [Run(files=FILES)], LIMITS))
    assert (outcome.status, outcome.stdout) == (status, printed), outcome.stderr
    found = {file.path: file.data for file in unpack(outcome.value)}
    wanted = {**dict(FILES), **left}
    assert found == {path: data for path, data in wanted.items() if data is not None}


def test_nothing_is_left_for_the_next(runner, box):
    program = Program("python", "import os; print(os.listdir('.'))", kind="workspace")
    outcomes = runner.run(box.run(program, [Run(files=FILES), Run()], LIMITS))
    assert outcomes[1].stdout == b"[]\n"


def test_more_than_may_be_written_does_not_come_back(runner, box):
    source = "for n in range(9):\n    open(f'f{n}', 'w').write('x' * 500_000)"
    program = Program("python", source, kind="workspace")
    (outcome,) = runner.run(box.run(program, [Run()], Limits(processes=16, output_kb=1024)))
    assert outcome.status == "ok"
    assert not outcome.value
