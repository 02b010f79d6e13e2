"""What real verl makes of its example configurations; runs where verl is installed.

usage: verl_rewards.py FOLDER URL    prints one JSON object
"""

import asyncio
import json
import string
import sys

import numpy as np
import torch
from hydra import compose, initialize_config_dir
from reward_client import NoRewardError
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from verl import DataProto
from verl.trainer.ppo.reward import get_custom_reward_fn, load_reward_manager
from verl.workers.reward_manager import get_reward_manager_cls

RIGHT, WRONG = "so \\boxed{2}", "so \\boxed{3}"
PROGRAM = "```python\nprint(int(input()) ** 2)\n```"
CASES = json.dumps({"inputs": ["2", "3", "4"], "outputs": ["4", "9", "17"]})
FUNCTION = "```python\ndef f(a, b):\n    return a + b\n```"
CALLS = json.dumps({"inputs": ["1\n2", "3\n4"], "outputs": ["3", "7"], "fn_name": "f"})
CRASH = "```python\n1 / 0\n```"


def tokenizer():
    """One token a character."""
    table = {letter: number for number, letter in enumerate(string.printable)}
    made = Tokenizer(models.WordLevel(table, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="\x0c")


def batch(tokens, rows):
    """Samples of (source, completion, label) as verl's trainer has them, padded on the right."""
    ids = [tokens.convert_tokens_to_ids(list(text)) for _, text, _ in rows]
    longest = max(map(len, ids))
    responses = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
    mask = torch.tensor([[1] + [1] * len(row) + [0] * (longest - len(row)) for row in ids])
    fields = {
        "data_source": np.array([source for source, _, _ in rows], dtype=object),
        "reward_model": np.array([{"ground_truth": label} for *_, label in rows], dtype=object),
        "extra_info": np.array([{"index": at} for at in range(len(rows))], dtype=object),
    }
    prompts = torch.zeros(len(rows), 1, dtype=torch.long)
    tensors = {"prompts": prompts, "responses": responses, "attention_mask": mask}
    return DataProto.from_dict(tensors=tensors, non_tensors=fields)


def configuration(folder, name, *changes):
    with initialize_config_dir(folder, version_base=None):
        return compose(name, overrides=list(changes))


async def loop(config, tokens, rows):
    """The reward loop of verl: a call a sample, all at once."""
    manager = load_reward_manager(config, tokens)
    data = batch(tokens, rows)
    singles = [manager.run_single(data[at : at + 1]) for at in range(len(rows))]
    return await asyncio.gather(*singles)


def legacy(config, tokens, name, rows):
    """The managers of the trainer's process: rewards stand at each sample's last token."""
    manager = get_reward_manager_cls(name)(
        tokens, num_examine=0, compute_score=get_custom_reward_fn(config)
    )
    found = manager(batch(tokens, rows), return_dict=True)
    extra = {key: list(values) for key, values in found["reward_extra_info"].items()}
    return {"rewards": found["reward_tensor"].sum(dim=1).tolist(), "extra": extra}


def main(folder, url):
    tokens = tokenizer()
    maths = [("openai/gsm8k", RIGHT, "2"), ("openai/gsm8k", WRONG, "2")]
    unusable = [("openai/gsm8k", RIGHT, None)]
    name = "reward.custom_reward_function.name={}".format
    code = configuration(folder, "verl_code", f"reward.sandbox_fusion.url={url}/run_code")
    client = configuration(folder, "verl")
    lenient = configuration(
        folder, "verl", "+reward.custom_reward_function.reward_kwargs={missing: -1.0}"
    )
    try:
        asyncio.run(loop(client, tokens, unusable))
        stopped = None
    except NoRewardError as error:
        stopped = type(error).__name__
    programs = [PROGRAM, PROGRAM.replace("**", "*"), FUNCTION, CRASH]
    labels = [CASES, CASES, CALLS, CASES]
    rows = [("codecontests", text, label) for text, label in zip(programs, labels, strict=True)]
    return {
        "loop": asyncio.run(loop(client, tokens, maths * 32)),
        "stopped": stopped,
        "missing": asyncio.run(loop(lenient, tokens, unusable)),
        "naive": legacy(
            configuration(folder, "verl", name("compute_score")), tokens, "naive", maths
        ),
        "batch": legacy(
            configuration(folder, "verl", name("compute_score_batch")), tokens, "batch", maths
        ),
        "code": [found["reward_score"] for found in asyncio.run(loop(code, tokens, rows))],
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201
