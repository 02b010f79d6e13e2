"""Code rewards measured: verdicts against labels, attacks repelled, CPU time beside other runners.

    python -m benchmarks.code [--only verdicts|attacks|load|speed]
        [--sources 'exercism_*'] [--languages cpp,java] [--per-source N] [--programs N]

Covered: every language that is installed, in the real sandbox. `load` runs hanging programs and
bombs among honest ones. Not covered: the docker backend (code_docker.py).
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks.code_attacks import attacks
from benchmarks.code_load import load
from benchmarks.code_speed import Clock, speed
from benchmarks.code_verdicts import verdicts
from sandbox import open_sandbox


async def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["verdicts", "attacks", "load", "speed"])
    parser.add_argument("--sources", default="*", help="of the labelled programs: a pattern")
    parser.add_argument("--languages", default="", help="of the labelled programs")
    parser.add_argument("--per-source", type=int, default=None, metavar="N")
    parser.add_argument("--programs", type=int, default=2000, help="of the mixed load")
    options = parser.parse_args()
    if options.only in {None, "verdicts"}:
        async with await open_sandbox() as box:
            languages = set(filter(None, options.languages.split(",")))
            await verdicts(box, options.sources, languages, options.per_source)
    if options.only in {None, "attacks"}:
        await attacks()
    if options.only in {None, "load"}:
        async with await open_sandbox() as box:
            await load(box, options.programs)
    if options.only in {None, "speed"}:
        clock = Clock()  # before the slot starts, so that its processes are in the group too
        async with await open_sandbox(slots=1) as box:
            with tempfile.TemporaryDirectory() as place:
                await speed(box, clock, Path(place))
        clock.close()


if __name__ == "__main__":
    asyncio.run(main())
