"""The OpenAPI document, and what schemathesis makes of it: no 5xx, no undocumented answer."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.live import running

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]


OURS = "^/(v1|healthz|readyz|metrics)"
PARTS = {"ours": (f"--include-path-regex={OURS}", 60)}
# the protocols share their way in; what each answers is recorded in tests/cases/protocols
PARTS["protocols"] = (f"--exclude-path-regex={OURS}", 8)


@pytest.mark.hypothesis
@pytest.mark.parametrize("part", PARTS)
def test_fuzzed_requests_are_answered_as_documented(tmp_path, part):
    paths, examples = PARTS[part]
    same = settings.default.derandomize
    if not same:  # make fuzz
        examples = max(examples, settings.default.max_examples // 10)
    with running(tmp_path / "log") as server:
        done = subprocess.run(
            [
                *[Path(sys.executable).parent / "schemathesis", "run", "--no-color"],
                *[f"--checks={','.join(CHECKS)}", "--suppress-health-check=all"],
                *[paths, f"--max-examples={examples}"],
                *(["--seed=1"] if same else []),
                f"{server.url}/openapi.json",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300 if same else None,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_example_of_the_document_works(server):
    with server.client() as client:
        document = client.get("/openapi.json").json()
        content = document["paths"]["/v1/score"]["post"]["requestBody"]["content"]
        answer = client.post("/v1/score", json=content["application/json"]["example"])
    assert answer.status_code == 200
    assert answer.json()["results"][0]["reward"] == 1.0
