"""What was scored of late: rates, verdicts, slow and failed items, held in bounded memory.

One process's own view, for the web page; what a monitoring system should keep is in `telemetry.py`.
It holds ids and reasons. Texts only where `REWARD_KEEP_SAMPLES` asks for them.
"""

import json
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from typing import Any

SLOT_S = 2
SLOTS = 150
"""Counts are held by the two seconds, for five minutes."""

SLOW_A_SLOT = 4
MAX_SLOWEST = 10
MAX_FAILED = 50
MAX_ID = 200
MAX_TEXT = 20_000
"""Characters that are kept of an id, and of each of a sample's texts."""

LOWEST, HIGHEST = -1.0, 3.0
BINS_A_UNIT = 10
"""Histograms have bins of 0.1; what lies beyond the ends is counted in the outermost bins."""

Result = Mapping[str, Any]
Entry = dict[str, Any]


@dataclass(slots=True)
class Slot:
    """What was scored in `SLOT_S` seconds."""

    number: int
    requests: int = 0
    items: int = 0
    reward_sum: float = 0.0
    rewards: dict[float | None, int] = field(default_factory=dict)
    verdicts: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """By verifier, status, reason, whether it passed, and the score's bin."""
    slow: list[tuple[float, int, Entry]] = field(default_factory=list)
    """A heap: milliseconds, a number that no other entry has, the entry."""


