"""Who decides about an output, read from `reference.tests`: a checker by name, or a program."""

from collections.abc import Mapping
from dataclasses import fields as attributes
from typing import Any, cast

from sandbox.languages import find
from verifiers.code import fields
from verifiers.code.checkers import CHECKERS, Checker, CheckerName
from verifiers.code.fields import UnusableTestsError
from verifiers.code.judge import PROTOCOLS, Judge, Protocol

MAX_TOLERANCE = 1.0


def interactor(table: Mapping[str, Any], kind: str) -> Judge | None:
    """The interactor, where one is given."""
    if table.get("interactor") is None:
        return None
    if table.get("checker") is not None:
        raise UnusableTestsError(
            "reference.tests.interactor decides by itself; leave the checker out"
        )
    given = fields.mapping(
        table["interactor"], "reference.tests.interactor", "an object with program"
    )
    if "program" not in given:
        raise UnusableTestsError("reference.tests.interactor.program is missing")
    return judge(given, kind, "reference.tests.interactor")


def judge(value: Any, kind: str, where: str = "reference.tests.checker") -> Judge | None:
    """A checker that is a program, where one is given."""
    if not isinstance(value, Mapping) or "program" not in value:
        return None
    if kind != "stdio":
        raise UnusableTestsError(f"{where}: a program checks the outputs of stdio, not {kind}")
    fields.known_keys(value, {"program", "language", "protocol", "files", "flags"}, where)
    name = fields.text(value.get("language", "python"), f"{where}.language")
    language = find(name)
    if language is None:
        raise UnusableTestsError(f"{where}.language: unknown language {name[:50]!r}")
    flags = fields.items(value.get("flags") or [], f"{where}.flags")
    protocol = fields.choice(value.get("protocol", "testlib"), PROTOCOLS, f"{where}.protocol")
    return Judge(
        language=language.name,
        source=fields.text(value["program"], f"{where}.program"),
        protocol=cast("Protocol", protocol),
        files=fields.texts(value.get("files") or {}, f"{where}.files"),
        flags=tuple(fields.text(flag, f"{where}.flags") for flag in flags),
    )


def checker(value: Any, kind: str) -> Checker:
    """The checker by its name, or the default for the kind of test."""
    where = "reference.tests.checker"
    if value is None:
        return Checker("exact" if kind == "calls" else "tokens")
    table = {"name": value} if isinstance(value, str) else value
    table = fields.mapping(table, where, f"a name ({', '.join(CHECKERS)}) or an object with name")
    fields.known_keys(table, {f.name for f in attributes(Checker)}, where)
    name = fields.choice(table.get("name"), tuple(CHECKERS), f"{where}.name")
    if kind in {"asserts", "files"}:
        raise UnusableTestsError(f"{where}: {kind} decide by themselves; leave the checker out")
    if kind == "calls" and name not in {"exact", "float"}:
        raise UnusableTestsError(f"{where}: values are compared by exact or float, not {name}")
    tolerance = fields.number(table.get("tolerance", 1e-6), f"{where}.tolerance", 0, MAX_TOLERANCE)
    ignore_case = fields.flag(table.get("ignore_case", False), f"{where}.ignore_case")
    return Checker(cast("CheckerName", name), tolerance, ignore_case)
