"""What tests passed come to: all or nothing, a share, weights, or subtasks that pass as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from verifiers.code import fields
from verifiers.code.fields import UnusableTestsError
from verifiers.code.kinds import MAX_WEIGHT, Case

Kind = Literal["all", "fraction", "weighted", "subtasks"]
KINDS: tuple[Kind, ...] = ("all", "fraction", "weighted", "subtasks")

MAX_SUBTASKS = 200

_WHERE = "reference.tests.subtasks"


@dataclass(frozen=True, slots=True)
class Subtask:
    """Tests that count only together (IOI, and Kattis groups that take the least score).

    Attributes:
        name: for the detail.
        weight: of the score that they give.
        tests: the numbers of the tests; a test may belong to several.
    """

    name: str
    weight: float
    tests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """How a score comes of tests passed.

    Attributes:
        kind: `all` gives 1 or 0, `fraction` the share of tests, `weighted` the share of their
            weights, `subtasks` the share of the weights of those all of whose tests passed.
        weights: of each test; empty unless `weighted`.
        subtasks: empty unless `subtasks`.
    """

    kind: Kind
    weights: tuple[float, ...] = ()
    subtasks: tuple[Subtask, ...] = ()

    def score(self, passed: Sequence[bool]) -> float:
        """From 0 to 1."""
        if self.kind == "all":
            return float(all(passed))
        if self.subtasks:
            good = [all(passed[test] for test in subtask.tests) for subtask in self.subtasks]
            return _share([subtask.weight for subtask in self.subtasks], good)
        return _share(self.weights or [1.0] * len(passed), passed)

    def describe(self, passed: Sequence[bool]) -> list[dict[str, Any]]:
        """The subtasks for the detail."""
        return [
            {
                "name": subtask.name,
                "weight": subtask.weight,
                "passed": all(passed[test] for test in subtask.tests),
                "passed_tests": sum(passed[test] for test in subtask.tests),
                "total_tests": len(subtask.tests),
            }
            for subtask in self.subtasks
        ]

    def worth_running(self, reasons: Sequence[str | None]) -> list[int]:
        """Undecided tests of the first subtask that can still pass; empty where none is left."""
        for subtask in self.subtasks:
            known = [reasons[test] for test in subtask.tests]
            if None in known and all(reason in {None, "passed"} for reason in known):
                return [test for test in subtask.tests if reasons[test] is None]
        return []


def _share(weights: Sequence[float], passed: Sequence[bool]) -> float:
    good = sum(weight for weight, right in zip(weights, passed, strict=True) if right)
    return 1.0 if all(passed) else good / sum(weights)


def read_credit(table: Mapping[str, Any], kind: str, cases: Sequence[Case], default: str) -> Credit:
    """The credit that the tests ask for: `credit`, weights of cases, `subtasks`.

    Raises:
        UnusableTestsError: they contradict each other.
    """
    subtasks, weights = table.get("subtasks"), [case.weight for case in cases]
    given = any(weight is not None for weight in weights)
    implied = "subtasks" if subtasks is not None else "weighted" if given else default
    where = "reference.tests.credit"
    name = cast("Kind", fields.choice(table.get("credit", implied), KINDS, where))
    if name in {"weighted", "subtasks"} and kind not in {"stdio", "calls"}:
        raise UnusableTestsError(f"{where}: {kind} are scored by all or fraction, not {name}")
    if subtasks is not None and name != "subtasks":
        raise UnusableTestsError(f"{_WHERE}: only with credit subtasks, not {name}")
    if given and name != "weighted":
        raise UnusableTestsError(f"{where}: the tests have weights, which {name} leaves unused")
    if name == "subtasks":
        return Credit(name, subtasks=_subtasks(subtasks, len(cases)))
    if name == "weighted":
        return Credit(name, _weights(weights, f"reference.tests.{kind}"))
    return Credit(name)


def _weights(weights: Sequence[float | None], where: str) -> tuple[float, ...]:
    filled = tuple(1.0 if weight is None else weight for weight in weights)
    if not sum(filled):
        raise UnusableTestsError(f"{where}: all weights are 0; give one test a weight above 0")
    return filled


def _subtasks(value: Any, count: int) -> tuple[Subtask, ...]:
    if value is None:
        raise UnusableTestsError(f"{_WHERE} is missing: give a list of objects with tests")
    rows = fields.items(value, _WHERE)
    if not 1 <= len(rows) <= MAX_SUBTASKS:
        raise UnusableTestsError(f"{_WHERE} has {len(rows)} entries; give 1 to {MAX_SUBTASKS}")
    subtasks = tuple(_subtask(row, index, count) for index, row in enumerate(rows))
    if not sum(subtask.weight for subtask in subtasks):
        raise UnusableTestsError(f"{_WHERE}: all weights are 0; give one a weight above 0")
    left = set(range(count)).difference(*(subtask.tests for subtask in subtasks))
    if left:
        raise UnusableTestsError(f"{_WHERE}: test {min(left)} is in none of them; add it to one")
    return subtasks


def _subtask(value: Any, index: int, count: int) -> Subtask:
    where = f"{_WHERE}[{index}]"
    row = fields.mapping(value, where, "an object with tests")
    fields.known_keys(row, {"name", "weight", "tests"}, where)
    tests = fields.items(row.get("tests"), f"{where}.tests")
    if not tests:
        raise UnusableTestsError(f"{where}.tests is empty: give the numbers of its tests, from 0")
    for test in tests:
        if not isinstance(test, int) or isinstance(test, bool) or not 0 <= test < count:
            raise UnusableTestsError(
                f"{where}.tests: {str(test)[:50]} is no number of a test; give 0 to {count - 1}"
            )
    return Subtask(
        fields.text(row.get("name", str(index + 1)), f"{where}.name"),
        fields.number(row.get("weight", 1), f"{where}.weight", 0, MAX_WEIGHT),
        tuple(dict.fromkeys(tests)),
    )
