"""One batch: items become jobs, jobs go to the engine, verdicts come back in their place.

It knows how work travels and nothing of how any verdict is reached.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from reward_server.body import Unreadable
from reward_server.engines import Engine, Job
from reward_server.errors import UnusableError
from reward_server.groups import by_group, statistics
from reward_server.rubrics import Part, ReadyRubric, Rubrics, pick
from reward_server.schema import Item, parse_item, sample_fields
from reward_server.worker import ComponentResult
from verifiers.math import MathOptions
from verifiers.rubric import combine
from verifiers.verdict import Verdict, invalid

Result = dict[str, Any]


PENDING: ComponentResult = (None, 0.0)
"""Stands where a component's result is not there yet."""


@dataclass(slots=True)
class Work:
    """An item on its way: what it is, what it is judged by, what is known so far."""

    index: int
    id: str | int | None
    group: str | int | None
    ready: ReadyRubric
    fields: tuple[Any, ...]
    results: list[ComponentResult]
    missing: int
    """Components whose result is not there yet."""


Place = tuple[Work, int]
"""Where a result belongs: the item, and the component's position in its rubric."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Scores batches with one engine and the rubrics there are."""

    rubrics: Rubrics
    engine: Engine

    async def score(
        self, items: Sequence[Any], rubric: dict[str, ReadyRubric]
    ) -> AsyncIterator[tuple[list[Result], float]]:
        """Blocks of results as they finish, each item once, with the seconds that they waited.

        Args:
            items: JSON values, validated here one by one.
            rubric: the batch's own, for items that name none.
        """
        works, refused = self._receive(items, rubric)
        if refused:
            yield refused, 0.0
        jobs, places = _jobs(works)
        async for block in self.engine.run(jobs):
            done = [work for at, results, _ in block for work in _put(places[at], results)]
            yield [_result(work) for work in done], sum(waited for _, _, waited in block)

    async def vote(self, samples: Sequence[Any], options: Any) -> tuple[Any, str | None]:
        """The classes of equal answers among samples, or None and why there are none.

        Args:
            samples: the fields of each.
            options: of the maths verifier.
        """
        blocks = [b async for b in self.engine.run([("vote", options, list(samples))])]
        answer, _ = blocks[0][0][1][0]
        return (answer, None) if isinstance(answer, list) else (None, Verdict(*answer).message)

    async def groups(self, items: Sequence[Any], results: Sequence[Result]) -> dict[str, Any]:
        """Statistics of every group."""
        return {
            name: statistics(members, await self._classes(items, members))
            for name, members in by_group(results).items()
        }

    async def _classes(self, items: Sequence[Any], members: Sequence[Any]) -> Any:
        """The members' answers in classes of equal value; None for programs."""
        indices = [member["index"] for member in members]
        samples = [sample_fields(parse_item(items[at], at), at) for at in indices]
        if not samples or any("tests" in reference for _, reference, *_ in samples):
            return None
        classes, _ = await self.vote(samples, MathOptions())
        return classes

    def _receive(
        self, items: Sequence[Any], rubric: dict[str, ReadyRubric]
    ) -> tuple[list[Work], list[Result]]:
        """What can be judged, and the results of what can't."""
        works: list[Work] = []
        refused: list[Result] = []
        for index, raw in enumerate(items):
            try:
                works.append(self._prepare(raw, index, rubric))
            except UnusableError as error:
                refused.append(_refusal(raw, index, str(error), rubric))
        return works, refused

    def _prepare(self, raw: Any, index: int, rubric: dict[str, ReadyRubric]) -> Work:
        if isinstance(raw, Unreadable):
            raise UnusableError(f"items[{index}]: {raw.message}")
        item = parse_item(raw, index)
        fields = sample_fields(item, index)
        variants = self._variants(item, index, rubric)
        ready = pick(variants, fields[1])
        if ready.grouped and item.group is None:
            name = ready.parts[ready.grouped[0]].verifier
            raise UnusableError(
                f"items[{index}].group: is missing; {name} judges the samples of one prompt "
                "together: send the same group for them"
            )
        count = len(ready.parts)
        return Work(index, item.id, item.group, ready, fields, [PENDING] * count, count)

    def _variants(
        self, item: Item, index: int, rubric: dict[str, ReadyRubric]
    ) -> dict[str, ReadyRubric]:
        if item.rubric is None:
            return rubric
        return self.rubrics.find(item.rubric, f"items[{index}].rubric")


def _jobs(works: Sequence[Work]) -> tuple[list[Job], list[list[Place]]]:
    """A job an item and a job a group, and where the results of each belong."""
    jobs: list[Job] = []
    places: list[list[Place]] = []
    groups: dict[Any, list[Place]] = {}
    for work in works:
        if work.ready.work:
            jobs.append(("judge", work.fields, work.ready.work))
            places.append([(work, at) for at in work.ready.single])
        for at in work.ready.grouped:
            groups.setdefault((work.group, id(work.ready), at), []).append((work, at))
    for members in groups.values():
        work, at = members[0]
        part = work.ready.parts[at]
        jobs.append(("group", part.verifier, part.options, [work.fields for work, _ in members]))
        places.append(members)
    return jobs, places


def _put(places: Sequence[Place], results: Sequence[ComponentResult]) -> list[Work]:
    """Put results where they belong; returns the items that are complete by it."""
    complete = []
    for (work, at), result in zip(places, results, strict=True):
        work.results[at] = result
        work.missing -= 1
        if not work.missing:
            complete.append(work)
    return complete


def _result(work: Work) -> Result:
    """An item's result: reward, and every component with the same keys."""
    verdicts = [Verdict._make(answer) for answer, _ in work.results]
    reward, status = combine(work.ready.rubric, verdicts)
    scores = {}
    message = None
    for part, verdict, (_, ms) in zip(work.ready.parts, verdicts, work.results, strict=True):
        if verdict.status == status != "ok" and message is None:
            message = f"{part.name}: {verdict.message}"
        scores[part.name] = _component(part, verdict, ms)
    return {
        "id": work.id,
        "index": work.index,
        "group": work.group,
        "reward": reward,
        "status": status,
        "message": message,
        "scores": scores,
    }


def _component(part: Part, verdict: Verdict, ms: float) -> dict[str, Any]:
    return {
        "verifier": part.verifier,
        "score": verdict.score,
        "passed": verdict.passed,
        "status": verdict.status,
        "reason": verdict.reason,
        "message": verdict.message,
        "weight": part.weight,
        "ms": round(ms, 3),
        "detail": {key: verdict.detail.get(key) for key in part.detail},
    }


def _refusal(raw: Any, index: int, message: str, rubric: dict[str, ReadyRubric]) -> Result:
    """The result of an item that can't be judged at all: every component of its batch, no score."""
    known = raw if isinstance(raw, dict) else {}
    return {
        "id": raw.id if isinstance(raw, Unreadable) else _scalar(known.get("id")),
        "index": index,
        "group": _scalar(known.get("group")),
        "reward": None,
        "status": "invalid",
        "message": message,
        "scores": {
            part.name: _component(part, invalid(message), 0.0) for part in pick(rubric, {}).parts
        },
    }


def _scalar(value: Any) -> str | int | None:
    """A value that can be echoed as an id or a group."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return None
