"""verl's load: single calls of one event loop reach the throughput of batches.

`python -m benchmarks.client` measures the full 4,096 calls; here fewer, and again where a busy
machine disturbed the comparison.
"""

import pytest

from benchmarks.client import LEAST, compare

ATTEMPTS = 4


@pytest.mark.alone
def test_single_calls_are_nearly_as_fast_as_batches(server, monkeypatch):
    monkeypatch.setenv("REWARD_URL", server.url)
    ratios = []
    while len(ratios) < ATTEMPTS and max(ratios, default=0.0) < LEAST:
        whole, single = compare(server.url, 1024, 2)
        ratios.append(single / whole)
    assert max(ratios) >= LEAST, ratios
