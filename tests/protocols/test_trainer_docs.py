"""What docs/trainers.md and examples/trainers say must be so."""

import ast
import importlib
import json
import re
import subprocess

import pytest
import yaml
from reward_client.default import LABEL_COLUMNS

from reward_server import protocols
from reward_server.rubrics import Checker, load_rubrics
from tests.live import ROOT
from verifiers.registry import REGISTRY

PAGE = (ROOT / "docs" / "trainers.md").read_text()
EXAMPLES = ROOT / "examples" / "trainers"
PATHS = sorted({route.path for router in protocols.ROUTERS for route in router.routes})
SHIMS = [p.stem for p in (ROOT / "clients/python/reward_client").glob("*.py")]
INNER = {"__init__", "client", "transport", "batching", "results", "errors", "default"}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_documented(path):
    plain = path.removeprefix("/nemo-gym").rstrip("/")
    assert f"{plain}`" in PAGE or f"{plain}" in PAGE


@pytest.mark.parametrize("shim", sorted(set(SHIMS) - INNER))
def test_every_shim_is_documented(shim):
    assert f"reward_client.{shim}" in PAGE


def test_the_usual_columns_are_documented():
    assert not [name for name in LABEL_COLUMNS if f"`{name}`" not in PAGE]


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_examples_can_be_read(path):
    text = path.read_text()
    if path.suffix == ".py":
        ast.parse(text)
    elif path.suffix == ".sh":
        subprocess.run(["sh", "-n", path], check=True)
    elif path.suffix in {".yaml", ".json"}:
        assert yaml.safe_load(text)


def test_the_example_of_sources_can_be_used():
    rubrics = load_rubrics(Checker(REGISTRY), EXAMPLES / "rubrics.yaml")
    assert rubrics.of_source("openai/gsm8k", "slime") == "math"
    assert rubrics.of_source("unknown", "slime") == "r1-zero"
    assert rubrics.of_source(None, "openrlhf") is None


def test_every_address_in_the_examples_is_answered():
    texts = [path.read_text() for path in EXAMPLES.iterdir()]
    found = {match for text in texts for match in re.findall(r"127\.0\.0\.1:8000(/[\w/]*)", text)}
    assert len(found) > 5
    assert found <= set(PATHS)


@pytest.mark.parametrize("text", [PAGE, *(p.read_text() for p in EXAMPLES.iterdir())])
def test_what_is_named_of_the_client_is_there(text):
    for module, name in re.findall(r"\breward_client\.(\w+)\.(\w+)\b", text):
        assert hasattr(importlib.import_module(f"reward_client.{module}"), name), (module, name)


def test_verls_configuration_names_a_function_of_the_client():
    reward = yaml.safe_load((EXAMPLES / "verl.yaml").read_text())["reward"]
    custom = reward["custom_reward_function"]
    module = importlib.import_module(custom["path"].removeprefix("pkg://"))
    assert callable(getattr(module, custom["name"]))


def test_nemo_gyms_example_row_is_judged_by_the_configured_agent(server):
    row = json.loads((EXAMPLES / "nemo_gym_row.json").read_text())
    agents = yaml.safe_load((EXAMPLES / "nemo_gym.yaml").read_text())
    agent = agents[row["agent_ref"]["name"]]["responses_api_agents"]["simple_agent"]
    assert agents[agent["resources_server"]["name"]]["resources_servers"]
    said = {"type": "message", "content": [{"type": "output_text", "text": "\\boxed{32}"}]}
    with server.client() as client:
        assert client.post("/seed_session", json=row).json() == {}
        answer = client.post("/verify", json={**row, "response": {"output": [said]}}).json()
    assert (answer["reward"], answer["expected_answer"]) == (1.0, "32")


def test_slimes_example_posts_where_a_number_comes_back(server):
    text = (EXAMPLES / "slime.sh").read_text()
    (path,) = re.findall(r"--rm-url http://[\d.:]+(/\w+)", text)
    sample = {"prompt": "2^5?", "response": "\\boxed{32}", "label": "32"}
    with server.client() as client:
        assert client.post(path, json=sample).json() == 1.0
