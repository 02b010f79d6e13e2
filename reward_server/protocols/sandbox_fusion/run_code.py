"""`/run_code`: run a program, with files of the caller's where there are any."""

from typing import Literal

from fastapi import Request, Response
from pydantic import Field

from reward_server.errors import ApiError
from reward_server.protocols.dialect import Ask, Body, answer, read, run
from reward_server.protocols.programs import check_toolchain, language_of, limits_of
from reward_server.protocols.sandbox_fusion import files, replies
from sandbox import Program, Run, SandboxError
from sandbox.languages import Language

router = replies.router()

PYTEST = """import os, sys
os.makedirs("/tmp/out", exist_ok=True)
os.chdir("/tmp/out")
with open("test_main.py", "w", encoding="utf-8", errors="surrogatepass") as file:
    file.write({code!a})
sys.path.insert(0, "/tmp/out")
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import pytest
sys.exit(pytest.main(["-p", "no:cacheprovider", "test_main.py", *{args!a}]))
"""
"""`language: pytest`: the code is a file of tests; pytest's exit code is the program's."""


class RunCode(Body):
    """A program; `language` may be absent, as in posts of verl's tool tutorial."""

    code: str
    language: str = "python"
    stdin: str | None = None
    compile_timeout: float = 10
    run_timeout: float = 10
    memory_limit_MB: float = -1  # noqa: N815 - the protocol's spelling
    files: dict[str, str | None] = Field(default_factory=dict)
    fetch_files: list[str] = Field(default_factory=list)
    args: list[str] = Field(default_factory=list)


@router.get("/v1/ping")
async def ping() -> Response:
    """What SandboxFusion's own health checks ask."""
    return answer("pong")


@router.post("/run_code")
async def run_code(request: Request) -> Response:
    """Run a program and tell how it ended."""
    asked = await read(request, RunCode)
    language, program = _program(asked)
    given = (asked.stdin or "").encode("utf-8", "surrogatepass")
    program, one = files.placed(program, Run(given), asked.files, asked.fetch_files)
    limits = limits_of(asked.run_timeout, asked.memory_limit_MB)
    (outcome,) = await run(request, [Ask(program, one, limits)])
    if isinstance(outcome, SandboxError):
        return answer(replies.reply("SandboxError", message=str(outcome)))
    check_toolchain(outcome, language)
    fetched = files.fetched(outcome, asked.fetch_files)
    return answer(replies.ended(outcome, language, fetched))


def _program(asked: RunCode) -> tuple[Language, Program]:
    kind: Literal["python", "pytest"] | None = "pytest" if asked.language == "pytest" else None
    language = language_of("python" if kind else asked.language)
    if asked.args and not kind:
        message = "args: only pytest takes arguments; leave them out"
        raise ApiError(422, "invalid", message, field="args")
    source = PYTEST.format(code=asked.code, args=asked.args) if kind else asked.code
    return language, Program(language.name, source)
