"""What the server tells of itself: structured logs and Prometheus metrics.

No completion, reference or key is ever logged or made a label.
"""

import logging
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
MILLISECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 50, 100, 500, 1000, 5000, 10000)


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
    ]
    if not pretty:
        shared.append(structlog.processors.format_exc_info)
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


class Metrics:
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
        self.components = Counter(
            "reward_components",
            "Verdicts given.",
            ["verifier", "status", "reason"],
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

    def count_results(self, results: Iterable[Mapping[str, Any]]) -> None:
        """Count what was answered."""
        for result in results:
            self.items.labels(result["status"]).inc()
            for score in result["scores"].values():
                self.components.labels(score["verifier"], score["status"], score["reason"]).inc()
                self.component_ms.labels(score["verifier"]).observe(score["ms"])
