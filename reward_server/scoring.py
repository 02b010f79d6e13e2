"""One batch to its whole answer: scored, counted, slow items logged."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import structlog

from reward_server.exchange import Batch, dump
from reward_server.service import Service

log = structlog.get_logger(__name__)

MAX_LOGGED = 200
"""Characters of an item's id in the log."""


async def score_all(service: Service, batch: Batch, start: float) -> dict[str, Any]:
    """The whole answer to a batch."""
    results: list[Any] = [None] * len(batch.items)
    waited = 0.0
    async for block, seconds in service.dispatch.score(batch.items, batch.rubric):
        waited += seconds
        for result in block:
            results[result["index"]] = result
    summary = await _summary(service, batch, results, start, waited)
    return {"results": results, **summary}


async def score_lines(service: Service, batch: Batch, start: float) -> AsyncIterator[bytes]:
    """Each result as it finishes, then the summary."""
    results: list[Any] = []
    waited = 0.0
    async for block, seconds in service.dispatch.score(batch.items, batch.rubric):
        waited += seconds
        results += block
        if block:
            yield b"".join(dump(result) + b"\n" for result in block)
    yield dump(await _summary(service, batch, results, start, waited)) + b"\n"


async def _summary(
    service: Service, batch: Batch, results: Sequence[Any], start: float, waited: float
) -> dict[str, Any]:
    """`groups` and `stats` of a batch; also counts it and logs what was slow."""
    service.metrics.count_results(results)
    service.live.add(results, batch.items, batch.name)
    waited_s = waited / max(1, len(results))
    service.metrics.queue_seconds.observe(waited_s)
    _log_slow(results, service.settings.slow_item_ms)
    groups = await service.dispatch.groups(batch.items, results) if batch.groups else {}
    counts = Counter(result["status"] for result in results)
    stats = {
        "items": len(results),
        "ok": counts["ok"],
        "invalid": counts["invalid"],
        "failed": counts["failed"],
        "ms": round((time.perf_counter() - start) * 1000, 3),
        "queue_ms": round(waited_s * 1000, 3),
    }
    return {"groups": groups, "stats": stats}


def _log_slow(results: Sequence[Any], limit_ms: float) -> None:
    for result in results:
        for name, score in result["scores"].items():
            if score["ms"] > limit_ms:
                log.warning(
                    "slow_item",
                    id=str(result["id"])[:MAX_LOGGED],
                    index=result["index"],
                    component=name,
                    ms=score["ms"],
                    status=score["status"],
                    reason=score["reason"],
                )
