"""AReaL: `RLVRWorkflow(reward_fn="reward_client.areal.reward_fn", ...)`.

AReaL calls it in a pool of processes, three times if need be, and takes 0 after that: only an alert
on its log tells a missing reward from a wrong answer there.
"""

from __future__ import annotations

from typing import Any

from reward_client.default import client, label_column, number


def reward_fn(
    prompt: Any, completions: Any, prompt_ids: Any, completion_ids: Any, **data: Any
) -> float:
    """The reward of one completion."""
    del prompt_ids, completion_ids
    label = label_column(data, None)
    asked = prompt if isinstance(prompt, (str, list)) else None
    result = client().score_label(completions, label, prompt=asked, source=data.get("data_source"))
    return number(result)
