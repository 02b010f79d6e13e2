"""What this machine and the cluster it is part of can do, for a person to read."""

from rich.console import Console
from rich.table import Table

import sandbox
from reward_server.service import open_service
from reward_server.settings import Settings
from reward_server.telemetry import Metrics


async def examine(settings: Settings) -> int:
    """Print the report; returns the exit code: 0 all well, 1 something is missing."""
    console = Console()
    if settings.engine != "local":
        table, well = await _nodes(settings)
        console.print(table)
        if settings.engine == "ray":
            return 0 if well else 1
    containers = sandbox.Containers(settings.docker_image, settings.docker_runtime)
    report = await sandbox.doctor(settings.sandbox, containers)
    checks = Table("check", "", "")
    for check in report.checks:
        checks.add_row(check.name, "yes" if check.ok else "no", check.reason or "")
    console.print(checks)
    languages = Table("language", "version", "")
    for language in report.languages:
        languages.add_row(language.name, language.version or "-", language.reason or "")
    console.print(languages)
    return 0 if report.ok else 1


async def _nodes(settings: Settings) -> tuple[Table, bool]:
    """The nodes of the cluster, and whether there are any and all of them can judge."""
    table = Table("node", "judges", "workers", "")
    try:
        async with open_service(settings, Metrics()) as service:
            nodes = service.readiness()[1].get("nodes")
    except OSError as error:
        table.add_row("-", "no", "", str(error))
        return table, False
    if nodes is None:
        table.add_row("-", "no", "", "no cluster; this machine judges by itself")
        return table, True
    for node in nodes["nodes"]:
        verdict = "yes" if node["ok"] else "no"
        table.add_row(node["address"], verdict, str(node["workers"]), node["problem"] or "")
    return table, nodes["ok"]
