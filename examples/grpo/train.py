r"""A complete GRPO run on a CPU: TRL's trainer, a model of a few thousand weights, our rewards.

    reward-server serve &
    pip install torch trl ./clients/python
    REWARD_URL=http://127.0.0.1:8000 python examples/grpo/train.py

Nothing is downloaded: the tokenizer's words and the model's random weights are made here. The model
speaks in whole tags and boxed digits, so that it finds a rewarded answer by chance and learns to
repeat it. One question has no answer on file: the service gives it no reward, and TRL leaves its
samples out.
"""

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from reward_client.trl import reward_function
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    PrinterCallback,
    Qwen2Config,
    Qwen2ForCausalLM,
)
from trl import GRPOConfig, GRPOTrainer

TAGS = ["<think>", "</think>", "<answer>", "</answer>"]
BOXES = [rf"\boxed{{{digit}}}" for digit in range(6)]
WORDS = ["<pad>", "<eos>", *TAGS, *BOXES, *"012345+=?", "so"]

SHOWN = ("reward", "reward/accuracy", "reward/format", "reward/missing")

RUBRIC = {
    "components": [
        {"name": "accuracy", "verifier": "math"},
        {"name": "format", "verifier": "format", "weight": 0.5, "options": {"preset": "soft"}},
    ]
}


def tokenizer() -> PreTrainedTokenizerFast:
    """One token a word, words apart by a space."""
    table = {word: number for number, word in enumerate(WORDS)}
    words = Tokenizer(models.WordLevel(table, unk_token="<pad>"))  # noqa: S106 - no secret
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="<pad>",  # noqa: S106
        eos_token="<eos>",  # noqa: S106
        padding_side="left",
    )


def model(seed: int) -> Qwen2ForCausalLM:
    """Two layers of random weights."""
    torch.manual_seed(seed)
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(WORDS),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            pad_token_id=0,
            eos_token_id=1,
        )
    )


def questions() -> Dataset:
    """Sums, and one whose answer nobody wrote down."""
    sums = [(a, b) for a in range(3) for b in range(3)]
    rows = [{"prompt": f"{a} + {b} = ?", "answer": str(a + b)} for a, b in sums]
    return Dataset.from_list([*rows, {"prompt": "5 + 5 = ?", "answer": None}])


def train(steps: int, seed: int, folder: Path) -> GRPOTrainer:
    """The trainer after its steps."""
    trainer = GRPOTrainer(
        model=model(seed),
        processing_class=tokenizer(),
        reward_funcs=[reward_function(rubric=RUBRIC, label="answer", name="service")],
        train_dataset=questions(),
        args=GRPOConfig(
            output_dir=str(folder),
            max_steps=steps,
            per_device_train_batch_size=80,
            num_generations=8,
            max_completion_length=8,
            learning_rate=0.01,
            lr_scheduler_type="constant",
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            use_cpu=True,
            bf16=False,
            disable_tqdm=True,
            seed=seed,
        ),
    )
    trainer.remove_callback(PrinterCallback)  # `main` prints what matters
    trainer.train()
    return trainer


def weight_change(trainer: GRPOTrainer, seed: int) -> float:
    """The largest change of any weight since the start."""
    pairs = zip(trainer.model.parameters(), model(seed).parameters(), strict=True)
    return max((now.detach().cpu() - then.detach()).abs().max().item() for now, then in pairs)


def main() -> None:
    """Train, print the rewards of each step, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=Path("grpo-out"))
    given = parser.parse_args()
    torch.set_num_threads(1)  # more only get into each other's way over a few thousand weights
    logging.getLogger("trl").setLevel(logging.ERROR)  # it warns of each sample without a reward
    trainer = train(given.steps, given.seed, given.folder)
    steps: list[dict[str, Any]] = [row for row in trainer.state.log_history if "reward" in row]
    for number, row in enumerate(steps, 1):
        parts = {name: row[name] for name in SHOWN}
        print(number, *(f"{name}={value:.3f}" for name, value in parts.items()))
    summary = {"steps": steps, "largest_weight_change": weight_change(trainer, given.seed)}
    given.folder.mkdir(parents=True, exist_ok=True)
    (given.folder / "rewards.json").write_text(json.dumps(summary))


if __name__ == "__main__":
    main()
