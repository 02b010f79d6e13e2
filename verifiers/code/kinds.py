"""The four kinds of tests of `reference.tests`, read: streams, calls, asserts and test files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.languages import Language
from sandbox.values import encode_call
from verifiers.code import fields
from verifiers.code.fields import UnusableTestsError

MAX_WEIGHT = 1e6

_SOLUTION = {"python": "solution.py"}
"""Where the program is put when `solution_file` does not say; elsewhere the tests tell."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        stdin: what the program reads, or the encoded arguments of a call.
        expected: for stdio the bytes it should print, for calls JSON data.
        weight: of its score, where the credit is `weighted`; None where the caller gave none.
    """

    stdin: bytes
    expected: Any
    weight: float | None = None


def stdio(table: Mapping[str, Any], _: Language) -> dict[str, Any]:
    """What a program should print."""
    where = "reference.tests.stdio"
    cases = enumerate(fields.items(table["stdio"], where))
    return {
        "kind": "stdio",
        "cases": tuple(_stdio_case(case, f"{where}[{index}]") for index, case in cases),
    }


def _stdio_case(value: Any, where: str) -> Case:
    case = fields.mapping(value, where, "an object with stdin and stdout")
    fields.known_keys(case, {"stdin", "stdout", "weight"}, where)
    if "stdout" not in case:
        raise UnusableTestsError(f"{where}.stdout is missing: give the expected output")
    stdin = fields.encoded(case.get("stdin", ""), f"{where}.stdin")
    return Case(stdin, fields.encoded(case["stdout"], f"{where}.stdout"), _weight(case, where))


def _weight(case: Mapping[str, Any], where: str) -> float | None:
    if case.get("weight") is None:
        return None
    return fields.number(case["weight"], f"{where}.weight", 0, MAX_WEIGHT)


def calls(tests: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What a function should return."""
    where = "reference.tests.calls"
    _python_only(language, where)
    table = fields.mapping(tests["calls"], where, "an object with entry_point and cases")
    fields.known_keys(table, {"entry_point", "cases"}, where)
    cases = enumerate(fields.items(table.get("cases"), f"{where}.cases"))
    return {
        "kind": "calls",
        "entry_point": _entry_point(table.get("entry_point"), f"{where}.entry_point"),
        "cases": tuple(_call_case(case, f"{where}.cases[{index}]") for index, case in cases),
    }


def _python_only(language: Language, where: str) -> None:
    if language.name != "python":
        raise UnusableTestsError(f"{where}: this kind of test is for python; give stdio instead")


def _entry_point(value: Any, where: str) -> str:
    names = value.split(".") if isinstance(value, str) else []
    if not 1 <= len(names) <= 2 or not all(name.isidentifier() for name in names):
        raise UnusableTestsError(f"{where}: give the name of a function, or Class.method")
    return str(value)


def asserts(tests: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Test code of plain statements."""
    where = "reference.tests.asserts"
    if language.name != "python" and not language.asserts:
        raise UnusableTestsError(f"{where}: no asserts for {language.name}; give stdio instead")
    text = fields.text(tests["asserts"], where)
    if not text.strip():
        raise UnusableTestsError(f"{where} is empty: no tests can't be passed; give one at least")
    entry_point = tests.get("entry_point")
    if entry_point is not None:
        entry_point = _entry_point(entry_point, "reference.tests.entry_point")
    return {"kind": "tests", "entry_point": entry_point, "files": (("tests.py", text),)}


def files(tests: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Test files of the language's own framework."""
    where = "reference.tests.files"
    if not language.frameworks:
        raise UnusableTestsError(f"{where}: no test files for {language.name}; give stdio instead")
    given = fields.texts(tests["files"], where)
    if not given:
        raise UnusableTestsError(f"{where} is empty: no tests can't be passed; give one at least")
    framework = tests.get("framework", language.frameworks[0])
    solution = fields.file_name(
        tests.get("solution_file", _SOLUTION.get(language.name, "auto")),
        "reference.tests.solution_file",
    )
    return {
        "kind": "tests",
        "files": tuple(file for file in given if file[0] != solution),
        "framework": fields.choice(framework, language.frameworks, "reference.tests.framework"),
        "module": _module(solution) if language.name == "python" else solution,
    }


def _module(solution: str) -> str:
    """The name under which Python tests import the program."""
    module = solution.removesuffix(".py").replace("/", ".")
    if not solution.endswith(".py") or not all(n.isidentifier() for n in module.split(".")):
        raise UnusableTestsError("reference.tests.solution_file: give a Python file, as add.py")
    return module


def _call_case(value: Any, where: str) -> Case:
    case = fields.mapping(value, where, "an object with args and expected")
    fields.known_keys(case, {"args", "kwargs", "expected", "weight"}, where)
    if "expected" not in case:
        raise UnusableTestsError(f"{where}.expected is missing: give the expected return value")
    args = fields.items(case.get("args", []), f"{where}.args")
    kwargs = fields.mapping(case.get("kwargs") or {}, f"{where}.kwargs", "an object")
    try:
        return Case(encode_call(args, dict(kwargs)), case["expected"], _weight(case, where))
    except (ValueError, RecursionError) as error:
        raise UnusableTestsError(f"{where}.args: {error}") from error


READERS: dict[str, Callable[[Mapping[str, Any], Language], dict[str, Any]]] = {
    "stdio": stdio,
    "calls": calls,
    "asserts": asserts,
    "files": files,
}
