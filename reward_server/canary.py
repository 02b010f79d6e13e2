"""Known answers, asked for again and again: whether this server still scores right, all the way.

A canary goes where every batch goes: schema, dispatch, worker, sandbox, verdict.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import yaml

from reward_server.life import Life
from reward_server.service import Service
from sandbox import SandboxError
from sandbox.languages import LANGUAGES

log = structlog.get_logger(__name__)

START_S = 120.0
"""A canary that has no answer after this at the start counts as failed, and is asked again."""

PERIOD_S = 10.0
RETRY_S = 1.0

ANSWER = "42"
"""What the canary of every language prints."""


@dataclass(frozen=True, slots=True)
class Canary:
    """Items, and the reward that each must get (None: any, so long as nothing of ours fails)."""

    name: str
    items: Sequence[Mapping[str, Any]]
    rewards: Sequence[float | None]


def of_verifiers(names: Iterable[str]) -> list[Canary]:
    """One a verifier; an operator's own verifier gets an item that says little."""
    rows = yaml.safe_load(Path(__file__).with_name("canaries.yaml").read_text(encoding="utf-8"))
    unknown = [{"completion": "\\boxed{42}", "reference": ANSWER, "reward": None}]
    return [_of_verifier(name, rows.get(name, unknown)) for name in names if name != "code"]


def _of_verifier(name: str, rows: Sequence[Mapping[str, Any]]) -> Canary:
    rubric = {"components": [{"verifier": name}]}
    items = [{k: v for k, v in row.items() if k != "reward"} | {"rubric": rubric} for row in rows]
    return Canary(f"verifier {name}", items, [row["reward"] for row in rows])


def of_language(name: str) -> Canary:
    """A program that prints the answer, and one whose output is wrong."""
    fenced = f"```{LANGUAGES[name].names[0]}\n{LANGUAGES[name].canary}\n```"
    items = [
        {
            "completion": fenced,
            "reference": {"tests": {"language": name, "stdio": [{"stdin": "", "stdout": said}]}},
            "rubric": {"components": [{"verifier": "code"}]},
        }
        for said in (ANSWER, "41")
    ]
    return Canary(f"language {name}", items, [1.0, 0.0])


async def watch(service: Service, life: Life) -> None:
    """Ask every canary, then go on asking: verifiers, Python and whatever failed; never returns."""
    asked = _chosen(service)
    problems = await _ask_all(service, asked, START_S)
    life.problems = problems
    if service.settings.canaries is None:  # so that no client's first question waits for them
        with contextlib.suppress(SandboxError):
            await service.sandbox.languages()
    often = [c for c in asked if c.name.startswith("verifier ") or c.name == "language python"]
    while True:
        await asyncio.sleep(RETRY_S if problems else PERIOD_S)
        again = [canary for canary in asked if canary in often or canary.name in problems]
        # no clock here: on a busy server they wait in the queue like everything else
        problems = await _ask_all(service, again, None)
        if problems != life.problems:
            log.warning("canaries", problems=problems)
        life.problems = problems


def _chosen(service: Service) -> list[Canary]:
    wanted = service.settings.canaries
    here = [n for n in service.sandbox.offered() if wanted is None or n in wanted]
    verifiers = of_verifiers(service.rubrics.checker.registry)
    return [*verifiers, *map(of_language, here)]


async def _ask_all(
    service: Service, canaries: Sequence[Canary], timeout_s: float | None
) -> dict[str, str]:
    answers = await asyncio.gather(*(_ask(service, canary, timeout_s) for canary in canaries))
    return {c.name: said for c, said in zip(canaries, answers, strict=True) if said is not None}


async def _ask(service: Service, canary: Canary, timeout_s: float | None) -> str | None:
    """What is wrong with a canary's answer."""
    try:
        async with asyncio.timeout(timeout_s):
            results = await _score(service, canary.items)
    except TimeoutError:
        return f"no answer within {timeout_s:g} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the canary is for
        return type(error).__name__
    for result, expected in zip(results, canary.rewards, strict=True):
        if result["status"] == "failed":
            return str(result["message"])
        if expected is not None and result["reward"] != expected:
            why = ", ".join(score["reason"] for score in result["scores"].values())
            return f"the reward is {result['reward']} ({why}) and must be {expected}"
    return None


async def _score(service: Service, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rubric = service.rubrics.find("auto", "rubric")
    results = [r async for block, _ in service.dispatch.score(items, rubric) for r in block]
    return sorted(results, key=lambda result: int(result["index"]))
