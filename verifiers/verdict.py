"""What a verifier is given, what it answers, and how it is described.

A verdict about the completion and a fault of the caller's data or of our machinery are three
different things, told apart by `Verdict.status`; see docs/api.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Status = Literal["ok", "invalid", "failed"]

OPTIONS_CONFIG: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}
"""`__pydantic_config__` of every options dataclass: unknown options are errors, and the docstring
under a field is its description in `GET /v1/verifiers`."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion to judge.

    Attributes:
        completion: the text of the completion (of the last assistant message).
        reference: what is known about the right answer; each verifier names the keys it reads.
        prompt: the prompt's text, where the caller sent it.
        reasoning: the think part, where the caller's API delivers it apart from the completion
            (`reasoning_content`); None where it stands inside the completion, if anywhere.
        completion_tokens: length of the completion in the model's tokens, where the caller knows.
    """

    completion: str
    reference: Mapping[str, Any] = field(default_factory=dict)
    prompt: str | None = None
    reasoning: str | None = None
    completion_tokens: int | None = None


class Verdict(NamedTuple):
    """What a verifier says of a sample.

    A named tuple, since the service makes one a component anew from what travelled: a frozen
    dataclass takes five times as long.

    Attributes:
        score: the reward, usually in [0, 1]; None unless `status` is "ok".
        passed: whether the sample meets the bar; None unless `status` is "ok".
        status: "ok": the score means something; "invalid": the caller's reference, options or
            fields can't be used; "failed": our own machinery failed.
        reason: one word of the verifier's closed list (`Verifier.reasons`).
        message: for "invalid" and "failed", what is wrong, in which field, and how to mend it.
        detail: plain JSON data that shows why; its keys are `Verifier.detail`, all optional here.
    """

    score: float | None
    passed: bool | None
    status: Status
    reason: str
    message: str | None = None
    detail: Mapping[str, Any] = MappingProxyType({})


def judged(score: float, *, passed: bool, reason: str, **detail: Any) -> Verdict:
    """A verdict that means something: status "ok"."""
    return Verdict(score, passed, "ok", reason, None, detail)


def invalid(message: str, **detail: Any) -> Verdict:
    """The caller's data can't be used; `message` names the field and the fix."""
    return Verdict(None, None, "invalid", "invalid", message, detail)


def failed(message: str, reason: str = "failed", **detail: Any) -> Verdict:
    """Our own machinery failed; never a score."""
    return Verdict(None, None, "failed", reason, message, detail)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A verifier of text: pure, bounded, deterministic.

    Attributes:
        summary: one line for `GET /v1/verifiers`.
        verify: judges a sample under an instance of `options`. It returns `invalid(...)` for data
            it can't use and lets only programming errors escape.
        options: a frozen dataclass with `__pydantic_config__ = OPTIONS_CONFIG`.
        reads: keys of `reference` (and other sample fields) it reads.
        reasons: every `reason` it can give with status "ok".
        detail: every key its `detail` can have; missing ones are sent as null.
    """

    summary: str
    verify: Callable[[Sample, Any], Verdict]
    options: type
    reads: tuple[str, ...]
    reasons: tuple[str, ...]
    detail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgramVerifier:
    """A verifier that needs programs run: it plans them and grades what came out, and runs nothing.

    Attributes:
        plan: turns a sample into a plan (program, runs, limits: plain data for `sandbox.run`), or
            straight into a verdict where there is nothing to run.
        grade: turns that plan and its outcomes into a verdict, or into a further plan.
        The rest is as in `Verifier`.
    """

    summary: str
    plan: Callable[[Sample, Any], Any]
    grade: Callable[[Any, Any], Any]
    options: type
    reads: tuple[str, ...]
    reasons: tuple[str, ...]
    detail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupVerifier:
    """A verifier that judges the samples of one group together.

    Attributes:
        verify: one verdict a sample, in order.
        The rest is as in `Verifier`.
    """

    summary: str
    verify: Callable[[Sequence[Sample], Any], list[Verdict]]
    options: type
    reads: tuple[str, ...]
    reasons: tuple[str, ...]
    detail: tuple[str, ...]


AnyVerifier = Verifier | ProgramVerifier | GroupVerifier
