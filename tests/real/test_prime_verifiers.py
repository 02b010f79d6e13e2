"""Prime's real `verifiers` from PyPI, in an environment of its own, asks us as NeMo Gym."""

import json


def test_its_nemo_gym_task_gets_its_rewards(server, run_script):
    assert json.loads(run_script("verifiers", "prime.py", server.url)) == {
        "right": [1.0, "32"],
        "wrong": [0.0, "31"],
        "prefixed": [1.0, "32"],
        "unusable": "HTTPStatusError",
    }
