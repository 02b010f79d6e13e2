"""Items of every kind, and what of their results must not differ from run to run."""

import json
import random

from tests.live import ROOT

_EXAMPLES = json.loads((ROOT / "examples" / "batch.json").read_text())["items"]
_PROGRAM = "```python\nprint(int(input()) ** 2)\n```"
_CHANGING = {"ms", "wall_ms", "cpu_ms", "memory_mb", "queue_ms"}

MIXED = [
    *_EXAMPLES,
    {"id": 1, "completion": "\\boxed{1}", "reference": {"tests": {}}},
    {"id": 2, "completion": "\\boxed{1}"},
    {"id": 3, "completion": "x", "reference": "1", "rubric": "no-such-rubric"},
    "not an item",
    *(
        {"id": f"g{n}", "group": "g", "completion": f"\\boxed{{{n % 3}}}", "reference": "1"}
        for n in range(8)
    ),
    {"completion": _PROGRAM, "reference": {"tests": {"stdio": [{"stdin": "3", "stdout": "9"}]}}},
    {"completion": _PROGRAM, "reference": {"tests": {"stdio": [{"stdin": "3", "stdout": "8"}]}}},
]


def mixed(count: int, seed: int) -> list[dict]:
    """So many items: nineteen of maths, a program, and so on; a third of all are wrong."""
    rng = random.Random(seed)
    return [_item(rng, at) for at in range(count)]


def _item(rng: random.Random, at: int) -> dict:
    n = rng.randrange(10**6)
    wrong = rng.random() < 1 / 3
    if at % 20:
        text = f"<think>{'well, ' * 40}</think> it is \\boxed{{{n}}}."
        return {"id": at, "completion": text, "reference": str(n + wrong)}
    n %= 1000
    case = {"stdin": f"{n}\n", "stdout": f"{n * n + wrong}\n"}
    return {"id": at, "completion": _PROGRAM, "reference": {"tests": {"stdio": [case]}}}


def judged(value):
    """Results without what changes from run to run: times and memory."""
    if isinstance(value, dict):
        return {key: judged(part) for key, part in value.items() if key not in _CHANGING}
    if isinstance(value, list):
        return [judged(part) for part in value]
    return value
