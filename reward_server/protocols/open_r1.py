"""open-r1's routers: `e2b_router_url: HOST:8000`, `morph_router_url: HOST:8000`.

The bytes are those of `routed_sandbox.py` and `routed_morph.py`. Both post the same and read
different keys, so every reply has the keys of both: E2B's `execution`, and Morph's `text`.
"""

from typing import Any

from fastapi import Request, Response

from reward_server.errors import ApiError
from reward_server.protocols.dialect import Ask, Body, answer, read, run, speaking
from reward_server.protocols.programs import exit_code, known, language_of, limits_of, text
from sandbox import Outcome, Program, Run

router = speaking("open-r1")


class Scripts(Body):
    """Scripts to run, each in its language."""

    scripts: list[str]
    languages: list[str] | None = None
    timeout: float | None = 300
    request_timeout: float | None = None


@router.post("/execute_batch")
async def execute_batch(request: Request) -> Response:
    """What each script printed, in order; open-r1 takes the last line for the reward.

    A script that ran too long has no execution, as with E2B's own router. Where the sandbox fails
    the whole post is refused: within a reply open-r1 would read any word of it as a reward of 0.
    """
    asked = await read(request, Scripts)
    names = asked.languages or ["python"] * len(asked.scripts)
    if len(names) != len(asked.scripts):
        raise ApiError(422, "invalid", "languages: send one for each of scripts", field="languages")
    languages = [language_of(name, "languages") for name in names]
    limits = limits_of(asked.timeout)
    pairs = list(zip(asked.scripts, languages, strict=True))
    ended = await run(
        request, [Ask(Program(lang.name, code), Run(), limits) for code, lang in pairs]
    )
    outcomes = [known(one, lang) for one, (_, lang) in zip(ended, pairs, strict=True)]
    return answer([_execution(outcome) for outcome in outcomes])


@router.get("/health")
async def health() -> Response:
    """What the routers of open-r1, open-instruct and NeMo-Skills are asked before they are used."""
    return answer({"status": "healthy"})


def _execution(outcome: Outcome) -> dict[str, Any]:
    """In E2B's words and in Morph's."""
    if outcome.status == "time_limit":
        return {"execution": None, "text": None, "exception_str": "the script ran too long"}
    stdout, stderr = text(outcome.stdout), text(outcome.stderr)
    right = outcome.status == "ok" and not outcome.exit_code
    last = stdout.rstrip("\n").rpartition("\n")[2]
    # a notebook, which E2B is, has the value of the last line as its main result
    shown = {"text": last, "is_main_result": True}
    return {
        "execution": {
            "results": [shown] if right and last else [],
            "logs": {"stdout": [stdout] if stdout else [], "stderr": [stderr] if stderr else []},
            "error": None if right else _error(outcome, stderr),
            "execution_count": 1,
        },
        "text": last if right else None,
        "exception_str": None if right else stderr or outcome.status,
    }


def _error(outcome: Outcome, stderr: str) -> dict[str, str]:
    """E2B's error: the exception's name, its message, the traceback."""
    last = stderr.strip().rpartition("\n")[2]
    name, colon, message = last.partition(": ")
    if not colon or not name.replace(".", "").isidentifier():
        name, message = outcome.status, last or f"exit code {exit_code(outcome)}"
    return {"name": name, "value": message, "traceback": stderr}
