"""OpenRLHF: `--reward.remote_url …/reward_client/openrlhf.py` (before 0.10 `--remote_rm_url`).

OpenRLHF makes tensors of the rewards and can carry no missing one: a `NoRewardError` ends the call,
which it logs, and the sample has no reward.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reward_client.default import client, number


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], **_kwargs: Any
) -> dict[str, Any]:
    """Rewards of prompt-and-response strings, as tensors."""
    import torch  # noqa: PLC0415 - only the trainer has it

    rows = zip(queries, prompts, labels)  # noqa: B905 - of one length
    items = [{"completion": q.removeprefix(p), "prompt": p, "label": a} for q, p, a in rows]
    results = client().score_labels(items)
    rewards = torch.tensor([number(result) for result in results])
    names = results[0].scores if results else ()
    common = [name for name in names if all(name in r.scores for r in results)]
    logs = {name: torch.tensor([r.scores[name].score for r in results]) for name in common}
    return {"rewards": rewards, "scores": rewards, "extra_logs": logs}
