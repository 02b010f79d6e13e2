"""What real OpenRLHF gets of the server; runs where it is installed.

usage: openrlhf_rewards.py URL FILE.py    prints one JSON object
"""

import asyncio
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import openrlhf
import torch
from openrlhf.utils.agent import SingleTurnAgentExecutor

RIGHT, WRONG = "so \\boxed{2}", "so \\boxed{3}"
PROMPT = "1+1?"


class Letters:
    """A tokenizer of one token a character."""

    def __call__(self, text, **_):
        return {"input_ids": torch.tensor([[ord(letter) for letter in text]])}

    def decode(self, ids, **_):
        return "".join(map(chr, ids))


class Engine:
    """Says the same to everything: the part that needs a GPU."""

    def __init__(self, said):
        self.said = said

    async def generate(self, *_, **__):
        output = SimpleNamespace(
            token_ids=[ord(letter) for letter in self.said], finish_reason="stop", logprobs=None
        )
        return SimpleNamespace(outputs=[output])


async def rollout(endpoints, said, label):
    """A whole rollout of one sample, as the trainer makes it, and its tensors."""
    executor = SingleTurnAgentExecutor(endpoints)
    params = SimpleNamespace(max_tokens=64, logprobs=None)
    found = await executor.execute(PROMPT, label, params, 256, Letters(), Engine(said))
    logs = {name: number(value) for name, value in found["extra_logs"].items()}
    return [None if found["reward"] is None else number(found["reward"]), logs]


def number(value):
    """As its trainer makes tensors of rewards and logs."""
    return torch.tensor([value]).flatten().item()


async def main(url, file):
    address = [f"{url}/get_reward"]
    executor = SingleTurnAgentExecutor(address)
    texts = [PROMPT + said for said in (RIGHT, WRONG, RIGHT)]
    (whole,) = await executor._fetch_rewards_via_http(texts, [PROMPT] * 3, ["2", "2", None])
    cli = Path(openrlhf.__file__).parent / "cli" / "train_ppo_ray.py"
    return {
        "right": await rollout(address, RIGHT, "2"),
        "wrong": await rollout(address, WRONG, "2"),
        "two servers": await rollout(address * 2, RIGHT, '{"answer": "2", "rubric": "math"}'),
        "function": await rollout([file], RIGHT, "2"),
        "function without a reward": await rollout([file], RIGHT, None),
        "batch": whole["rewards"],
        "flags": re.findall(r'"(--[\w.]+)"', cli.read_text()),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*sys.argv[1:]))))  # noqa: T201
