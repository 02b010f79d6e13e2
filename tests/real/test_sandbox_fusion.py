"""The real `sandbox-fusion` client from PyPI, in an environment of its own, against the server."""

import json

import pytest

# SandboxFusion's names of languages, and ours
NAMES = {
    "python": "python",
    "cpp": "cpp",
    "nodejs": "javascript",
    "go": "go",
    "java": "java",
    "bash": "bash",
    "rust": "rust",
    "ruby": "ruby",
    "perl": "perl",
    "php": "php",
    "lua": "lua",
    "typescript": "typescript",
    "R": "r",
}


@pytest.fixture(scope="module")
def seen(server, run_script):
    """What the client sees; of languages, those that this machine has."""
    with server.client() as client:
        here = client.get("/v1/languages").json()["languages"]
    languages = [name for name, ours in NAMES.items() if here.get(ours, {}).get("available")]
    return json.loads(run_script("sandbox-fusion", "fusion.py", server.url, *languages)), languages


def test_languages(seen):
    answers, languages = seen
    assert "python" in languages
    assert answers["languages"] == dict.fromkeys(languages, "hello\n")


def test_128_calls_at_once_all_come_back(seen):
    assert seen[0]["concurrent"] == list(range(128))


def test_a_megabyte_of_output_comes_back(seen):
    assert seen[0]["megabyte"] == (1 << 20) + 1


def test_the_asynchronous_client(seen):
    assert seen[0]["asynchronous"] == list(range(16))


def test_statuses_are_what_the_client_takes_them_for(seen):
    assert seen[0]["summaries"] == ["success", "crash", "late", "success"]


def test_files_travel_both_ways(seen):
    assert seen[0]["files"] == {"out.txt": "HI"}


def test_cells_share_one_interpreter(seen):
    shown = [["", []], ["", ["42"]], ["41\n", []], ["", []], ["", ["41"]]]
    assert seen[0]["jupyter"] == ["Success", shown, ["ZeroDivisionError"]]


def test_prompts_are_those_of_the_rows(seen):
    assert seen[0]["prompts"] == ["first", "second", "second"]


def test_submit(seen):
    assert seen[0]["submits"] == [True, False]
