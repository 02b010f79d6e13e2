"""What protocols that run programs share: their languages, limits and exit codes in our words."""

import signal

from reward_server.errors import ApiError
from reward_server.protocols.dialect import Ended, sandbox_failed
from sandbox import Limits, Outcome, SandboxError
from sandbox.languages import LANGUAGES, Language, find
from verifiers.code.options import MAX_MEMORY_MB, MAX_OUTPUT_KB, MAX_TIME_S

ALIASES = {"nodejs": "javascript", "kotlin_script": "kotlin", "py2": "", "python2": ""}
"""Names that some protocol has for a language and the table has not."""

PROCESSES = 16
"""These protocols run whole programs, which may start others."""


def language_of(name: str, field: str = "language") -> Language:
    """The language that a client names.

    Raises:
        ApiError: 422, there is none.
    """
    language = find(ALIASES.get(name, name))
    if language is None:
        known = ", ".join(sorted(LANGUAGES))
        message = f"{field}: {name[:50]!r} is not a language of this server; there are {known}"
        raise ApiError(422, "invalid", message, field=field)
    return language


def limits_of(time_s: float | None, memory_mb: float | None = None) -> Limits:
    """Limits as far as the sandbox allows them; what is absent or not positive is our default."""
    default = Limits()
    time = time_s if time_s and time_s > 0 else default.time_s
    memory = memory_mb if memory_mb and memory_mb > 0 else default.memory_mb
    return Limits(
        time_s=min(max(time, 0.01), MAX_TIME_S),
        memory_mb=min(max(int(memory), 16), MAX_MEMORY_MB),
        output_kb=MAX_OUTPUT_KB,
        processes=PROCESSES,
    )


def known(ended: Ended, language: Language) -> Outcome:
    """The outcome of a run of which anything is known.

    Raises:
        ApiError: 503, the sandbox failed; 422, this machine has not the language's toolchain.
    """
    if isinstance(ended, SandboxError):
        raise sandbox_failed(ended)
    check_toolchain(ended, language)
    return ended


def check_toolchain(outcome: Outcome, language: Language) -> None:
    """Refuse a program that this machine can't run: that says nothing about the program.

    Raises:
        ApiError: 422.
    """
    status: str = outcome.status
    if status == "no_toolchain":
        message = (
            f"language: {language.name} is not installed where programs run; "
            f"install {language.package} there"
        )
        raise ApiError(422, "no_toolchain", message, field="language")


def exit_code(outcome: Outcome) -> int | None:
    """As `subprocess` has it: minus the signal's number; None where the time limit ended it.

    A run that broke another limit never has 0, whatever the program said when it ended.
    """
    if outcome.status == "time_limit":
        return None
    if outcome.status == "ok":
        return outcome.exit_code or 0
    if outcome.signal:
        return -outcome.signal
    killed = {"memory_limit": signal.SIGKILL, "output_limit": signal.SIGXFSZ}
    return outcome.exit_code or -killed.get(outcome.status, -1)


def text(written: bytes) -> str:
    """What a program wrote, as text that JSON can carry."""
    return written.decode("utf-8", "replace")
