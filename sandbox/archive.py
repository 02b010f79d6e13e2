"""An archive of the classes of a compiler that runs on Java: it starts with them as they were.

Java keeps those that were loaded when a process ends (JEP 350), here that of a compile of a sample,
and looks by itself whether an archive is of the same Java and the same compiler. Measured on two
cores, CPU time of a compile: javac 0.63 s and 0.39 s, Kotlin's 2.9 and 2.1, Scala's 2.8 and 2.3.
"""

from collections.abc import Sequence
from pathlib import Path

from sandbox.command import OUTPUT, TOOLBOX, File
from sandbox.languages import Language

_HARNESS = Path(__file__).with_name("harness")
_OPTION = "{archive}"


def name(language: Language) -> str:
    """What it is called in the toolbox."""
    return f"{language.name}.jsa"


def source(language: Language) -> tuple[File, ...]:
    """The sample that is compiled for it."""
    path = language.file.replace("{public}", Path(language.archive).stem)
    return (File(path, (_HARNESS / language.archive).read_bytes()),)


def arguments(language: Language) -> tuple[str, ...]:
    """The compile of the sample that leaves the archive and nothing else."""
    public = Path(language.archive).stem
    line = [part.replace(OUTPUT, "/tmp").replace("{public}", public) for part in language.compile]  # noqa: S108 - in the sandbox
    kept = [part for part in line if part != "{harness}"]
    return _filled(kept, f"ArchiveClassesAtExit={OUTPUT}/{name(language)}")


def used(line: Sequence[str], language: Language, *, there: bool) -> tuple[str, ...]:
    """A compile command that starts from the archive, where that is there."""
    return _filled(line, f"SharedArchiveFile={TOOLBOX}/{name(language)}" if there else "")


def _filled(line: Sequence[str], option: str) -> tuple[str, ...]:
    parts = (part.replace(_OPTION, option) for part in line if option or _OPTION not in part)
    return tuple(parts)