class Live:
    """The record of one process.

    Args:
        keep_samples: how many items are kept with their texts; with 0, none is.
    """

    def __init__(self, keep_samples: int = 0) -> None:
        self.keep_samples = keep_samples
        self.instance = uuid.uuid4().hex[:8]
        self.started = time.monotonic()
        self._slots: deque[Slot] = deque(maxlen=SLOTS + 1)
        self._failed: deque[Entry] = deque(maxlen=MAX_FAILED)
        self._samples: deque[Entry] = deque(maxlen=keep_samples)
        self._entries = 0

    def add(self, results: Sequence[Result], items: Sequence[Any], rubric: str | None) -> None:
        """Record a batch.

        Args:
            results: what it was answered.
            items: what was asked, by `index` of the results.
            rubric: the name of the batch's rubric, where it has one.
        """
        slot = self._slot()
        slot.requests += 1
        slot.items += len(results)
        slow, failed = _count(slot, results)
        for ms, at in slow:
            self._note_slow(slot, ms, self._entry(results[at], items, rubric))
        for result in failed[-MAX_FAILED:]:
            self._failed.append(self._entry(result, items, rubric))
        if self.keep_samples:
            for result in results[-self.keep_samples :]:
                self._samples.append(self._entry(result, items, rubric))

    def read(self) -> dict[str, Any]:
        """The last five minutes as plain data."""
        now = self._now()
        slots = [slot for slot in self._slots if slot.number >= now - SLOTS]
        slowest = sorted((slow for slot in slots for slow in slot.slow), reverse=True)
        return {
            "instance": self.instance,
            "uptime_s": round(time.monotonic() - self.started, 1),
            "window_s": SLOTS * SLOT_S,
            "slot_s": SLOT_S,
            "requests": sum(slot.requests for slot in slots),
            "items": sum(slot.items for slot in slots),
            **_rates(slots, now),
            "rewards": _rewards(slots),
            "verifiers": _verifiers(slots),
            "slowest": [entry for _, _, entry in slowest[:MAX_SLOWEST]],
            "failed": list(reversed(self._failed)),
            "keep_samples": self.keep_samples,
            "samples": list(reversed(self._samples)),
        }

    def _now(self) -> int:
        return int((time.monotonic() - self.started) // SLOT_S)

    def _slot(self) -> Slot:
        """The slot of this moment."""
        now = self._now()
        if not self._slots or self._slots[-1].number != now:
            self._slots.append(Slot(now))
        return self._slots[-1]

    def _note_slow(self, slot: Slot, ms: float, entry: Entry) -> None:
        self._entries += 1
        if len(slot.slow) < SLOW_A_SLOT:
            heappush(slot.slow, (ms, self._entries, entry))
        elif ms > slot.slow[0][0]:
            heapreplace(slot.slow, (ms, self._entries, entry))

    def _entry(self, result: Result, items: Sequence[Any], rubric: str | None) -> Entry:
        """An item as it is listed: ids, reasons and times; its texts where they may be kept."""
        name = result["id"]
        entry: Entry = {
            "id": name[:MAX_ID] if isinstance(name, str) else name,
            "index": result["index"],
            "at": round(time.time(), 3),
            "status": result["status"],
            "reward": result["reward"],
            "scores": {
                name: {key: score[key] for key in ("verifier", "status", "reason", "score", "ms")}
                for name, score in result["scores"].items()
            },
        }
        if self.keep_samples:
            entry["message"] = result["message"]
            entry["sample"] = _sample(items[result["index"]], rubric)
        return entry


def _count(slot: Slot, results: Iterable[Result]) -> tuple[list[tuple[float, int]], list[Result]]:
    """Count results; returns the slowest with their places, and those without a reward.

    It runs for every item that is scored, so it does next to nothing: benchmarks/live.py.
    """
    verdicts, rewards = slot.verdicts, slot.rewards
    slow: list[tuple[float, int]] = []
    failed: list[Result] = []
    floor = slot.slow[0][0] if len(slot.slow) == SLOW_A_SLOT else -1.0
    for at, result in enumerate(results):
        ms = 0.0
        for score in result["scores"].values():
            value = score["score"]
            key = (
                score["verifier"],
                score["status"],
                score["reason"],
                score["passed"],
                None if value is None else _bin(value),
            )
            verdicts[key] = verdicts.get(key, 0) + 1
            ms += score["ms"]
        reward = result["reward"]
        if reward is None:
            failed.append(result)
            rewards[None] = rewards.get(None, 0) + 1
        else:
            slot.reward_sum += reward
            place = _bin(reward)
            rewards[place] = rewards.get(place, 0) + 1
        if ms > floor:
            if len(slow) < SLOW_A_SLOT:
                heappush(slow, (ms, at))
            else:
                heapreplace(slow, (ms, at))
            if len(slow) == SLOW_A_SLOT:
                floor = max(floor, slow[0][0])
    return slow, failed


def _bin(value: float) -> float:
    """The number of a value's bin."""
    if LOWEST <= value <= HIGHEST:
        return value * BINS_A_UNIT // 1
    return (LOWEST if value < LOWEST else HIGHEST) * BINS_A_UNIT


def _rates(slots: Iterable[Slot], now: int) -> dict[str, list[int]]:
    """Items and requests of every slot that is over, the oldest first."""
    known = {slot.number: slot for slot in slots}
    numbers = range(max(0, now - SLOTS), now)
    return {
        f"{what}_by_slot": [getattr(known[n], what) if n in known else 0 for n in numbers]
        for what in ("requests", "items")
    }


def _rewards(slots: Iterable[Slot]) -> dict[str, Any]:
    counts: Counter[float | None] = Counter()
    total = 0.0
    for slot in slots:
        counts.update(slot.rewards)
        total += slot.reward_sum
    none = counts.pop(None, 0)
    scored = counts.total()
    return {
        "scored": scored,
        "none": none,
        "mean": total / scored if scored else None,
        "histogram": _histogram(counts),
    }


def _verifiers(slots: Iterable[Slot]) -> dict[str, Any]:
    """By verifier: verdicts, how many passed, reasons, a histogram of the scores."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for slot in slots:
        counts.update(slot.verdicts)
    reasons: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    bins: defaultdict[str, Counter[float | None]] = defaultdict(Counter)
    passed: Counter[str] = Counter()
    for (verifier, status, reason, has_passed, place), count in counts.items():
        reasons[verifier][status, reason] += count
        passed[verifier] += count if has_passed else 0
        if place is not None:
            bins[verifier][place] += count
    return {
        verifier: {
            "verdicts": of_verifier.total(),
            "scored": bins[verifier].total(),
            "passed": passed[verifier],
            "reasons": [
                {"status": status, "reason": reason, "count": count}
                for (status, reason), count in of_verifier.most_common()
            ],
            "histogram": _histogram(bins[verifier]),
        }
        for verifier, of_verifier in sorted(reasons.items())
    }


def _histogram(counts: Mapping[float | None, int]) -> list[list[float]]:
    """Pairs of a bin's lower end and its count, in order."""
    places = sorted((place, count) for place, count in counts.items() if place is not None)
    return [[place / BINS_A_UNIT, count] for place, count in places]


def _sample(item: Any, rubric: str | None) -> dict[str, Any]:
    """An item's texts, as much of them as is kept."""
    given = item if isinstance(item, dict) else {}
    kept = {key: _shown(given.get(key)) for key in ("prompt", "completion", "reference", "rubric")}
    kept["rubric"] = kept["rubric"] or rubric
    return kept


def _shown(value: Any) -> Any:
    """A value, where it is not too long; of a long text its start."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    return value if len(json.dumps(value)) <= MAX_TEXT else None
