"""What this server is and how it is set up, for people and for a training run's log.

No secret is in it, and no path but those that settings name.
"""

import platform
import time
from importlib.metadata import version
from typing import Any

from reward_server.service import Service
from sandbox.languages import LANGUAGES

LIMITS = (
    "max_items",
    "max_body_mb",
    "max_queue",
    "item_timeout_s",
    "slow_item_ms",
    "worker_memory_mb",
    "rate_limit",
    "rate_burst",
    "drain_timeout_s",
)
"""Settings that bound what a client may ask for, and for how long."""


def describe(service: Service) -> dict[str, Any]:
    """Version, configuration and state."""
    settings = service.settings
    ready, checks = service.readiness()
    return {
        "version": version("reward-server"),
        "python": platform.python_version(),
        "instance": service.live.instance,
        "uptime_s": round(time.monotonic() - service.live.started, 3),
        "ready": ready,
        "engine": "ray" if "nodes" in checks else "local",
        **checks,
        "languages": {
            "available": len(service.sandbox.offered()),
            "known": len(LANGUAGES),
        },
        "rubrics": {
            "named": len(service.rubrics.written),
            "file": str(settings.rubrics) if settings.rubrics else None,
        },
        "verifiers": {
            "known": len(service.rubrics.checker.registry),
            "modules": settings.verifiers,
        },
        "limits": {name: getattr(settings, name) for name in LIMITS},
        "keep_samples": settings.keep_samples,
        "api_keys": bool(settings.api_keys),
    }
