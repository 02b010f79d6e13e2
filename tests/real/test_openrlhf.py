"""Real OpenRLHF: its executor's rollout of one sample, over HTTP and through the client's file."""

import json
import re

import pytest

from tests.live import ROOT


@pytest.fixture(scope="module")
def seen(server, run_script):
    file = ROOT / "clients" / "python" / "reward_client" / "openrlhf.py"
    return json.loads(
        run_script(
            "trainers", "openrlhf_rewards.py", server.url, file, REWARD_URL=server.url
        ).splitlines()[-1]
    )


def test_a_rollout_has_its_reward_and_numbers_to_log(seen):
    assert seen["right"] == [1.0, {"math": 1.0}]
    assert seen["wrong"] == [0.0, {"math": 0.0}]


def test_a_server_that_gets_no_sample_does_not_matter(seen):
    assert seen["two servers"] == [1.0, {"math": 1.0}]


def test_a_batch_keeps_its_missing_reward(seen):
    assert seen["batch"] == [1.0, 0.0, None]


def test_the_clients_file_is_a_reward_function(seen):
    assert seen["function"] == [1.0, {"math": 1.0}]
    assert seen["function without a reward"] == [None, {}]


def test_the_examples_flags_are_known(seen):
    text = (ROOT / "examples" / "trainers" / "openrlhf.sh").read_text()
    command = text.partition("python ")[2]
    flags = set(re.findall(r"--[\w.]+", command))
    assert len(flags) > 5
    assert flags <= set(seen["flags"])
