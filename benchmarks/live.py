"""What the record of late items costs an item (budget: 1.5 µs).

python -m benchmarks.live
"""

import statistics
import time
from typing import Any

from reward_server.live import Live

ITEMS = 8192
ROUNDS = 40


def result(index: int, components: int) -> dict[str, Any]:
    """A result as dispatch makes it."""
    score = {
        "status": "ok",
        "passed": True,
        "reason": "equal",
        "score": index % 20 / 20,
        "ms": 0.1 + index % 7 / 10,
    }
    scores = {f"c{n}": {"verifier": f"v{n}", **score} for n in range(components)}
    return {
        "id": f"item-{index}",
        "index": index,
        "status": "ok",
        "reward": index % 20 / 20,
        "message": None,
        "scores": scores,
    }


def cost_us(components: int, batch: int, keep: int) -> float:
    """Median microseconds an item."""
    results = [result(index, components) for index in range(batch)]
    items = [{"completion": "x" * 4096, "reference": "1"}] * batch
    live = Live(keep)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(ITEMS // batch):
            live.add(results, items, "math")
        times.append((time.perf_counter() - start) / ITEMS * 1e6)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    for components in (1, 3):
        for batch in (256, 16, 1):
            bare, kept = (cost_us(components, batch, keep) for keep in (0, 100))
            print(
                f"{components} component(s), batches of {batch:3}: {bare:.2f} µs an item, "
                f"{kept:.2f} with REWARD_KEEP_SAMPLES=100"
            )


if __name__ == "__main__":
    main()
