"""The command line: `reward-server serve | score | filter | doctor | rubrics`.

Exit codes: 0 done; 1 done, and some items have no reward (`score`, `filter`) or something is
missing (`doctor`); 2 wrong usage or settings; 3 the service itself failed.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

T = TypeVar("T")

app = typer.Typer(
    name="reward-server",
    help="Verifiable rewards for reinforcement learning.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

USAGE_ERROR = 2
SERVICE_ERROR = 3


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address; default REWARD_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default REWARD_PORT.")] = None,
) -> None:
    """Serve over HTTP until SIGTERM or Ctrl-C."""
    import uvicorn  # noqa: PLC0415 - the other commands need no web server

    from reward_server.app import create_app  # noqa: PLC0415
    from reward_server.life import LEAVE_S, Server  # noqa: PLC0415
    from reward_server.one_write import OneWriteProtocol  # noqa: PLC0415
    from reward_server.telemetry import configure_logging  # noqa: PLC0415

    settings = _settings(host=host, port=port)
    configure_logging(settings.log_level)
    _checked(settings)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http=OneWriteProtocol,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LEAVE_S,
    )
    server = Server(config, app.state.life)
    server.run()
    if not server.started or app.state.life.fault is not None:
        _fail("the server did not start; its log says why", SERVICE_ERROR)


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="JSONL: an item of POST /v1/score a line.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="JSONL of results; default: stdout.")
    ] = None,
    rubric: Annotated[str, typer.Option(help="Rubric of items that name none.")] = "auto",
) -> None:
    """Score a file without a server; an output file that is already there is continued."""
    from reward_server.offline import score_file  # noqa: PLC0415
    from reward_server.telemetry import configure_logging  # noqa: PLC0415

    settings = _settings()
    configure_logging("warning")
    _checked(settings)
    raise typer.Exit(_run(score_file(settings, file, output, rubric)))


@app.command(name="filter")
def filter_items(
    file: Annotated[Path, typer.Argument(help="JSONL: an item of POST /v1/score a line.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="JSONL of the lines kept.")],
    rubric: Annotated[str, typer.Option(help="Rubric of items that name none.")] = "rejection",
    keep: Annotated[str, typer.Option(help="The rule.")] = "reward >= 1 and readability",
    report: Annotated[Path | None, typer.Option(help="HTML page on what was dropped.")] = None,
) -> None:
    """Keep the good lines of a file (rejection sampling); an interrupted run is continued."""
    from reward_server.filtering import Tally, filter_file  # noqa: PLC0415
    from reward_server.telemetry import configure_logging  # noqa: PLC0415

    settings = _settings()
    configure_logging("warning")
    _checked(settings)
    tally = _run(filter_file(settings, file, output, Tally(rubric, keep)))
    if report is not None:
        report.write_text(tally.page())
    raise typer.Exit(0 if tally.complete else 1)


@app.command()
def doctor() -> None:
    """Say what this machine's sandbox can and can't do, and which languages it has."""
    from reward_server.doctor import examine  # noqa: PLC0415

    raise typer.Exit(_run(examine(_settings())))


@app.command()
def rubrics() -> None:
    """List the named rubrics, checked."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("rubric", "components", "combine")
    for name, rubric in _checked(_settings()).written.items():
        parts = [
            f"{c.name or c.verifier} × {c.weight:g}{' (gate)' if c.gate else ''}"
            for c in rubric.components
        ]
        table.add_row(name, ", ".join(parts), rubric.combine)
    Console().print(table)


def _settings(**given: Any) -> Any:
    """The settings, with what the command line gives; ends the program where they are wrong."""
    from pydantic import ValidationError  # noqa: PLC0415

    from reward_server.settings import Settings  # noqa: PLC0415

    unknown = _unknown_variables(Settings)
    if unknown:
        _fail(f"{', '.join(unknown)}: there is no such setting; docs/settings.md lists them all")
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = "".join(f"REWARD_{part}".upper() for part in fault["loc"][:1])
        _fail(f"{name}: {fault['msg'].removeprefix('Value error, ')}".removeprefix(": "))


NOT_SETTINGS = {"REWARD_CASES"}
"""Variables of the same prefix that tests and benchmarks read."""


def _unknown_variables(settings: Any) -> list[str]:
    known = {f"REWARD_{name}".upper() for name in settings.model_fields} | NOT_SETTINGS
    return sorted(name for name in os.environ if name.startswith("REWARD_") and name not in known)


def _checked(settings: Any) -> Any:
    """The rubrics; ends the program where they or the verifiers are wrong."""
    from reward_server.service import load  # noqa: PLC0415

    try:
        return load(settings)
    except ValueError as error:
        _fail(str(error))


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except ValueError as error:  # wrong usage that only the work itself could find
        _fail(str(error))
    except OSError as error:
        _fail(f"{type(error).__name__}: {error}", SERVICE_ERROR)


def _fail(message: str, code: int = USAGE_ERROR) -> NoReturn:
    print(f"reward-server: {message}", file=sys.stderr)  # noqa: T201
    raise typer.Exit(code)
