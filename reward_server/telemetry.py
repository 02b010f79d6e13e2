"""What the server tells of itself: structured logs and Prometheus metrics.

No completion, reference or key is ever logged or made a label.
"""

import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
MAX_CAUSES = 5
REWARDS = (-1, -0.5, 0, 0.25, 0.5, 0.75, 0.99, 1, 2, 3)
MILLISECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 50, 100, 500, 1000, 5000, 10000)


def _places(error: BaseException) -> str:
    """Kind and place of an exception and of what led to it: its text may quote a completion."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(lines) < MAX_CAUSES:
        frames = traceback.extract_tb(seen.__traceback__)
        way = " < ".join(f"{f.name} {Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}: {way}")
        seen = seen.__cause__ or seen.__context__
    return "; after ".join(lines)


def _without_texts(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
    """Where an exception is logged, by whomever: where it came from, and nothing of its text."""
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        event["exception"] = _places(error)
    return event


def configure_logging(level: str) -> None:
    """Log to standard error: lines to read on a terminal, JSON elsewhere."""
    pretty = sys.stderr.isatty()
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_texts,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").disabled = True


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a scrape is told of the parts that count by themselves; see `sandbox.Health`."""

    ready: bool = False
    slots: int = 0
    waiting: int = 0
    restarts: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)


class Metrics(Collector):
    """The server's Prometheus metrics; docs/operations.md says what each means."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "reward_requests",
            "HTTP requests answered.",
            ["path", "method", "status"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "reward_request_seconds",
            "Seconds a request took.",
            ["path"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.items = Counter("reward_items", "Items answered.", ["status"], registry=self.registry)
        self.item_reward = Histogram(
            "reward_item_reward", "Rewards given.", buckets=REWARDS, registry=self.registry
        )
        self.components = Counter(
            "reward_components",
            "Verdicts given.",
            ["verifier", "status", "reason"],
            registry=self.registry,
        )
        self.passed = Counter(
            "reward_components_passed",
            "Verdicts that say the bar is met.",
            ["verifier"],
            registry=self.registry,
        )
        self.scores = Counter(
            "reward_component_score",
            "Sum of the scores above 0, and of those below without their sign.",
            ["verifier", "sign"],
            registry=self.registry,
        )
        self.component_ms = Histogram(
            "reward_component_milliseconds",
            "Milliseconds a verdict took.",
            ["verifier"],
            buckets=MILLISECONDS,
            registry=self.registry,
        )
        self.queue_items = Gauge(
            "reward_queue_items", "Items accepted and not answered.", registry=self.registry
        )
        self.queue_seconds = Histogram(
            "reward_queue_seconds",
            "Mean wait of a batch's items.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.worker_restarts = Counter(
            "reward_worker_restarts", "Workers that were replaced.", registry=self.registry
        )
        self.nodes = Gauge(
            "reward_nodes", "Nodes of the cluster that judge.", registry=self.registry
        )
        self.replays = Counter(
            "reward_replays", "Chunks of lost nodes, given to others.", registry=self.registry
        )
        self.rejected = Counter(
            "reward_rejected", "Requests refused.", ["code"], registry=self.registry
        )

        self.vitals: Callable[[], Vitals] = Vitals
        self.registry.register(self)

    def count_results(self, results: Iterable[Mapping[str, Any]]) -> None:
        """Count what was answered."""
        for result in results:
            self.items.labels(result["status"]).inc()
            if result["reward"] is not None:
                self.item_reward.observe(result["reward"])
            for score in result["scores"].values():
                self._count_score(score["verifier"], score)

    def _count_score(self, verifier: str, score: Mapping[str, Any]) -> None:
        self.components.labels(verifier, score["status"], score["reason"]).inc()
        self.component_ms.labels(verifier).observe(score["ms"])
        if score["score"] is not None:
            # a counter can't fall: what is taken is counted apart from what is given
            self.scores.labels(verifier, "+").inc(max(0.0, score["score"]))
            self.scores.labels(verifier, "-").inc(max(0.0, -score["score"]))
        if score["passed"]:
            self.passed.labels(verifier).inc()

    def collect(self) -> Iterator[Metric]:
        """What is asked for when somebody scrapes, rather than counted."""
        vitals = self.vitals()
        yield GaugeMetricFamily("reward_ready", "Whether /readyz says yes.", vitals.ready)
        yield GaugeMetricFamily("reward_sandbox_slots", "Slots that can run.", vitals.slots)
        yield GaugeMetricFamily("reward_sandbox_waiting", "Programs in the queue.", vitals.waiting)
        yield CounterMetricFamily("reward_sandbox_restarts", "Slots replaced.", vitals.restarts)
        runs = CounterMetricFamily(
            "reward_sandbox_runs", "Runs of programs, by how they ended.", labels=["status"]
        )
        for status, count in vitals.outcomes.items():
            runs.add_metric([status], count)
        yield runs
