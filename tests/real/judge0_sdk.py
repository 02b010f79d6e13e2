"""What Judge0's real SDK makes of the server; runs where it is installed.

usage: judge0_sdk.py URL    prints one JSON object
"""

import json
import sys

import judge0

SQUARE = "print(int(input()) ** 2)"


def main(url):
    client = judge0.Client(url)
    cases = [judge0.TestCase("3", "9"), judge0.TestCase("4", "17")]
    judged = judge0.run(client=client, source_code=SQUARE, language=judge0.PYTHON, test_cases=cases)
    crash = judge0.run(client=client, source_code="1 / 0", language=judge0.PYTHON)
    late = judge0.run(
        client=client, source_code="while True: pass", language=judge0.PYTHON, cpu_time_limit=1
    )
    many = [judge0.Submission(source_code=f"print({n})", language=71) for n in range(20)]
    many = judge0.wait(client=client, submissions=client.create_submissions(many))
    return {
        "statuses": [one.status.name for one in (*judged, crash, late)],
        "stdout": judged[0].stdout,
        "crash": "ZeroDivisionError" in crash.stderr,
        "time": late.time,
        "many": [int(one.stdout) for one in many],
        "version": client.version,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))  # noqa: T201
