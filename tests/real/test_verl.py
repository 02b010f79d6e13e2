"""Real verl, with its example configurations: the client's functions, and its own code rewards."""

import json

import pytest

from tests.live import ROOT

JUDGED = {"judged": 1.0, "acc": 1.0, "score": 1.0, "reason": "equal"}
WRONG = {"judged": 1.0, "acc": 0.0, "score": 0.0, "reason": "different"}


@pytest.fixture(scope="module")
def seen(server, run_script):
    folder = ROOT / "examples" / "trainers"
    printed = run_script("trainers", "verl_rewards.py", folder, server.url, REWARD_URL=server.url)
    return json.loads(printed.splitlines()[-1])


def test_its_reward_loop_gets_a_row_of_the_same_keys_for_every_sample(seen):
    right = {"reward_score": 1.0, "reward_extra_info": JUDGED}
    wrong = {"reward_score": 0.0, "reward_extra_info": WRONG}
    assert seen["loop"] == [right, wrong] * 32


def test_a_missing_reward_stops_the_step_or_has_the_configured_number(seen):
    assert seen["stopped"] == "NoRewardError"
    (row,) = seen["missing"]
    assert row["reward_score"] == -1.0
    assert row["reward_extra_info"].keys() == JUDGED.keys()
    assert row["reward_extra_info"]["judged"] == 0.0


@pytest.mark.parametrize("manager", ["naive", "batch"])
def test_its_older_managers(seen, manager):
    assert seen[manager]["rewards"] == [1.0, 0.0]
    assert seen[manager]["extra"] == {key: [JUDGED[key], WRONG[key]] for key in JUDGED}


def test_its_own_code_rewards_run_in_our_sandbox(seen):
    assert seen["code"] == pytest.approx([2 / 3, 1 / 3, 1.0, 0.0])
