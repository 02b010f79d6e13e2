"""Judge0's own SDK from PyPI against the server."""

import json


def test_its_sdk_runs_programs_and_reads_their_statuses(server, run_script):
    with server.client() as client:  # the SDK asks first, and with the patience of 5 s
        assert client.get("/languages").status_code == 200
    seen = json.loads(run_script("judge0", "judge0_sdk.py", server.url))
    assert seen["statuses"] == [
        "ACCEPTED",
        "WRONG_ANSWER",
        "RUNTIME_ERROR_NZEC",
        "TIME_LIMIT_EXCEEDED",
    ]
    assert seen["stdout"] == "9\n"
    assert seen["crash"]
    assert seen["time"] >= 1.0
    assert seen["many"] == list(range(20))
    assert seen["version"]
