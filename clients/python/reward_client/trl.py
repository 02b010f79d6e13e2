"""TRL: `GRPOTrainer(reward_funcs=reward, ...)`.

    from reward_client.trl import reward                     # labels in `answer`, `solution` …
    from reward_client.trl import reward_function
    reward_funcs = [reward_function(rubric="r1", label="final_answer")]

None, which the service gives where there is no verdict, is NaN to TRL: the sample is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reward_client.default import client, label_column, source_column

RewardFunction = Callable[..., list["float | None"]]


def reward_function(
    rubric: Any = None, label: str | None = None, name: str = "reward"
) -> RewardFunction:
    """A reward function.

    Args:
        rubric: by which labels are judged that name none.
        label: the column of labels; default: the first of the usual names.
        name: under which TRL logs it.
    """

    def reward(prompts: Any, completions: Any, **columns: Any) -> list[float | None]:
        labels = label_column(columns, label)
        sources = source_column(columns, len(labels))
        samples = zip(prompts, completions, labels, sources)  # noqa: B905 - lists of one length
        rows = [{"prompt": p, "completion": c, "label": a, "source": s} for p, c, a, s in samples]
        items = rows if rubric is None else [{**row, "rubric": rubric} for row in rows]
        results = client().score_labels(items)
        _log_components(results, columns.get("log_metric"))
        return [result.reward for result in results]

    reward.__name__ = name
    return reward


def _log_components(results: Any, log_metric: Any) -> None:
    """Means of the components' scores, and the share of samples without a reward.

    Versions of TRL before `log_metric` take none of it.
    """
    if log_metric is None:
        return
    judged = [result for result in results if result.reward is not None]
    log_metric("reward/missing", 1 - len(judged) / max(len(results), 1))
    scores: dict[str, list[float]] = {}
    for result in judged:
        for name, part in result.scores.items():
            scores.setdefault(name, []).append(part.score)
    for name, values in scores.items():
        log_metric(f"reward/{name}", sum(values) / len(values))


reward = reward_function()
