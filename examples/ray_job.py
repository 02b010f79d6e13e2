"""Rewards inside a trainer's own Ray job: no server, no HTTP, every node of the cluster judges.

    pip install 'reward-server[ray]'                  on every node, beside the trainer
    ray job submit --address http://HEAD:8265 -- python examples/ray_job.py

In verl, `compute_score` is a custom reward function (`custom_reward_function.path` and `.name`).
The pool is made once in each reward worker; workers with the same settings share one actor a node.
In OpenRLHF, `reward_func` is the function of `--reward.remote_url FILE`.
"""

import functools
import json

from reward_server.engines.ray import RewardActorPool


@functools.cache
def pool() -> RewardActorPool:
    """This process's way to the nodes; its settings are `REWARD_...` of the environment."""
    return RewardActorPool()


def reward_func(queries: list[str], prompts: list[str], labels: list[str]) -> list[float | None]:
    """OpenRLHF's: a reward for each whole text; None where our side failed, never a 0 for it."""
    items = [
        {"completion": query[len(prompt) :], "reference": label}
        for query, prompt, label in zip(queries, prompts, labels, strict=True)
    ]
    return [result["reward"] for result in pool().score(items, rubric="math")]


async def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: dict | None = None
) -> float | None:
    """verl's: one sample; its workers await many of these at once."""
    del data_source, extra_info
    item = {"completion": solution_str, "reference": ground_truth}
    (result,) = await pool().score_async([item])
    return result["reward"]


def main() -> None:
    """A training loop with its policy left out: two steps of one group each."""
    prompt = "What is 1/2 + 1/4?"
    for step in range(2):
        answers = ["3/4", "2/6", "0.75", "unknown"]
        queries = [f"{prompt} It is \\boxed{{{answer}}}." for answer in answers]
        rewards = reward_func(queries, [prompt] * 4, ["3/4"] * 4)
        print(json.dumps({"step": step, "rewards": rewards}))
    pool().close()


if __name__ == "__main__":
    main()
