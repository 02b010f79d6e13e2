"""Writes deploy/grafana/dashboards/reward.json; a test fails when it is stale.

A panel is a title, a unit and its queries; all else of Grafana's form is the same for each.
"""

import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "deploy" / "grafana" / "dashboards" / "reward.json"

_RATE = "[$__rate_interval]"
_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 7

Queries = dict[str, str]
"""Legend to PromQL."""


def _quantiles(metric: str, by: str = "") -> Queries:
    """Median, 90th and 99th percentile of a histogram, apart by a label where one is named."""
    labels, legend = (f"le, {by}", f"{{{{{by}}}}} ") if by else ("le", "")
    return {
        f"{legend}p{share}": f"histogram_quantile({share / 100:g}, sum by ({labels}) "
        f"(rate({metric}_bucket{_RATE})))"
        for share in (50, 90, 99)
    }


def _score(sign: str) -> str:
    """The scores given, or taken, a second."""
    return f'sum by (verifier) (rate(reward_component_score_total{{sign="{sign}"}}{_RATE}))'


PANELS: list[tuple[str, str, Queries]] = [
    ("Items", "ops", {"{{status}}": f"sum by (status) (rate(reward_items_total{_RATE}))"}),
    (
        "Requests",
        "reqps",
        {"{{path}} {{status}}": f"sum by (path, status) (rate(reward_requests_total{_RATE}))"},
    ),
    (
        "Refused requests",
        "reqps",
        {"{{code}}": f"sum by (code) (rate(reward_rejected_total{_RATE}))"},
    ),
    (
        "Rewards at or below",
        "percentunit",
        {
            "{{le}}": f"sum by (le) (rate(reward_item_reward_bucket{_RATE})) / on () group_left "
            f"sum (rate(reward_item_reward_count{_RATE}))"
        },
    ),
    (
        "Mean score",
        "short",
        {
            "{{verifier}}": f"({_score('+')} - {_score('-')}) / sum by (verifier) "
            f'(rate(reward_components_total{{status="ok"}}{_RATE}))'
        },
    ),
    (
        "Share of verdicts that pass",
        "percentunit",
        {
            "{{verifier}}": f"sum by (verifier) (rate(reward_components_passed_total{_RATE})) / "
            f'sum by (verifier) (rate(reward_components_total{{status="ok"}}{_RATE}))'
        },
    ),
    (
        "Share of verdicts with each reason",
        "percentunit",
        {
            "{{verifier}} {{reason}}": "sum by (verifier, reason) "
            f"(rate(reward_components_total{_RATE})) / on (verifier) group_left "
            f"sum by (verifier) (rate(reward_components_total{_RATE}))"
        },
    ),
    (
        "Verdicts without a score",
        "ops",
        {
            "{{verifier}} {{status}} {{reason}}": "sum by (verifier, status, reason) "
            f'(rate(reward_components_total{{status!="ok"}}{_RATE}))'
        },
    ),
    (
        "Runs of programs by how they ended",
        "ops",
        {"{{status}}": f"sum by (status) (rate(reward_sandbox_runs_total{_RATE}))"},
    ),
    ("Time of a request", "s", _quantiles("reward_request_seconds")),
    ("Time of a verdict", "ms", _quantiles("reward_component_milliseconds", "verifier")),
    ("Wait before work starts", "s", _quantiles("reward_queue_seconds")),
    (
        "Queue",
        "short",
        {
            "items accepted and not answered": "sum(reward_queue_items)",
            "programs that wait for a slot": "sum(reward_sandbox_waiting)",
        },
    ),
    (
        "Replaced in 5 minutes",
        "short",
        {
            "workers": "sum(increase(reward_worker_restarts_total[5m]))",
            "sandbox slots": "sum(increase(reward_sandbox_restarts_total[5m]))",
        },
    ),
    (
        "Replicas",
        "short",
        {
            "answer": 'sum(up{job="reward"})',
            "ready": "sum(reward_ready)",
            "sandbox slots": "sum(reward_sandbox_slots)",
        },
    ),
    (
        "Nodes of the Ray cluster",
        "short",
        {
            "judge": "max(reward_nodes)",
            "chunks replayed in 5 minutes": "sum(increase(reward_replays_total[5m]))",
        },
    ),
]


def dashboard() -> dict[str, Any]:
    """The whole dashboard, in Grafana's form."""
    return {
        "uid": "reward",
        "title": "Reward server",
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "panels": [_panel(index, *panel) for index, panel in enumerate(PANELS)],
    }


def _panel(index: int, title: str, unit: str, queries: Queries) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "prometheus"}
    row, column = divmod(index, _COLUMNS)
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": title,
        "datasource": source,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        # from 0, and below it where scores are
        "fieldConfig": {
            "defaults": {"unit": unit, "custom": {"axisSoftMin": 0}},
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": source, "expr": expr, "legendFormat": legend}
            for n, (legend, expr) in enumerate(queries.items())
        ],
    }


def render() -> str:
    """The file's text."""
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
