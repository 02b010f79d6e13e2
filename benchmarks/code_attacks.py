"""Published attacks, each followed by an honest program in the same slot.

Part of `python -m benchmarks.code` (`--only attacks`). What they do to the machine: tests/attacks.
"""

import collections
import json
from typing import Any

from benchmarks.cases import CASES
from benchmarks.code_rows import FENCE
from benchmarks.code_verdicts import judge
from sandbox import open_sandbox
from verifiers.code import CodeOptions
from verifiers.verdict import Sample

RIGHT_IN_THE_END = {"H-hang-after-success"}
"""Adds rightly and then is slow to leave."""

HONEST = Sample(
    "```python\na, b = map(int, input().split())\nprint(a + b)\n```",
    {"tests": {"stdio": [{"stdin": "2 3\n", "stdout": "5\n"}]}},
)


def forms() -> dict[str, list[dict[str, Any]]]:
    """The tests that attacks of each kind are set, in every form that there is for them."""
    tasks = json.loads((CASES / "attack_tasks.json").read_text(encoding="utf-8"))
    stdio = [
        {"stdin": given, "stdout": wanted}
        for given, wanted in zip(tasks["stdio"]["inputs"], tasks["stdio"]["outputs"], strict=True)
    ]
    asserts = tasks["func"]["asserts"]
    body = "".join(f"\n    {line}" for line in asserts)
    cases = [{"args": [1, 2], "expected": 3}, {"args": [100, 23], "expected": 123}]
    test = {"test_add.py": f"from solution import add\ndef test_add():{body}"}
    case = (
        "from unittest import TestCase\nfrom solution import add\nclass T(TestCase):\n def test(s):"
    )
    return {
        "func": [
            {"asserts": "\n".join(asserts)},
            {"calls": {"entry_point": "add", "cases": cases}},
            {"files": test, "framework": "pytest"},
            {"files": {"test_add.py": f"{case}{body}"}, "framework": "unittest"},
        ],
        "stdio": [{"stdio": stdio}],
        "probe": [{"stdio": [{"stdin": "", "stdout": "x"}]}],
    }


async def attacks() -> None:
    """False passes, leaks, and honest programs judged wrong just after one, by kind of attack."""
    count: collections.Counter[str] = collections.Counter()
    passed: collections.Counter[str] = collections.Counter()
    leaked: collections.Counter[str] = collections.Counter()
    harmed: collections.Counter[str] = collections.Counter()
    given = forms()
    async with await open_sandbox(slots=1) as box:
        for line in (CASES / "attacks.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            kind, text = row["kind"], f"{FENCE}{row['language']}\n{row['program']}\n{FENCE}"
            for form in given[row["tests"]]:
                limits = {"time_s": 2, "memory_mb": 256}
                tests = {**form, "language": row["language"], "limits": limits}
                answer = await judge(box, Sample(text, {"tests": tests}), CodeOptions())
                said = "".join(test["stdout"] or "" for test in answer.detail["tests"])
                through = answer.passed and row["id"] not in RIGHT_IN_THE_END
                leak = "LEAK" in said and "wrote" not in said  # a file of its own may be written
                honest = (await judge(box, HONEST, CodeOptions())).passed
                count[kind] += 1
                passed[kind] += through
                leaked[kind] += leak
                harmed[kind] += not honest
                if through or leak or not honest:
                    print(f"    {row['id']} {next(iter(form))}: {answer.reason} {said[:80]!r}")
    for kind, number in count.items():
        print(
            f"attacks: {kind:12} {number:4}: {passed[kind]} passed, {leaked[kind]} leaked, "
            f"{harmed[kind]} harmed the next program"
        )
    print()
