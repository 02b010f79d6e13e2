"""A command as the zygote knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """A command as it reaches the zygote: `sandbox.command.Command`, with sizes for bytes."""

    arguments: list[str]
    environment: dict[str, str]
    files: list[tuple[str, int, bool]]
    proc_exe: str
    address_mb: int
    spare_mb: int
    stack_mb: int
    collect: bool
    scratch_mb: int
    wire: list[int]
