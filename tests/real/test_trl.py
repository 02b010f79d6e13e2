"""TRL's real `GRPOTrainer` takes its rewards from the running service, one of them missing."""

import json

import pytest

from tests.live import ROOT

STEPS = 40
QUESTIONS = 10
"""One of which nobody knows the answer to: a tenth of the samples has no reward."""


@pytest.fixture(scope="module")
def run(server, run_script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grpo")
    script = ROOT / "examples" / "grpo" / "train.py"
    run_script("trainers", script, "--folder", folder, REWARD_URL=server.url)
    return json.loads((folder / "rewards.json").read_text())


def test_every_step_is_taken_and_changes_the_model(run):
    assert len(run["steps"]) == STEPS
    assert all(step["grad_norm"] > 0 for step in run["steps"])
    assert run["largest_weight_change"] > 0.01


def test_rewards_are_logged_by_component(run):
    for step in run["steps"]:
        parts = step["reward/accuracy"] + 0.5 * step["reward/format"]
        assert step["reward"] == pytest.approx(parts, abs=1e-5)
        assert step["rewards/service/mean"] == pytest.approx(parts, abs=1e-5)


def test_samples_without_a_reward_are_left_out_and_not_counted_as_0(run):
    for step in run["steps"]:
        assert step["reward/missing"] == pytest.approx(1 / QUESTIONS)


def test_the_model_learns_what_is_rewarded(run):
    rewards = [step["reward"] for step in run["steps"]]
    assert sum(rewards[-10:]) > 1.3 * sum(rewards[:10])
