"""What the documentation names must exist, and what exists must be named."""

import re
from pathlib import Path

import pytest
import yaml

from reward_server.rubrics import Checker, load_rubrics
from reward_server.telemetry import Metrics
from scripts.settings_doc import TARGET, render
from verifiers.registry import REGISTRY

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_settings_page_is_up_to_date():
    assert TARGET.read_text() == render()


@pytest.mark.parametrize("name", REGISTRY)
def test_every_verifier_is_in_the_readme_and_has_a_page(name):
    assert f"`{name}`" in README
    heading = re.compile(rf"^#+ .*`{name}`", re.MULTILINE)
    pages = [text for p in (ROOT / "docs").glob("*.md") if heading.search(text := p.read_text())]
    assert len(pages) == 1, f"one page of docs/ must have a heading with `{name}`"
    options = Checker(REGISTRY).schema(name).get("properties", {})
    words = [*REGISTRY[name].reasons, *options]
    assert not [word for word in words if f"`{word}`" not in pages[0]]


def test_every_rubric_is_documented():
    page = (ROOT / "docs" / "rubrics.md").read_text()
    names = load_rubrics(Checker(REGISTRY), None).written
    assert not [name for name in names if f"`{name}`" not in page]


def test_every_metric_alert_and_refusal_is_documented():
    page = (ROOT / "docs" / "operations.md").read_text()
    names = [
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in Metrics().registry.collect()
    ]
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules.yml").read_text())
    alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    assert not [name for name in [*names, *alerts] if f"\n| `{name}` |" not in page]
    source = "".join(path.read_text() for path in (ROOT / "reward_server").glob("*.py"))
    codes = re.findall(r"ApiError\(\s*(?:4|5)\d\d,\s*\"(\w+)\"", source)
    assert len(codes) > 8
    assert not [code for code in codes if f"`{code}`" not in page]


@pytest.mark.parametrize(
    "page", sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]), ids=str
)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text())
    assert not [t for t in targets if not (page.parent / t).exists()]


def test_make_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text()
    assert not [t for t in re.findall(r"`make (\w+)`", README) if f"\n{t}:" not in makefile]
