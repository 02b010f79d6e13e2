"""Rubrics: which verifiers judge a completion, and how their scores become one reward."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from verifiers.verdict import Status, Verdict

AUTO = "auto"
"""A component's verifier that is chosen for each item by the keys of its reference."""

Combine = Literal["sum", "mean", "product", "min"]


@dataclass(frozen=True, slots=True)
class Component:
    """One verifier's part in a rubric.

    Attributes:
        verifier: a name of the registry, or `auto`.
        weight: factor of the score in the reward; 0 only reports.
        gate: where this component does not pass, the item's reward is `floor`.
        floor: the reward of an item that this gate stops.
        name: key in the result's `scores`; None stands for the verifier's own name.
        options: what the verifier is told, as JSON data.
    """

    verifier: str
    weight: float = 1.0
    gate: bool = False
    floor: float = 0.0
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rubric:
    """Components and the way their weighted scores are combined."""

    components: tuple[Component, ...]
    combine: Combine = "sum"


def choose_verifier(reference: Mapping[str, Any]) -> str:
    """The verifier that `auto` stands for: tests → code, choices → choice, else math."""
    if reference.get("tests") is not None:
        return "code"
    if reference.get("choices") is not None:
        return "choice"
    return "math"


def combine(rubric: Rubric, verdicts: Sequence[Verdict]) -> tuple[float | None, Status]:
    """The reward of an item and its status, from one verdict a component, in order.

    A component without weight and gate only reports. Where any other has no score, there is no
    reward; "invalid" outranks "failed", since asking again can't help it.
    """
    counted = [
        (component, verdict)
        for component, verdict in zip(rubric.components, verdicts, strict=True)
        if component.weight or component.gate
    ]
    status = _status(counted)
    if status != "ok":
        return None, status
    for component, verdict in counted:
        if component.gate and not verdict.passed:
            return component.floor, "ok"
    return _total(rubric.combine, counted), "ok"


def _status(counted: Sequence[tuple[Component, Verdict]]) -> Status:
    found: Status = "ok"
    for _, verdict in counted:
        if verdict.status == "invalid":
            return "invalid"
        if verdict.status == "failed":
            found = "failed"
    return found


def _total(how: Combine, counted: Sequence[tuple[Component, Verdict]]) -> float:
    """The weighted scores as one number; an empty sum is 0."""
    weighted = [c.weight * (v.score or 0.0) for c, v in counted if c.weight]
    if not weighted:
        return 1.0 if counted else 0.0
    if how == "sum":
        return math.fsum(weighted)
    if how == "mean":
        return math.fsum(weighted) / math.fsum(abs(c.weight) for c, _ in counted)
    if how == "product":
        return math.prod(weighted)
    return min(weighted)
