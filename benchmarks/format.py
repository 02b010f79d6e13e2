"""The format presets on the public cases, and what a megabyte of tags costs them.

    python -m benchmarks.format

Cases: `format_cases.jsonl` of the folder REWARD_CASES names. Times are CPU times of one core; the
trainers' own regexes are timed beside ours on 10 kB, as some of them are quadratic or worse.
"""

import sys

if sys.path[0].endswith("benchmarks"):  # run as a file: our math.py must not hide Python's own
    sys.path[0] = sys.path[0].rpartition("/")[0] or "."

import json
import re
from collections.abc import Callable
from time import process_time

from benchmarks.cases import CASES as LABELLED
from verifiers.format import PRESETS, FormatOptions, verify
from verifiers.verdict import Sample

CASES = LABELLED / "format_cases.jsonl"
COLUMNS = {
    "open-r1": "open-r1/format",
    "trl": "trl/think_format",
    "ms-swift": "ms-swift/format",
    "roll": "roll/format(0,-1)",
    "nemo-rl": "nemo-rl/format(.25/.75)",
}
REGEXES = {  # as the trainers write them, for re.match with DOTALL and MULTILINE
    "open-r1": r"^<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$",
    "trl": r"^<think>(?!.*<think>)(.*?)</think>.*$",
    "ms-swift": r"^<think>.*?</think>\s*<answer>.*?</answer>(?![\s\S])",
    "roll": r"^<think>.*?</think>.*?<answer>.*?</answer>$",
    "open-instruct": r".*?</think>\s*<answer>.*?</answer>",
}
HOSTILE = {
    "<answer>": "<answer>",
    "think and answer": "<think>\n\n</think>\n<answer>\n",
    "closing and opening": "</think> <answer>",
}


def agreement(preset: str) -> str:
    """How many public cases get the trainer's verdict, or from ours the recommended one."""
    if preset not in {*COLUMNS, "think_answer"} or not CASES.exists():
        return "-"
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").split("\n") if line]
    right = sum(_agrees(preset, case) for case in cases)
    return f"{right} of {len(cases)}"


def _agrees(preset: str, case: dict[str, object]) -> bool:
    sample = Sample(str(case["text"]))
    if preset in COLUMNS:
        theirs = case["verdicts"][COLUMNS[preset]]  # type: ignore[index]
        return verify(sample, FormatOptions(preset=preset)).score == theirs  # type: ignore[arg-type]
    asked = dict(case["config"])  # type: ignore[call-overload]
    asked["answer_has_boxed"] = asked.pop("boxed", False)
    return verify(sample, FormatOptions(**asked)).passed is case["recommended"]["ok"]  # type: ignore[index]


def milliseconds(judge: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    start = process_time()
    judge()
    return 1e3 * (process_time() - start)


def main() -> None:
    """Print the table."""
    print(f"{'preset':16}{'agrees':>10}" + "".join(f"{name:>24}" for name in HOSTILE))
    print(f"{'':26}" + f"{'ms, 1 MB (regex, 10 kB)':>24}" * len(HOSTILE))
    for preset in PRESETS:
        cells = []
        for piece in HOSTILE.values():
            text = "<think>\n" + piece * (1_000_000 // len(piece))
            options = FormatOptions(preset=preset)  # type: ignore[arg-type]
            cell = f"{milliseconds(lambda o=options, t=text: verify(Sample(t), o)):.1f}"
            if regex := REGEXES.get(preset):
                pattern = re.compile(regex, re.DOTALL | re.MULTILINE)
                cell += f" ({milliseconds(lambda p=pattern, t=text: p.match(t[:10_000])):.1f})"
            cells.append(f"{cell:>24}")
        print(f"{preset:16}{agreement(preset):>10}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
