"""How a cluster's engine cuts work, and what becomes of a chunk whose node was lost."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from reward_server.engines import HEAVY, Job, result_count, weight

UNITS = 64
"""Light jobs a chunk: a call to a node costs driver and node 0.2 ms each, 3 µs an item."""

LEAST_UNITS = 8
"""A chunk is not cut smaller than this to spread a small batch over the nodes."""

PROGRAM_UNITS = 8
"""What a job that runs a program counts: a chunk of these is 8 jobs."""

SUSPECT_LOSSES = 2
"""After so many lost nodes the jobs of a chunk go on one by one, each with a node to itself."""

MAX_LOSSES = 4
"""Lost nodes after which a job is given up as `failed`."""


@dataclass(slots=True, eq=False)
class Chunk:
    """Jobs that travel together.

    Attributes:
        jobs: each with its position in the batch.
        units: how much work they are.
        queued: when they began to wait, by the monotonic clock.
        lost_on: ids of the nodes that were lost with them, as often as that was.
    """

    jobs: list[tuple[int, Job]]
    units: int
    queued: float = field(default_factory=time.monotonic)
    lost_on: tuple[str, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether a node should have nothing else meanwhile, as this may be what took others down.

        Otherwise what is innocent and travels beside it would share its fate again and again.
        """
        return len(self.lost_on) >= SUSPECT_LOSSES

    def after_loss(self, node: str) -> list["Chunk"]:
        """What to run again when `node` was lost with this chunk; nothing when it is given up."""
        lost_on = (*self.lost_on, node)
        if len(lost_on) >= MAX_LOSSES:
            return []
        if len(lost_on) < SUSPECT_LOSSES:
            return [Chunk(self.jobs, self.units, self.queued, lost_on)]
        share = self.units // len(self.jobs)
        return [Chunk([job], share, self.queued, lost_on) for job in self.jobs]


def cut(jobs: Sequence[Job], nodes: int, programs: Collection[str]) -> Iterator[Chunk]:
    """Chunks of at most `UNITS` and not much more than `HEAVY` characters, small batches spread.

    Args:
        jobs: a batch.
        nodes: how many there are to spread over.
        programs: names of the verifiers that run programs.
    """
    sizes = [_units(job, programs) for job in jobs]
    most = min(UNITS, max(LEAST_UNITS, -(-sum(sizes) // max(1, nodes))))
    chunk: list[tuple[int, Job]] = []
    units = load = 0
    for position, (job, size) in enumerate(zip(jobs, sizes, strict=True)):
        characters = weight(job)
        if chunk and (units + size > most or load + characters > HEAVY):
            yield Chunk(chunk, units)
            chunk, units, load = [], 0, 0
        chunk.append((position, job))
        units += size
        load += characters
    if chunk:
        yield Chunk(chunk, units)


def _units(job: Job, programs: Collection[str]) -> int:
    """How much work a job is."""
    kind = job[0]
    if kind == "program" or (kind == "judge" and any(name in programs for name, _ in job[2])):
        return PROGRAM_UNITS
    return min(UNITS, result_count(job))
