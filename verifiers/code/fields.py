"""Fields of JSON that a caller wrote, checked: what is wrong is said with the field and the fix."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

MAX_FILES = 200
MAX_CHARS = 8_000_000
"""Of all files of one item together."""

_FILE_NAME = re.compile(r"[\w./+-]{1,200}")


class UnusableTestsError(Exception):
    """The reference can't be used; the message names the field and the fix."""


def mapping(value: Any, where: str, wanted: str) -> Mapping[str, Any]:
    """An object; `wanted` says which."""
    if isinstance(value, Mapping):
        return value
    raise UnusableTestsError(f"{where}: give {wanted}, not {kind_of(value)}")


def items(value: Any, where: str) -> list[Any]:
    """A list."""
    if isinstance(value, list):
        return value
    raise UnusableTestsError(f"{where}: give a list, not {kind_of(value)}")


def text(value: Any, where: str) -> str:
    """A string."""
    if isinstance(value, str):
        return value
    raise UnusableTestsError(f"{where}: give a string, not {kind_of(value)}")


def encoded(value: Any, where: str) -> bytes:
    """A string as the bytes that a program reads or writes."""
    return text(value, where).encode("utf-8", "surrogatepass")


def flag(value: Any, where: str) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise UnusableTestsError(f"{where}: give true or false, not {kind_of(value)}")


def choice(value: Any, choices: tuple[str, ...], where: str) -> str:
    """One of `choices`."""
    if isinstance(value, str) and value in choices:
        return value
    shown = json.dumps(value)[:50] if isinstance(value, str) else kind_of(value)
    raise UnusableTestsError(f"{where}: give one of {', '.join(choices)}, not {shown}")


def known_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """No key but those that are `known`."""
    for key in table:
        if key not in known:
            names = ", ".join(sorted(known))
            raise UnusableTestsError(f"{where}.{str(key)[:50]}: unknown field (known: {names})")


def file_name(name: Any, where: str) -> str:
    """A relative path without tricks."""
    path = text(name, where)
    if not _FILE_NAME.fullmatch(path) or {"", ".", ".."} & set(path.split("/")):
        raise UnusableTestsError(f"{where}: {path[:80]!r} is no plain relative file name")
    return path


def texts(value: Any, where: str) -> tuple[tuple[str, str], ...]:
    """Files by name, bounded in number and size."""
    table = mapping(value, where, "an object of file names and texts")
    files = [(file_name(name, where), text(its, f"{where}.{name}")) for name, its in table.items()]
    size = sum(len(its) for _, its in files)
    if size > MAX_CHARS or len(files) > MAX_FILES:
        raise UnusableTestsError(
            f"{where}: {len(files)} files of {size} characters; at most {MAX_FILES} files "
            f"and {MAX_CHARS} characters are taken"
        )
    return tuple(files)


def number(value: Any, where: str, least: float, most: float) -> float:
    """A finite number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableTestsError(f"{where}: give a number, not {kind_of(value)}")
    if not least <= value <= most:
        raise UnusableTestsError(f"{where} is {value}; give {least:g} to {most:g}")
    return float(value)


def kind_of(value: Any) -> str:
    """What a JSON value is, in JSON's words."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    names |= {list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), type(value).__name__)
