"""CPU time of what a test bounds, without what else this process and this machine do meanwhile."""

import gc
from time import process_time


def at_most(cpu_s, work, *inputs):
    """Do work on an input, which may take so much CPU time, or else on the next; what it returned.

    Neighbours on the cores and their caches only ever add to a reading (twofold here, with seven
    times as many processes as cores), so that the least of a few is the measure. Where results are
    kept, the inputs are to differ or to be one, as a second reading would be that of a cache.
    """
    spent = []
    for one in inputs:
        result, took = _timed(work, one)
        if took < cpu_s:
            return result
        spent.append(took)
    raise AssertionError(f"{spent} s of CPU time, of {cpu_s}")


def _timed(work, one):
    """The rest of memory is frozen, as in workers: what a run of all tests has in it is not for a
    collection of garbage to look through in between, which takes a good part of a second."""
    gc.collect()
    gc.freeze()
    start = process_time()
    result = work(one)
    return result, process_time() - start
