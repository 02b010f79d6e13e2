"""Rewards inside a trainer's own Ray job: no server, no HTTP, every node of the cluster judges.

    pip install 'reward-server[ray]'                  on every node, beside the trainer
    ray job submit --address http://HEAD:8265 -- python examples/ray_job.py

verl:       custom_reward_function.path=examples/ray_job.py ...name=compute_score
OpenRLHF:   --reward.remote_url examples/ray_job.py

Each process that scores makes its own pool; pools with the same settings share one actor a node.
"""

import asyncio
import functools
import json
from collections.abc import Sequence
from typing import Any

from reward_server.engines.ray import RewardActorPool


@functools.cache
def pool() -> RewardActorPool:
    """This process's way to the nodes; its settings are `REWARD_...` of the environment."""
    return RewardActorPool()


def reward_of(result: dict[str, Any]) -> float:
    """A result's reward.

    Raises:
        RuntimeError: it has none; these trainers can carry no missing one, and a 0 would be wrong.
    """
    if result["reward"] is None:
        raise RuntimeError(f"no reward: {result['message']}")
    return float(result["reward"])


async def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: Any = None
) -> float:
    """verl's: one sample; its reward loop awaits many of these at once."""
    del data_source, extra_info
    item = {"completion": solution_str, "reference": ground_truth}
    (result,) = await pool().score_async([item], rubric="math")
    return reward_of(result)


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """OpenRLHF's: a batch of whole texts."""
    import torch  # noqa: PLC0415 - the trainer has it

    rewards = torch.tensor(rewards_of(queries, prompts, labels))
    return {"rewards": rewards, "scores": rewards, "extra_logs": {}}


def rewards_of(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[str]
) -> list[float]:
    """A reward for each text less its prompt."""
    items = [
        {"completion": query[len(prompt) :], "reference": label}
        for query, prompt, label in zip(queries, prompts, labels, strict=True)
    ]
    rubric = {"components": [{"verifier": "math"}]}
    return [reward_of(result) for result in pool().score(items, rubric)]


async def main() -> None:
    """What a trainer does with it, the policy left out: a group by batch, and sample by sample."""
    prompt = "What is 1/2 + 1/4?"
    answers = [f"It is \\boxed{{{answer}}}." for answer in ("3/4", "2/6", "0.75", "unknown")]
    rewards = rewards_of([prompt + answer for answer in answers], [prompt] * 4, ["3/4"] * 4)
    print(json.dumps({"batch": rewards}))
    singles = await asyncio.gather(*(compute_score("sums", answer, "3/4") for answer in answers))
    print(json.dumps({"singles": singles}))
    pool().close()


if __name__ == "__main__":
    asyncio.run(main())
