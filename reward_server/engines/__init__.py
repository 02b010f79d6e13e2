"""Where verdicts are computed. An engine takes jobs and yields results as they come."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from reward_server.worker import ComponentResult

Job = tuple[Any, ...]
"""What a worker can be asked:

    ("judge", fields of a Sample, ((verifier, options), …))     a result each
    ("grade", plan, outcomes)                                   one result
    ("group", verifier, options, [fields of a Sample, …])       a result each
    ("vote", options, [fields of a Sample, …])                  one result: classes of answers

and a node of a cluster beside that:

    ("program", program, runs, limits)                          one result: outcomes, or an error
"""


def result_count(job: Job) -> int:
    """How many results a job has."""
    kind = job[0]
    if kind in ("judge", "group"):
        return len(job[-1])
    return 1


def weight(job: Job) -> int:
    """About how many characters a job carries."""
    if job[0] == "judge":
        return len(job[1][0])
    if job[0] in ("grade", "program"):
        return HEAVY
    return sum(len(fields[0]) for fields in job[-1])


HEAVY = 1 << 20
"""A weight that has a job travel alone."""


Block = list[tuple[int, list[ComponentResult], float]]
"""Results that came together: position of the job, a result a component, seconds it waited."""


class Engine(Protocol):
    """Judges jobs somewhere: this machine's processes, a cluster's."""

    def run(self, jobs: Sequence[Job]) -> AsyncIterator[Block]:
        """Every job's results, each once, in any order.

        A job that kills its worker gets `failed`; closing the iterator drops the jobs that have
        not started.
        """
        ...
