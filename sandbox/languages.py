"""The table of languages, read once; whether a toolchain is there is for a backend to say."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Language:
    """A language that programs may be written in; the keys are those of `languages.toml`.

    Attributes:
        name: the key used everywhere.
        names: what completions and references may call it, in lower case.
        package: the Debian package that brings its toolchain.
        run: how to run a program; empty for Python, which a backend runs in its own way.
    """

    name: str
    names: tuple[str, ...]
    package: str
    fences: tuple[str, ...] = ()
    canary: str = ""
    file: str = ""
    support: tuple[str, ...] = ()
    compile: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    run_environment: dict[str, str] = field(default_factory=dict)
    address_mb: int = 0
    asserts: bool = False
    frameworks: tuple[str, ...] = ()
    spare_mb: int = 0
    memory_floor_mb: int = 0
    stack_mb: int = 256
    processes: int = 1
    compile_s: float = 30.0
    compile_mb: int = 2048
    header: str = ""
    archive: str = ""
    proc_exe: str = ""
    out_of_memory: tuple[str, ...] = ()

    def commands(self) -> set[str]:
        """The programs that the toolchain must bring."""
        lines = (self.compile, self.run, self.version)
        return {line[0] for line in lines if line and not line[0].startswith("/box/")}


def _row(name: str, row: dict[str, Any]) -> Language:
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    return Language(name, **plain)


def _read() -> dict[str, Language]:
    table = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
    return {name: _row(name, row) for name, row in table.items()}


LANGUAGES = _read()

_BY_NAME = {known: language for language in LANGUAGES.values() for known in language.names}


def find(name: str) -> Language | None:
    """The language that goes by `name`, in any case, or None."""
    return _BY_NAME.get(name.strip().lower())


def fences(tag: str, language: str) -> bool:
    """Whether a block fenced with `tag` may hold a program of `language`."""
    known = find(tag)
    if known is not None and known.name == language:
        return True
    return tag in LANGUAGES[language].fences
