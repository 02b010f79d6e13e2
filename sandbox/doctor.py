"""What this machine's sandbox can and can't do, found out by trying; plain data."""

import os
import platform
import sys
from dataclasses import dataclass
from typing import Any

from sandbox.backends import Containers, open_backend
from sandbox.errors import SandboxError
from sandbox.languages import LANGUAGES
from sandbox.pool import Health
from sandbox.program import Limits, Program, Run

_PROBE = """
import os, socket
facts = {"uid": os.getuid(), "pid": os.getpid(), "root": sorted(os.listdir("/"))}
for name, attempt in (
    ("starts processes", lambda: os.fork() or os._exit(0)),
    ("opens sockets", socket.socket),
    ("sees /proc", lambda: os.listdir("/proc")),
    ("writes outside /tmp", lambda: open("/usr/x", "w")),
):
    try:
        attempt()
        facts[name] = True
    except OSError:
        facts[name] = False
print(facts)
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is as it should be, and why not."""

    name: str
    ok: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """A language of the table: its version here, or what to install."""

    name: str
    version: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report.

    Attributes:
        backend: the one that was opened, None where none could be.
        checks, languages: in the order in which a person would read them.
    """

    backend: str | None
    checks: tuple[Check, ...]
    languages: tuple[LanguageReport, ...]

    @property
    def ok(self) -> bool:
        """Whether programs can be judged here."""
        return self.backend is not None and all(check.ok for check in self.checks)


async def examine(backend: str, containers: Containers | None = None) -> Report:
    """Open a sandbox of one slot, run a program that tries what it must not do, and report."""
    checks = [_platform_check()]
    try:
        sandbox = await open_backend(backend, 1, containers)
    except SandboxError as error:
        checks.append(Check("programs can be isolated", ok=False, reason=str(error)))
        return Report(None, tuple(checks), _languages({}, ""))
    async with sandbox:
        checks.append(
            Check("programs can be isolated", ok=True, reason=f"backend {sandbox.backend}")
        )
        where = ""
        if sandbox.backend == "docker":
            containers = containers or Containers()
            checks.append(_walls_check(sandbox, containers))
            where = f" in the image {containers.image}"
        checks += await _probe(sandbox)
        languages = _languages(await sandbox.languages(), where)
        return Report(sandbox.backend, tuple(checks), languages)


def _platform_check() -> Check:
    kernel = f"{sys.platform} {platform.release()} on {platform.machine()}"
    who = "root" if os.getuid() == 0 else f"uid {os.getuid()}"
    return Check("Linux", ok=sys.platform == "linux", reason=f"{kernel}, as {who}")


def _walls_check(sandbox: Any, containers: Containers) -> Check:
    """Which of two a container is: around a slot in namespaces, or all there is."""
    name = "containers run every language and kind of test"
    problem = sandbox.facts()["problem"]
    if problem is None:
        return Check(name, ok=True, reason="each program in namespaces inside its container")
    if containers.runtime:
        where, hint = f" of the runtime {containers.runtime}", ""
    else:
        where, hint = (
            "",
            (
                "; the engine's machine must allow user namespaces and mounts in them "
                "(user.max_user_namespaces, kernel.unprivileged_userns_clone, AppArmor)"
            ),
        )
    said = (
        f"Python only, no checkers, no files: a container{where} can't hold namespaces: {problem}"
    )
    return Check(name, ok=False, reason=said + hint)


async def _probe(sandbox: Any) -> list[Check]:
    """What a program got away with, each thing as a check."""
    limits = Limits(time_s=5, memory_mb=128)
    (outcome,) = await sandbox.run(Program("python", _PROBE), [Run()], limits)
    if outcome.status != "ok":
        reason = outcome.stderr.decode(errors="replace")[-300:]
        return [Check("a program runs", ok=False, reason=f"{outcome.status}: {reason}")]
    said = outcome.stdout.decode(errors="replace")
    names = ("starts processes", "opens sockets", "sees /proc", "writes outside /tmp")
    checks = [Check("a program runs", ok=True)]
    checks += [Check(f"no program {name}", ok=f"'{name}': False" in said) for name in names]
    checks.append(_memory_check(sandbox.health()))
    return checks


def _memory_check(health: Health) -> Check:
    """What holds all processes of a program together below its limit."""
    better = f"; no control groups: {health.memory_why}" if health.memory_why else ""
    bounded = health.memory != "each process"
    return Check("memory is bounded", ok=bounded, reason=f"by {health.memory}{better}")


def _languages(found: dict[str, Any], where: str) -> tuple[LanguageReport, ...]:
    reports = []
    for name, language in LANGUAGES.items():
        row = found.get(name)
        if row and row["available"]:
            reports.append(LanguageReport(name, row["version"]))
        else:
            reports.append(LanguageReport(name, None, f"install {language.package}{where}"))
    return tuple(reports)
